"""How a plan of enrolment that is applied is shown."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mappings.enrolment.plan import EnrolmentPlan, StepKind
from moodle_bridge.errors import (
    ConfigError,
    Problem,
    RemoteError,
)
from moodle_bridge.redact import masked
from sync.bridge import Bridge
from sync.cli.frame import exit_code_of
from sync.cli.result import ExitCode, Result, Table
from sync.engine import Engine
from sync.enrol.applying import Applying
from sync.enrol.files import beside, write_json, write_plan, write_private
from sync.enrol.report import (
    OPEN,
    ReportRow,
    counts,
    person_rows,
    report_csv,
    report_data,
    report_rows,
)
from sync.enrol.undoing import undo_plan, undone_name
from sync.ledger.deeds import DeedState

if TYPE_CHECKING:
    from sync.ledger.plans import KeptPlan

_LEAVING = (StepKind.REMOVE_FROM_COHORT,)


def done_before(kept: KeptPlan) -> Result:
    """Return what to say of a plan that was carried out before."""
    ended, undone = kept.ended_at, kept.undone_at
    said = f"{kept.plan.name} was applied"
    said += f" at {time_text(ended)}" if ended else ""
    said += f" and undone at {time_text(undone)}" if undone else ""
    return Result(
        parts=[f"{said}. There is nothing left to do in it."],
        data={"plan": kept.plan.name, "ended_at": ended, "undone_at": undone},
    )


def shown(plan: EnrolmentPlan, *, begun: bool) -> Result:
    """Return what a plan would do, to be confirmed; `begun`: some of it is done."""
    kinds = Counter(str(step.kind) for step in plan.steps)
    people = {step.person for step in plan.steps if step.person}
    parts: list[str | Table] = [
        Table(
            title=f"{plan.name}: {len(plan.steps)} steps for {len(people)} people",
            columns=("step", "number"),
            rows=[(kind, str(number)) for kind, number in kinds.items()],
        )
    ]
    if begun:
        parts.append("It was begun before; what is done of it is not done again.")
    if undone_name(plan.name) and any(step.kind in _LEAVING for step in plan.steps):
        parts.append(
            "Who is taken out of a cohort may be unenrolled by cohort sync, and lose"
            " grades, in courses to which that cohort is joined."
        )
    parts += what_stays(plan)
    return Result(parts=parts)


def what_stays(plan: EnrolmentPlan) -> list[str]:
    """Return what an undoing cannot revert, a line each; nothing for other plans."""
    if undone_name(plan.name) is None:
        return []
    return [f"Stays: {one.shown}: {one.why}." for one in plan.left_alone]


def told(
    bridge: Bridge,
    job: Applying,
    engine: Engine,
    file: Path | None,
    stopped: RemoteError | None,
) -> Result:
    """Return what came of a plan, and write its files beside it.

    `stopped` is what ended it early, None when it came to its end.
    """
    plan = job.plan_
    rows = report_rows(plan, job.deeds)
    numbers = counts(rows)
    data = report_data(plan, rows)
    files = {} if file is None else _files(bridge, job, file, rows, data)
    parts: list[str | Table] = []
    if people := person_rows(rows):
        parts.append(
            Table(
                title="Not all went as planned",
                columns=("who", "done", "not done", "why"),
                rows=people,
            )
        )
    said = ", ".join(f"{number} {state}" for state, number in numbers.items())
    parts.append(f"{plan.name}: {said or 'no steps'}.")
    parts += engine.report.problems
    parts += what_stays(plan)
    if stopped is not None:
        parts.append(f"It stopped: {masked(str(stopped))}. {stopped.advice}")
    if numbers.get(OPEN):
        parts.append("Run the same command again: it goes on where it ended.")
    parts += [f"{what}: {path}" for what, path in files.items()]
    all_done = set(numbers) <= {DeedState.DONE.value}
    code = ExitCode.DONE if all_done else ExitCode.HELD
    if stopped is not None:
        code = exit_code_of(stopped)
    return Result(
        exit_code=code,
        parts=parts,
        data={
            **data,
            "stopped": masked(str(stopped)) if stopped else None,
            "files": {what: str(path) for what, path in files.items()},
        },
    )


def _files(
    bridge: Bridge,
    job: Applying,
    file: Path,
    rows: tuple[ReportRow, ...],
    data: dict[str, Any],
) -> dict[str, Path]:
    """Write what came of a plan beside it; return the files by what they are."""
    plan = job.plan_
    undoes = undone_name(plan.name)
    ending = ".undo.report" if undoes else ".report"
    written = {
        "report": beside(file, f"{ending}.json"),
        "table": beside(file, f"{ending}.csv"),
    }
    try:
        write_json(written["report"], data)
        write_private(written["table"], report_csv(rows))
        if undoes is None:
            written["to undo it"] = beside(file, ".undo.json")
            write_plan(
                written["to undo it"],
                undo_plan(plan, job.deeds, made_at=bridge.clock()),
            )
    except OSError as error:
        raise ConfigError(
            f"the report cannot be written ({error.strerror})",
            item=str(error.filename or file),
            problems=[
                Problem(
                    where=plan.name,
                    what="what was done is in the ledger",
                    advice="Make room, or let the folder be written to, and run the"
                    " command again.",
                )
            ],
        ) from error
    return written


def time_text(moment: datetime) -> str:
    """Return a moment as an admin reads it."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
