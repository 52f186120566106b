"""What was done of a plan, step by step, with what stood there before."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update
from sqlalchemy.dialects import postgresql, sqlite

from moodle_bridge.runtime import Clock
from sync.ledger import schema

_AT_ONCE = 500
_LONGEST_KEY = 200
_KEPT_OF_KEY = 150


class DeedState(StrEnum):
    """What came of a step.

    DONE: it was done by the bridge. REFUSED: what the plan had seen was so no more, or
    Moodle did not take it. SKIPPED: it comes after a step that was refused.
    """

    DONE = "done"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What came of one step of a plan.

    `position` is that of the step in the plan. `before` is what was there, `after`
    what is there now, both by field and as JSON; `after` also holds `user_id` for an
    account that was made, and `stored_differently` where Moodle kept something else
    than it was told to. `field` names what stood in the way of a refused one.
    `undone_at` is None while it stands.
    """

    plan: str
    step: str
    position: int
    kind: str
    participant_id: str
    target: str
    before: Mapping[str, Any] = made(default_factory=dict)
    after: Mapping[str, Any] = made(default_factory=dict)
    state: DeedState = DeedState.DONE
    reason: str = ""
    field: str = ""
    done_at: datetime
    undone_at: datetime | None = None


class Deeds:
    """The deeds, by plan and by person."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def write(self, deeds: Iterable[Deed]) -> None:
        """Write down what came of steps; said again, the last word counts."""
        rows = [_values(deed) for deed in deeds]
        if not rows:
            return
        table = schema.deed
        insert = (
            postgresql.insert
            if self._connection.dialect.name == "postgresql"
            else sqlite.insert
        )
        statement = insert(table)
        statement = statement.on_conflict_do_update(
            index_elements=["plan", "step"],
            set_={
                name: statement.excluded[name]
                for name in rows[0]
                if name not in {"plan", "step"}
            },
        )
        self._connection.execute(statement, rows)

    def of_plan(self, plan: str) -> dict[str, Deed]:
        """Return what came of the steps of a plan so far, by key, in their order.

        A key of more than 200 letters is found by `deed_key`.
        """
        table = schema.deed
        found = self._found(
            select(table).where(table.c.plan == plan).order_by(table.c.position)
        )
        return {deed.step: deed for deed in found}

    def of_people(
        self, participant_ids: Collection[str], *, undone: bool = False
    ) -> list[Deed]:
        """Return what was done for people, the oldest first.

        What was undone later is there with `undone` only.
        """
        table = schema.deed
        wanted = list(dict.fromkeys(participant_ids))
        found: list[Deed] = []
        for start in range(0, len(wanted), _AT_ONCE):
            statement = select(table).where(
                table.c.participant_id.in_(wanted[start : start + _AT_ONCE]),
                table.c.state == DeedState.DONE.value,
            )
            if not undone:
                statement = statement.where(table.c.undone_at.is_(None))
            found += self._found(statement)
        return sorted(found, key=lambda deed: (deed.done_at, deed.position))

    def undo(self, plan: str, steps: Collection[str]) -> None:
        """Note that steps of a plan are undone; may be repeated."""
        table = schema.deed
        wanted = [deed_key(step) for step in steps]
        for start in range(0, len(wanted), _AT_ONCE):
            self._connection.execute(
                update(table)
                .where(
                    table.c.plan == plan,
                    table.c.step.in_(wanted[start : start + _AT_ONCE]),
                    table.c.undone_at.is_(None),
                )
                .values(undone_at=self._clock())
            )

    def forget(self, participant_id: str) -> None:
        """Forget what is known of a person in their deeds, but that there were some."""
        table = schema.deed
        self._connection.execute(
            update(table)
            .where(table.c.participant_id == participant_id)
            .values(before={}, after={}, target="", reason="")
        )

    def _found(self, statement: Select[Any]) -> list[Deed]:
        return [_deed(row) for row in self._connection.execute(statement)]


def deed_key(step: str) -> str:
    """Return the key by which the deed of a step is kept: cut if it is very long."""
    if len(step) <= _LONGEST_KEY:
        return step
    digest = hashlib.sha256(step.encode()).hexdigest()[:32]
    return f"{step[:_KEPT_OF_KEY]}~{digest}"


def _values(deed: Deed) -> dict[str, Any]:
    return {
        "plan": deed.plan,
        "step": deed_key(deed.step),
        "position": deed.position,
        "kind": deed.kind,
        "participant_id": deed.participant_id,
        "target": deed.target,
        "before": dict(deed.before),
        "after": dict(deed.after),
        "state": deed.state.value,
        "reason": deed.reason,
        "field": deed.field,
        "done_at": deed.done_at,
        "undone_at": deed.undone_at,
    }


def _deed(row: Row[Any]) -> Deed:
    return Deed(
        plan=row.plan,
        step=row.step,
        position=row.position,
        kind=row.kind,
        participant_id=row.participant_id,
        target=row.target,
        before=row.before,
        after=row.after,
        state=DeedState(row.state),
        reason=row.reason,
        field=row.field,
        done_at=row.done_at,
        undone_at=row.undone_at,
    )
