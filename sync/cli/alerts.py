"""`moodle-bridge alerts` and its parts."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.group import Group
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.group(
    "alerts",
    cls=Group,
    epilog=options.examples(
        "moodle-bridge alerts test ana",
        "moodle-bridge alerts list --days 2 --person ana",
    ),
)
def command() -> None:
    """Show who was told of a question that waits, and try how they are reached.

    What is due is sent by `moodle-bridge sync` and `run`; see [alerts] in bridge.toml.
    """


@command.command("test")
@click.argument("person", metavar="WHO")
@click.option("--dry-run", is_flag=True, help="Say what would be tried.")
@options.pass_invocation
def test(invocation: Invocation, *, person: str, dry_run: bool) -> Result:
    """Send a test to a person of the rota, by each of their ways."""
    from sync.commands import alerts  # noqa: PLC0415 - keeps the start fast

    return alerts.test(invocation, person=person, dry_run=dry_run)


@command.command("list")
@click.option("--person", metavar="WHO", help="Only what went to one person.")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=7,
    show_default=True,
    help="Of how many days, up to now.",
)
@options.pass_invocation
def list_(invocation: Invocation, *, person: str | None, days: int) -> Result:
    """List which alerts were sent to whom, and why."""
    from sync.commands import alerts  # noqa: PLC0415 - keeps the start fast

    return alerts.list_alerts(invocation, person=person, days=days)
