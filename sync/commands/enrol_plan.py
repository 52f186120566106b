"""`moodle-bridge enrol plan`, `show` and `list`: what would be done, in tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from moodle_bridge.errors import ConfigError
from sync.bridge import Bridge
from sync.cli.result import ExitCode, Result, Table
from sync.commands.enrol_tables import plan_data, plan_parts
from sync.enrol.files import read_plan, write_plan
from sync.enrol.held_rows import remember_rows
from sync.enrol.lacking import TO_ASK
from sync.enrol.planning import Planned, Planning
from sync.intake import intake_named

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.ledger.plans import KeptPlan
    from sync.settings.intake import IntakeSettings

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_ENDING = ".plan.json"
_LIMIT_KEYS = {
    "user.create": "create",
    "user.create percent": "create_percent",
    "user.change": "change",
    "user.change percent": "change_percent",
    "enrolment.suspend": "suspend",
    "enrolment.suspend percent": "suspend_percent",
    "enrolment.reactivate": "reactivate",
    "list.unsubscribe": "leave",
    "cohort.remove": "leave",
    "group.remove": "leave",
}


def plan(
    invocation: Invocation,
    *,
    intake: str | None,
    name: str | None,
    out: Path | None,
    everybody: bool,
) -> Result:
    """Make a plan, show it, and keep it if it is within the limits."""
    folder = invocation.folder / out if out else invocation.folder
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        intakes = _intakes(bridge, intake)
        called = _name(bridge, intakes, name, folder)
        invocation.progress(f"reading {', '.join(one.name for one in intakes)}")
        planned = Planning(bridge).plan(intakes, name=called)
        file = folder / f"{called}{_ENDING}"
        with bridge.ledger.writing() as transaction:
            remember_rows(transaction, planned.plan)
        saved = bool(planned.plan.steps) and not planned.excesses
        if saved:
            with bridge.ledger.writing() as transaction:
                planned.save(transaction, made_by="enrol plan")
            write_plan(file, planned.plan)
    return _planned(planned, file if saved else None, everybody=everybody)


def show(invocation: Invocation, *, name: str, everybody: bool) -> Result:
    """Show a plan from its file, or from the ledger."""
    path = invocation.folder / name
    kept: KeptPlan | None = None
    if path.is_file():
        found = read_plan(path)
    else:
        with (
            Bridge(
                invocation.settings(), invocation.registry(), clock=invocation.clock
            ) as bridge,
            bridge.ledger.reading() as transaction,
        ):
            kept = transaction.plans.get(name.removesuffix(_ENDING))
        if kept is None:
            raise ConfigError(
                "there is no plan of this name, and no such file",
                item=name,
                advice="`moodle-bridge enrol list` lists the plans.",
            )
        found = kept.plan
    state = f", {kept.state}" if kept else ""
    return Result(
        exit_code=ExitCode.HELD if found.held else ExitCode.DONE,
        parts=[
            (
                f"Plan {found.name}, made {found.made_at:%Y-%m-%d %H:%M} UTC"
                f" for {found.site}{state}."
            ),
            *plan_parts(found, everybody=everybody),
        ],
        data={"plan": plan_data(found), "state": kept.state if kept else None},
    )


def listed(invocation: Invocation, *, limit: int) -> Result:
    """List the plans that were made last."""
    with (
        Bridge(
            invocation.settings(), invocation.registry(), clock=invocation.clock
        ) as bridge,
        bridge.ledger.reading() as transaction,
    ):
        plans = transaction.plans.latest(limit)
    return Result(
        parts=[
            Table(
                columns=("plan", "made", "by", "steps", "held", "state"),
                rows=[
                    (
                        one.plan.name,
                        f"{one.made_at:%Y-%m-%d %H:%M}",
                        one.made_by,
                        str(len(one.plan.steps)),
                        str(len(one.plan.held)),
                        one.state,
                    )
                    for one in plans
                ],
            )
        ],
        data={
            "plans": [
                {
                    "name": one.plan.name,
                    "made_at": one.made_at,
                    "made_by": one.made_by,
                    "steps": len(one.plan.steps),
                    "held": len(one.plan.held),
                    "state": one.state,
                    "applied_at": one.applied_at,
                    "undone_at": one.undone_at,
                }
                for one in plans
            ]
        },
    )


def _planned(planned: Planned, file: Path | None, *, everybody: bool) -> Result:
    made = planned.plan
    parts: list[str | Table] = []
    for form in planned.forms:
        changes = form.changes
        news = ", ".join(
            f"{len(keys)} {word}"
            for word, keys in (
                ("new", changes.new),
                ("edited", changes.edited),
                ("gone", changes.gone),
                ("back", changes.reappeared),
            )
            if keys
        )
        parts.append(
            f"{form.intake.name}: {form.people} people; since it was last read:"
            f" {news or 'nothing new'}."
        )
        if changes.gone:
            parts.append("  Nobody is removed because their entry is gone.")
        if form.warnings:
            parts.append(
                f"  {form.warnings} answers were left out or corrected: `moodle-bridge"
                f" intake problems {form.intake.name}`."
            )
    parts += ["", *plan_parts(made, everybody=everybody)]
    excesses = [
        {
            "form": form,
            "what": excess.what,
            "setting": f"[[intake]] {form} → limits."
            f"{_LIMIT_KEYS.get(excess.key, excess.key)}",
        }
        for form, excess in planned.excesses
    ]
    if excesses:
        parts += [
            "",
            "This plan is beyond a limit, and was not kept:",
            *(f"  {one['setting']}: {one['what']}." for one in excesses),
            (
                "Look whether this is what you want. If it is, raise the limit in"
                " bridge.toml, and plan again."
            ),
        ]
    elif file is not None:
        parts += [
            "",
            (
                f"Kept as {file.name}. `moodle-bridge enrol apply {file.name}` does exactly"
                " this."
            ),
        ]
    if planned.lacking:
        parts += [
            "",
            "This plan cannot be applied yet: the token's service does not hold",
            *(f"  {one.what}" for one in planned.lacking),
            TO_ASK,
        ]
    code = ExitCode.DONE
    if made.held or planned.lacking:
        code = ExitCode.HELD
    if excesses:
        code = ExitCode.GUARD
    return Result(
        exit_code=code,
        parts=parts,
        data={
            "plan": plan_data(made),
            "file": str(file) if file else None,
            "beyond_limits": excesses,
            "lacking_functions": [
                {"function": one.function, "steps": one.steps}
                for one in planned.lacking
            ],
        },
    )


def _intakes(bridge: Bridge, name: str | None) -> Sequence[IntakeSettings]:
    if name is None and len(bridge.settings.intakes) > 1:
        return bridge.settings.intakes
    return (intake_named(bridge.settings, name),)


def _name(
    bridge: Bridge,
    intakes: Iterable[IntakeSettings],
    name: str | None,
    folder: Path,
) -> str:
    with bridge.ledger.reading() as transaction:
        taken = transaction.plans.names()
        kept = transaction.plans.get(name) if name else None
    if name is not None:
        if not _NAME.fullmatch(name):
            raise ConfigError(
                "is no name for a plan",
                item=f"--name {name}",
                advice="Use small letters, digits, dots and hyphens; at most 80.",
            )
        if kept is not None and kept.applied_at is not None:
            raise ConfigError(
                "a plan of this name was applied",
                item=f"--name {name}",
                advice="Take another name: what was done stays told.",
            )
        return name
    names = [one.name for one in intakes]
    base = names[0] if len(names) == 1 else "all"
    plain = f"{base}-{bridge.clock():%Y-%m-%d}"
    number, tried = 1, plain
    while tried in taken or _is_there(folder / f"{tried}{_ENDING}"):
        number += 1
        tried = f"{plain}-{number}"
    return tried


def _is_there(path: Path) -> bool:
    with suppress(OSError):
        return path.exists()
    return False
