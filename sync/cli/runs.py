"""`moodle-bridge runs`."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command("runs", cls=options.Command)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help="How many of the newest runs to show.",
)
@options.pass_invocation
def command(invocation: Invocation, *, limit: int) -> Result:
    """List the latest runs: when, what they did, how they ended."""
    from sync.commands import runs  # noqa: PLC0415 - keeps the start fast

    return runs.run(invocation, limit=limit)
