"""What an admin decided about entries that were held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from mappings.enrolment.people import Decision, Verdict
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision about an entry, with what the admin said of it and when."""

    source: str
    entry: str
    decision: Decision
    reason: str
    at: datetime


class Decisions:
    """The decisions, one at most for an entry."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def decide(
        self, source: str, entry: str, decision: Decision, *, reason: str = ""
    ) -> None:
        """Write a decision down, in the place of one before; may be repeated."""
        upsert(
            self._connection,
            schema.decision,
            source=source,
            key=entry,
            verdict=decision.verdict.value,
            user_id=decision.user_id,
            other_key=decision.other_entry,
            reason=reason,
            decided_at=self._clock(),
        )

    def take_back(self, source: str, entry: str) -> bool:
        """Forget a decision; False when there was none."""
        table = schema.decision
        gone = self._connection.execute(
            delete(table).where(table.c.source == source, table.c.key == entry)
        )
        return gone.rowcount == 1

    def of(self, source: str) -> dict[str, Decision]:
        """Return the decisions about the entries of a form, by entry key."""
        return {one.entry: one.decision for one in self.all() if one.source == source}

    def all(self) -> list[Decided]:
        """Return all decisions, the newest first."""
        table = schema.decision
        rows = self._connection.execute(
            select(table).order_by(
                table.c.decided_at.desc(), table.c.source, table.c.key
            )
        )
        return [_decided(row) for row in rows]


def _decided(row: Row[Any]) -> Decided:
    return Decided(
        source=row.source,
        entry=row.key,
        decision=Decision(
            verdict=Verdict(row.verdict),
            user_id=row.user_id,
            other_entry=row.other_key,
        ),
        reason=row.reason,
        at=row.decided_at,
    )
