"""`moodle-bridge trim`."""

from __future__ import annotations

import sys

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command(
    "trim",
    cls=options.Command,
    epilog=options.examples(
        "moodle-bridge trim answer.eml",
        "moodle-bridge trim --cut --parent question.eml answer.eml",
        "moodle-bridge trim --text --json - < answer.txt",
    ),
)
@click.option("--text", is_flag=True, help="FILE is plain text, no mail.")
@click.option(
    "--parent",
    metavar="FILE",
    help="The mail or the plain text that FILE answers: what is quoted of it is cut"
    " for sure.",
)
@click.option(
    "--cut", is_flag=True, help="Print what would be hidden, not what would be posted."
)
@click.argument("file", metavar="FILE")
@options.pass_invocation
def command(
    invocation: Invocation, *, file: str, text: bool, parent: str | None, cut: bool
) -> Result:
    """Print what would be posted of a mail.

    FILE is a mail as it came (an .eml file), or - for standard input. Quotes, signatures
    and what programs add are left out; with --json you see by which rule. Nothing is
    sent, posted or kept, and no bridge.toml is needed.
    """
    from sync.commands import trim  # noqa: PLC0415 - keeps the start fast

    return trim.run(
        invocation,
        file=file,
        parent=parent,
        is_text=text,
        show_cut=cut,
        stdin=sys.stdin.buffer,
    )
