"""The events of the rota that the bridge put into Moodle calendars; no others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvent:
    """An event that is the bridge's own; `key` is of `calendar_key`."""

    key: str
    event_id: int
    fingerprint: str
    ends_at: datetime


class CalendarEvents:
    """What stands in the calendars by the bridge's own hand."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def put(
        self, key: str, *, event_id: int, fingerprint: str, ends_at: datetime
    ) -> None:
        """Write an event down, or bring it up to date; may be repeated."""
        upsert(
            self._connection,
            schema.calendar_event,
            key=key,
            event_id=event_id,
            fingerprint=fingerprint,
            ends_at=ends_at,
            updated_at=self._clock(),
        )

    def forget(self, event_id: int) -> None:
        """Forget an event that is gone, or past; may be repeated."""
        table = schema.calendar_event
        self._connection.execute(delete(table).where(table.c.event_id == event_id))

    def everything(self) -> list[KeptEvent]:
        """Return all events, by key."""
        table = schema.calendar_event
        rows = self._connection.execute(select(table).order_by(table.c.key))
        return [_kept(row) for row in rows]


def _kept(row: Row[Any]) -> KeptEvent:
    return KeptEvent(
        key=row.key,
        event_id=row.event_id,
        fingerprint=row.fingerprint,
        ends_at=row.ends_at,
    )
