"""The key of a mail that came in: the same mail twice is one, two mails are two."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

_BLOCK = 1_000_000
_BLANK_LINES = re.compile(rb"(?:[ \t\r\x0b\x0c]*+\n)*+")
_SPACE = b" \t\n\r\x0b\x0c"


def mail_key(raw: bytes, message_id: str | None) -> str:
    """Return the key of a mail that came in: `mail:` and 32 base32 characters.

    The very same mail delivered twice has the same key, because only its Message-ID,
    its From and its body count (line ends and space at the end of lines set aside);
    Received, Return-Path, signatures and whatever else is added on the way do not.
    Two different mails under one Message-ID have different keys, so neither is taken
    for the other. Without a Message-ID (None) Date, To and Subject count as well,
    else two mails that say only "thank you" were one.

    Not a hexadecimal hash: those are masked in logs, and this key is for people too.
    """
    text = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    end = text.find(b"\n\n")
    headers, body = (text, len(text)) if end < 0 else (text[:end], end + 2)
    counted = [_header(headers, b"from")]
    if message_id is None:
        counted += [_header(headers, name) for name in (b"date", b"to", b"subject")]
    digest = hashlib.sha256()
    for part in ((message_id or "").strip().encode("utf-8", "replace"), *counted):
        digest.update(len(part).to_bytes(8, "big") + part)
    # Read twice rather than kept: a large mail is not to stand in memory once more.
    size = sum(map(len, _plain_blocks(text, body)))
    digest.update(size.to_bytes(8, "big"))
    for block in _plain_blocks(text, body):
        digest.update(block)
    return f"mail:{base64.b32encode(digest.digest()).decode().lower()[:32]}"


def _plain_blocks(text: bytes, start: int) -> Iterator[bytes]:
    """Yield what stands behind a place, without space at the ends of lines.

    Nor are there blank lines at either end.
    """
    end = _end_of_text(text, start)
    blank = _BLANK_LINES.match(text, start, end)
    start = blank.end() if blank else start
    while start < end:
        place = text.find(b"\n", start + _BLOCK, end)
        stop = end if place < 0 else place + 1
        lines = text[start:stop].split(b"\n")
        yield b"\n".join(line.rstrip() for line in lines)
        start = stop


def _end_of_text(text: bytes, start: int) -> int:
    """Return where the space at the end of a text begins; not before `start`."""
    end = len(text)
    while end > start:
        first = max(start, end - _BLOCK)
        left = len(text[first:end].rstrip(_SPACE))
        if left:
            return first + left
        end = first
    return end


def _header(headers: bytes, name: bytes) -> bytes:
    found = re.findall(rb"(?im)^%s[ \t]*:(.*(?:\n[ \t].*)*)" % name, headers)
    return b"\0".join(b" ".join(value.split()) for value in found)
