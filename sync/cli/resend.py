"""`moodle-bridge resend`."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command(
    "resend",
    cls=options.Command,
    epilog=options.examples(
        "moodle-bridge resend 417",
        "moodle-bridge resend 417 --to aminata@example.org",
    ),
)
@click.argument("post", metavar="POST", type=click.IntRange(min=1))
@click.option(
    "--to",
    metavar="PERSON",
    help="Only to this participant: a username, an address or a user id.",
)
@options.yes
@options.pass_invocation
def command(invocation: Invocation, *, post: int, to: str | None, yes: bool) -> Result:
    """Mail a post once more, to one reader or to all.

    POST is the number after #p in the address of a post. It goes out with the next
    `sync`, as it stands in Moodle then, to those who may read it then.
    """
    from sync.commands import resend  # noqa: PLC0415 - keeps the start fast

    if not yes:
        click.confirm(
            resend.describe(invocation, post=post, to=to), abort=True, err=True
        )
    return resend.run(invocation, post=post, to=to)
