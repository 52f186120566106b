"""`moodle-bridge practice`."""

from __future__ import annotations

from pathlib import Path

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command("practice", cls=options.Command)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8090,
    show_default=True,
    metavar="PORT",
    help="The port on this machine; 0 takes a free one.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A file to go on from, and to keep everything in; without it all is gone"
    " afterwards.",
)
@click.option("--no-rest", is_flag=True, help="Switch REST off, to try SOAP alone.")
@click.option("--no-soap", is_flag=True, help="Switch SOAP off.")
@options.pass_invocation
def command(
    invocation: Invocation,
    *,
    port: int,
    state: Path | None,
    no_rest: bool,
    no_soap: bool,
) -> Result:
    """Open a practice Moodle with a course, until Ctrl-C ends it.

    It says at which address a browser finds it, and prints tokens for the bridge, a
    facilitator and a participant. It has no passwords; nothing leaves this machine.
    """
    from sync.commands import practice  # noqa: PLC0415 - keeps the start fast

    return practice.run(
        invocation, port=port, state=state, rest=not no_rest, soap=not no_soap
    )
