"""`moodle-bridge audit`."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command(
    "audit",
    cls=options.Command,
    epilog=options.examples(
        "moodle-bridge audit", "moodle-bridge audit --fix --since '30 days'"
    ),
)
@click.option(
    "--fix",
    is_flag=True,
    help="Mend what can be mended: it goes its way with the next `sync`.",
)
@click.option(
    "--since",
    metavar="DURATION",
    help="How far to look back; recheck_days of [sync] when left out.",
)
@options.pass_invocation
def command(invocation: Invocation, *, fix: bool, since: str | None) -> Result:
    """Look whether every post has its mails, and every mail its post.

    Reads the forums and the ledger, and changes nothing without --fix. Nothing is ever
    mailed or posted a second time by it. The exit code is 3 when something is left for
    you to look at.
    """
    from sync.commands import audit  # noqa: PLC0415 - keeps the start fast

    return audit.run(invocation, fix=fix, since=since)
