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
@click.argument("name", metavar="NAME")
@options.pass_invocation
def command(invocation: Invocation, *, name: str) -> Result:
    """Say what became of a mail, a post, a digest or a person, and why.

    NAME is the Message-ID of a mail, with or without angle brackets, the number of a
    post, what another command showed (mail-12, effect-5, issue-3), an address or a
    username. The story is told in the order of time.
    """
    from sync.commands import explain  # noqa: PLC0415 - keeps the start fast

    return explain.run(invocation, name=name)
