"""Writes the header of a mail, field by field, ready for the wire.

Not left to the library's generator: it writes ids that do not fit in 78 columns as
encoded words (RFC 2047), which breaks threading in every mail program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from email.charset import SHORTEST, Charset
from email.header import Header
from email.utils import format_datetime

from mappings.one_line import cut, one_line

_COLUMNS = 76
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>")
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})"
)
_FIELD = re.compile(r"[A-Za-z0-9-]+: [\t\x20-\x7e]*(?:\r\n [\t\x20-\x7e]+)*")
_LOOKS_LIKE_AN_ADDRESS = re.compile("\\s*[@\uff20\ufe6b]\\s*")
_NOT_IN_A_NAME = re.compile(r"[\"<>\\()\[\]:;,]+")
_NAME_LIMIT = 80
_LONGEST_LINE = 998


def header_field(name: str, value: str) -> str:
    """Return one header field, without a line end, from a value in plain ASCII.

    Raises ValueError for a value that is not ASCII, holds a line end, or would make
    a physical line of over 998 octets (RFC 5322 2.1.1): callers clean first, and
    nothing that comes from outside may add a field.
    """
    written = f"{name}: {value}"
    too_long = any(len(line) > _LONGEST_LINE for line in written.split("\r\n"))
    if too_long or not _FIELD.fullmatch(written):
        raise ValueError(f"the header field {name} cannot be written")
    return written


def text_field(name: str, text: str) -> str:
    """Return a field of free text (Subject), encoded where it must be (RFC 2047)."""
    return header_field(name, _encoded(one_line(text), len(name) + 2))


def ids_field(name: str, ids: Iterable[str]) -> str | None:
    """Return a field of Message-IDs; None when none of them can stand in a header.

    Folded at the spaces between ids, never within one, and never encoded.
    """
    fit = [message_id for message_id in ids if is_message_id(message_id)]
    if not fit:
        return None
    lines = [f"{name}: {fit[0]}"]
    for message_id in fit[1:]:
        if len(lines[-1]) + len(message_id) < _COLUMNS:
            lines[-1] += f" {message_id}"
        else:
            lines.append(f" {message_id}")
    return header_field(name, "\r\n".join(lines)[len(name) + 2 :])


def address_field(name: str, address: str, display: str = "") -> str:
    """Return a field of one address: From, To, Reply-To.

    The display name is cleaned as `display_name` says. Raises ValueError for what is
    no plain address.
    """
    if not is_address(address):
        raise ValueError(f"the address in {name} cannot be written in a header")
    shown = display_name(display)
    if not shown:
        return header_field(name, address)
    phrase = _phrase(shown, len(name) + 2)
    return header_field(name, _with_brackets(phrase, address, len(name) + 2))


def list_field(name: str, url: str) -> str | None:
    """Return a field that holds a URL in angle brackets (RFC 2369, RFC 5064).

    None for a URL that cannot stand there.
    """
    if not re.fullmatch(r"[\x21-\x3b\x3d\x3f-\x7e]{1,900}", url):
        return None
    return header_field(name, f"<{url}>")


def list_id_field(list_id: str, name: str = "") -> str | None:
    """Return List-Id (RFC 2919) with the list's name; None for what is no list id."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+", list_id[:255]):
        return None
    shown = display_name(name)
    if not shown:
        return header_field("List-Id", f"<{list_id}>")
    return header_field("List-Id", _with_brackets(_phrase(shown, 9), list_id, 9))


def date_field(moment: datetime) -> str:
    """Return Date from an aware datetime."""
    return header_field("Date", format_datetime(moment))


def is_message_id(text: str) -> bool:
    """Say whether a Message-ID can be written in a header as it stands."""
    return _ID.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Say whether a text is one plain ASCII address."""
    return _ADDRESS.fullmatch(text) is not None


def display_name(name: str) -> str:
    """Return a person's name fit to stand before an address.

    On one line, without quotation marks and whatever else means something in an
    address; an `@` of any width is spelled out, because mail programs show the name
    alone and `boss@bank.example` would pass for the sender. At most 80 characters.
    """
    spelled = _LOOKS_LIKE_AN_ADDRESS.sub(" at ", one_line(name))
    return cut(one_line(_NOT_IN_A_NAME.sub(" ", spelled)), _NAME_LIMIT)


def _with_brackets(phrase: str, inner: str, before: int) -> str:
    last = phrase.rpartition("\r\n")[2]
    fits = before + len(last) + len(inner) + 3 <= _COLUMNS
    fold = " " if fits else "\r\n "
    return f"{phrase}{fold}<{inner}>"


def _phrase(name: str, before: int) -> str:
    return f'"{name}"' if name.isascii() else _encoded(name, before)


def _utf_8() -> Charset:
    """Return how words are encoded: in whichever way is shorter.

    Said here, because libraries change it for the whole program: the same mail was
    then made of other bytes.
    """
    charset = Charset("utf-8")
    charset.header_encoding = SHORTEST
    return charset


def _encoded(text: str, before: int) -> str:
    if text.isascii() and "=?" not in text:
        return _folded(text, before)
    header = Header(text, _utf_8(), maxlinelen=_COLUMNS, header_name="x" * (before - 2))
    return header.encode(linesep="\r\n")


def _folded(text: str, before: int) -> str:
    lines = [""]
    for word in text.split(" "):
        width = len(lines[-1]) + len(word) + (before if len(lines) == 1 else 1)
        if lines[-1] and width >= _COLUMNS:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\r\n ".join(lines)
