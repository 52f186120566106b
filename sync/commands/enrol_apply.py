"""`moodle-bridge enrol apply` and `enrol undo`: carry a plan out, and revert it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mappings.enrolment.plan import EnrolmentPlan
from moodle_bridge.errors import (
    BridgeError,
    ConfigError,
    RemoteError,
)
from moodle_bridge.redact import masked
from sync.bridge import Bridge
from sync.cli.frame import exit_code_of
from sync.cli.result import ExitCode, Result, Table
from sync.commands.enrol_plan_checks import (
    kept_plan,
    refuse_beyond,
    refuse_lacking,
    refuse_old,
    refuse_other_site,
)
from sync.commands.enrol_told import done_before, shown, time_text, told, what_stays
from sync.engine import Engine
from sync.enrol.carrying_out import applying, carry_out
from sync.enrol.files import read_plan
from sync.enrol.undoing import undo_name, undo_plan, undone_name
from sync.ledger.deeds import DeedState

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation

Confirm = Callable[[Result], bool]
"""Shows what would be done, and says whether it is to be."""


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
        kept = kept_plan(bridge, plan, file)
        refuse_other_site(bridge, plan)
        if kept.state in {"applied", "undone"}:
            return done_before(kept)
        if kept.state == "waits":
            refuse_old(bridge, plan)
            refuse_beyond(bridge, plan)
            refuse_lacking(bridge, plan)
        dry_run = dry_run or bridge.settings.safety.dry_run
        if dry_run:
            return _tried(bridge, plan)
        if not confirm(shown(plan, begun=kept.state == "begun")):
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
        refuse_other_site(bridge, kept.plan)
        if kept.undone_at is not None:
            return Result(
                parts=[f"{name} was undone at {time_text(kept.undone_at)}."],
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
        if not confirm(shown(plan, begun=resumes)):
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


def _tried(bridge: Bridge, plan: EnrolmentPlan) -> Result:
    """Look at everything as in earnest, and say what would be done."""
    job = applying(bridge, plan, dry_run=True)
    engine = Engine(ledger=bridge.ledger, holder=bridge.holder, dry_run=True)
    already = sum(one.state is DeedState.DONE for one in job.deeds.values())
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
    if already:
        parts.append(f"{already} steps are done already.")
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
        parts=[*parts, *what_stays(plan)],
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
        result = told(bridge, job, engine, file, stopped)
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
