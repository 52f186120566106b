"""Takes one mail from standard input, as a mail host pipes it to a command.

Not an `IMailbox`: the mail is pushed. The command ends well only when the mail is in
the ledger; with any other end the mail host keeps the mail and tries again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO

from moodle_bridge.model.mail import IncomingMail
from moodle_bridge.plugins.mailboxes.arrival import (
    DEFAULT_MAX_BYTES,
    envelope_of,
    header_alone,
    key_of,
)

_MBOX_LINE = re.compile(rb"\AFrom [^\r\n]*\r?\n")
_CHUNK = 1 << 16
_NULL_SENDERS = {"", "MAILER-DAEMON"}


def read_stdin(
    stream: BinaryIO,
    *,
    environment: Mapping[str, str],
    received: datetime,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> IncomingMail | None:
    """Return the mail on a stream, None when the stream is empty.

    An mbox `From ` line at the start is taken off. The envelope is read from the
    variables that Postfix local(8) and Dovecot set: ORIGINAL_RECIPIENT, else
    RECIPIENT with EXTENSION, and SENDER; where they are not set, from what stands
    above the mail. The stream is always read to its end, because a mail host takes a
    pipe that closes early for a failure. Over `max_bytes` only the header is kept.
    """
    raw, size = _read(stream, max_bytes)
    raw = _MBOX_LINE.sub(b"", raw)
    if not raw.strip():
        return None
    above = envelope_of(raw)
    recipient = _recipient(environment) or above.recipient
    sender = environment.get("SENDER")
    if sender is not None and sender.strip("<>") in _NULL_SENDERS:
        sender = ""
    if size > max_bytes:
        raw = header_alone(raw, size)
    return IncomingMail(
        key=key_of("stdin", raw, recipient),
        raw=raw,
        received=received,
        envelope_recipient=recipient,
        envelope_sender=above.sender if sender is None else sender.strip("<>"),
    )


def _read(stream: BinaryIO, max_bytes: int) -> tuple[bytes, int]:
    kept = bytearray()
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if len(kept) <= max_bytes:
            kept += chunk
    return bytes(kept), size


def _recipient(environment: Mapping[str, str]) -> str | None:
    for name in ("ORIGINAL_RECIPIENT", "ORIG_RECIPIENT"):
        if environment.get(name):
            return environment[name]
    recipient = environment.get("RECIPIENT")
    extension = environment.get("EXTENSION")
    if not recipient or not extension:
        return recipient or None
    local, at, domain = recipient.rpartition("@")
    if not at or "+" in local:
        return recipient
    return f"{local}+{extension}@{domain}"
