"""Cuts from a mail what its author did not write, and keeps what was cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mappings.attribution import Attribution
from mappings.cuts import Cuts, Trimmed, joined
from mappings.device_feet import phone_foot_start
from mappings.mail_below import answers_inside, mail_below, says_answers_are_below
from mappings.mail_lines import ATTRIBUTION, BLANK, QUOTE, TEXT, MailLines
from mappings.quoting import is_banner
from mappings.signatures import (
    disclaimer_start,
    is_divider,
    list_foot_start,
    signature_start,
)

__all__ = ["Trimmed", "trim"]

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
    mail = MailLines(lines, sent)
    if not mail.has_own_text(len(lines)):
        return Trimmed(kept=joined(lines))
    cutter = _Cutter(mail, told_to_pass_on=passes_on)
    cutter.cut_below()
    if not cutter.passes_on(cutter.cuts.end):
        cutter.cut_end()
        cutter.cut_beginning()
        cutter.cut_attributions()
        cutter.cut_between()
    return cutter.cuts.trimmed()


class _Cutter:
    """Holds the lines of one mail while they are cut; lives for one call of `trim`."""

    def __init__(self, mail: MailLines, *, told_to_pass_on: bool) -> None:
        self.mail = mail
        self.cuts = Cuts(mail)
        self.told_to_pass_on = told_to_pass_on
        self.forwarded = False

    def passes_on(self, end: int) -> bool:
        """Say whether the lines up to `end` pass another mail on: that is the matter."""
        return self.forwarded or self.mail.pass_on(end)

    def cut_below(self) -> None:
        """Cut the mail that stands below without quote marks."""
        below = mail_below(self.mail)
        if below is None:
            return
        start, end, rule = below
        if self.passes_on(start + 1) or not self.mail.has_own_text(start):
            return
        if self.told_to_pass_on and not any(self.mail.ours[end:]):
            # Without a line that says so, a mail that is passed on looks like one
            # that is answered; only its subject tells.
            self.forwarded = True
            return
        if answers_inside(self.mail, end):
            self.mail.kinds[start:end] = ATTRIBUTION * (end - start)
            headers = Attribution(start=start, end=end, firm=True)
            self.mail.attributions = (*self.mail.attributions, headers)
            self.cuts.rules.append("answers-inside")
            return
        if says_answers_are_below(self.mail, start) and not self.mail.all_ours(
            [line for line in self.mail.lines[end:] if line.strip()]
        ):
            # Where they stand cannot be told; a quote too much is no harm.
            self.forwarded = True
            return
        self.cuts.cut_from(start, rule)

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
        place = self._after(0, {BLANK})
        while place < self.cuts.end and is_banner(self.mail.lines[place]):
            self.cuts.drop(range(place, place + 1), self.mail.kinds[place], "banner")
            place = self._after(place + 1, {BLANK})
        after = self._after(place, {BLANK, ATTRIBUTION})
        named = after < self.cuts.end and ATTRIBUTION in self.mail.kinds[place:after]
        if (
            named
            and self.mail.kinds[after] != QUOTE
            and not self._is_firm(place, after)
        ):
            # Whoever leads up to their own words says so themselves.
            return
        if named:
            self.cuts.drop(range(place, after), ATTRIBUTION, "attribution")
        quote_end = self._after(after, {BLANK, QUOTE, ATTRIBUTION})
        rest = self.mail.kinds[quote_end : self.cuts.end]
        if quote_end == after or TEXT not in rest or QUOTE in rest:
            return
        if (
            named
            or self.mail.begins_with_name(after, quote_end)
            or self._is_whole(after, quote_end)
        ):
            self.cuts.drop(range(after, quote_end), QUOTE, "quote-above")
            self.cuts.drop(range(after, quote_end), ATTRIBUTION, "quote-above")

    def cut_between(self) -> None:
        """Cut from the quotes between answers what says nothing about them."""
        start = self._after(0, {BLANK})
        while start < self.cuts.end:
            if self.mail.kinds[start] not in {QUOTE, ATTRIBUTION}:
                start += 1
                continue
            end = self._after(start, {BLANK, QUOTE, ATTRIBUTION})
            quoted = [
                place
                for place in range(start, end)
                if self.mail.kinds[place] == QUOTE
                and place not in self.cuts
                and self.mail.lines[place].strip(" >|\t")
            ]
            proven = [place for place in quoted if self.mail.ours[place]]
            whole = (
                self.mail.covers(proven) >= _ALL_OF_OURS
                and True not in self.mail.ours[end:]
            )
            if whole and 2 * len(proven) > len(quoted):
                self.cuts.drop(range(start, end), QUOTE, "quote-whole")
                self.cuts.drop(range(start, end), ATTRIBUTION, "quote-whole")
            elif len(quoted) > _CONTEXT_WHOLE and 2 * len(proven) > len(quoted):
                left = self._last_paragraph(quoted)
                self.cuts.drop(range(start, left), QUOTE, "quote-between")
            start = end

    def cut_attributions(self) -> None:
        """Cut what says who wrote a quote that stays between the answers."""
        for attribution in self.mail.attributions:
            following = self._after(attribution.end, {BLANK})
            if following < self.cuts.end and self.mail.kinds[following] == QUOTE:
                self.cuts.drop(
                    range(attribution.start, attribution.end),
                    ATTRIBUTION,
                    "attribution",
                )

    def _is_firm(self, start: int, end: int) -> bool:
        return any(
            attribution.firm and start <= attribution.start < end
            for attribution in self.mail.attributions
        )

    def _is_whole(self, start: int, end: int) -> bool:
        """Say whether a quote above an answer was put there by a mail program.

        Whoever answers below a few lines that they chose wants them to be seen.
        """
        quoted = [
            place
            for place in range(start, end)
            if self.mail.kinds[place] == QUOTE and self.mail.lines[place].strip(" >|\t")
        ]
        proven = [place for place in quoted if self.mail.ours[place]]
        if 2 * len(proven) > len(quoted):
            chosen = len(quoted) <= _CHOSEN_OF_OURS
            return not chosen or self.mail.covers(proven) >= _ALL_OF_OURS
        return not self.mail.sent and len(quoted) > _CHOSEN_MOST

    def _last_paragraph(self, quoted: Sequence[int]) -> int:
        left = quoted[-1]
        for place in reversed(quoted[-_CONTEXT_LEFT:]):
            if left - place > 1:
                break
            left = place
        return left

    def _cut_blank_and_dividers(self) -> None:
        end = self.cuts.end
        while end and (
            self.mail.kinds[end - 1] == BLANK or is_divider(self.mail.lines[end - 1])
        ):
            end -= 1
        if not end:
            return
        if any(self.mail.kinds[place] != BLANK for place in range(end, self.cuts.end)):
            self.cuts.cut_from(end, "divider")
            return
        self.cuts.cut_blank_from(end)

    def _cut_foot(self, rule: str, find: Callable[[Sequence[str]], int | None]) -> bool:
        start = find(self.mail.lines[: self.cuts.end])
        if start is None or not self.mail.has_own_text(start):
            return False
        block = self.mail.kinds[start : self.cuts.end]
        if rule == "signature" and TEXT in block[_last_of(block, QUOTE) :]:
            # Whoever answers below a quote has signed above it.
            return False
        self.cuts.cut_from(start, rule)
        return True

    def _cut_quote_at_end(self) -> bool:
        start = self.cuts.end
        while start and self.mail.kinds[start - 1] in {QUOTE, BLANK, ATTRIBUTION}:
            start -= 1
        block = self.mail.kinds[start : self.cuts.end]
        if QUOTE not in block and ATTRIBUTION not in block:
            return False
        if not self.mail.has_own_text(start) or not self._is_cuttable(start, block):
            return False
        self.cuts.cut_from(start, "quote-below")
        return True

    def _is_cuttable(self, start: int, block: Sequence[str]) -> bool:
        """Say whether a quote at the end is one, and not a way of writing.

        Where we know what we sent, a quote that nobody is named for and that holds
        nothing of it may be the author's own; and so may the only quote of a mail that
        the author's words lead up to.
        """
        if self.mail.attributions or ATTRIBUTION in block:
            return True
        lines = self.mail.lines[start : self.cuts.end]
        if any(self.mail.ours[start : self.cuts.end]) or self.mail.names_somebody(
            lines
        ):
            return True
        if self.mail.sent:
            return False
        above = self.mail.lines[start - 1]
        if is_divider(above):
            return True
        close = block[0] == QUOTE or above.rstrip().endswith((":", "："))
        return not close or QUOTE in self.mail.kinds[:start]

    def _after(self, place: int, kinds: set[str]) -> int:
        while place < self.cuts.end and self.mail.kinds[place] in kinds:
            place += 1
        return place


def _last_of(kinds: Sequence[str], kind: str) -> int:
    """Return the place behind the last of a kind, the end when there is none."""
    places = [place for place, one in enumerate(kinds) if one == kind]
    return places[-1] + 1 if places else len(kinds)
