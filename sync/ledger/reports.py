"""What each report sink wrote last, and what went wrong since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from moodle_bridge.model.reports import Written
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.cursors import Cursors
from sync.ledger.rows import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReport:
    """How a sink stands.

    `written` is what it said of its last writing, at `written_at`; both None when it
    never wrote. `problem` says why it could not write at `tried_at`, or, where that is
    None, what did not come about of what it wrote last; empty when all is well.
    """

    sink: str
    written: Written | None
    written_at: datetime | None
    problem: str
    tried_at: datetime | None


class Reports:
    """The report sinks, by the names that the bridge gives them."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def put(self, sink: str, written: Written) -> None:
        """Write down what a sink wrote, with its problem if any. May be repeated."""
        self._put(sink, written, problem=written.problem)
        Cursors(self._connection, self._clock).move(_tried(sink), "")

    def failed(self, sink: str, problem: str) -> None:
        """Note that a sink could not write now; what it wrote before stays known."""
        kept = self._row(sink)
        cursors = Cursors(self._connection, self._clock)
        cursors.move(_tried(sink), self._clock().isoformat())
        if kept is None:
            self._put(sink, None, problem=problem)
            return
        table = schema.report_written
        self._connection.execute(
            table.update().where(table.c.sink == sink).values(problem=problem)
        )

    def get(self, sink: str) -> KeptReport | None:
        """Return how a sink stands, None when it was never tried."""
        row = self._row(sink)
        return None if row is None else self._kept(row)

    def everything(self) -> list[KeptReport]:
        """Return how all sinks stand, by name."""
        table = schema.report_written
        rows = self._connection.execute(select(table).order_by(table.c.sink))
        return [self._kept(row) for row in rows.all()]

    def _put(self, sink: str, written: Written | None, *, problem: str) -> None:
        upsert(
            self._connection,
            schema.report_written,
            sink=sink,
            target=written.target if written else "",
            # None: it was tried, and never wrote.
            fingerprints=dict(written.fingerprints) if written else None,
            written_at=self._clock(),
            problem=problem,
        )

    def _row(self, sink: str) -> Row[Any] | None:
        table = schema.report_written
        return self._connection.execute(
            select(table).where(table.c.sink == sink)
        ).one_or_none()

    def _kept(self, row: Row[Any]) -> KeptReport:
        tried = Cursors(self._connection, self._clock).get(_tried(row.sink))
        written = (
            None
            if row.fingerprints is None
            else Written(target=row.target, fingerprints=row.fingerprints)
        )
        return KeptReport(
            sink=row.sink,
            written=written,
            written_at=row.written_at if written else None,
            problem=row.problem,
            tried_at=datetime.fromisoformat(tried) if tried else None,
        )


def _tried(sink: str) -> str:
    return f"report:tried:{sink}"
