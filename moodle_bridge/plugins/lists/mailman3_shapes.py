"""What Mailman 3 answers over REST, and the model made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.parser import HeaderParser

from pydantic import BaseModel

from moodle_bridge.model.list_members import (
    DeliveryMode,
    DeliveryStatus,
    HeldMessage,
    ListMember,
)


class MemberRow(BaseModel):
    """A member as REST 3.1 tells; what else it tells is passed over."""

    email: str
    member_id: str
    display_name: str | None = ""
    delivery_mode: DeliveryMode = DeliveryMode.REGULAR
    bounce_score: float = 0
    last_bounce_received: datetime | None = None
    moderation_action: str | None = None


class HeldRow(BaseModel):
    """A held mail as REST 3.1 tells."""

    request_id: int
    sender: str = ""
    subject: str = ""
    message_id: str = ""
    reason: str | None = None
    moderation_reasons: list[object] = []
    hold_date: datetime | None = None
    msg: str = ""


def member_of(one: MemberRow, status: DeliveryStatus) -> ListMember:
    """Return a member as the model has it; how it is delivered to is asked apart."""
    member = ListMember(
        address=one.email,
        name=one.display_name or "",
        mode=one.delivery_mode,
        status=status,
        bounce_score=one.bounce_score,
    )
    bounced = one.last_bounce_received
    return member if bounced is None else replace(member, last_bounce=_utc(bounced))


def held_of(one: HeldRow) -> HeldMessage:
    """Return a held mail as the model has it."""
    message_id = one.message_id
    if not message_id:
        headers = HeaderParser().parsestr(one.msg[:100_000], headersonly=True)
        message_id = str(headers.get("Message-ID") or "").strip()
    reasons = tuple(_words(reason) for reason in one.moderation_reasons)
    return HeldMessage(
        id=str(one.request_id),
        sender=one.sender,
        subject=one.subject,
        message_id=message_id,
        reasons=reasons or ((one.reason,) if one.reason else ()),
        held_at=None if one.hold_date is None else _utc(one.hold_date),
    )


def _words(reason: object) -> str:
    # Mailman gives a sentence, or a sentence with gaps and what belongs there.
    if isinstance(reason, list) and reason:
        text = str(reason[0])
        for value in reason[1:]:
            text = text.replace("{}", str(value), 1)
        return text
    return str(reason)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
