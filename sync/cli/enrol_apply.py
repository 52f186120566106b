"""`moodle-bridge enrol apply`."""

from __future__ import annotations

from pathlib import Path

import click

from sync.cli import options
from sync.cli.asking import asked
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command(
    "apply",
    cls=options.Command,
    epilog=options.examples(
        "moodle-bridge enrol apply sm25-1.plan.json --dry-run",
        "moodle-bridge enrol apply sm25-1.plan.json",
    ),
)
@click.argument("file", metavar="NAME.plan.json", type=click.Path(path_type=Path))
@options.dry_run
@options.yes
@options.pass_invocation
def command(invocation: Invocation, *, file: Path, dry_run: bool, yes: bool) -> Result:
    """Do exactly what a plan says, and nothing else.

    Each step looks first whether what it touches is still as the plan saw it, and is
    refused if it is not. Stopped half way, the same command goes on where it ended.
    Beside the plan it writes what came of each step, NAME.report.json and .csv, and
    NAME.undo.json, by which `enrol undo` reverts it.
    """
    from sync.commands import enrol_apply  # noqa: PLC0415 - keeps the start fast

    return enrol_apply.apply(
        invocation,
        file=invocation.folder / file,
        dry_run=dry_run,
        confirm=asked(invocation, "Do this?", yes=yes),
    )
