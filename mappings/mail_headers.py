"""Reads header fields of strangers: ids, addresses, dates, encoded words.

The library's own structured parser is not used for ids: it cuts `<abc[1]@x.org>`
short, and mail programs put commas, tabs and sentences among ids.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime

from mappings.charsets import decoded_bytes, without_controls

_ID = re.compile(r"<[^<>\s]+>")
_FOLD = re.compile(r"\r?\n[ \t]?|\r")
_WORD = re.compile(
    r"=\?([A-Za-z0-9_.:()+-]{1,60}?)(?:\*[A-Za-z0-9-]*)?\?([bBqQ])\?([^?\n]*)\?="
)
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")
_Q_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]+@[^\s<>,;:\"()\[\]]+")
_HIDDEN_WORD = re.compile(r"zq(\d{1,6})qz")
_ADDRESSES_LONGEST = 64_000
_IDS_MOST = 500
_EARLIEST_YEAR = 1980


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAddress:
    """An address as it stands in a header; `name` is decoded and may be empty."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Headers:
    """The header fields of a mail, by lower-case name, unfolded and not decoded."""

    fields: Mapping[str, tuple[str, ...]]

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field, in the order of the mail."""
        return self.fields.get(name.lower(), ())

    def first(self, name: str) -> str:
        """Return the first value of a field, empty when there is none."""
        values = self.fields.get(name.lower())
        return values[0] if values else ""

    def text(self, name: str) -> str:
        """Return the first value of a field with its encoded words decoded."""
        return decoded_words(self.first(name))

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.fields


def headers_from(pairs: Iterable[tuple[str, str]]) -> Headers:
    """Return the fields of a message that was parsed with the compat32 policy."""
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name.strip().lower(), []).append(_unfolded(value))
    return Headers({name: tuple(values) for name, values in fields.items()})


def ids_in(values: Iterable[str]) -> tuple[str, ...]:
    """Return the message ids in these values, in order, each once.

    Whatever stands around them is passed over (RFC 5322 3.6.4 and worse).
    """
    found = dict.fromkeys(id_ for value in values for id_ in _ID.findall(value))
    ids = tuple(found)
    return ids if len(ids) <= _IDS_MOST else (ids[0], *ids[1 - _IDS_MOST :])


def addresses_in(values: Iterable[str]) -> tuple[MailAddress, ...]:
    """Return the addresses in these values; what is no address is passed over."""
    words: list[str] = []

    def hidden(word: re.Match[str]) -> str:
        words.append(word[0])
        return f"zq{len(words) - 1}qz"

    # Programs leave commas and colons in encoded words, which would part a name.
    cut = [_WORD.sub(hidden, value[:_ADDRESSES_LONGEST]) for value in values if value]
    if not cut:
        return ()
    try:
        pairs = getaddresses(cut)
    except (RecursionError, IndexError, ValueError, AttributeError):
        pairs = [("", address) for value in cut for address in _ADDRESS.findall(value)]
    return tuple(
        MailAddress(name=_shown(name, words), address=bare)
        for name, address in pairs
        if "@" in (bare := without_controls(address).strip("<> \t'"))
        and len(bare.split()) == 1
    )


def _shown(name: str, words: list[str]) -> str:
    def uncovered(place: re.Match[str]) -> str:
        number = int(place[1])
        return words[number] if number < len(words) else place[0]

    whole = _HIDDEN_WORD.sub(uncovered, name) if words else name
    return decoded_words(whole).strip()


def date_in(value: str) -> datetime | None:
    """Return the time of a Date field in UTC, None when it cannot be told.

    A field without a zone is taken as UTC; a year before 1980 is a clock that was
    never set, and so is None.
    """
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
    return moment if moment.year >= _EARLIEST_YEAR else None


def decoded_words(value: str) -> str:
    """Return a header value with its encoded words decoded (RFC 2047), on one line.

    Neighbouring words in one charset are joined before they are decoded, because
    programs cut in the middle of a character. What cannot be decoded stays.
    """
    if "=?" in value:
        value = _decoded(_BETWEEN_WORDS.sub(r"\1", value))
    return " ".join(without_controls(value).split())


def _decoded(value: str) -> str:
    pieces: list[str] = []
    octets, charset, end = b"", "", 0
    for word in _WORD.finditer(value):
        told = _octets(word[2], word[3])
        joins = word.start() == end and octets and charset == word[1].lower()
        if not joins:
            pieces.append(decoded_bytes(octets, charset))
            pieces.append(value[end : word.start()])
            octets, charset = b"", word[1].lower()
        octets += told
        end = word.end()
    pieces.append(decoded_bytes(octets, charset))
    return "".join(pieces) + value[end:]


def _octets(encoding: str, text: str) -> bytes:
    told = text.encode("utf-8", "surrogatepass")
    if encoding in "qQ":
        return _Q_BYTE.sub(
            lambda found: bytes((int(found[1], 16),)), told.replace(b"_", b" ")
        )
    try:
        return binascii.a2b_base64(told + b"=" * (-len(told) % 4))
    except binascii.Error:
        return told


def _unfolded(value: str) -> str:
    value = str(value)
    if "\n" in value or "\r" in value:
        value = _FOLD.sub(" ", value)
    if not value.isascii():
        value = decoded_bytes(value.encode("utf-8", "surrogateescape"), "utf-8")
    return value.strip()
