"""A mailing list from within: its members, what it holds, what is set wrongly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeliveryStatus(StrEnum):
    """Whether a list mails to a member, and who switched that off.

    `BY_BOUNCES` is the list's own doing, because mail came back; `BY_MODERATOR` that
    of its owners. The words are Mailman's.
    """

    ENABLED = "enabled"
    BY_USER = "by_user"
    BY_BOUNCES = "by_bounces"
    BY_MODERATOR = "by_moderator"
    UNKNOWN = "unknown"


class DeliveryMode(StrEnum):
    """What a list mails to a member: each mail, or one of its own digests."""

    REGULAR = "regular"
    PLAINTEXT_DIGESTS = "plaintext_digests"
    MIME_DIGESTS = "mime_digests"
    SUMMARY_DIGESTS = "summary_digests"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMember:
    """Who is on a list.

    `bounce_score` is the list's own count of mails that came back (0 = none);
    `last_bounce` None when none is remembered. `name` may be empty.
    """

    address: str
    name: str = ""
    mode: DeliveryMode = DeliveryMode.REGULAR
    status: DeliveryStatus = DeliveryStatus.ENABLED
    bounce_score: float = 0
    last_bounce: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMessage:
    """A mail that a list keeps for its moderator.

    `id` is the list's own name for it. `message_id` is empty where it has none;
    `reasons` are the list's words; `held_at` None where it does not say.
    """

    id: str
    sender: str
    subject: str
    message_id: str
    reasons: tuple[str, ...] = ()
    held_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFault:
    """A setting of a list that breaks the bridge or hurts it.

    `stops` is true where mail of the bridge is kept or dropped, or a doubt could not
    be settled; false where it works and should be looked at. `setting` is the list's
    own name for it, `seen` its value and what that does, `advice` what to set.
    """

    setting: str
    seen: str
    advice: str
    stops: bool = False
