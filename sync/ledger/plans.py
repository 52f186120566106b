"""Plans of enrolment that were made, carried out, undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from mappings.enrolment.plan import EnrolmentPlan
from mappings.enrolment.plan_file import plan_fingerprint, plan_of, plan_text
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlan:
    """A plan and what became of it.

    `made_by` is the command or the run that made it. `applied_at` is when it was begun
    to be carried out, `ended_at` when that was done to its end, `undone_at` when it
    was reverted, `told_at` when an admin was told that it waits; None: never.
    """

    plan: EnrolmentPlan
    fingerprint: str
    made_by: str
    made_at: datetime
    applied_at: datetime | None = None
    ended_at: datetime | None = None
    undone_at: datetime | None = None
    told_at: datetime | None = None

    @property
    def state(self) -> str:
        """How far it is, in one word."""
        if self.undone_at is not None:
            return "undone"
        if self.ended_at is not None:
            return "applied"
        return "waits" if self.applied_at is None else "begun"


class Plans:
    """All plans, by name."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def save(self, plan: EnrolmentPlan, *, made_by: str) -> None:
        """Keep a plan, in the place of one of the same name that nobody applied.

        ValueError for a name that was applied: what was done stays told.
        """
        before = self.get(plan.name)
        if before is not None and before.applied_at is not None:
            raise ValueError(f"plan {plan.name} was applied")
        upsert(
            self._connection,
            schema.enrolment_plan,
            name=plan.name,
            fingerprint=plan_fingerprint(plan),
            content=plan_text(plan).encode(),
            made_at=plan.made_at,
            made_by=made_by,
            applied_at=None,
            ended_at=None,
            undone_at=None,
            told_at=None,
        )

    def get(self, name: str) -> KeptPlan | None:
        """Return a plan by its name, None when there is none."""
        table = schema.enrolment_plan
        row = self._connection.execute(
            select(table).where(table.c.name == name)
        ).first()
        return None if row is None else _kept(row)

    def names(self) -> frozenset[str]:
        """Return the names that are taken."""
        table = schema.enrolment_plan
        return frozenset(self._connection.execute(select(table.c.name)).scalars())

    def latest(self, limit: int = 20) -> list[KeptPlan]:
        """Return the plans that were made last, the newest first."""
        table = schema.enrolment_plan
        rows = self._connection.execute(
            select(table)
            .order_by(table.c.made_at.desc(), table.c.name.desc())
            .limit(limit)
        )
        return [_kept(row) for row in rows]

    def begun(self, name: str) -> None:
        """Note that a plan is being carried out, if it was not noted before."""
        self._first(name, "applied_at")

    def ended(self, name: str) -> None:
        """Note that a plan was carried out to its end, if not noted before."""
        self._first(name, "ended_at")

    def undone(self, name: str) -> None:
        """Note that what a plan did was reverted, if not noted before."""
        self._first(name, "undone_at")

    def told(self, name: str) -> None:
        """Note that an admin was told of a plan, if not noted before."""
        self._first(name, "told_at")

    def _first(self, name: str, column: str) -> None:
        table = schema.enrolment_plan
        self._connection.execute(
            update(table)
            .where(table.c.name == name, table.c[column].is_(None))
            .values({column: self._clock()})
        )


def _kept(row: Row[Any]) -> KeptPlan:
    return KeptPlan(
        plan=plan_of(bytes(row.content).decode()),
        fingerprint=row.fingerprint,
        made_by=row.made_by,
        made_at=row.made_at,
        applied_at=row.applied_at,
        ended_at=row.ended_at,
        undone_at=row.undone_at,
        told_at=row.told_at,
    )
