"""Further addresses of people; Moodle knows only the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import upsert


class Claim(StrEnum):
    """Whether an address belongs to a person: they, or the admin, have said so."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherAddress:
    """An address of a person: `address` is folded, `shown` as it is written.

    `source` is who said so: `owner` or `admin`.
    """

    address: str
    shown: str
    user_id: int
    state: Claim
    source: str
    updated_at: datetime


class Addresses:
    """The further addresses of everybody, each belonging to one person at most."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def put(
        self, address: str, *, shown: str, user_id: int, state: Claim, source: str
    ) -> None:
        """Say that an address is, or is not, a person's; may be repeated."""
        upsert(
            self._connection,
            schema.address,
            address=address,
            shown=shown,
            user_id=user_id,
            state=state.value,
            source=source,
            updated_at=self._clock(),
        )

    def remove(self, address: str) -> None:
        """Forget an address; may be repeated."""
        table = schema.address
        self._connection.execute(delete(table).where(table.c.address == address))

    def get(self, address: str) -> FurtherAddress | None:
        """Return what is known of an address, None when nothing is."""
        table = schema.address
        row = self._connection.execute(
            select(table).where(table.c.address == address)
        ).one_or_none()
        return None if row is None else _further(row)

    def of_user(self, user_id: int) -> list[FurtherAddress]:
        """Return the addresses of a person, in their order."""
        table = schema.address
        rows = self._connection.execute(
            select(table).where(table.c.user_id == user_id).order_by(table.c.address)
        )
        return [_further(row) for row in rows]

    def confirmed(self) -> dict[int, tuple[str, ...]]:
        """Return the addresses that count, as they are written, by person."""
        table = schema.address
        rows = self._connection.execute(
            select(table.c.user_id, table.c.shown)
            .where(table.c.state == Claim.CONFIRMED.value)
            .order_by(table.c.address)
        )
        found: dict[int, tuple[str, ...]] = {}
        for row in rows:
            found[row.user_id] = (*found.get(row.user_id, ()), row.shown)
        return found


def _further(row: Row[Any]) -> FurtherAddress:
    return FurtherAddress(
        address=row.address,
        shown=row.shown,
        user_id=row.user_id,
        state=Claim(row.state),
        source=row.source,
        updated_at=row.updated_at,
    )
