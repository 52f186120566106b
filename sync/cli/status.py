"""`moodle-bridge status`."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command("status", cls=options.Command)
@options.pass_invocation
def command(invocation: Invocation) -> Result:
    """Show how each pair stands: carried, waiting, in doubt, held."""
    from sync.commands import status  # noqa: PLC0415 - keeps the start fast

    return status.run(invocation)
