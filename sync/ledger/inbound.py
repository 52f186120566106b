"""Every mail as it came, with what became of it and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import insert_new


class InboundState(StrEnum):
    """What became of a mail.

    NEW: nobody has read it yet. HISTORY: it lay there before the bridge began.
    IGNORED: not meant for the forum (own mail, bounce, auto-reply). ACCEPTED: it will
    be posted. POSTED. ANSWERED: a wish to the bridge itself, carried out. HELD: a person decides. DROPPED: a person decided against it.
    """

    NEW = "new"
    HISTORY = "history"
    IGNORED = "ignored"
    ACCEPTED = "accepted"
    POSTED = "posted"
    ANSWERED = "answered"
    HELD = "held"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One mail. `raw` is None once it is no longer needed (receipts, history).

    `released` says that a person let it pass in spite of what held it. `authenticity`
    is what was found out, when it came, of whether its From is true; empty when nobody
    looked.
    """

    id: int
    key: str
    message_id: str | None
    mailbox: str
    raw: bytes | None
    size: int
    envelope_recipient: str | None
    envelope_sender: str | None
    received_at: datetime
    sender: str
    subject: str
    copies: int
    state: InboundState
    rule: str
    reason: str
    advice: str
    detail: str
    pair: str | None
    user_id: int | None
    post_id: int | None
    cut: str
    released: bool
    authenticity: Mapping[str, Any]
    updated_at: datetime


class Inbox:
    """The mails that came in, by key, Message-ID and state."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def receive(
        self,
        *,
        key: str,
        message_id: str | None,
        mailbox: str,
        raw: bytes | None,
        size: int,
        received_at: datetime,
        sender: str,
        subject: str,
        envelope_recipient: str | None = None,
        envelope_sender: str | None = None,
        state: InboundState = InboundState.NEW,
        authenticity: Mapping[str, Any] | None = None,
    ) -> bool:
        """Keep a mail unless it is known; say whether it was new. May be repeated."""
        new = insert_new(
            self._connection,
            schema.inbound,
            key=key,
            message_id=message_id,
            mailbox=mailbox,
            raw=raw,
            size=size,
            envelope_recipient=envelope_recipient,
            envelope_sender=envelope_sender,
            received_at=received_at,
            sender=sender,
            subject=subject,
            copies=1,
            state=state.value,
            rule="",
            reason="",
            advice="",
            detail="",
            cut="",
            released=0,
            authenticity=dict(authenticity or {}),
            updated_at=self._clock(),
        )
        if not new:
            table = schema.inbound
            self._connection.execute(
                update(table)
                .where(table.c.key == key)
                .values(copies=table.c.copies + 1, updated_at=self._clock())
            )
        return new

    def with_state(
        self, state: InboundState, *, after: int = 0, limit: int = 100
    ) -> list[Inbound]:
        """Return mails in a state with an id over `after`, in the order they came."""
        table = schema.inbound
        rows = self._connection.execute(
            select(table)
            .where(table.c.state == state.value, table.c.id > after)
            .order_by(table.c.id)
            .limit(limit)
        )
        return [_inbound(row) for row in rows]

    def get(self, number: int) -> Inbound | None:
        """Return the mail with this number, None when there is none."""
        table = schema.inbound
        row = self._connection.execute(
            select(table).where(table.c.id == number)
        ).one_or_none()
        return None if row is None else _inbound(row)

    def find(self, message_id: str) -> list[Inbound]:
        """Return the mails with this Message-ID or key."""
        table = schema.inbound
        rows = self._connection.execute(
            select(table)
            .where(or_(table.c.message_id == message_id, table.c.key == message_id))
            .order_by(table.c.id)
        )
        return [_inbound(row) for row in rows]

    def change(self, number: int, **values: Any) -> None:
        """Set columns of one mail; may be repeated."""
        table = schema.inbound
        self._connection.execute(
            update(table)
            .where(table.c.id == number)
            .values(**values, updated_at=self._clock())
        )

    def from_sender(self, address: str, *, limit: int) -> list[Inbound]:
        """Return the newest mails whose From was this address, in any capitals."""
        table = schema.inbound
        rows = self._connection.execute(
            select(table)
            .where(func.lower(table.c.sender) == address.lower())
            .order_by(table.c.id.desc())
            .limit(limit)
        )
        return [_inbound(row) for row in rows]

    def going_from(self, address: str, since: datetime) -> list[tuple[int, int]]:
        """Return number and size of what came from an address, the newest first.

        Only what was or will be posted, by when it was received, and without its bytes.
        """
        table = schema.inbound
        going = (InboundState.ACCEPTED.value, InboundState.POSTED.value)
        rows = self._connection.execute(
            select(table.c.id, table.c.size)
            .where(
                func.lower(table.c.sender) == address.lower(),
                table.c.state.in_(going),
                table.c.received_at >= since,
            )
            .order_by(table.c.id.desc())
        )
        return [(row.id, row.size) for row in rows]

    def posted_since(self, moment: datetime) -> list[tuple[int, str, int]]:
        """Return number, pair and post of the mails that came since and were posted."""
        table = schema.inbound
        rows = self._connection.execute(
            select(table.c.id, table.c.pair, table.c.post_id)
            .where(
                table.c.state == InboundState.POSTED.value,
                table.c.received_at >= moment,
                table.c.pair.is_not(None),
                table.c.post_id.is_not(None),
            )
            .order_by(table.c.id)
        )
        return [(row.id, row.pair, row.post_id) for row in rows]

    def held_since(self, moment: datetime) -> int:
        """Return how many mails were held since a moment."""
        table = schema.inbound
        return self._connection.execute(
            select(func.count())
            .select_from(table)
            .where(
                table.c.state == InboundState.HELD.value, table.c.updated_at >= moment
            )
        ).scalar_one()

    def counts(self) -> dict[str, int]:
        """Return how many mails there are, by state."""
        table = schema.inbound
        rows = self._connection.execute(
            select(table.c.state, func.count().label("number")).group_by(table.c.state)
        )
        return {row.state: row.number for row in rows}


_NAMES = tuple(field.name for field in fields(Inbound))


def _inbound(row: Row[Any]) -> Inbound:
    values = {name: getattr(row, name) for name in _NAMES}
    values["state"] = InboundState(values["state"])
    values["released"] = bool(values["released"])
    return Inbound(**values)
