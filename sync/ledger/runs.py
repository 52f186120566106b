"""What was run, when, by whom, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from moodle_bridge.runtime import Clock
from sync.ledger import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run; `ended_at` and `exit_code` are None while it runs or if it was cut."""

    id: int
    command: str
    holder: str
    started_at: datetime
    ended_at: datetime | None
    exit_code: int | None
    counts: dict[str, int]
    problem: str


class Runs:
    """The history of runs."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def begin(self, command: str, holder: str) -> int:
        """Note that a run began; return its number."""
        result = self._connection.execute(
            insert(schema.run).values(
                command=command,
                holder=holder,
                started_at=self._clock(),
                counts={},
                problem="",
            )
        )
        return int(result.inserted_primary_key[0])  # type: ignore[index]

    def end(
        self, number: int, *, exit_code: int, counts: Mapping[str, int], problem: str
    ) -> None:
        """Note how a run ended."""
        self._connection.execute(
            update(schema.run)
            .where(schema.run.c.id == number)
            .values(
                ended_at=self._clock(),
                exit_code=exit_code,
                counts=dict(counts),
                problem=problem,
            )
        )

    def latest(self, limit: int) -> list[RunRecord]:
        """Return the newest runs, newest first."""
        rows = self._connection.execute(
            select(schema.run).order_by(schema.run.c.id.desc()).limit(limit)
        )
        return [RunRecord(**row._mapping) for row in rows]  # noqa: SLF001
