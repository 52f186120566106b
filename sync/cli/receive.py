"""`moodle-bridge receive`."""

from __future__ import annotations

import sys

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command(
    "receive",
    cls=options.Command,
    epilog=options.examples(
        'bridge: "|moodle-bridge --config /etc/moodle-bridge/bridge.toml receive"'
    ),
)
@click.option(
    "--sender",
    metavar="ADDRESS",
    help="The envelope sender; when left out, the variable SENDER.",
)
@click.option(
    "--recipient",
    metavar="ADDRESS",
    help="The envelope recipient; when left out, what the mail server says in"
    " ORIGINAL_RECIPIENT, or in RECIPIENT and EXTENSION.",
)
@options.pass_invocation
def command(
    invocation: Invocation, *, sender: str | None, recipient: str | None
) -> Result:
    """Take one mail from standard input into the ledger.

    For a mail server that hands mails to a command. Nothing is printed. The exit
    code is 0 when the mail is safely stored, and 75 (try again later) when it is
    not, whatever the reason: the mail server then keeps it. The next `sync` posts it.
    """
    from sync.commands import receive  # noqa: PLC0415 - keeps the start fast

    return receive.run(
        invocation,
        stream=sys.stdin.buffer,
        sender=sender,
        recipient=recipient,
    )
