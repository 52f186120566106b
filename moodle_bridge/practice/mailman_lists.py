"""The lists of a practice Mailman, and who is on them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_string
from email.message import Message
from email.utils import parseaddr
from typing import Any

_FRESH: dict[str, Any] = {
    "accept_these_nonmembers": [],
    "acknowledge_posts": False,
    "allow_list_posts": True,
    "anonymous_list": False,
    "autorespond_postings": "none",
    "convert_html_to_plaintext": False,
    "default_member_action": "defer",
    "default_nonmember_action": "hold",
    "digests_enabled": True,
    "dmarc_mitigate_action": "no_mitigation",
    "emergency": False,
    "filter_content": False,
    "first_strip_reply_to": False,
    "max_message_size": 40,
    "max_num_recipients": 10,
    "reply_goes_to_list": "no_munging",
    "require_explicit_destination": True,
}


@dataclass(slots=True, kw_only=True)
class Entry:
    """Somebody on a list, or known to it; `chosen` are their own preferences."""

    email: str
    role: str
    name: str = ""
    moderation_action: str | None = None
    bounce_score: int = 0
    last_bounce_received: datetime | None = None
    chosen: dict[str, Any] = field(default_factory=dict)
    member_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def told(self, list_id: str) -> dict[str, Any]:
        """Return what REST tells of them."""
        told: dict[str, Any] = {
            "email": self.email,
            "display_name": self.name,
            "bounce_score": self.bounce_score,
            "delivery_mode": self.chosen.get("delivery_mode", "regular"),
            "list_id": list_id,
            "member_id": self.member_id,
            "role": self.role,
            "subscription_mode": "as_address",
        }
        if self.moderation_action:
            told["moderation_action"] = self.moderation_action
        if self.last_bounce_received:
            told["last_bounce_received"] = _plain(self.last_bounce_received)
        return told


@dataclass(slots=True, kw_only=True)
class MailmanList:
    """A list of the practice Mailman; `config` is what [.../config] tells."""

    address: str
    config: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)
    held: dict[int, tuple[str, str, datetime]] = field(default_factory=dict)
    posted: list[str] = field(default_factory=list)

    @classmethod
    def fresh(cls, address: str, **config: Any) -> MailmanList:
        """Return a list as Mailman makes a new one; `config` are further settings."""
        name = address.partition("@")[0].capitalize()
        prefix = f"[{name}] "
        return cls(
            address=address.lower(),
            config={**_FRESH, "subject_prefix": prefix, **config},
        )

    @property
    def list_id(self) -> str:
        """The RFC 2919 identifier."""
        return self.address.replace("@", ".")

    def entry(self, role: str, address: str) -> Entry | None:
        """Return somebody in a role, None when there is nobody."""
        wanted = address.lower()
        return next(
            (
                one
                for one in self.entries
                if one.role == role and one.email.lower() == wanted
            ),
            None,
        )

    def hold(self, text: str, why: str, now: datetime) -> None:
        """Keep a mail for the moderator, under the next free number."""
        number = max(self.held, default=0) + 1
        self.held[number] = (text, why, now)

    def held_told(self) -> list[dict[str, Any]]:
        """Return what REST tells of the mails that wait for the moderator."""
        return [_held(*one) for one in self.held.items()]

    def why_held(self, sender: str, text: str) -> str | None:
        """Return why a mail waits for the moderator, None when it does not."""
        config = self.config
        if config["emergency"]:
            return "Emergency moderation is in effect for this list"
        member = self.entry("member", sender)
        known = member or self.entry("nonmember", sender)
        usual = "default_member_action" if member else "default_nonmember_action"
        action = (known and known.moderation_action) or config[usual]
        if action not in {"accept", "defer"}:
            return "The message is not from a list member"
        limit = config["max_message_size"]
        if 0 < limit * 1024 < len(text):
            return f"The message is larger than the {limit} KB maximum size"
        return None


def _held(number: int, what: tuple[str, str, datetime]) -> dict[str, Any]:
    text, why, moment = what
    message: Message = message_from_string(text)
    return {
        "request_id": number,
        "sender": parseaddr(str(message.get("From", "")))[1],
        "subject": str(message.get("Subject", "")),
        "message_id": str(message.get("Message-ID", "")),
        "reason": why,
        "moderation_reasons": [why],
        "hold_date": _plain(moment),
        "msg": text,
    }


def _plain(moment: datetime) -> str:
    # Mailman keeps UTC and does not say so.
    return moment.replace(tzinfo=None).isoformat()
