"""Cuts from a mail what its author did not write, and keeps what was cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mappings.attribution import Attribution, attributions_in
from mappings.quoted_headers import is_forwarding, quoted_headers_in
from mappings.quoting import is_quote, ours_among
from mappings.signatures import (
    is_divider,
    list_foot_start,
    phone_foot_start,
    signature_start,
)

_PROOF_UNMARKED = 120
_PROOF_BELOW = 40
_LINES_MOST = 20_000

_BLANK, _TEXT, _QUOTE, _ATTRIBUTION = "etqa"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimmed:
    """A mail's text in two: what its author wrote, and what was cut.

    Every line of the original stands in one of them, in order; blank lines at the
    edges are let go. `rules` names what cut, in the order in which it cut.
    """

    kept: str
    cut: str = ""
    rules: tuple[str, ...] = ()


def trim(
    text: str, *, parent_text: str | None = None, sent_text: str | None = None
) -> Trimmed:
    """Return the text without what was quoted, signed or added below.

    `parent_text` is the post that is answered, as plain text; `sent_text` the mail
    as which it was sent, foot and all; None when not known. What is provably theirs
    goes first. Quotes between the author's own paragraphs stay, they say what is
    answered. `kept` is empty only when the text is blank. Never raises.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > _LINES_MOST:
        return Trimmed(kept=text)
    sent = [known for known in (sent_text, parent_text) if known and known.strip()]
    cutter = _Cutter(lines, sent)
    if not cutter.has_own_text(len(lines)):
        return Trimmed(kept=_joined(lines))
    cutter.cut_below()
    if not cutter.passes_on(cutter.end):
        cutter.cut_end()
        cutter.cut_beginning()
        cutter.cut_attributions()
    return cutter.trimmed()


class _Cutter:
    """Holds the lines of one mail while they are cut; lives for one call of `trim`."""

    def __init__(self, lines: Sequence[str], sent: Sequence[str]) -> None:
        self.lines = lines
        self.sent = sent
        self.end = len(lines)
        self.dropped: set[int] = set()
        self.rules: list[str] = []
        self.attributions: tuple[Attribution, ...] = ()
        self.kinds = self._kinds()

    def passes_on(self, end: int) -> bool:
        """Say whether the lines up to `end` pass another mail on: that is the matter."""
        return any(is_forwarding(line) for line in self.lines[:end])

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
            if self._cut_quote_at_end():
                continue
            if not signed and self._cut_foot("signature", signature_start):
                signed = True
                continue
            return

    def cut_beginning(self) -> None:
        """Cut the quote above an answer that stands below it."""
        place = self._after(0, {_BLANK})
        after = self._after(place, {_BLANK, _ATTRIBUTION})
        if after > place and after < self.end:
            self._drop(range(place, after), _ATTRIBUTION, "attribution")
        quote_end = self._after(after, {_BLANK, _QUOTE, _ATTRIBUTION})
        rest = self.kinds[quote_end : self.end]
        if quote_end > after and _TEXT in rest and _QUOTE not in rest:
            self._drop(range(after, quote_end), _QUOTE, "quote-above")
            self._drop(range(after, quote_end), _ATTRIBUTION, "quote-above")

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
        kept = [
            line
            for place, line in enumerate(self.lines[: self.end])
            if place not in self.dropped
        ]
        if not any(line.strip() for line in kept):
            return Trimmed(kept=_joined(self.lines))
        cut = [
            line
            for place, line in enumerate(self.lines)
            if place >= self.end or place in self.dropped
        ]
        if not any(line.strip() for line in cut):
            return Trimmed(kept=_joined(self.lines))
        return Trimmed(
            kept=_joined(kept),
            cut=_joined(cut),
            rules=tuple(dict.fromkeys(self.rules)),
        )

    def _kinds(self) -> list[str]:
        kinds = [
            _BLANK if not line.strip() else _QUOTE if is_quote(line) else _TEXT
            for line in self.lines
        ]
        if self.sent:
            ours = ours_among(self.lines, self.sent, letters_least=_PROOF_UNMARKED)
            for place, proven in enumerate(ours):
                if proven:
                    kinds[place] = _QUOTE
        self.attributions = attributions_in(self.lines)
        for attribution in self.attributions:
            for place in range(attribution.start, attribution.end):
                kinds[place] = _ATTRIBUTION
            self._mark_bars(kinds, attribution.end)
        return kinds

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
        return min(found, default=None)

    def _answers_inside(self, start: int) -> bool:
        """Say whether the author wrote into the mail below; turns proof into quotes."""
        if not self.sent:
            return False
        below = self.lines[start:]
        foot = list_foot_start(below)
        phone = phone_foot_start(below)
        below = below[: min(len(below) if e is None else e for e in (foot, phone))]
        ours = ours_among(below, self.sent, letters_least=_PROOF_BELOW)
        own = [
            place
            for place, line in enumerate(below)
            if line.strip() and not ours[place] and not is_divider(line)
        ]
        if not any(ours) or not own:
            return False
        for place, proven in enumerate(ours):
            if proven:
                self.kinds[start + place] = _QUOTE
        return True

    def _cut_from(self, start: int, rule: str) -> None:
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
            self.rules.append("divider")
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
        nothing of it may be the author's own.
        """
        if not self.sent or _ATTRIBUTION in block:
            return True
        lines = self.lines[start : self.end]
        return any(ours_among(lines, self.sent, letters_least=1))

    def _after(self, place: int, kinds: set[str]) -> int:
        while place < self.end and self.kinds[place] in kinds:
            place += 1
        return place

    def _drop(self, places: range, kind: str, rule: str) -> None:
        for place in places:
            if self.kinds[place] == kind:
                self.dropped.add(place)
                self.rules.append(rule)


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip("\n")
