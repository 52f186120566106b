"""`moodle-bridge question` and its parts."""

from __future__ import annotations

from typing import Literal

import click

from sync.cli import options
from sync.cli.group import Group
from sync.cli.invocation import Invocation
from sync.cli.result import Result

post = click.argument("post", type=click.IntRange(min=1), metavar="POST")


@click.group(
    "question",
    cls=Group,
    epilog=options.examples(
        "moodle-bridge question list",
        "moodle-bridge question mark 417 none --by ana",
        "moodle-bridge question claim 417 --by ana",
    ),
)
def command() -> None:
    """Show which questions wait for an answer, and say what is to become of them.

    POST is the number of a post, as it stands in its address after #p.
    """


@command.command("list")
@click.option(
    "--history", is_flag=True, help="Also those of before the bridge began to watch."
)
@options.pass_invocation
def list_(invocation: Invocation, *, history: bool) -> Result:
    """List the questions that wait, the oldest first."""
    from sync.commands import question  # noqa: PLC0415 - keeps the start fast

    return question.list_questions(invocation, history=history)


@command.command("mark")
@post
@click.argument("as_", type=click.Choice(["needs", "none"]), metavar="needs|none")
@click.option("--by", metavar="WHO", help="Who of the rota says so.")
@options.pass_invocation
def mark(
    invocation: Invocation,
    *,
    post: int,
    as_: Literal["needs", "none"],
    by: str | None,
) -> Result:
    """Say that a post needs an answer, or none; it wins over what its words tell."""
    from sync.commands import question  # noqa: PLC0415 - keeps the start fast

    return question.mark(invocation, post=post, as_=as_, by=by)


@command.command("claim")
@post
@click.option("--by", metavar="WHO", required=True, help="Who takes it.")
@options.pass_invocation
def claim(invocation: Invocation, *, post: int, by: str) -> Result:
    """Say that somebody takes a question, so that nobody else is told for a while."""
    from sync.commands import question  # noqa: PLC0415 - keeps the start fast

    return question.claim(invocation, post=post, by=by)
