"""Reads a mail as it came: headers, text, files. Takes any bytes and never raises."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from io import BytesIO

from mappings.mail_body import (
    Body,
    MachinePart,
    body_of,
    content_type_of,
    parameters_of,
)
from mappings.mail_headers import (
    Headers,
    MailAddress,
    addresses_in,
    date_in,
    decoded_words,
    headers_from,
    ids_in,
)
from moodle_bridge.model.mail import MailFile

_HEAD = 256_000
_SUBJECT_LONGEST = 4_000
_NESTED = re.compile(rb"(?i)multipart/|message/")
_DELIVERED_FIELDS = (
    "x-gm-original-to",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    """How much of a mail is read; beyond it only its headers are.

    `size` is in bytes; `parts` counts the lines that may begin a MIME part; `nesting`
    the multiparts and enclosed messages that a mail may name; `lines` the lines, and
    `header_lines` those of its header.
    """

    size: int = 25_000_000
    lines: int = 400_000
    header_lines: int = 5_000
    parts: int = 5_000
    nesting: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMail:
    """A mail that came in, as far as it can be read.

    `message_id` has its angle brackets and is None when the mail has none; so have
    the ids of `in_reply_to` and `references`, in the order in which they stand.
    `senders` is who stands in From. `delivered_to` is for whom the last mail server
    took it, as far as it says. `return_path` is None when not known and empty for the
    null return path. `date` is the sender's, None when it makes no sense. `text` is
    plain, with line feeds alone at line ends; `html` is the HTML as it came, None when there is none, and
    `text` is made of it where nothing plain came along. `list_id` has no angle
    brackets. `machine_parts` and `part_types`, the media
    type of every part, are for screening. `problems` names what could not be
    read, by stable codes. `raw` is the mail itself.
    """

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    senders: tuple[MailAddress, ...]
    reply_to: tuple[MailAddress, ...]
    to: tuple[MailAddress, ...]
    cc: tuple[MailAddress, ...]
    delivered_to: tuple[str, ...]
    return_path: str | None
    date: datetime | None
    received_count: int
    headers: Headers
    list_id: str | None
    auto_submitted: str
    precedence: str
    content_type: str
    report_type: str
    text: str
    html: str | None
    files: tuple[MailFile, ...]
    machine_parts: tuple[MachinePart, ...]
    part_types: tuple[str, ...]
    size: int
    problems: tuple[str, ...]
    raw: bytes = field(repr=False, compare=False)

    @property
    def from_(self) -> MailAddress | None:
        """The first address of From; None when there is none."""
        return self.senders[0] if self.senders else None


def read_mail(raw: bytes, *, limits: ReadingLimits | None = None) -> ReadMail:
    """Return a mail as it can be read; whatever is wrong with it is in `problems`.

    Never raises. What is over a limit is read as far as its headers and says so
    (`over-size`, `over-lines`, `over-parts`, `over-nesting`).
    """
    limits = limits or ReadingLimits()
    over = _limit_passed(raw, limits)
    message, body = _parsed(raw, over, limits)
    headers = headers_from(_raw_items(message))
    ids = ids_in(headers.all("message-id"))
    return ReadMail(
        message_id=ids[0] if ids else None,
        in_reply_to=ids_in(headers.all("in-reply-to")),
        references=ids_in(headers.all("references")),
        subject=decoded_words(headers.first("subject")[:_SUBJECT_LONGEST]),
        senders=addresses_in(headers.all("from")),
        reply_to=addresses_in(headers.all("reply-to")),
        to=addresses_in(headers.all("to")),
        cc=addresses_in(headers.all("cc")),
        delivered_to=tuple(
            dict.fromkeys(
                found.address
                for name in _DELIVERED_FIELDS
                for found in addresses_in(headers.all(name))
            )
        ),
        return_path=_return_path(headers),
        date=date_in(headers.first("date")),
        received_count=len(headers.all("received")),
        headers=headers,
        list_id=_list_id(headers),
        auto_submitted=headers.first("auto-submitted").lower(),
        precedence=headers.first("precedence").lower(),
        content_type=content_type_of(message),
        report_type=dict(parameters_of(message)).get("report-type", "").lower(),
        text=body.text,
        html=body.html,
        files=body.files,
        machine_parts=body.machine_parts,
        part_types=body.part_types,
        size=len(raw),
        problems=body.problems,
        raw=raw,
    )


def _parsed(
    raw: bytes, over: str | None, limits: ReadingLimits
) -> tuple[Message, Body]:
    if over is None:
        try:
            message = BytesParser(policy=policy.compat32).parse(BytesIO(raw))
            return message, body_of(message)
        except (RecursionError, LookupError, ValueError, TypeError, AttributeError):
            over = "unparseable"
    head = _head(raw, limits)
    message = BytesHeaderParser(policy=policy.compat32).parsebytes(head)
    return message, Body(
        text="", html=None, files=(), machine_parts=(), part_types=(), problems=(over,)
    )


def _head(raw: bytes, limits: ReadingLimits) -> bytes:
    lines = raw[: _head_end(raw)].split(b"\n", limits.header_lines)
    return b"\n".join(lines[: limits.header_lines]) + b"\n\n"


def _head_end(raw: bytes) -> int:
    ends = [
        end for mark in (b"\r\n\r\n", b"\n\n") if (end := raw.find(mark, 0, _HEAD)) > 0
    ]
    return min(ends, default=_HEAD)


def _raw_items(message: Message) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in message.raw_items()]


def _limit_passed(raw: bytes, limits: ReadingLimits) -> str | None:
    # The parser's time grows with the number of parts times their nesting, so both
    # are bounded before it is asked, as are the lines, which it holds one by one.
    if len(raw) > limits.size:
        return "over-size"
    if raw.count(b"\n") > limits.lines or _header_lines(raw) > limits.header_lines:
        return "over-lines"
    if raw.count(b"\n--") > limits.parts:
        return "over-parts"
    nesting = sum(1 for _ in _NESTED.finditer(raw))
    return "over-nesting" if nesting > limits.nesting else None


def _header_lines(raw: bytes) -> int:
    ends = [raw.find(mark) for mark in (b"\r\n\r\n", b"\n\n")]
    end = min((end for end in ends if end > 0), default=len(raw))
    return raw.count(b"\n", 0, end)


def _return_path(headers: Headers) -> str | None:
    if "return-path" not in headers:
        return None
    value = headers.first("return-path").strip()
    found = addresses_in((value,))
    return found[0].address if found else ""


def _list_id(headers: Headers) -> str | None:
    value = headers.first("list-id")
    inside = value.rpartition("<")[2].partition(">")[0].strip()
    return inside.lower() or None
