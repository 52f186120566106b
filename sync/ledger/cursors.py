"""How far each source was read."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import upsert

ACCOUNT = "site:account"
"""Where the user id of the service account is kept, behind a word for its token."""

ROTA_FROZEN = "rota:frozen"
"""Where it is kept up to when it was written down who was on duty."""


class Cursors:
    """Named positions; a value is text that only its owner understands."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def get(self, name: str) -> str | None:
        """Return the position, None when that source was never read."""
        table = schema.cursor
        return self._connection.execute(
            select(table.c.value).where(table.c.name == name)
        ).scalar_one_or_none()

    def several(self, names: Collection[str]) -> dict[str, str]:
        """Return the positions of several sources; those never read are left out."""
        table = schema.cursor
        rows = self._connection.execute(
            select(table.c.name, table.c.value).where(table.c.name.in_(names))
        )
        return {row.name: row.value for row in rows}

    def move(self, name: str, value: str) -> None:
        """Set the position; may be repeated."""
        upsert(
            self._connection,
            schema.cursor,
            name=name,
            value=value,
            updated_at=self._clock(),
        )
