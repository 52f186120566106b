"""`moodle-bridge held` and its parts."""

from __future__ import annotations

import sys

import click

from sync.cli import options
from sync.cli.group import Group
from sync.cli.invocation import Invocation
from sync.cli.result import Result

ids = click.argument("ids", nargs=-1, required=True, metavar="ID...")


@click.group("held", cls=Group, invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> Result | None:
    """Show and decide what is held: mails and effects that wait for a person."""
    if context.invoked_subcommand is None:
        return _overview(context.find_object(Invocation))
    return None


@command.command("list")
@options.pass_invocation
def list_(invocation: Invocation) -> Result:
    """List what is held, with the reason of each."""
    return _overview(invocation)


@command.command("show")
@click.argument("id", metavar="ID")
@options.pass_invocation
def show(invocation: Invocation, *, id: str) -> Result:  # noqa: A002 - the argument
    """Show one held item: what it is, why it is held, what can be done."""
    from sync.commands import held  # noqa: PLC0415 - keeps the start fast

    return held.show(invocation, id=id)


@command.command("release")
@ids
@options.pass_invocation
def release(invocation: Invocation, *, ids: tuple[str, ...]) -> Result:
    """Let held items go on; the next `sync` carries them."""
    from sync.commands import held  # noqa: PLC0415 - keeps the start fast

    return held.release(invocation, ids=ids)


@command.command("drop")
@ids
@click.option("--reason", metavar="TEXT", default="", help="Why, for the ledger.")
@options.yes
@options.pass_invocation
def drop(
    invocation: Invocation, *, ids: tuple[str, ...], reason: str, yes: bool
) -> Result:
    """Decide that held items are not carried; they stay in the ledger."""
    if not yes:
        click.confirm(f"Not carry {', '.join(ids)}?", abort=True, err=True)
    from sync.commands import held  # noqa: PLC0415 - keeps the start fast

    return held.drop(invocation, ids=ids, reason=reason)


@command.command(
    "reply",
    epilog=options.examples(
        "moodle-bridge held reply mail-12",
        "moodle-bridge held reply mail-12 --text 'Which course do you mean?'",
    ),
)
@click.argument("id", metavar="ID")
@click.option("--text", metavar="TEXT", help="What to write; an editor is opened else.")
@click.option("--stdin", is_flag=True, help="Read what to write from standard input.")
@options.pass_invocation
def reply(
    invocation: Invocation,
    *,
    id: str,  # noqa: A002 - the argument
    text: str | None,
    stdin: bool,
) -> Result:
    """Write to the sender of a held mail, which stays held.

    The mail goes out from the bridge's address with the next `sync`. What its reader
    answers is held as well, and never posted by itself.
    """
    from sync.commands import held_reply  # noqa: PLC0415 - keeps the start fast

    if text is None and stdin:
        text = sys.stdin.read()
    if text is None:
        text = click.edit(held_reply.draft(invocation, id=id), extension=".txt")
    return held_reply.run(invocation, id=id, text=text or "")


def _overview(invocation: Invocation | None) -> Result:
    from sync.commands import held  # noqa: PLC0415 - keeps the start fast

    assert invocation is not None
    return held.overview(invocation)
