"""Cuts from a mail what its author did not write, and keeps what was cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from mappings.attribution import Attribution, attributions_in
from mappings.device_feet import phone_foot_start
from mappings.our_foot import foot_places, foot_words, foots
from mappings.quoted_headers import is_forwarding, quoted_headers_in
from mappings.quoting import is_banner, is_quote
from mappings.sent_words import SentWords
from mappings.signatures import (
    disclaimer_start,
    is_divider,
    list_foot_start,
    signature_start,
)

_PROOF_UNMARKED = 100
_PROOF_BELOW = 34
_PROOF_MARKED = 8
# Nobody types more; it is left as it is.
_LINES_MOST = 20_000
_LETTERS_MOST = 1_500_000
# A quote between two answers is shown whole up to so many lines; of a longer one that
# we sent ourselves the last ones are enough to say what is answered.
_CONTEXT_WHOLE = 8
_CONTEXT_LEFT = 5
# A quote above an answer that nobody is named for and that is no longer than this was
# put there by hand.
_CHOSEN_MOST = 12
_CHOSEN_OF_OURS = 4
_ALL_OF_OURS = 0.7
_DRAWN_WITHIN = 200

_BLANK, _TEXT, _QUOTE, _ATTRIBUTION = "etqa"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Lines that were cut together: `line` is the first, counted from 1."""

    rule: str
    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimmed:
    """A mail's text in two: what its author wrote, and what was cut.

    Every line of the original stands in one of them, in order; blank lines at the
    edges are let go. `rules` names what cut, in the order in which it cut, and
    `pieces` what each of them cut, from the top. A line in `kept` that we provably
    sent, and that was not marked as a quote, is marked there.
    """

    kept: str
    cut: str = ""
    rules: tuple[str, ...] = ()
    pieces: tuple[Cut, ...] = ()


def trim(
    text: str,
    *,
    parent_text: str | None = None,
    sent_text: str | None = None,
    passes_on: bool = False,
) -> Trimmed:
    """Return the text without what was quoted, signed or added below.

    `parent_text` is the mail or post that is answered, as plain text; `sent_text` what
    the bridge mailed, foot and all; None when not known. What is provably theirs goes
    first. `passes_on` is true when the mail says that it passes another on: then that
    one stays, unless it is what we sent. Quotes between the author's own paragraphs
    stay, they say what is answered. `kept` is empty only when the text is blank. Never
    raises.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > _LINES_MOST or len(text) > _LETTERS_MOST:
        return Trimmed(kept=text)
    sent = [known for known in (sent_text, parent_text) if known and known.strip()]
    cutter = _Cutter(lines, sent, passes_on=passes_on)
    if not cutter.has_own_text(len(lines)):
        return Trimmed(kept=_joined(lines))
    cutter.cut_below()
    if not cutter.passes_on(cutter.end):
        cutter.cut_end()
        cutter.cut_beginning()
        cutter.cut_attributions()
        cutter.cut_between()
    return cutter.trimmed()


class _Cutter:
    """Holds the lines of one mail while they are cut; lives for one call of `trim`."""

    def __init__(
        self, lines: Sequence[str], sent: Sequence[str], *, passes_on: bool
    ) -> None:
        self.lines = lines
        self.words = SentWords(sent, certain=foots()) if sent else foot_words()
        self.sent = bool(sent)
        self.told_to_pass_on = passes_on
        self.forwarded = False
        self.end = len(lines)
        self.cut_by: dict[int, str] = {}
        self.rules: list[str] = []
        self.attributions: tuple[Attribution, ...] = ()
        self.ours: list[bool] = []
        self.kinds = self._kinds()

    def passes_on(self, end: int) -> bool:
        """Say whether the lines up to `end` pass another mail on: that is the matter.

        Not when it stands in a quote: then the mail that is answered passed it on.
        """
        if self.forwarded:
            return True
        above = _BLANK
        for place, line in enumerate(self.lines[:end]):
            quoted = self.ours[place] or (
                self.kinds[place] == _QUOTE and above in {_QUOTE, _ATTRIBUTION}
            )
            if not quoted and is_forwarding(line):
                return True
            if self.kinds[place] != _BLANK:
                above = self.kinds[place]
        return False

    def has_own_text(self, end: int) -> bool:
        """Say whether anything up to `end` is neither quote nor attribution."""
        return _TEXT in self.kinds[:end]

    def cut_below(self) -> None:
        """Cut the mail that stands below without quote marks."""
        below = self._below()
        if below is None:
            return
        start, end, rule = below
        if self.passes_on(start + 1) or not self.has_own_text(start):
            return
        if self.told_to_pass_on and not any(self.ours[end:]):
            # Without a line that says so, a mail that is passed on looks like one
            # that is answered; only its subject tells.
            self.forwarded = True
            return
        if self._answers_inside(end):
            self.kinds[start:end] = _ATTRIBUTION * (end - start)
            headers = Attribution(start=start, end=end, firm=True)
            self.attributions = (*self.attributions, headers)
            self.rules.append("answers-inside")
            return
        self._cut_from(start, rule)

    def cut_end(self) -> None:
        """Cut from the end, as often as something is found: quotes and feet."""
        signed = False
        while True:
            self._cut_blank_and_dividers()
            if self._cut_foot("phone", phone_foot_start):
                continue
            if self._cut_foot("list-foot", list_foot_start):
                continue
            if self._cut_foot("disclaimer", disclaimer_start):
                continue
            if self._cut_quote_at_end():
                continue
            if not signed and self._cut_foot("signature", signature_start):
                signed = True
                continue
            return

    def cut_beginning(self) -> None:
        """Cut the quote above an answer that stands below it."""
        place = self._after(0, {_BLANK})
        while place < self.end and is_banner(self.lines[place]):
            self._drop(range(place, place + 1), self.kinds[place], "banner")
            place = self._after(place + 1, {_BLANK})
        after = self._after(place, {_BLANK, _ATTRIBUTION})
        named = after > place and after < self.end
        if named:
            self._drop(range(place, after), _ATTRIBUTION, "attribution")
        quote_end = self._after(after, {_BLANK, _QUOTE, _ATTRIBUTION})
        rest = self.kinds[quote_end : self.end]
        if quote_end == after or _TEXT not in rest or _QUOTE in rest:
            return
        if (
            named
            or self._begins_with_name(after, quote_end)
            or self._is_whole(after, quote_end)
        ):
            self._drop(range(after, quote_end), _QUOTE, "quote-above")
            self._drop(range(after, quote_end), _ATTRIBUTION, "quote-above")

    def cut_between(self) -> None:
        """Cut from the quotes between answers what says nothing about them."""
        start = self._after(0, {_BLANK})
        while start < self.end:
            if self.kinds[start] not in {_QUOTE, _ATTRIBUTION}:
                start += 1
                continue
            end = self._after(start, {_BLANK, _QUOTE, _ATTRIBUTION})
            quoted = [
                place
                for place in range(start, end)
                if self.kinds[place] == _QUOTE
                and place not in self.cut_by
                and self.lines[place].strip(" >|\t")
            ]
            proven = [place for place in quoted if self.ours[place]]
            whole = self._covers(proven) >= _ALL_OF_OURS and True not in self.ours[end:]
            if whole and 2 * len(proven) > len(quoted):
                self._drop(range(start, end), _QUOTE, "quote-whole")
                self._drop(range(start, end), _ATTRIBUTION, "quote-whole")
            elif len(quoted) > _CONTEXT_WHOLE and 2 * len(proven) > len(quoted):
                left = self._last_paragraph(quoted)
                self._drop(range(start, left), _QUOTE, "quote-between")
            start = end

    def cut_attributions(self) -> None:
        """Cut what says who wrote a quote that stays between the answers."""
        for attribution in self.attributions:
            following = self._after(attribution.end, {_BLANK})
            if following < self.end and self.kinds[following] == _QUOTE:
                self._drop(
                    range(attribution.start, attribution.end),
                    _ATTRIBUTION,
                    "attribution",
                )

    def trimmed(self) -> Trimmed:
        """Return the two halves; the whole text when nothing would be left."""
        kept = self._kept()
        cut = [place for place in range(len(self.lines)) if self._rule(place)]
        if not any(line.strip() for line in kept) or not any(
            self.lines[place].strip() for place in cut
        ):
            return Trimmed(kept=_joined(self.lines))
        return Trimmed(
            kept=_joined(kept),
            cut=_joined([self.lines[place] for place in cut]),
            rules=tuple(dict.fromkeys(self.rules)),
            pieces=tuple(self._pieces(cut)),
        )

    def _kept(self) -> list[str]:
        shown: list[str] = []
        marks: list[bool] = []
        for place in range(self.end):
            if place in self.cut_by:
                continue
            line = self.lines[place]
            gap = place and place - 1 in self.cut_by
            if gap and not line.strip() and (not shown or not shown[-1].strip()):
                # One blank line is enough where something was cut.
                continue
            bare = self.ours[place] and not is_quote(line) and bool(line.strip())
            marks.append(bare)
            shown.append(f"> {line}" if bare else line)
        for number in range(1, len(shown) - 1):
            if not shown[number].strip() and marks[number - 1] and marks[number + 1]:
                shown[number] = ">"
        return shown

    def _rule(self, place: int) -> str:
        return self.cut_by.get(place, "")

    def _pieces(self, cut: Sequence[int]) -> Iterator[Cut]:
        for rule, places in groupby(cut, key=self._rule):
            numbers = list(places)
            full = [place for place in numbers if self.lines[place].strip()]
            if full:
                text = _joined([self.lines[place] for place in numbers])
                yield Cut(rule=rule, line=full[0] + 1, text=text)

    def _kinds(self) -> list[str]:
        kinds = [
            _BLANK if not line.strip() else _QUOTE if is_quote(line) else _TEXT
            for line in self.lines
        ]
        self.attributions = attributions_in(self.lines)
        for attribution in self.attributions:
            for place in range(attribution.start, attribution.end):
                kinds[place] = _ATTRIBUTION
            self._mark_bars(kinds, attribution.end)
        self.ours = self._proven(kinds)
        for place in foot_places(self.lines):
            self.ours[place] = True
        for place, proven in enumerate(self.ours):
            if proven:
                kinds[place] = _QUOTE
        return kinds

    def _proven(self, kinds: Sequence[str]) -> list[bool]:
        """Tell of each line whether we sent it.

        What is marked as a quote needs less proof. What is not has to prove itself
        without it, but for the ends of lines that were broken where marks were put:
        else a name under an answer would count with the quote above it.
        """
        if not self.sent:
            return self.words.ours_among(self.lines, least=_PROOF_UNMARKED)
        marked = [
            line if kinds[place] == _QUOTE else ""
            for place, line in enumerate(self.lines)
        ]
        bare = [
            "" if kinds[place] == _QUOTE else line
            for place, line in enumerate(self.lines)
        ]
        ours = self.words.ours_among(marked, least=1, alone=_PROOF_MARKED)
        alone = self.words.ours_among(bare, least=_PROOF_UNMARKED)
        if not any(ours):
            return alone
        together = self.words.ours_among(self.lines, least=_PROOF_UNMARKED)
        return [
            ours[place]
            or alone[place]
            or (together[place] and self._is_broken_off(ours, place))
            for place in range(len(self.lines))
        ]

    def _is_broken_off(self, ours: Sequence[bool], place: int) -> bool:
        return (
            0 < place < len(self.lines) - 1
            and ours[place - 1]
            and ours[place + 1]
            and len(self.lines[place]) < len(self.lines[place - 1])
        )

    def _mark_bars(self, kinds: list[str], place: int) -> None:
        # Some programs quote with bars; alone they would be a table.
        while place < len(self.lines) and (
            not self.lines[place].strip() or self.lines[place].lstrip().startswith("|")
        ):
            if self.lines[place].strip():
                kinds[place] = _QUOTE
            place += 1

    def _below(self) -> tuple[int, int, str] | None:
        found: list[tuple[int, int, str]] = []
        headers = quoted_headers_in(self.lines)
        if headers:
            found.append((headers.start, headers.end, "headers-below"))
        for attribution in self.attributions:
            following = self._after(attribution.end, {_BLANK})
            unmarked = following < self.end and self.kinds[following] == _TEXT
            if (
                unmarked
                and attribution.firm
                and _TEXT in self.kinds[: attribution.start]
            ):
                found.append((attribution.start, attribution.end, "mail-below"))
                break
        drawn = self._drawn_above_ours()
        if drawn is not None:
            found.append((drawn, drawn + 1, "mail-below"))
        return min(found, default=None)

    def _drawn_above_ours(self) -> int | None:
        """Return the place of a line drawn above all that was sent, and nothing else.

        However short that is: a line above it and nothing of the author's in it or
        below it are proof.
        """
        last = len(self.lines)
        for place in range(last - 1, max(0, last - _DRAWN_WITHIN), -1):
            if not self.sent or not is_divider(self.lines[place]):
                continue
            below = [line for line in self.lines[place + 1 :] if line.strip()]
            if below and self._covers_all(below):
                return place
        return None

    def _covers_all(self, lines: Sequence[str]) -> bool:
        return self.words.share(lines) >= _ALL_OF_OURS and all(
            self.words.ours_among(lines, least=1, alone=1)
        )

    def _answers_inside(self, start: int) -> bool:
        """Say whether the author wrote into the mail below; turns proof into quotes."""
        if not self.sent:
            return False
        below = self.lines[start:]
        deeper = self._next_level(start)
        feet = (list_foot_start(below), phone_foot_start(below), deeper)
        below = below[: min((foot for foot in feet if foot is not None), default=None)]
        ours = self.words.ours_among(below, least=_PROOF_BELOW)
        first = ours.index(True) if True in ours else len(ours)
        own = [
            place
            for place, line in enumerate(below)
            if line.strip()
            and not ours[place]
            and not is_divider(line)
            and not is_quote(line)
            and not (place < first and is_banner(line))
        ]
        if first == len(ours) or not own:
            return False
        for place, proven in enumerate(ours):
            if proven:
                self.ours[start + place] = True
                self.kinds[start + place] = _QUOTE
        for place in range(start + len(below), len(self.lines)):
            if self.kinds[place] == _TEXT and deeper is not None:
                self.kinds[place] = _QUOTE
        return True

    def _next_level(self, start: int) -> int | None:
        """Return how far below a further mail begins in the one that is answered."""
        headers = quoted_headers_in(self.lines[start:])
        found = [headers.start] if headers else []
        found += [one.start - start for one in self.attributions if one.start >= start]
        return min(found, default=None)

    def _covers(self, places: Sequence[int]) -> float:
        """Return how much of what was sent stands in these lines: from 0 to 1."""
        return self.words.share([self.lines[place] for place in places])

    def _is_whole(self, start: int, end: int) -> bool:
        """Say whether a quote above an answer was put there by a mail program.

        Whoever answers below a few lines that they chose wants them to be seen.
        """
        quoted = [
            place
            for place in range(start, end)
            if self.kinds[place] == _QUOTE and self.lines[place].strip(" >|\t")
        ]
        proven = [place for place in quoted if self.ours[place]]
        if 2 * len(proven) > len(quoted):
            chosen = len(quoted) <= _CHOSEN_OF_OURS
            return not chosen or self._covers(proven) >= _ALL_OF_OURS
        return not self.sent and len(quoted) > _CHOSEN_MOST

    def _last_paragraph(self, quoted: Sequence[int]) -> int:
        left = quoted[-1]
        for place in reversed(quoted[-_CONTEXT_LEFT:]):
            if left - place > 1:
                break
            left = place
        return left

    def _cut_from(self, start: int, rule: str) -> None:
        for place in range(start, self.end):
            self.cut_by.setdefault(place, rule)
        self.end = start
        self.rules.append(rule)

    def _cut_blank_and_dividers(self) -> None:
        end = self.end
        while end and (
            self.kinds[end - 1] == _BLANK or is_divider(self.lines[end - 1])
        ):
            end -= 1
        if not end:
            return
        if any(self.kinds[place] != _BLANK for place in range(end, self.end)):
            self._cut_from(end, "divider")
            return
        # Blank lines belong to what was cut below them.
        below = self._rule(self.end) or "blank"
        for place in range(end, self.end):
            self.cut_by[place] = below
        self.end = end

    def _cut_foot(self, rule: str, find: Callable[[Sequence[str]], int | None]) -> bool:
        start = find(self.lines[: self.end])
        if start is None or not self.has_own_text(start):
            return False
        self._cut_from(start, rule)
        return True

    def _cut_quote_at_end(self) -> bool:
        start = self.end
        while start and self.kinds[start - 1] in {_QUOTE, _BLANK, _ATTRIBUTION}:
            start -= 1
        block = self.kinds[start : self.end]
        if _QUOTE not in block and _ATTRIBUTION not in block:
            return False
        if not self.has_own_text(start) or not self._is_cuttable(start, block):
            return False
        self._cut_from(start, "quote-below")
        return True

    def _is_cuttable(self, start: int, block: Sequence[str]) -> bool:
        """Say whether a quote at the end is one, and not a way of writing.

        Where we know what we sent, a quote that nobody is named for and that holds
        nothing of it may be the author's own; and so may the only quote of a mail that
        the author's words lead up to.
        """
        if self.attributions or _ATTRIBUTION in block:
            return True
        lines = self.lines[start : self.end]
        if any(self.ours[start : self.end]) or self._names_somebody(lines):
            return True
        if self.sent:
            return False
        above = self.lines[start - 1]
        if is_divider(above):
            return True
        close = block[0] == _QUOTE or above.rstrip().endswith((":", "："))
        return not close or _QUOTE in self.kinds[:start]

    def _names_somebody(self, lines: Sequence[str]) -> bool:
        """Say whether somebody is named inside a quote, or a mail below is."""
        bare = [line.lstrip(" >|") for line in lines]
        return bool(attributions_in(bare)) or quoted_headers_in(bare) is not None

    def _begins_with_name(self, start: int, end: int) -> bool:
        """Say whether the first thing in a quote is who wrote it, as in Apple's."""
        bare = [line.lstrip(" >|") for line in self.lines[start : min(end, start + 6)]]
        return any(not "".join(bare[: one.start]) for one in attributions_in(bare))

    def _after(self, place: int, kinds: set[str]) -> int:
        while place < self.end and self.kinds[place] in kinds:
            place += 1
        return place

    def _drop(self, places: range, kind: str, rule: str) -> None:
        for place in places:
            if self.kinds[place] == kind and place not in self.cut_by:
                self.cut_by[place] = rule
                self.rules.append(rule)


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip("\n")
