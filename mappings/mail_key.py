"""The key of a mail that came in: the same mail twice is one, two mails are two."""

from __future__ import annotations

import base64
import hashlib
import re

_BLOCK = 1_000_000


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
    headers, body = _split(raw)
    counted = [_header(headers, b"from")]
    if message_id is None:
        counted += [_header(headers, name) for name in (b"date", b"to", b"subject")]
    digest = hashlib.sha256()
    for part in ((message_id or "").strip().encode("utf-8", "replace"), *counted):
        digest.update(len(part).to_bytes(8, "big") + part)
    blocks = _plain_blocks(body)
    digest.update(sum(map(len, blocks)).to_bytes(8, "big"))
    for block in blocks:
        digest.update(block)
    return f"mail:{base64.b32encode(digest.digest()).decode().lower()[:32]}"


def _plain_blocks(body: bytes) -> list[bytes]:
    """Return a body without space at the ends of its lines, in pieces.

    A large mail is not to stand in memory line by line.
    """
    blocks: list[bytes] = []
    start = 0
    while start < len(body):
        end = body.find(b"\n", start + _BLOCK) + 1 or len(body)
        lines = body[start:end].split(b"\n")
        blocks.append(b"\n".join(line.rstrip() for line in lines))
        start = end
    while blocks and not (begin := blocks[0].lstrip(b"\n")):
        del blocks[0]
    if blocks:
        blocks[0] = begin
    while blocks and not (end_block := blocks[-1].rstrip(b"\n")):
        del blocks[-1]
    if blocks:
        blocks[-1] = end_block
    return blocks


def _split(raw: bytes) -> tuple[bytes, bytes]:
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    headers, _, body = lines.partition(b"\n\n")
    return headers, body


def _header(headers: bytes, name: bytes) -> bytes:
    found = re.findall(rb"(?im)^%s[ \t]*:(.*(?:\n[ \t].*)*)" % name, headers)
    return b"\0".join(b" ".join(value.split()) for value in found)
