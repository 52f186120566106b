"""Finds the lines of a mail that we provably sent ourselves.

Mail programs wrap what they quote at any width, mark and indent it, change its quotes
and dashes, put invisible characters in and lose others; lists add feet, gateways write
links anew. What stays are the letters and digits, in their order: only these are
compared. Addresses of web pages are compared if they are the same, and else passed
over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mappings.letter_index import SLACK, WEIGHTY, LetterIndex, letters_of, weight_of

_URL = re.compile(r"(?:https?://|www\.|mailto:)[^\s<>\"']+", re.IGNORECASE)
_LONGEST = 400_000
_SHORT_WHOLE = 0.8
_SHORT = 5
_GAP_LONGEST = 400
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
                letters = letters_of(piece)
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
        self._known = weight_of(bare[certain_to:])
        self._certain_text = bare[:certain_to]
        self._with_links = LetterIndex(whole)
        self._without_links = LetterIndex(bare) if links else self._with_links

    def ours_among(
        self, lines: Sequence[str], *, least: int, alone: int = WEIGHTY
    ) -> list[bool]:
        """Tell of each line whether it is provably part of what was sent.

        Lines count in blocks of at least so many letters, blank lines not looked at:
        so nobody loses a `Thank you`, or a choice that was offered, because we wrote
        it, too. A block of nearly all that was sent counts, however short that is.
        Lines of less than `alone` letters count only beside others.
        """
        marked = [False] * len(lines)
        weights = [weight_of(letters_of(_URL.sub(" ", line))) for line in lines]
        found = self._found(lines, weights, alone)
        for block in _blocks(lines, found):
            weight = sum(weights[place] for place in block)
            proven = weight >= least or (
                weight >= WEIGHTY and weight >= _SHORT_WHOLE * self._known > 0
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
        weight = sum(weight_of(letters_of(_URL.sub(" ", line))) for line in lines)
        return min(1.0, weight / self._known)

    def _certain(
        self, lines: Sequence[str], block: Sequence[int], weights: Sequence[int]
    ) -> Sequence[int]:
        """Return the lines of our foot in a block, if enough of it is there."""
        sure = [
            place
            for place in block
            if letters_of(_URL.sub(" ", lines[place])) in self._certain_text
        ]
        return sure if sum(weights[place] for place in sure) >= WEIGHTY else ()

    def _found(
        self, lines: Sequence[str], weights: Sequence[int], alone: int
    ) -> list[_Found | None]:
        found: list[_Found | None] = [None] * len(lines)
        chains: list[list[int]] = []
        here: _Found | None = None
        for place, line in enumerate(lines):
            letters = letters_of(line)
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
            letters = letters_of(lines[place])
            if not letters:
                continue
            if found[place] is None and start is not None:
                found[place] = self._ending_at(
                    letters_of(_URL.sub(" ", lines[place])), start
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
        full = [place for place, line in enumerate(lines) if letters_of(line)]
        for above, place, below in zip(full, full[1:], full[2:], strict=False):
            before, after = found[above], found[below]
            if found[place] is not None or before is None or after is None:
                continue
            letters = letters_of(lines[place])
            if weight_of(letters) < _SHORT or after.start - before.end > _GAP_LONGEST:
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
            left = letters_of(_URL.sub(" ", line))
            if not left:
                return self._link_only(line, end)
            span = self._without_links.cover(left, () if end is None else (end,))
        if span is None:
            return None
        follows = end is not None and 0 <= span[0] - end <= SLACK
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
        near = [place for place in self._links if 0 <= place - end <= SLACK]
        return _Found(near[0], near[0], follows=True) if near else None

    def _ending_at(self, letters: str, start: int) -> _Found | None:
        for slack in range(SLACK + 1):
            place = start - slack - len(letters)
            if letters and place >= 0 and self._bare.startswith(letters, place):
                return _Found(place, place + len(letters), follows=False)
        return None

    def _bare_at(self, place: int) -> int:
        number = bisect_right(self._at, place) - 1
        inside = self._places[number] + place - self._at[number]
        last = number + 1 == len(self._places)
        return min(inside, self._places[number if last else number + 1])


def _blocks(
    lines: Sequence[str], found: Sequence[_Found | None]
) -> Iterable[Sequence[int]]:
    """Give the runs of lines that stand in the order in which they were sent."""
    block: list[int] = []
    end = 0
    for place, line in enumerate(lines):
        here = found[place]
        if block and (here.start < end if here else bool(letters_of(line))):
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
