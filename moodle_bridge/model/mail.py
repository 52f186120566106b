"""Mails, as they come and as they go."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    """A file that goes with a mail; `content` is its bytes."""

    filename: str
    media_type: str
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """One SMTP transaction.

    `content` is the whole message, CRLF line ends, ready for the wire.
    `recipients` are envelope addresses. `sender` is the envelope sender; the empty
    string is the null return path (RFC 3834). `key` names this mail for ever: the
    same mail sent again has the same key and the same `message_id`.
    """

    key: str
    message_id: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMail:
    """A mail as a mailbox gave it, before anybody has read it.

    `key` is the mailbox's own name for it (`imap:UIDVALIDITY:UID`, a Maildir name),
    used to acknowledge it; `envelope_recipient` and `envelope_sender` are None where
    the mailbox does not know them.
    """

    key: str
    raw: bytes
    received: datetime
    envelope_recipient: str | None = None
    envelope_sender: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAddress:
    """A mailing list as its members know it.

    `list_id` is the RFC 2919 identifier without angle brackets, None when unknown.
    """

    address: str
    name: str
    list_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a mailer answers for a mail that the next hop has taken.

    `refused` maps envelope addresses to the reply that refused them; the others were
    accepted. `remote_id` is the id that the next hop gave, empty if none.
    """

    accepted: tuple[str, ...]
    refused: dict[str, str] = field(default_factory=dict)
    remote_id: str = ""
