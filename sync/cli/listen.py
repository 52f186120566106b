"""`moodle-bridge listen`."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command("listen", cls=options.Command)
@click.option(
    "--host", metavar="ADDRESS", help="Where to listen, instead of [mail.listen]."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="The port, instead of [mail.listen]; 0 takes a free one.",
)
@options.pass_invocation
def command(invocation: Invocation, *, host: str | None, port: int | None) -> Result:
    """Take mails by LMTP into the ledger, until it is stopped.

    A mail is accepted only when it is safely stored; the next `sync` posts it.
    """
    from sync.commands import listen  # noqa: PLC0415 - keeps the start fast

    return listen.run(invocation, host=host, port=port)
