"""A mail on its way through the post office, and its header as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

_LINE_END = re.compile(rb"\r\n|\r|\n")
_FIELD = re.compile(rb"[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail for one recipient; `sender` is empty for the null return path.

    `content` has CRLF line ends.
    """

    sender: str
    recipient: str
    content: bytes

    def message(self) -> Message:
        """Return the parsed mail."""
        return message_from_bytes(self.content)

    def hops(self) -> int:
        """Return how many machines say that they have passed the mail on."""
        fields, _ = divided(self.content)
        return sum(name_of(field) == "received" for field in fields)

    def author(self) -> tuple[str, str]:
        """Return name and address of the From header, decoded."""
        name, address = parseaddr(str(self.message().get("From", "")))
        return str(make_header(decode_header(name))), address


def with_crlf(raw: bytes) -> bytes:
    """Return a mail with CRLF line ends only, the last line ended."""
    content = _LINE_END.sub(b"\r\n", raw)
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def divided(content: bytes) -> tuple[list[bytes], bytes]:
    """Return the fields of the header, each with its folded lines, and the body."""
    header, blank, body = content.partition(b"\r\n\r\n")
    return _FIELD.findall(header + b"\r\n"), body if blank else b""


def joined(fields: Iterable[bytes], body: bytes) -> bytes:
    """Return what `divided` took apart."""
    return b"".join(fields) + b"\r\n" + body


def name_of(field: bytes) -> str:
    """Return the name of a field, lower case."""
    return field.partition(b":")[0].strip().lower().decode("ascii", "replace")


def bare(address: str) -> str:
    """Return an address as mailboxes are looked up: lower case, without +detail."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}".lower()
