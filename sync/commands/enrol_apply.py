"""`moodle-bridge enrol apply` and `enrol undo`: carry a plan out, and revert it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mappings.enrolment.limits import beyond
from mappings.enrolment.plan import EnrolmentPlan, StepKind
from mappings.enrolment.plan_file import plan_fingerprint
from moodle_bridge.errors import (
    BridgeError,
    ConfigError,
    GuardTripped,
    Problem,
    RemoteError,
)
from moodle_bridge.moodle.addresses import site_address
from moodle_bridge.redact import masked
from sync.bridge import Bridge
from sync.cli.frame import exit_code_of
from sync.cli.result import ExitCode, Result, Table
from sync.engine import Engine
from sync.enrol.applying import Applying
from sync.enrol.carrying_out import applying, carry_out
from sync.enrol.files import beside, read_plan, write_json, write_plan, write_private
from sync.enrol.report import (
    OPEN,
    ReportRow,
    counts,
    person_rows,
    report_csv,
    report_data,
    report_rows,
)
from sync.enrol.undoing import undo_name, undo_plan, undone_name
from sync.intake import limits_of
from sync.ledger.deeds import DeedState

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.ledger.plans import KeptPlan

Confirm = Callable[[Result], bool]
"""Shows what would be done, and says whether it is to be."""

PLAN_AGE = timedelta(days=30)
_LEAVING = (StepKind.REMOVE_FROM_COHORT,)


def apply(
    invocation: Invocation, *, file: Path, dry_run: bool, confirm: Confirm
) -> Result:
    """Carry out the plan in a file, exactly its steps.

    One that was begun goes on; one that is done says so. Writes the report and the
    undo file beside the plan.
    """
    plan = read_plan(file)
    if undone_name(plan.name) is not None:
        raise ConfigError(
            "this plan reverts another one",
            item=str(file),
            advice=f"Use `moodle-bridge enrol undo {file.name}`. Nothing was done.",
        )
    with _bridge(invocation) as bridge:
        kept = _kept(bridge, plan, file)
        _refuse_other_site(bridge, plan)
        if kept.state in {"applied", "undone"}:
            return _done_before(kept)
        if kept.state == "waits":
            _refuse_old(bridge, plan)
            _refuse_beyond(bridge, plan)
        dry_run = dry_run or bridge.settings.safety.dry_run
        if dry_run:
            return _tried(bridge, plan)
        if not confirm(_shown(plan, begun=kept.state == "begun")):
            return Result(parts=["Nothing was done."], data={"applied": False})
        return _carried_out(invocation, bridge, plan, file)


def undo(
    invocation: Invocation, *, named: str, dry_run: bool, confirm: Confirm
) -> Result:
    """Revert what a plan did and nothing else; `named` is a file or a plan's name.

    One that was begun goes on; one that is done says so.
    """
    file = invocation.folder / named
    given = read_plan(file) if file.is_file() else None
    name = given.name if given else named
    name = undone_name(name) or name
    with _bridge(invocation) as bridge:
        with bridge.ledger.reading() as transaction:
            kept = transaction.plans.get(name)
            begun = transaction.plans.get(undo_name(name))
            deeds = transaction.deeds.of_plan(name)
        if kept is None:
            raise ConfigError(
                "the ledger knows no plan of this name",
                item=named,
                advice="Name a plan that was applied, or its NAME.undo.json.",
            )
        _refuse_other_site(bridge, kept.plan)
        if kept.undone_at is not None:
            return Result(
                parts=[f"{name} was undone at {_time(kept.undone_at)}."],
                data={"plan": name, "undone_at": kept.undone_at},
            )
        resumes = begun is not None and begun.applied_at is not None
        plan = (
            begun.plan
            if begun is not None and resumes
            else undo_plan(kept.plan, deeds, made_at=bridge.clock())
        )
        if given and undone_name(given.name) and given.steps != plan.steps:
            raise ConfigError(
                "more was done, or undone, since this file was written",
                item=str(file),
                advice=f"Use `moodle-bridge enrol undo {name}`. Nothing was done.",
            )
        if dry_run or bridge.settings.safety.dry_run:
            return _tried(bridge, plan)
        if not confirm(_shown(plan, begun=resumes)):
            return Result(parts=["Nothing was done."], data={"applied": False})
        if not resumes:
            with bridge.ledger.writing() as transaction:
                transaction.plans.save(plan, made_by="enrol undo")
        return _carried_out(invocation, bridge, plan, file if given else None)


@contextmanager
def _bridge(invocation: Invocation) -> Iterator[Bridge]:
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        yield bridge


def _kept(bridge: Bridge, plan: EnrolmentPlan, file: Path) -> KeptPlan:
    """Return the plan as the ledger knows it; raises ConfigError if it is another."""
    with bridge.ledger.reading() as transaction:
        kept = transaction.plans.get(plan.name)
    if kept is None:
        raise ConfigError(
            "this ledger did not make the plan, and does not know its people",
            item=str(file),
            advice="Make a new one here with `moodle-bridge enrol plan`. Nothing was"
            " done.",
        )
    if kept.fingerprint != plan_fingerprint(plan):
        raise ConfigError(
            f"another plan was made since under the name {plan.name}",
            item=str(file),
            advice="Apply that one, or make a new one. Nothing was done.",
        )
    return kept


def _refuse_other_site(bridge: Bridge, plan: EnrolmentPlan) -> None:
    ours = bridge.settings.moodle.url
    if site_address(plan.site) != site_address(ours):
        raise ConfigError(
            f"the plan is for {plan.site}, and bridge.toml is for {ours}",
            item=plan.name,
            advice="Use the bridge.toml of that site. Nothing was done.",
        )


def _refuse_old(bridge: Bridge, plan: EnrolmentPlan) -> None:
    age = bridge.clock() - plan.made_at
    if age > PLAN_AGE:
        raise GuardTripped(
            f"the plan is {age.days} days old",
            item=plan.name,
            advice=f"A plan may be {PLAN_AGE.days} days old; make a new one with"
            " `moodle-bridge enrol plan`. Nothing was done.",
        )


def _refuse_beyond(bridge: Bridge, plan: EnrolmentPlan) -> None:
    people = sum(source.entries for source in plan.sources)
    excesses = {
        excess.what: excess
        for source in plan.sources
        if (intake := bridge.settings.intake(source.name)) is not None
        for excess in beyond(plan.steps, people, limits_of(intake.limits))
    }
    if excesses:
        told = "; ".join(excesses)
        raise GuardTripped(
            f"the plan goes beyond a limit: {told}",
            item=plan.name,
            advice="Read it with `moodle-bridge enrol show`; if it is right, raise the"
            " limit under [intake.limits] and apply it again. Nothing was done.",
        )


def _done_before(kept: KeptPlan) -> Result:
    ended, undone = kept.ended_at, kept.undone_at
    said = f"{kept.plan.name} was applied"
    said += f" at {_time(ended)}" if ended else ""
    said += f" and undone at {_time(undone)}" if undone else ""
    return Result(
        parts=[f"{said}. There is nothing left to do in it."],
        data={"plan": kept.plan.name, "ended_at": ended, "undone_at": undone},
    )


def _shown(plan: EnrolmentPlan, *, begun: bool) -> Result:
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
    parts += _stays(plan)
    return Result(parts=parts)


def _stays(plan: EnrolmentPlan) -> list[str]:
    if undone_name(plan.name) is None:
        return []
    return [f"Stays: {one.shown}: {one.why}." for one in plan.left_alone]


def _tried(bridge: Bridge, plan: EnrolmentPlan) -> Result:
    """Look at everything as in earnest, and say what would be done."""
    job = applying(bridge, plan, dry_run=True)
    engine = Engine(ledger=bridge.ledger, holder=bridge.holder, dry_run=True)
    done_before = sum(one.state is DeedState.DONE for one in job.deeds.values())
    engine.run(job)
    would = Counter(str(step.kind) for step in job.would)
    refused = [
        (step.shown, str(step.kind), step.target, job.deeds[step.key].reason)
        for step in plan.steps
        if step.key in job.deeds and job.deeds[step.key].state is not DeedState.DONE
    ]
    parts: list[str | Table] = [
        Table(
            title="This would be done",
            columns=("step", "number"),
            rows=[(kind, str(number)) for kind, number in would.items()],
        )
        if would
        else "Nothing would be done."
    ]
    if done_before:
        parts.append(f"{done_before} steps are done already.")
    if refused:
        parts.append(
            Table(
                title="This would be refused",
                columns=("who", "step", "what", "why"),
                rows=refused,
            )
        )
    return Result(
        exit_code=ExitCode.HELD if refused else ExitCode.DONE,
        parts=[*parts, *_stays(plan)],
        data={
            "dry_run": True,
            "plan": plan.name,
            "would": [step.key for step in job.would],
            "refused": [
                {"shown": shown, "kind": kind, "target": target, "reason": reason}
                for shown, kind, target, reason in refused
            ],
        },
    )


def _carried_out(
    invocation: Invocation, bridge: Bridge, plan: EnrolmentPlan, file: Path | None
) -> Result:
    job = applying(bridge, plan)

    def progress(line: str) -> None:
        share = len(job.deeds) * 100 // max(1, len(plan.steps))
        invocation.progress(f"{share:3} %  {line}")

    engine = Engine(ledger=bridge.ledger, holder=bridge.holder, progress=progress)
    engine.begin()
    command = "enrol undo" if undone_name(plan.name) else "enrol apply"
    with bridge.ledger.writing() as transaction:
        number = transaction.runs.begin(command, bridge.holder.name)
    stopped: RemoteError | None = None
    code, said = ExitCode.BUG, ""
    try:
        try:
            carry_out(bridge, engine, job)
            engine.run(bridge.own_mails())
        except RemoteError as error:
            # What was done is told all the same.
            stopped = error
        result = _told(bridge, job, engine, file, stopped)
        code, said = result.exit_code, str(stopped or "")
    except Exception as error:
        said = type(error).__name__
        if isinstance(error, BridgeError):
            code, said = exit_code_of(error), str(error)
        raise
    finally:
        with bridge.ledger.writing() as transaction:
            transaction.runs.end(
                number,
                exit_code=int(code),
                counts=engine.report.counts,
                problem=masked(said),
            )
        engine.end()
    return result


def _told(
    bridge: Bridge,
    job: Applying,
    engine: Engine,
    file: Path | None,
    stopped: RemoteError | None,
) -> Result:
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
    parts += _stays(plan)
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


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
