"""`moodle-bridge demo`."""

from __future__ import annotations

from pathlib import Path

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command("demo", cls=options.Command)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where to put bridge.toml, ledger and mailboxes; a new folder among the"
    " system's temporary ones when left out.",
)
@click.option(
    "--serve",
    is_flag=True,
    help="Leave the practice Moodle open for a browser afterwards.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="The port of the practice Moodle; a free one when left out.",
)
@options.pass_invocation
def command(
    invocation: Invocation, *, folder: Path | None, serve: bool, port: int
) -> Result:
    """Play a day of a course on a practice Moodle and a practice post office.

    Nothing leaves this machine.
    """
    from sync.commands import demo  # noqa: PLC0415 - keeps the start fast

    return demo.run(invocation, folder=folder, serve=serve, port=port)
