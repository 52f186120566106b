"""`moodle-bridge person address` and `person revive`."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.group import Group
from sync.cli.invocation import Invocation
from sync.cli.result import Result

person = click.argument("person", metavar="PERSON")
address = click.argument("address", metavar="ADDRESS")


@click.group(
    "address",
    cls=Group,
    epilog=options.examples(
        "moodle-bridge person address list ana",
        "moodle-bridge person address add ana ana.private@mail.example.org",
    ),
)
def command() -> None:
    """Show and set from which further addresses somebody writes.

    What comes from them counts as theirs; mail to them goes to the address that
    Moodle has.
    """


@command.command("list")
@person
@options.pass_invocation
def list_(invocation: Invocation, *, person: str) -> Result:
    """List somebody's addresses, and how mail to each fares."""
    from sync.commands import person_address  # noqa: PLC0415 - keeps the start fast

    return person_address.overview(invocation, name=person)


@command.command("add")
@person
@address
@options.pass_invocation
def add(invocation: Invocation, *, person: str, address: str) -> Result:
    """Let an address count as somebody's; never one that is another's in Moodle."""
    from sync.commands import person_address  # noqa: PLC0415 - keeps the start fast

    return person_address.add(invocation, name=person, address=address)


@command.command("remove")
@person
@address
@options.pass_invocation
def remove(invocation: Invocation, *, person: str, address: str) -> Result:
    """Let a further address count no more."""
    from sync.commands import person_address  # noqa: PLC0415 - keeps the start fast

    return person_address.remove(invocation, name=person, address=address)


@click.command("revive", cls=options.Command)
@person
@options.pass_invocation
def revive(invocation: Invocation, *, person: str) -> Result:
    """Let mail go again to somebody whose address was taken for dead."""
    from sync.commands import person_address  # noqa: PLC0415 - keeps the start fast

    return person_address.revive(invocation, name=person)
