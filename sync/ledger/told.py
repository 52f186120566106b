"""What a person was told once and is never told again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import insert_new


class Told:
    """Who was told what, by Moodle's user id."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def once(self, user_id: int, what: str) -> bool:
        """Note that a person is told something; False when they were told before."""
        return insert_new(
            self._connection,
            schema.told,
            user_id=user_id,
            what=what,
            at=self._clock(),
        )

    def was(self, user_id: int, what: str) -> bool:
        """Say whether a person was told something."""
        table = schema.told
        return (
            self._connection.execute(
                select(table.c.at).where(
                    table.c.user_id == user_id, table.c.what == what
                )
            ).first()
            is not None
        )

    def since(self, what: str, moment: datetime) -> int:
        """Return how many people were told something since a moment."""
        table = schema.told
        return self._connection.execute(
            select(func.count())
            .select_from(table)
            .where(table.c.what == what, table.c.at >= moment)
        ).scalar_one()
