"""What each week adds to reports: kept, and made anew when a day of it is touched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Connection, delete, select

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import upsert

_KEPT = timedelta(days=400)


class ReportParts:
    """Parts by basis (how they were made) and week, each with its marks."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def of(self, basis: str) -> Mapping[str, tuple[str, bytes]]:
        """Return the parts of a basis, by week: marks and content."""
        table = schema.report_part
        rows = self._connection.execute(
            select(table.c.week, table.c.marks, table.c.content).where(
                table.c.basis == basis
            )
        )
        return {row.week: (row.marks, bytes(row.content)) for row in rows}

    def put(self, basis: str, week: str, *, marks: str, content: bytes) -> None:
        """Keep a part; may be repeated. What nobody made anew for long goes."""
        now = self._clock()
        table = schema.report_part
        upsert(
            self._connection,
            table,
            basis=basis,
            week=week,
            marks=marks,
            content=content,
            made_at=now,
        )

    def forget_old(self) -> None:
        """Let go of parts that are older than any course; may be repeated."""
        table = schema.report_part
        self._connection.execute(
            delete(table).where(table.c.made_at < self._clock() - _KEPT)
        )
