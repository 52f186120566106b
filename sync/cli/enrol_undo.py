"""`moodle-bridge enrol undo`."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.asking import asked
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command(
    "undo",
    cls=options.Command,
    epilog=options.examples(
        "moodle-bridge enrol undo sm25-1 --dry-run",
        "moodle-bridge enrol undo sm25-1.undo.json",
    ),
)
@click.argument("plan", metavar="NAME|FILE")
@options.dry_run
@options.yes
@options.pass_invocation
def command(invocation: Invocation, *, plan: str, dry_run: bool, yes: bool) -> Result:
    """Revert what a plan did, and nothing else.

    Accounts that it made are suspended, never deleted; who it enrolled is suspended in
    the course; memberships that it made go; fields go back to what they were, where
    nobody changed them since. Mails that went out and groups that were made stay.
    """
    from sync.commands import enrol_apply  # noqa: PLC0415 - keeps the start fast

    return enrol_apply.undo(
        invocation,
        named=plan,
        dry_run=dry_run,
        confirm=asked(invocation, "Undo this?", yes=yes),
    )
