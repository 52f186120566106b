"""`moodle-bridge list` and its parts."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.group import Group
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.group("list", cls=Group)
def command() -> None:
    """Show and settle what a mailing list says of its members."""


@command.command("show")
@options.pass_invocation
def show(invocation: Invocation) -> Result:
    """Show the list of each pair, and what it tells."""
    from sync.commands import list_members  # noqa: PLC0415 - keeps the start fast

    return list_members.show(invocation)


@command.command("members")
@options.pair
@options.pass_invocation
def members(invocation: Invocation, *, pair: str | None) -> Result:
    """List the members, with delivery and bounces; those who bounce come first."""
    from sync.commands import list_members  # noqa: PLC0415 - keeps the start fast

    return list_members.members(invocation, pair=pair)


@command.command("held")
@options.pair
@click.option("--accept", multiple=True, metavar="ID", help="Let this mail go on.")
@click.option("--discard", multiple=True, metavar="ID", help="Drop this mail.")
@options.pass_invocation
def held(
    invocation: Invocation,
    *,
    pair: str | None,
    accept: tuple[str, ...],
    discard: tuple[str, ...],
) -> Result:
    """List mails that wait for the list's own moderator, and decide about them."""
    from sync.commands import list_members  # noqa: PLC0415 - keeps the start fast

    return list_members.held(invocation, pair=pair, accept=accept, discard=discard)


@command.command("admit")
@options.pair
@options.pass_invocation
def admit(invocation: Invocation, *, pair: str | None) -> Result:
    """Let the bridge's own mails to the list without a moderator."""
    from sync.commands import list_members  # noqa: PLC0415 - keeps the start fast

    return list_members.admit(invocation, pair=pair)


@command.command(
    "sync",
    epilog=options.examples(
        "moodle-bridge list sync --dry-run",
        "moodle-bridge list sync --subscribe --dry-run",
    ),
)
@options.pair
@options.dry_run
@click.option(
    "--subscribe",
    is_flag=True,
    help="Make participants members who are none; ask them before.",
)
@click.option(
    "--bridge", "bridge_too", is_flag=True, help="Make the bridge's address a member."
)
@options.pass_invocation
def sync(
    invocation: Invocation,
    *,
    pair: str | None,
    dry_run: bool,
    subscribe: bool,
    bridge_too: bool,
) -> Result:
    """Let the list mail to those who want each post, and not to the others.

    Who chose digests, bundles, Moodle or a pause gets no mail from the list itself;
    every `sync` does this too. Nobody is ever taken off the list.
    """
    from sync.commands import list_members  # noqa: PLC0415 - keeps the start fast

    return list_members.sync(
        invocation,
        pair=pair,
        dry_run=dry_run,
        subscribe=subscribe,
        bridge_too=bridge_too,
    )
