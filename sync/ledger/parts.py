"""The several answers in one mail that answers a digest, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import change_row, upsert

REST = 0
"""The position of what says not to which post it belongs."""


class PartState(StrEnum):
    """Where a part stands.

    PLANNED: it is about to be posted. POSTED. REFUSED: it may not be posted where it
    belongs, see `reason`. UNPLACED: nobody knows where it belongs.
    """

    PLANNED = "planned"
    POSTED = "posted"
    REFUSED = "refused"
    UNPLACED = "unplaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One answer: `item` is the number in the issue, None for what is not placed.

    `position` counts from 1 in the order of the mail; `REST` is what is left over.
    `pair`, `parent_post_id` and `discussion_id` say where it goes; None together with
    `item`, and for a pair that is no more.
    """

    inbound_id: int
    position: int
    item: int | None = None
    pair: str | None = None
    parent_post_id: int | None = None
    discussion_id: int | None = None
    subject: str = ""
    text: str
    state: PartState
    reason: str = ""
    post_id: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has no outcome yet."""
        return self.state is PartState.PLANNED


class Parts:
    """Parts by mail and position."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def set(self, part: Part) -> None:
        """Write a part down; may be repeated."""
        values = {name: getattr(part, name) for name in _NAMES}
        values["state"] = part.state.value
        upsert(self._connection, schema.part, **values, updated_at=self._clock())

    def change(self, inbound_id: int, position: int, **values: Any) -> None:
        """Set columns of one part; may be repeated."""
        change_row(
            self._connection,
            schema.part,
            {"inbound_id": inbound_id, "position": position},
            **values,
            updated_at=self._clock(),
        )

    def since(self, moment: datetime) -> list[Part]:
        """Return the parts of mails that came since a moment, but for what is left."""
        part, inbound = schema.part, schema.inbound
        rows = self._connection.execute(
            select(part)
            .join(inbound, inbound.c.id == part.c.inbound_id)
            .where(inbound.c.received_at >= moment, part.c.position != REST)
            .order_by(part.c.inbound_id, part.c.position)
        )
        return [_part(row) for row in rows]

    def of_mail(self, inbound_id: int) -> list[Part]:
        """Return the parts of a mail, in its order; what is left over comes last."""
        table = schema.part
        rows = self._connection.execute(
            select(table)
            .where(table.c.inbound_id == inbound_id)
            .order_by(table.c.position)
        )
        found = [_part(row) for row in rows]
        return sorted(found, key=lambda part: part.position == REST)


_NAMES = tuple(entry.name for entry in fields(Part))


def _part(row: Row[Any]) -> Part:
    values = {name: getattr(row, name) for name in _NAMES}
    values["state"] = PartState(values["state"])
    return Part(**values)
