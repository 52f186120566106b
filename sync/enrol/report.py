"""What came of a plan, person by person: for the admin, and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mappings.enrolment.plan import EnrolmentPlan, Step
from mappings.intake.csv_safe import csv_text
from sync.ledger.deeds import Deed, DeedState

OPEN = "open"
"""The state of a step of which nothing has come yet."""

# Moodle shows them to few: not seen does not mean not stored.
_OFTEN_HIDDEN = frozenset({"organisation", "phone"})
_COLUMNS = (
    "person",
    "name",
    "step",
    "target",
    "state",
    "field",
    "reason",
    "stored differently",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """What came of one step; `stored_differently` is a sentence, empty if all is well."""

    step: Step
    state: str
    field: str = ""
    reason: str = ""
    stored_differently: str = ""


def report_rows(
    plan: EnrolmentPlan, deeds: Mapping[str, Deed]
) -> tuple[ReportRow, ...]:
    """Return what came of each step of a plan, in its order; `deeds` are by key."""
    return tuple(_row(step, deeds.get(step.key)) for step in plan.steps)


def person_rows(rows: tuple[ReportRow, ...]) -> list[tuple[str, str, str, str]]:
    """Return a row for each person: who, what was done, what was not, what to know.

    Only people of whom something was not done, is open, or was stored otherwise.
    """
    people: dict[tuple[str, str], list[ReportRow]] = {}
    for row in rows:
        people.setdefault((row.step.person, row.step.shown), []).append(row)
    return [
        (
            shown,
            ", ".join(_name(one) for one in own if one.state == DeedState.DONE),
            ", ".join(_name(one) for one in own if one.state != DeedState.DONE),
            "; ".join(
                dict.fromkeys(
                    text
                    for one in own
                    for text in (
                        one.reason if one.state == DeedState.REFUSED else "",
                        one.stored_differently,
                    )
                    if text
                )
            ),
        )
        for (_, shown), own in people.items()
        if any(one.state != DeedState.DONE or one.stored_differently for one in own)
    ]


def report_data(plan: EnrolmentPlan, rows: tuple[ReportRow, ...]) -> dict[str, Any]:
    """Return the report as plain JSON values."""
    return {
        "plan": plan.name,
        "counts": counts(rows),
        "steps": [
            {
                "key": row.step.key,
                "kind": str(row.step.kind),
                "person": row.step.person,
                "shown": row.step.shown,
                "target": row.step.target,
                "state": row.state,
                "field": row.field,
                "reason": row.reason,
                "stored_differently": row.stored_differently,
            }
            for row in rows
        ],
    }


def report_csv(rows: tuple[ReportRow, ...]) -> str:
    """Return the report as CSV, with nothing in it that a spreadsheet would run."""
    return csv_text(
        _COLUMNS,
        [
            (
                row.step.person,
                row.step.shown,
                str(row.step.kind),
                row.step.target,
                row.state,
                row.field,
                row.reason,
                row.stored_differently,
            )
            for row in rows
        ],
    )


def counts(rows: tuple[ReportRow, ...]) -> dict[str, int]:
    """Return how many steps are in each state; states without any are left out."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.state] = found.get(row.state, 0) + 1
    return found


def _row(step: Step, deed: Deed | None) -> ReportRow:
    if deed is None:
        return ReportRow(step=step, state=OPEN)
    return ReportRow(
        step=step,
        state=deed.state.value,
        field=deed.field,
        reason=deed.reason,
        stored_differently="; ".join(
            f"{one['field']}: asked {one['asked']!r}, stored {_stored(one['stored'])}"
            for one in deed.after.get("stored_differently", ())
            if one["stored"] is not None or one["field"] not in _OFTEN_HIDDEN
        ),
    )


def _stored(value: str | None) -> str:
    return "nothing that can be seen" if value is None else repr(value)


def _name(row: ReportRow) -> str:
    state = "" if row.state == DeedState.DONE else f" ({row.state})"
    return f"{row.step.kind} {row.step.target}{state}"
