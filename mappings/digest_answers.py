"""Parts a mail that answers a digest: which words go to which of its posts.

Nothing is guessed: what does not say to which post it belongs is not placed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mappings.attribution import attributions_in
from mappings.command_tokens import tokens_of
from mappings.command_words import Word
from mappings.device_feet import phone_foot_start
from mappings.issue_pieces import IssuePieces, bare, pieces_of
from mappings.post_body import FOOTER_LINE
from mappings.quoted_headers import quoted_headers_in
from mappings.quoting import is_quote
from mappings.sent_words import SentWords
from mappings.signatures import (
    is_divider,
    list_foot_start,
    signature_start,
)
from mappings.trimming import trim

_PROOF = 24
_LINES_MOST = 20_000
_LIST_LEAST = 2
_LINE_LOOKED_AT = 2_000
_SALUTATION_LONGEST = 6
# What people put before the number of an item.
_NAMED = (
    r"(?:(?:item|post|message|question|point|answer|answer to|re|bericht|vraag|punt"
    r"|antwoord|antwoord op|réponse|réponse à|mensaje|pregunta|punto|respuesta"
    r"|respuesta a|mensagem|pergunta|ponto|resposta|resposta a|numéro|número|nummer"
    r"|number|num|nr|punkt|frage):?|n\.[ºo°])\.?\s?(?:#|n[°ºor]\.?\s?)?"
)
_TYPED = re.compile(
    r"^\s{0,3}(?:[•·*–-]\s)?[*_]{0,2}(?:"
    rf"(?:{_NAMED})?(?P<colon>\d{{1,19}})[*_]{{0,2}}\s?[:：](?!\d)"
    r"|\[(?P<square>\d{1,19})\]\s?[:：.)–—-]?"
    r"|(?:#|n[°ºor]\.?\s?)(?P<hash>\d{1,19})\b\s?[:：.)–—-]?"
    rf"|{_NAMED}(?P<named>\d{{1,19}})\s?[.)–—-](?=\s)"
    r"|\(?(?P<bracket>\d{1,4})\)(?=\s)"
    r"|(?P<dash>\d{1,4})(?:\s[–—-]|[–—])(?=\s)"
    r")[*_]{0,2}(?:\s+|$|(?<=[:：])(?=\S))(?P<rest>.*)$",
    re.IGNORECASE,
)
_WEAK = frozenset({"bracket", "dash"})
_SALUTATION = re.compile(
    r"(?i)^(?:dear|hello|hi|hey|good (?:morning|day|afternoon|evening)|greetings|beste"
    r"|hallo|hoi|dag|goede(?:morgen|middag|avond)|geachte|lieve|ch[eè]re?s?|bonjour"
    r"|bonsoir|salut|coucou|querid[oa]s?|hola|estimad[oa]s?|buen[oa]s (?:d[ií]as|tardes"
    r"|noches)|car[oa]s?|prezad[oa]s?|ol[aá]|oi|bo[am] (?:dia|tarde|noite)|jambo|habari"
    r"|xin chào|chào)\b[^:;?\d]*$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerable:
    """An item of an issue: the number that it bears, and its post."""

    number: int
    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPart:
    """What somebody said to one item; `text` is never blank."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestAnswers:
    """A mail in parts, in its order, and what could not be placed, empty for nothing."""

    parts: tuple[AnswerPart, ...] = ()
    unplaced: str = ""


def place_answers(
    text: str, *, issue_text: str, items: Sequence[Answerable], own_name: str = ""
) -> DigestAnswers:
    """Return which words of a mail answer which item of the issue that it answers.

    `text` is the whole mail, quotes and all; `issue_text` what was sent. An answer
    begins with the number of its item (`3: ...`, `[3] ...`, `#3 ...`, `3) ...`,
    `3 - ...`) or of its post (`417: ...`), or stands under words of an item that are
    quoted, however the mail program marked and wrapped them. An issue of one item is
    answered by everything. Salutations, signatures and the author's own name are not
    looked at. Never raises.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not items or len(lines) > _LINES_MOST:
        return DigestAnswers(unplaced=text.strip("\n"))
    placing = _Placing(lines, issue_text, items)
    placing.run()
    parts = placing.parts()
    if not parts and len(items) > 1:
        whole = trim(text, sent_text=issue_text).kept if placing.has_own_words else ""
        return DigestAnswers(unplaced=_worth_placing(whole.split("\n"), own_name))
    return DigestAnswers(
        parts=parts, unplaced=_worth_placing(placing.unplaced, own_name)
    )


class _Placing:
    """Goes through the lines of one mail; lives for one call of `place_answers`."""

    def __init__(
        self, lines: Sequence[str], issue_text: str, items: Sequence[Answerable]
    ) -> None:
        self.pieces: IssuePieces = pieces_of(
            issue_text, {item.number for item in items}
        )
        self.numbers = {item.number for item in items}
        self.posts = {item.post_id: item.number for item in items}
        self.lines = lines
        self.quotes = self._quotes(issue_text)
        self.end = self._end()
        self.texts: dict[int, list[str]] = {}
        self.unplaced: list[str] = []
        self.alone = items[0].number if len(items) == 1 else None
        # Where words go; None = nowhere that is known.
        self.current: int | None = self.alone
        self.typed = ""
        self.pending: list[str] = []
        self.last: int | None = None

    @property
    def has_own_words(self) -> bool:
        """Whether its author wrote anything."""
        return any(
            self.lines[place].strip() and not self.quotes[place]
            for place in range(self.end)
        )

    def run(self) -> None:
        """Put every line where it belongs."""
        lists = self._lists()
        begun = led = False
        for place in range(self.end):
            line = self.lines[place]
            if self.quotes[place]:
                self._quoted(place)
                begun = False
                continue
            found = None if place in lists else _TYPED.match(line)
            number = self._number(found)
            if found and number is not None and begun and self._may_go_on(found):
                self.current = self.alone
            elif found is not None and number is not None:
                self.current, self.typed = number, _style(found)
                self.pending = []
                line = found["rest"]
            elif found is not None and self._names_another(found):
                self.current = None
            self._said(line)
            if line.strip():
                led = line.rstrip().endswith((":", "：")) and self.current is None
                begun = not _is_salutation(line)
            else:
                # What leads up to a list may stand away from it.
                begun = begun and led

    def parts(self) -> tuple[AnswerPart, ...]:
        """Return what was said to each item, in the order in which it was begun."""
        return tuple(
            AnswerPart(number=number, text=text)
            for number, lines in self.texts.items()
            if (text := "\n".join(lines).strip("\n").rstrip())
        )

    def _said(self, line: str) -> None:
        if self.current is None:
            self.unplaced.append(line)
            if line.strip():
                self.last = None
            return
        said = self.texts.setdefault(self.current, [])
        if line.strip():
            if self.pending and self.last == self.current and any(said):
                # What stands between two answers to one post says what is answered.
                said += ["", *self.pending, ""]
            elif self.last != self.current and any(said):
                said.append("")
            self.pending = []
            self.last = self.current
        said.append(line.rstrip())

    def _quoted(self, place: int) -> None:
        line = self.lines[place]
        marked = is_quote(line)
        number = self.pieces.header_at(line, quoted=marked)
        if number is None and bare(line) == FOOTER_LINE:
            self._turn_to(self.alone)
            return
        if number is None:
            owners = self.pieces.owners_of(line)
            if owners is not None and self.current not in owners:
                number = next(iter(owners)) if len(owners) == 1 else self.alone
                self._turn_to(number)
            if owners and self.current in owners:
                self.pending.append(f"> {bare(line)}")
            return
        self._turn_to(number)

    def _turn_to(self, number: int | None) -> None:
        self.current = number
        self.typed = ""
        self.pending = []

    def _number(self, found: re.Match[str] | None) -> int | None:
        if found is None:
            return None
        style = _style(found)
        number = int(found[style])
        if number in self.numbers:
            return number
        return None if style in _WEAK else self.posts.get(number)

    def _names_another(self, found: re.Match[str]) -> bool:
        """Say whether a line that begins with a number means an item that is not there.

        Only where its author numbers answers in this very way.
        """
        style = _style(found)
        return style == self.typed and style not in _WEAK and self.alone is None

    def _may_go_on(self, found: re.Match[str]) -> bool:
        """Say whether a number may as well belong to the sentence in the line above.

        `They cost` and below it `3 - 4 dollars`, in an answer that began otherwise;
        or `My recipe:` and below it `1) wash`.
        """
        style = _style(found)
        return style in _WEAK and (self.current is None or style != self.typed)

    def _lists(self) -> set[int]:
        """Return the lines that number what is said, and not to whom it is said.

        `1)`, `2)` within an answer that has begun otherwise is a list.
        """
        found: set[int] = set()
        run: list[int] = []
        opened = False
        for place in range(self.end + 1):
            at_end = place == self.end
            line = "" if at_end else self.lines[place]
            match = None if at_end or self.quotes[place] else _TYPED.match(line)
            style = _style(match) if match else ""
            if match and style in _WEAK and opened:
                if int(match[style]) == len(run) + 1:
                    run.append(place)
                    continue
            elif not at_end and not (match or self.quotes[place]):
                continue
            if len(run) >= _LIST_LEAST:
                found.update(run)
            run = []
            if match and style not in _WEAK and self._number(match) is not None:
                opened = True
            elif not at_end and self.quotes[place]:
                opened = opened or (
                    self.pieces.header_at(line, quoted=is_quote(line)) is not None
                )
        return found | self._led_up_to()

    def _led_up_to(self) -> set[int]:
        """Return the lines of lists that a numbered line leads up to with a colon.

        `3: I like these:`, and below it `1: tea`, `2: coffee`.
        """
        found: set[int] = set()
        for place in range(self.end):
            above = _TYPED.match(self.lines[place])
            if place in found or self.quotes[place] or self._number(above) is None:
                continue
            if above is None or not above["rest"].rstrip().endswith((":", "：")):
                continue
            run: list[int] = []
            for below in range(place + 1, self.end):
                one = None if self.quotes[below] else _TYPED.match(self.lines[below])
                if one is None or int(one[_style(one)]) != len(run) + 1:
                    break
                run.append(below)
            if len(run) >= _LIST_LEAST:
                found.update(run)
        return found

    def _quotes(self, issue_text: str) -> list[bool]:
        """Tell of each line whether its author quoted it, or a program put it there."""
        marked = [is_quote(line) for line in self.lines]
        proven = SentWords([issue_text]).ours_among(
            [bare(line) for line in self.lines], least=_PROOF
        )
        quotes = [
            bool(line.strip())
            and (mark or proof or self.pieces.header_at(line, quoted=False) is not None)
            for line, mark, proof in zip(self.lines, marked, proven, strict=True)
        ]
        for attribution in attributions_in(self.lines):
            for place in range(attribution.start, attribution.end):
                quotes[place] = True
        headers = quoted_headers_in(self.lines)
        if headers is not None:
            for place in range(headers.start, headers.end):
                quotes[place] = bool(self.lines[place].strip())
        return quotes

    def _end(self) -> int:
        """Return where the author's words end: before the signature and other feet."""
        end = len(self.lines)
        while end and (self.quotes[end - 1] or not self.lines[end - 1].strip()):
            end -= 1
        start = end
        while start and not self.quotes[start - 1]:
            start -= 1
        while True:
            while end > start and (
                not self.lines[end - 1].strip() or is_divider(self.lines[end - 1])
            ):
                end -= 1
            last = self.lines[start:end]
            feet = (phone_foot_start, list_foot_start, signature_start)
            foot = next((at for find in feet if (at := find(last)) is not None), None)
            if foot is None:
                return end
            end = start + foot


def _style(found: re.Match[str]) -> str:
    return next(
        name
        for name in ("colon", "square", "hash", "named", "bracket", "dash")
        if found[name] is not None
    )


def _worth_placing(lines: Sequence[str], own_name: str) -> str:
    """Return what is left without salutations, thanks, and the author's own name."""
    own = {token.text for token in tokens_of(own_name)}
    kept = [line.rstrip() for line in lines]
    first = next((at for at, line in enumerate(kept) if line.strip()), None)
    if first is not None and _is_salutation(kept[first]):
        kept = kept[first + 1 :]
    says = any(
        Word.POLITE not in token.meanings and token.text not in own
        for line in kept
        for token in tokens_of(line[:_LINE_LOOKED_AT])
    )
    return "\n".join(kept).strip("\n") if says else ""


def _is_salutation(line: str) -> bool:
    plain = line.strip()
    return len(plain.split()) <= _SALUTATION_LONGEST and bool(_SALUTATION.match(plain))
