"""Who was on duty, frozen as it passed; and what each source of the rota said last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from moodle_bridge.model.rota import DutyRole, Layer, LayerKind, Shift
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import change_row, insert_new, upsert


class Shifts:
    """Shifts that have passed; what is written here never changes again."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def freeze(self, shifts: Iterable[Shift]) -> int:
        """Write down what has passed; say how many shifts began. May be repeated.

        What goes on without a change where a frozen shift ended lengthens that one.
        """
        return sum(
            not self._lengthened(shift) and self._added(shift) for shift in shifts
        )

    def _added(self, shift: Shift) -> bool:
        return insert_new(
            self._connection,
            schema.shift,
            start=shift.start,
            person=shift.person,
            role=shift.role.value,
            end=shift.end,
            why=shift.why,
            frozen_at=self._clock(),
        )

    def _lengthened(self, shift: Shift) -> bool:
        table = schema.shift
        done = self._connection.execute(
            update(table)
            .where(
                table.c.end == shift.start,
                table.c.person == shift.person,
                table.c.role == shift.role.value,
                table.c.why == shift.why,
            )
            .values(end=shift.end, frozen_at=self._clock())
        )
        return done.rowcount > 0

    def between(self, start: datetime, end: datetime) -> list[Shift]:
        """Return the frozen shifts that touch a period, in order of time."""
        table = schema.shift
        rows = self._connection.execute(
            select(table)
            .where(table.c.end > start, table.c.start < end)
            .order_by(table.c.start, table.c.role, table.c.person)
        )
        return [
            Shift(
                start=row.start,
                end=row.end,
                person=row.person,
                role=DutyRole(row.role),
                why=row.why,
            )
            for row in rows
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLayer:
    """A change of the rota with how it stands.

    `state` is asked, accepted, refused, expired or cancelled; only accepted ones
    count.
    """

    layer: Layer
    state: str
    asked_by: str
    reason: str
    made_at: datetime


ACCEPTED = "accepted"
ASKED = "asked"
REFUSED = "refused"
EXPIRED = "expired"
CANCELLED = "cancelled"


class Layers:
    """Absences, swaps and overrides."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(
        self,
        layer: Layer,
        *,
        state: str = ACCEPTED,
        asked_by: str = "",
        reason: str = "",
    ) -> None:
        """Write down a change, or lay it anew: then it is the last of its kind."""
        now = self._clock()
        upsert(
            self._connection,
            schema.layer,
            key=layer.key,
            kind=layer.kind.value,
            start=layer.start,
            end=layer.end,
            person=layer.person,
            takes_over=layer.takes_over,
            role=layer.role.value if layer.role else None,
            state=state,
            asked_by=asked_by,
            reason=reason,
            made_at=now,
            updated_at=now,
        )

    def change(self, key: str, **values: Any) -> None:
        """Set columns of one change (`state`, `takes_over`)."""
        change_row(
            self._connection,
            schema.layer,
            {"key": key},
            **values,
            updated_at=self._clock(),
        )

    def get(self, key: str) -> KeptLayer | None:
        """Return the change with this key, None when there is none."""
        table = schema.layer
        row = self._connection.execute(
            select(table).where(table.c.key == key)
        ).one_or_none()
        return None if row is None else _kept(row)

    def changed_at(self) -> datetime | None:
        """Return when a change was last made or decided; None when none ever was."""
        value: datetime | None = self._connection.execute(
            select(func.max(schema.layer.c.updated_at))
        ).scalar_one_or_none()
        return value

    def between(
        self, start: datetime, end: datetime, *, state: str | None = ACCEPTED
    ) -> list[KeptLayer]:
        """Return the changes that touch a period, the oldest first; None = all."""
        table = schema.layer
        wanted = select(table).where(table.c.end > start, table.c.start < end)
        if state is not None:
            wanted = wanted.where(table.c.state == state)
        rows = self._connection.execute(wanted.order_by(table.c.made_at, table.c.key))
        return [_kept(row) for row in rows]

    def of_kind(self, kind: LayerKind, *, ends_after: datetime) -> list[KeptLayer]:
        """Return the changes of a kind that end after a moment, the oldest first."""
        table = schema.layer
        rows = self._connection.execute(
            select(table)
            .where(table.c.kind == kind.value, table.c.end > ends_after)
            .order_by(table.c.made_at, table.c.key)
        )
        return [_kept(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReading:
    """What a source held when it was last read well; `failed_at` since when it fails."""

    content: Mapping[str, Any]
    read_at: datetime
    failed_at: datetime | None
    problem: str


class RotaReadings:
    """The last good reading of each source."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def keep(self, source: str, content: Mapping[str, Any]) -> None:
        """Write down a good reading; may be repeated."""
        upsert(
            self._connection,
            schema.rota_reading,
            source=source,
            content=dict(content),
            read_at=self._clock(),
            failed_at=None,
            problem="",
        )

    def failed(self, source: str, problem: str) -> None:
        """Note that a source could not be read; what it said before stays."""
        kept = self.get(source)
        if kept is None:
            return
        change_row(
            self._connection,
            schema.rota_reading,
            {"source": source},
            failed_at=kept.failed_at or self._clock(),
            problem=problem,
        )

    def get(self, source: str) -> KeptReading | None:
        """Return the last good reading, None when there was none."""
        table = schema.rota_reading
        row = self._connection.execute(
            select(table).where(table.c.source == source)
        ).one_or_none()
        if row is None:
            return None
        return KeptReading(
            content=row.content,
            read_at=row.read_at,
            failed_at=row.failed_at,
            problem=row.problem,
        )

    def forget(self, source: str) -> None:
        """Forget a source that is no longer in bridge.toml; may be repeated."""
        table = schema.rota_reading
        self._connection.execute(delete(table).where(table.c.source == source))


def _kept(row: Any) -> KeptLayer:
    return KeptLayer(
        layer=Layer(
            key=row.key,
            kind=LayerKind(row.kind),
            start=row.start,
            end=row.end,
            person=row.person,
            takes_over=row.takes_over,
            role=DutyRole(row.role) if row.role else None,
        ),
        state=row.state,
        asked_by=row.asked_by,
        reason=row.reason,
        made_at=row.made_at,
    )
