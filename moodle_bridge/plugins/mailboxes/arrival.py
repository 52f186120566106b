"""What a mailbox can tell of a mail that it did not write: envelope and size.

A mail over a mailbox's `max_bytes` is not carried whole. Its header is given with the
field `X-Moodle-Bridge-Oversize: <bytes of the whole mail>` put before everything else
and with an empty body; the mail itself stays where it is. Whoever screens the mail
sees the field as the very first one and says to its sender that it is too big. A
sender who writes the field himself only says so of his own mail.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

OVERSIZE = "X-Moodle-Bridge-Oversize"
DEFAULT_MAX_BYTES = 25 * 1024 * 1024
HEADER_BYTES = 256 * 1024

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_LINE = re.compile(rb"([A-Za-z-]+):[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)\r?\n")
_RECIPIENT_FIELDS = ("x-original-to", "envelope-to", "delivered-to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who sent a mail to whom, None where the mailbox does not know.

    An empty `sender` is the null return path.
    """

    recipient: str | None = None
    sender: str | None = None


def envelope_of(raw: bytes) -> Envelope:
    """Return the envelope as the mail host wrote it above the mail.

    Only what stands above the first `Received` counts: whoever delivers puts it there
    (RFC 5321 section 4.4), and no sender can get above it.
    """
    found: dict[str, str] = {}
    position = 0
    while (line := _LINE.match(raw, position)) is not None:
        name = line[1].decode("ascii").lower()
        if name == "received":
            break
        found.setdefault(name, line[2].decode("utf-8", "replace").strip())
        position = line.end()
    recipient = next(
        (found[name] for name in _RECIPIENT_FIELDS if found.get(name)), None
    )
    sender = found.get("return-path")
    return Envelope(
        recipient=recipient.strip("<>") if recipient else None,
        sender=sender.strip("<>") if sender is not None else None,
    )


def header_alone(start: bytes, size: int) -> bytes:
    """Return what stands for a mail that is too big to carry.

    `start` holds at least its header, or the first `HEADER_BYTES`; `size` is the
    bytes of the whole mail.
    """
    blank = _BLANK_LINE.search(start)
    header = start[: blank.start()] if blank else start[:HEADER_BYTES]
    header = header.rstrip(b"\r\n")
    return f"{OVERSIZE}: {size}\r\n".encode() + header + b"\r\n\r\n"


def key_of(kind: str, raw: bytes, recipient: str | None) -> str:
    """Return a key for a mail that has no name of its own: made from its content."""
    digest = hashlib.sha256(raw)
    digest.update(b"\0" + (recipient or "").encode())
    return f"{kind}:{digest.hexdigest()}"
