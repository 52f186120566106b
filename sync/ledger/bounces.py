"""Whether mail to an address still arrives, and since when not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from mappings.bounce_score import AddressState, Standing
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Bouncing:
    """An address with how it stands; `told_at` is when the facilitators were told."""

    address: str
    standing: Standing
    told_at: datetime | None


class Bounces:
    """How addresses stand, by their folded form; who never bounced is not here."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def get(self, address: str) -> Standing:
        """Return how an address stands; alive when nothing was ever heard."""
        table = schema.bounce
        row = self._connection.execute(
            select(table).where(table.c.address == address)
        ).one_or_none()
        return Standing() if row is None else _bouncing(row).standing

    def put(self, address: str, standing: Standing) -> None:
        """Set how an address stands; a new state is one nobody was told of."""
        before = self.get(address)
        values: dict[str, Any] = {
            "address": address,
            "score": standing.score,
            "state": standing.state.value,
            "reason": standing.reason,
            "last_at": standing.last_at or self._clock(),
            "scored_at": standing.scored_at,
            "since": standing.since,
            "tried_at": standing.tried_at,
        }
        if before.state is not standing.state:
            values["told_at"] = None
        upsert(self._connection, schema.bounce, **values)

    def tried(self, address: str) -> None:
        """Note that a mail goes to a dead address, to try it."""
        table = schema.bounce
        self._connection.execute(
            update(table)
            .where(table.c.address == address)
            .values(tried_at=self._clock())
        )

    def told(self, address: str) -> None:
        """Note that the facilitators are told how this address stands."""
        table = schema.bounce
        self._connection.execute(
            update(table)
            .where(table.c.address == address)
            .values(told_at=self._clock())
        )

    def troubled(self) -> list[Bouncing]:
        """Return the addresses that are not simply alive, in their order."""
        table = schema.bounce
        rows = self._connection.execute(
            select(table)
            .where(table.c.state != AddressState.ALIVE.value)
            .order_by(table.c.address)
        )
        return [_bouncing(row) for row in rows]


def _bouncing(row: Row[Any]) -> Bouncing:
    return Bouncing(
        address=row.address,
        standing=Standing(
            state=AddressState(row.state),
            score=row.score,
            reason=row.reason,
            last_at=row.last_at,
            scored_at=row.scored_at,
            since=row.since,
            tried_at=row.tried_at,
        ),
        told_at=row.told_at,
    )
