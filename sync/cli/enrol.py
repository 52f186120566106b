"""`moodle-bridge enrol` and its parts."""

from __future__ import annotations

from pathlib import Path

import click

from sync.cli import options
from sync.cli.group import Group
from sync.cli.invocation import Invocation
from sync.cli.result import Result

# Carrying a plan out, and reverting it, have modules of their own.
_LAZY = {"apply": "sync.cli.enrol_apply", "undo": "sync.cli.enrol_undo"}


@click.group("enrol", cls=Group, lazy=_LAZY)
def command() -> None:
    """From an intake form to people in Moodle: plan, decide, apply, undo."""


@command.command(
    "plan",
    epilog=options.examples(
        "moodle-bridge enrol plan",
        "moodle-bridge enrol plan --intake sm25 --name sm25-march",
    ),
)
@click.option(
    "--intake", metavar="NAME", help="Only the form of this name in bridge.toml."
)
@click.option("--name", metavar="NAME", help="What the plan is to be called.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where to write NAME.plan.json; here when not given.",
)
@click.option("--all", "everybody", is_flag=True, help="List who is left alone too.")
@options.pass_invocation
def plan(
    invocation: Invocation,
    *,
    intake: str | None,
    name: str | None,
    out: Path | None,
    everybody: bool,
) -> Result:
    """Show what would be done for the people of a form, and keep it as a plan.

    Nothing is changed in Moodle or on a list. NAME.plan.json is about people: it is
    readable for you alone. `enrol apply` does exactly what stands in it. A plan beyond
    the limits of bridge.toml is shown, and not kept.
    """
    from sync.commands import enrol_plan  # noqa: PLC0415 - keeps the start fast

    return enrol_plan.plan(
        invocation, intake=intake, name=name, out=out, everybody=everybody
    )


@command.command("show")
@click.argument("plan_name", metavar="FILE|NAME")
@click.option("--all", "everybody", is_flag=True, help="List who is left alone too.")
@options.pass_invocation
def show(invocation: Invocation, *, plan_name: str, everybody: bool) -> Result:
    """Show a plan again, by its file or its name."""
    from sync.commands import enrol_plan  # noqa: PLC0415 - keeps the start fast

    return enrol_plan.show(invocation, name=plan_name, everybody=everybody)


@command.command("list")
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(1),
    metavar="N",
    help="At most so many.",
)
@options.pass_invocation
def listed(invocation: Invocation, *, limit: int) -> Result:
    """List the plans that were made last, and what became of them."""
    from sync.commands import enrol_plan  # noqa: PLC0415 - keeps the start fast

    return enrol_plan.listed(invocation, limit=limit)


@command.command(
    "decide",
    epilog=options.examples(
        "moodle-bridge enrol decide sm25:41 --adopt 207",
        "moodle-bridge enrol decide amina@example.org --new",
        "moodle-bridge enrol decide sm25:43 --same-as sm25:41",
    ),
)
@click.argument("entry", metavar="ENTRY")
@click.option(
    "--adopt",
    type=click.IntRange(1),
    metavar="USERID",
    help="This account in Moodle is theirs.",
)
@click.option("--new", is_flag=True, help="They are somebody else: a new account.")
@click.option("--refuse", is_flag=True, help="Do nothing for this entry.")
@click.option("--reactivate", is_flag=True, help="Let them take part again, once.")
@click.option(
    "--same-as", metavar="ENTRY", help="It is of the person of this other entry."
)
@click.option("--take-back", is_flag=True, help="Forget what was decided about it.")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept beside it.")
@options.pass_invocation
def decide(
    invocation: Invocation,
    *,
    entry: str,
    adopt: int | None,
    new: bool,
    refuse: bool,
    reactivate: bool,
    same_as: str | None,
    take_back: bool,
    reason: str,
) -> Result:
    """Decide about an entry that is held; the next plan goes by it.

    ENTRY is FORM:KEY as a plan names it, or whatever names one entry alone: its key,
    its row in the form, the address in it.
    """
    chosen = {
        "--adopt": adopt is not None,
        "--new": new,
        "--refuse": refuse,
        "--reactivate": reactivate,
        "--same-as": same_as is not None,
        "--take-back": take_back,
    }
    given = [option for option, is_given in chosen.items() if is_given]
    if len(given) != 1:
        raise click.UsageError(f"give one of {', '.join(chosen)}")
    from sync.commands import enrol_decide  # noqa: PLC0415 - keeps the start fast

    return enrol_decide.decide(
        invocation,
        entry=entry,
        verdict=given[0].removeprefix("--"),
        user_id=adopt,
        same_as=same_as,
        reason=reason,
    )


@command.command("decisions")
@options.pass_invocation
def decisions(invocation: Invocation) -> Result:
    """List what was decided about entries."""
    from sync.commands import enrol_decide  # noqa: PLC0415 - keeps the start fast

    return enrol_decide.decisions(invocation)
