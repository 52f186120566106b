"""Finds the lines of a mail that we provably sent ourselves.

Mail programs wrap what they quote at any width, mark and indent it, change its quotes
and dashes, put invisible characters in and lose others; lists add feet, gateways write
links anew. What stays are the letters and digits, in their order: only these are
compared. Addresses of web pages are compared if they are the same, and else passed
over.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_URL = re.compile(r"(?:https?://|www\.|mailto:)[^\s<>\"']+", re.IGNORECASE)
# Mail programs write these where HTML has a picture.
_PICTURE = re.compile(
    r"\[(?:cid:|image:|inline[ -]image)[^\]\n]{0,200}\]", re.IGNORECASE
)
_OTHER = re.compile(r"[\W_]+")
_LONGEST = 400_000
# Places are looked up by so many letters.
_GRAM = 6
_CANDIDATES_MOST = 24
# Between two lines that follow each other a bullet or a number may have been lost.
_SLACK = 3
# A line of this weight is believed by itself; a shorter one has to follow or precede
# another in what was sent.
_WEIGHTY = 24
_SHORT_WHOLE = 0.8
_SHORT = 5
_GAP_LONGEST = 400
# What is one letter in Latin is much less than one in Chinese.
_DENSE = 3
_DENSE_FROM = "\u2e80"
_REWRITTEN = re.compile(
    r"(?i)^https?://(?:[\w.-]*\.)?(?:safelinks\.protection\.outlook\.com"
    r"|urldefense(?:\.proofpoint)?\.com|urldefense\.us|protect(?:-\w+)?\.mimecast\.com"
    r"|linkprotect\.cudasvc\.com|secure-web\.cisco\.com|clicktime\.symantec\.com"
    r"|google\.com/url|[\w.-]*trendmicro\.com|[\w.-]*sophos\.com|avanan\.click"
    r"|[\w.-]*\.fireeye\.com|[\w.-]*hornetsecurity\.com|[\w.-]*checkpoint\.com"
    r"|[\w.-]*awstrack\.me|[\w.-]*edgepilot\.com|[\w.-]*exclaimer\.net)(?:[/:?]|$)"
)


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a line stands in what was sent, addresses of pages not counted.

    `after` is its end with them counted, None when they were passed over.
    """

    start: int
    end: int
    follows: bool
    after: int | None = None


class SentWords:
    """What was sent, in one or several texts, to be found again.

    `certain` are texts of which even a single whole line is proof: our own foot.
    """

    def __init__(self, texts: Iterable[str], *, certain: Iterable[str] = ()) -> None:
        sure, known = list(certain), [text[:_LONGEST] for text in texts]
        at, places, links = [0], [0], set[int]()
        whole_pieces: list[str] = []
        bare_pieces: list[str] = []
        certain_to = 0
        for number, text in enumerate((*sure, *known)):
            if number == len(sure):
                certain_to = places[-1]
            for piece, is_link in _pieces(text):
                letters = _letters(piece)
                whole_pieces.append(letters)
                if is_link:
                    links.add(places[-1])
                else:
                    bare_pieces.append(letters)
                # Where each stretch of the one begins in the other.
                at.append(at[-1] + len(letters))
                places.append(places[-1] + (0 if is_link else len(letters)))
        if not known:
            certain_to = places[-1]
        whole, bare = "".join(whole_pieces), "".join(bare_pieces)
        self._bare, self._at, self._places, self._links = bare, at, places, links
        self._known = _weight(bare[certain_to:])
        self._certain_text = bare[:certain_to]
        self._with_links = _Letters(whole)
        self._without_links = _Letters(bare) if links else self._with_links

    def ours_among(
        self, lines: Sequence[str], *, least: int, alone: int = _WEIGHTY
    ) -> list[bool]:
        """Tell of each line whether it is provably part of what was sent.

        Lines count in blocks of at least so many letters, blank lines not looked at:
        so nobody loses a `Thank you`, or a choice that was offered, because we wrote
        it, too. A block of nearly all that was sent counts, however short that is.
        Lines of less than `alone` letters count only beside others.
        """
        marked = [False] * len(lines)
        weights = [_weight(_letters(_URL.sub(" ", line))) for line in lines]
        found = self._found(lines, weights, alone)
        for block in _blocks(lines, found):
            weight = sum(weights[place] for place in block)
            proven = weight >= least or (
                weight >= _WEIGHTY and weight >= _SHORT_WHOLE * self._known > 0
            )
            for place in block if proven else self._certain(lines, block, weights):
                marked[place] = True
        return marked

    def share(self, lines: Sequence[str]) -> float:
        """Return how much of what was sent, our foot aside, so many letters would be.

        From 0 to 1; 0 when nothing is known of it.
        """
        if not self._known:
            return 0
        weight = sum(_weight(_letters(_URL.sub(" ", line))) for line in lines)
        return min(1.0, weight / self._known)

    def _certain(
        self, lines: Sequence[str], block: Sequence[int], weights: Sequence[int]
    ) -> Sequence[int]:
        """Return the lines of our foot in a block, if enough of it is there."""
        sure = [
            place
            for place in block
            if _letters(_URL.sub(" ", lines[place])) in self._certain_text
        ]
        return sure if sum(weights[place] for place in sure) >= _WEIGHTY else ()

    def _found(
        self, lines: Sequence[str], weights: Sequence[int], alone: int
    ) -> list[_Found | None]:
        found: list[_Found | None] = [None] * len(lines)
        chains: list[list[int]] = []
        here: _Found | None = None
        for place, line in enumerate(lines):
            letters = _letters(line)
            if not letters:
                continue
            here = found[place] = self._find(line, letters, here)
            if here is not None and here.follows:
                chains[-1].append(place)
            elif here is not None:
                chains.append([place])
        # What stands somewhere, but is short and has nothing of ours beside it, is
        # not ours.
        for chain in chains:
            if sum(weights[place] for place in chain) < alone:
                for place in chain:
                    found[place] = None
        return self._between(self._led_by(found, lines), lines)

    def _led_by(
        self, found: list[_Found | None], lines: Sequence[str]
    ) -> list[_Found | None]:
        """Add the short lines that stand right before a line of ours, there as here."""
        start: int | None = None
        for place in range(len(lines) - 1, -1, -1):
            letters = _letters(lines[place])
            if not letters:
                continue
            if found[place] is None and start is not None:
                found[place] = self._ending_at(
                    _letters(_URL.sub(" ", lines[place])), start
                )
            here = found[place]
            start = here.start if here else None
        return found

    def _between(
        self, found: list[_Found | None], lines: Sequence[str]
    ) -> list[_Found | None]:
        """Add single short lines of what was sent between two lines that stand there.

        Where a quote was thinned out they have nothing left that they follow.
        """
        full = [place for place, line in enumerate(lines) if _letters(line)]
        for above, place, below in zip(full, full[1:], full[2:], strict=False):
            before, after = found[above], found[below]
            if found[place] is not None or before is None or after is None:
                continue
            letters = _letters(lines[place])
            if _weight(letters) < _SHORT or after.start - before.end > _GAP_LONGEST:
                continue
            start = self._bare.find(letters, before.end, after.start)
            if start >= 0:
                found[place] = _Found(start, start + len(letters), follows=False)
        return found

    def _find(self, line: str, letters: str, above: _Found | None) -> _Found | None:
        """Find a line; `above` is the line before it, None when that is not ours."""
        end = above.end if above else None
        span = self._with_links.cover(letters, self._hints(above))
        after = None
        if span is not None:
            after = span[1]
            span = (self._bare_at(span[0]), self._bare_at(span[1]))
        elif _URL.search(line):
            left = _letters(_URL.sub(" ", line))
            if not left:
                return self._link_only(line, end)
            span = self._without_links.cover(left, () if end is None else (end,))
        if span is None:
            return None
        follows = end is not None and 0 <= span[0] - end <= _SLACK
        return _Found(*span, follows=follows, after=after)

    def _hints(self, above: _Found | None) -> tuple[int, ...]:
        if above is None:
            return ()
        number = bisect_right(self._places, above.end) - 1
        behind_links = self._at[number] + above.end - self._places[number]
        # A line may end amid an address that was broken in two.
        return (behind_links,) if above.after is None else (above.after, behind_links)

    def _link_only(self, line: str, end: int | None) -> _Found | None:
        if end is None or not _REWRITTEN.match(line.strip(" \t<(>")):
            return None
        near = [place for place in self._links if 0 <= place - end <= _SLACK]
        return _Found(near[0], near[0], follows=True) if near else None

    def _ending_at(self, letters: str, start: int) -> _Found | None:
        for slack in range(_SLACK + 1):
            place = start - slack - len(letters)
            if letters and place >= 0 and self._bare.startswith(letters, place):
                return _Found(place, place + len(letters), follows=False)
        return None

    def _bare_at(self, place: int) -> int:
        number = bisect_right(self._at, place) - 1
        inside = self._places[number] + place - self._at[number]
        last = number + 1 == len(self._places)
        return min(inside, self._places[number if last else number + 1])


class _Letters:
    """Letters in which other letters are looked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._grams = _grams(text)

    def cover(self, letters: str, hints: Sequence[int]) -> tuple[int, int] | None:
        """Return where letters stand, in one stretch or in several weighty ones.

        `hints` are where they may well begin.
        """
        first: int | None = None
        place = end = 0
        while place < len(letters):
            start, length = self._longest(letters, place, () if place else hints)
            through = place + length == len(letters)
            weighty = _weight(letters[place : place + length]) >= _WEIGHTY
            if not length or not (weighty or (through and not place)):
                return None
            first = start if first is None else first
            place += length
            end = start + length
        return None if first is None else (min(first, end), end)

    def _longest(
        self, letters: str, place: int, hints: Sequence[int]
    ) -> tuple[int, int]:
        starts = [hint + slack for hint in hints for slack in range(_SLACK + 1)]
        if len(letters) - place >= _GRAM:
            starts += self._grams.get(letters[place : place + _GRAM], ())
        elif not place and (somewhere := self._text.find(letters)) >= 0:
            starts.append(somewhere)
        best = (0, 0)
        for start in starts:
            length = _common(letters, place, self._text, start)
            if length > best[1]:
                best = (start, length)
            if place + length == len(letters):
                break
        return best


def _blocks(
    lines: Sequence[str], found: Sequence[_Found | None]
) -> Iterable[Sequence[int]]:
    """Give the runs of lines that stand in the order in which they were sent."""
    block: list[int] = []
    end = 0
    for place, line in enumerate(lines):
        here = found[place]
        if block and (here.start < end if here else bool(_letters(line))):
            yield block
            block = []
        if here is not None:
            block.append(place)
            end = here.end
    if block:
        yield block


def _pieces(text: str) -> Iterable[tuple[str, bool]]:
    end = 0
    for link in _URL.finditer(text):
        yield text[end : link.start()], False
        yield link[0], True
        end = link.end()
    yield text[end:], False


def _letters(text: str) -> str:
    """Return the letters and digits alone, however they were written."""
    text = _PICTURE.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    return _OTHER.sub("", text.casefold())


def _weight(letters: str) -> int:
    if letters.isascii():
        return len(letters)
    dense = sum(letter >= _DENSE_FROM for letter in letters)
    return len(letters) + (_DENSE - 1) * dense


def _grams(text: str) -> dict[str, list[int]]:
    grams: defaultdict[str, list[int]] = defaultdict(list)
    for place in range(len(text) - _GRAM + 1):
        places = grams[text[place : place + _GRAM]]
        if len(places) < _CANDIDATES_MOST:
            places.append(place)
    return dict(grams)


def _common(letters: str, place: int, text: str, start: int) -> int:
    """Return how many letters are the same from two places on."""
    most = min(len(letters) - place, len(text) - start)
    if letters[place : place + most] == text[start : start + most]:
        return most
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        if letters[place + low : place + middle] == text[start + low : start + middle]:
            low = middle
        else:
            high = middle
    return low
