"""Finds where an answer ends and the mail below begins, when no quote marks are set.

Outlook and its kin put the headers of the mail that is answered under the answer,
in the language of the program, or a line of dashes around `Original Message`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mappings.header_labels import LABELS, OF_ANY_DATE, ORIGINALS

_KIND_OF = {
    label.replace("\\", ""): kind
    for kind, labels in LABELS.items()
    for label in labels.split("|")
}
_COLON = re.compile(r"[:：]")
_LABEL_LONGEST = max(map(len, _KIND_OF))
# Where headers are glued together, one may follow a digit; inside a word is none.
_INSIDE = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f]")
_FIELD = re.compile(
    r"^[\s*_|•\u200e\u200f\u202a-\u202e]*(?P<label>[^\W\d_][^:：<>@\n]{0,24}?)[\s*_]*[:：]"
    r"[\s*_]*(?P<value>.*)$"
)
_DASH = "-‐‑‒–—―−─_=~"
# Beyond this no program draws a line.
_LINE_LONGEST = 300
_ORIGINAL = re.compile(
    rf"^[\s>*]*[{_DASH}]{{2,40}}\s*(?:{ORIGINALS})\s*[:：]?\s*[{_DASH}]{{2,40}}(?:[\s*]*$|\S)"
    rf"|^[\s*]*[{_DASH}]{{3,40}}\s*(?:{ORIGINALS})\s*[:：]?\s*$",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
_ORIGINAL_WITHIN = 44
_RULE = re.compile(rf"^[\s*]*[{_DASH}]{{5,}}[\s*]*$")
# Dashes around a word or two, in whatever language, right above the headers.
_RULED_WORDS = re.compile(
    rf"^\s*[{_DASH}]{{4,60}}\s*[^{_DASH}\n]{{1,40}}\s*[{_DASH}]{{4,60}}\s*$"
)
# `Message du 03/05/26 09:41`, as French providers head them.
_DATED_ABOVE = re.compile(
    r"^[\s>*]*message du :? ?\d[\d/. :à-]{5,30}\s*$", re.IGNORECASE
)
_FORWARDED = re.compile(
    r"(?i)^[\s>*_-]*(?:begin forwarded message|forwarded message|début du message"
    r" (?:transféré|réexpédié)|message (?:transféré|réexpédié)|weitergeleitete nachricht"
    r"|anfang der weitergeleiteten nachricht|mensaje reenviado|mensagem encaminhada"
    r"|inizio messaggio inoltrato|messaggio inoltrato|doorgestuurd bericht"
    r"|begin doorgestuurd bericht|vidarebefordrat meddelande|videresendt"
    r"|пересылаемое сообщение|转发的邮件|轉寄的郵件|転送されたメッセージ"
    r"|thư được chuyển tiếp|tin nhắn được chuyển tiếp|przekazana wiadomość"
    r"|iletilen mesaj|전달된 메시지|הודעה שהועברה|رسالة معاد توجيهها)[\s:：*_-]*$"
)
# A line drawn, or one of words between dashes, to which headers are glued.
_DRAWN_BEFORE = re.compile(
    rf"^[\s*]*[{_DASH}]{{5,60}}(?:\s*[^{_DASH}\n]{{1,40}}\s*[{_DASH}]{{4,60}})?(?=\s*\S)"
)
_OPENED = re.compile(rf"^\s*[{_DASH}]{{4,60}}\s*[^{_DASH}\n]{{1,40}}$")
_DASHED = re.compile(rf"^\s*[{_DASH}]{{4}}")
_GLUED_MOST = 8
_TAIL_MOST = 2
_DATE_NEAR = 40
_DIGIT = re.compile(r"\d")
_DATED = re.compile(
    r"(?<!\d)(?:19|20|25)\d\d(?!\d)|\d[:.h]\d\d(?!\d)|\d([./-])\d{1,2}\1\d"
)
_TIME_OF_DAY = re.compile(r"\d[:.h]\d\d(?!\d)|\d\s?[ap]\.?m\b", re.IGNORECASE)
# Whoever writes more lines with colons does it to keep this program busy.
_LOOKED_AT_MOST = 400
_BLOCK_MOST = 14
_FIELDS_LEAST = 3
_STRANGE_MOST = 2
_VALUE_LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedHeaders:
    """Lines `start` up to `end` (not with it) are the headers of the mail below."""

    start: int
    end: int


def quoted_headers_in(lines: Sequence[str]) -> QuotedHeaders | None:
    """Return the first headers of a mail below, None when there are none.

    A line drawn above them is taken with them. What is forwarded is not below an
    answer but the matter itself, and is not given.
    """
    looked_at = 0
    for place, line in enumerate(lines):
        if not line or line.isspace() or len(line) > _VALUE_LONGEST + _LINE_LONGEST:
            continue
        end = 0
        if _is_original(line):
            after = place + 1
            end = _block_end(lines, after) or _glued_end(lines, after) or after
        elif ":" in line or "：" in line:
            looked_at += 1
            end = _block_end(lines, place)
            if not end and looked_at <= _LOOKED_AT_MOST:
                end = _glued_end(lines, place)
            # A mail below has a text; a list of the same words at the end has none.
            if end and not any(rest.strip() for rest in lines[end:]):
                continue
        if not end:
            continue
        above = _above(lines, place)
        if above >= 0 and _FORWARDED.match(lines[above]):
            continue
        if above >= 0 and (_is_drawn(lines[above]) or _is_broken(lines[above], line)):
            return QuotedHeaders(start=above, end=end)
        return QuotedHeaders(start=place, end=end)
    return None


def is_forwarding(line: str) -> bool:
    """Say whether a line begins a mail that is passed on."""
    return len(line) <= _LINE_LONGEST and _FORWARDED.match(line.strip()) is not None


def _is_drawn(line: str) -> bool:
    return len(line) <= _LINE_LONGEST and (
        _RULE.match(line) is not None
        or _RULED_WORDS.match(line) is not None
        or _DATED_ABOVE.match(line) is not None
    )


def _is_broken(line: str, below: str) -> bool:
    """Say whether dashes around words were wrapped between the two."""
    return len(line) <= _LINE_LONGEST and bool(
        _OPENED.match(line) and _DASHED.match(below)
    )


def _is_original(line: str) -> bool:
    bare = line.strip()
    return (
        len(bare) <= _VALUE_LONGEST
        and _LETTER.search(bare[:_ORIGINAL_WITHIN]) is not None
        and _ORIGINAL.match(bare) is not None
    )


def _block_end(lines: Sequence[str], start: int) -> int:
    kinds: set[str] = set()
    end, blank, strange = start, 0, 0
    sent = named = told = False
    first_seen = False
    # Without an address, travellers write the same words: `From`, `To`, `Date`.
    timed: set[str] = set()
    for place in range(start, min(len(lines), start + _BLOCK_MOST)):
        line = lines[place]
        if not line.strip():
            blank += 1
            if blank > 1:
                break
            continue
        kind = _kind(line)
        if kind is None:
            # A long list of recipients goes on in the next line.
            strange += 1
            if not first_seen or blank or strange > _STRANGE_MOST:
                break
            continue
        first_seen = True
        blank, strange = 0, 0
        kinds.add(kind)
        sent = sent or (kind == "date" and _tells_when_sent(line))
        told = told or (kind == "date" and _is_labelled_sent(line))
        if kind == "subject" or (kind == "date" and _TIME_OF_DAY.search(line)):
            timed.add(kind)
        named = named or (kind == "from" and _names_somebody(line))
        end = place + 1
    if "from" not in kinds or not kinds & {"date", "subject"}:
        return 0
    if _has_address(lines, start, end):
        return end
    if len(kinds) >= _FIELDS_LEAST and (told or {"subject", "date"} <= timed):
        return end
    return end if sent and named else 0


def _glued_end(lines: Sequence[str], start: int) -> int:
    """Return where headers end that stand in one line, as some phones write them.

    That line may have been wrapped since, wherever that was. 0 when there are none.
    """
    text, end = "", 0
    kinds: set[str] = set()
    dates: list[_Label] = []
    for place in range(start, min(len(lines), start + _GLUED_MOST)):
        line = lines[place].strip()
        if not line or len(line) > _VALUE_LONGEST + _LINE_LONGEST:
            break
        if place == start:
            line = _DRAWN_BEFORE.sub("", line, count=1).lstrip(" *_>\u200e\u200f")
        behind = len(text)
        text = f"{text} {line}" if text else line
        labels = list(_labels_from(text, behind))
        if place == start and (not labels or labels[0].start):
            return 0
        kinds.update(label.kind for label in labels)
        dates += [label for label in labels if _is_sent(label.words)]
        timed = bool(dates) or _TIME_OF_DAY.search(text) is not None
        told = "@" in text or ("subject" in kinds and timed)
        full = told and len(kinds) >= _FIELDS_LEAST
        sent = not end and any(label.dates(text) for label in dates[:1])
        if "from" in kinds and ((labels and full) or sent):
            end = place + 1
    return _with_its_tail(lines, end) if end else 0


@dataclass(frozen=True, slots=True)
class _Label:
    start: int
    colon: int
    words: str

    @property
    def kind(self) -> str:
        return _KIND_OF[self.words]

    def dates(self, text: str) -> bool:
        """Say whether a date or a time of day stands behind it."""
        value = text[self.colon + 1 : self.colon + _DATE_NEAR]
        return _DATED.search(value) is not None


def _labels_from(text: str, start: int) -> Iterator[_Label]:
    """Give the labels whose colon stands at `start` or later."""
    for colon in _COLON.finditer(text, start):
        end = len(text[: colon.start()].rstrip(" *_"))
        for begin in range(max(0, end - _LABEL_LONGEST), end):
            words = text[begin:end].lower()
            inside = begin and _INSIDE.match(text[begin - 1])
            if words in _KIND_OF and not inside and not text[begin].islower():
                yield _Label(begin, colon.start(), words)
                break


def _is_sent(label: str) -> bool:
    return _KIND_OF.get(label) == "date" and label not in OF_ANY_DATE


def _with_its_tail(lines: Sequence[str], end: int) -> int:
    """Return where the last header ends, which may go on for a line or two."""
    for place in range(end, min(len(lines), end + _TAIL_MOST + 1)):
        if not lines[place].strip():
            return place
    return end


def _tells_when_sent(line: str) -> bool:
    found = _FIELD.match(line)
    return bool(
        found and _is_sent(_label(found["label"])) and _DATED.search(found["value"])
    )


def _is_labelled_sent(line: str) -> bool:
    found = _FIELD.match(line)
    return bool(found and _is_sent(_label(found["label"])))


def _names_somebody(line: str) -> bool:
    found = _FIELD.match(line)
    name = found["value"].strip(" \"'*_") if found else ""
    return bool(name) and not _DIGIT.search(name) and not name[0].islower()


def _kind(line: str) -> str | None:
    found = _FIELD.match(line)
    if not found or len(found["value"]) > _VALUE_LONGEST:
        return None
    return _KIND_OF.get(_label(found["label"]))


def _label(words: str) -> str:
    return " ".join(words.split()).lower().rstrip("*_ ")


def _has_address(lines: Sequence[str], start: int, end: int) -> bool:
    return any("@" in line for line in lines[start:end])


def _above(lines: Sequence[str], place: int) -> int:
    for above in range(place - 1, max(-1, place - 4), -1):
        if lines[above].strip():
            return above
    return -1
