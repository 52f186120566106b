"""`moodle-bridge metrics` and its parts."""

from __future__ import annotations

from datetime import datetime

import click

from sync.cli import options
from sync.cli.group import Group
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.group(
    "metrics",
    cls=Group,
    epilog=options.examples(
        "moodle-bridge metrics backfill --dry-run",
        "moodle-bridge metrics backfill --pair sm25 --since 2026-01-15",
    ),
)
def command() -> None:
    """Look after what reports are made from; `moodle-bridge report` makes them."""


@command.command("backfill")
@options.pair
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Only discussions in which something was written on this day or later, by the"
    " clock of the report's zone.",
)
@options.dry_run
@options.pass_invocation
def backfill(
    invocation: Invocation, *, pair: str | None, since: datetime | None, dry_run: bool
) -> Result:
    """Read what was said before the bridge came, so that reports have a past.

    What is found is counted as history: nobody is alerted of it, nothing is mailed and
    nothing is mirrored. Moodle is asked once for each discussion that is not known
    yet. It may be stopped and repeated at any time, and goes on where it was.

    Whoever teaches in the course now counts as a facilitator in its past, unless the
    bridge saw another role of theirs then; who has left since counts as a participant.
    What was deleted before cannot be seen, nor by which way an old post was written:
    all of it counts as written in Moodle.
    """
    from sync.commands import metrics  # noqa: PLC0415 - keeps the start fast

    return metrics.backfill(
        invocation,
        pair=pair,
        since=since.date() if since else None,
        dry_run=dry_run,
    )
