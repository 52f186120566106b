"""`moodle-bridge run`."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command(
    "run", cls=options.Command, epilog=options.examples("moodle-bridge run --quiet")
)
@options.pass_invocation
def command(invocation: Invocation) -> Result:
    """Do what sync does, again and again, until it is stopped.

    The pause between two rounds is `every` in [run]; it grows while a remote end is
    away. SIGTERM and Ctrl-C stop it between two effects, so that nothing is left in
    doubt. A pair that has not begun yet is begun with sync first.
    """
    from sync.commands import run  # noqa: PLC0415 - keeps the start fast

    return run.run(invocation)
