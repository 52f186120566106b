"""`moodle-bridge explain`."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command(
    "explain",
    cls=options.Command,
    epilog=options.examples(
        "moodle-bridge explain '<CAF1@mail.example.org>'", "moodle-bridge explain 2041"
    ),
)
@click.argument("name", metavar="MESSAGE-ID|POST-ID")
@options.pass_invocation
def command(invocation: Invocation, *, name: str) -> Result:
    """Say what became of a mail or a post, and why.

    Give the Message-ID of a mail, with or without angle brackets, or the number of
    a post.
    """
    from sync.commands import explain  # noqa: PLC0415 - keeps the start fast

    return explain.run(invocation, name=name)
