"""`moodle-bridge rota publish`."""

from __future__ import annotations

from pathlib import Path

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command(
    "publish",
    cls=options.Command,
    epilog=options.examples(
        "moodle-bridge rota publish --dry-run",
        "moodle-bridge rota publish --weeks 8 --ical /srv/www/rota",
        "moodle-bridge rota publish --only-files --ical /srv/www/rota",
    ),
)
@click.option(
    "--weeks",
    type=click.IntRange(1, 8),
    default=4,
    show_default=True,
    help="For how many weeks from now.",
)
@click.option(
    "--ical",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write iCalendar files there too: one for each person, and all.ics.",
)
@click.option(
    "--only-files", is_flag=True, help="With --ical: leave the Moodle calendar alone."
)
@options.dry_run
@options.pass_invocation
def command(
    invocation: Invocation,
    *,
    weeks: int,
    ical: Path | None,
    only_files: bool,
    dry_run: bool,
) -> Result:
    """Put the rota into the calendars of the courses, and into iCalendar files.

    Events are made, replaced and taken out as the rota changes: only those that the
    bridge made itself. Run it from a timer; it may be repeated, and makes nothing
    twice.
    """
    from sync.commands import rota_publish  # noqa: PLC0415 - keeps the start fast

    if only_files and ical is None:
        raise click.UsageError("--only-files goes with --ical")
    return rota_publish.publish(
        invocation,
        weeks=weeks,
        ical=None if ical is None else invocation.folder / ical,
        only_files=only_files,
        dry_run=dry_run,
    )
