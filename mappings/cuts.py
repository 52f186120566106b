"""What is cut from a mail, by which rule, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from mappings.mail_lines import MailLines
from mappings.quoting import is_quote


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


class Cuts:
    """The cuts of one mail; `end` is where what stands below was cut away."""

    def __init__(self, mail: MailLines) -> None:
        self._mail = mail
        self.end = len(mail.lines)
        self.rules: list[str] = []
        self._by: dict[int, str] = {}

    def __contains__(self, place: int) -> bool:
        """Say whether a line was cut."""
        return place in self._by

    def cut_from(self, start: int, rule: str) -> None:
        """Cut all from a line on."""
        for place in range(start, self.end):
            self._by.setdefault(place, rule)
        self.end = start
        self.rules.append(rule)

    def drop(self, places: range, kind: str, rule: str) -> None:
        """Cut those of some lines that are of a kind."""
        for place in places:
            if self._mail.kinds[place] == kind and place not in self._by:
                self._by[place] = rule
                self.rules.append(rule)

    def cut_blank_from(self, start: int) -> None:
        """Cut blank lines at the end: they belong to what was cut below them."""
        below = self._rule(self.end) or "blank"
        for place in range(start, self.end):
            self._by[place] = below
        self.end = start

    def trimmed(self) -> Trimmed:
        """Return the two halves; the whole text when nothing would be left."""
        kept = self._kept()
        cut = [place for place in range(len(self._mail.lines)) if self._rule(place)]
        if not any(line.strip() for line in kept) or not any(
            self._mail.lines[place].strip() for place in cut
        ):
            return Trimmed(kept=joined(self._mail.lines))
        return Trimmed(
            kept=joined(kept),
            cut=joined([self._mail.lines[place] for place in cut]),
            rules=tuple(dict.fromkeys(self.rules)),
            pieces=tuple(self._pieces(cut)),
        )

    def _kept(self) -> list[str]:
        shown: list[str] = []
        marks: list[bool] = []
        for place in range(self.end):
            if place in self._by:
                continue
            line = self._mail.lines[place]
            gap = place and place - 1 in self._by
            if gap and not line.strip() and (not shown or not shown[-1].strip()):
                # One blank line is enough where something was cut.
                continue
            bare = self._mail.ours[place] and not is_quote(line) and bool(line.strip())
            marks.append(bare)
            shown.append(f"> {line}" if bare else line)
        for number in range(1, len(shown) - 1):
            if not shown[number].strip() and marks[number - 1] and marks[number + 1]:
                shown[number] = ">"
        return shown

    def _rule(self, place: int) -> str:
        return self._by.get(place, "")

    def _pieces(self, cut: Sequence[int]) -> Iterator[Cut]:
        for rule, places in groupby(cut, key=self._rule):
            numbers = list(places)
            full = [place for place in numbers if self._mail.lines[place].strip()]
            if full:
                text = joined([self._mail.lines[place] for place in numbers])
                yield Cut(rule=rule, line=full[0] + 1, text=text)


def joined(lines: Sequence[str]) -> str:
    """Return lines as a text without blank lines at its edges."""
    return "\n".join(lines).strip("\n")
