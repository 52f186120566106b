"""Which days have changed: what was added up of the others still holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from sync.ledger import schema


class Touched:
    """Counts changes by pair and day of UTC, so that any change shows.

    A day is that on which something was said, or on which a question began.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def touch(self, pair: str, *moments: datetime) -> None:
        """Note that something of these days changed."""
        dialect = self._connection.dialect.name
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        table = schema.touched
        for day in sorted({_day(at) for at in moments}):
            statement = insert(table).values(pair=pair, day=day, changes=1)
            self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["pair", "day"],
                    set_={"changes": table.c.changes + 1},
                )
            )

    def days(self, pairs: Sequence[str]) -> Mapping[str, str]:
        """Return a mark for each day (2026-03-29) that was ever touched.

        The mark of a day is another once anything of that day has changed.
        """
        table = schema.touched
        rows = self._connection.execute(
            select(table.c.day, table.c.pair, table.c.changes)
            .where(table.c.pair.in_(list(pairs)))
            .order_by(table.c.day, table.c.pair)
        )
        marks: dict[str, str] = {}
        for row in rows:
            mark = f"{row.pair}={row.changes}"
            marks[row.day] = f"{marks[row.day]},{mark}" if row.day in marks else mark
        return marks


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()
