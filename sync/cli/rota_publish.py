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
    help="For how many weeks from now; `publish_weeks` of [rota] when left out.",
)
@click.option(
    "--ical",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write iCalendar files there too: one for each person, and all.ics;"
    " `publish_folder` of [rota] when left out.",
)
@click.option("--only-files", is_flag=True, help="Leave the Moodle calendar alone.")
@options.dry_run
@options.pass_invocation
def command(
    invocation: Invocation,
    *,
    weeks: int | None,
    ical: Path | None,
    only_files: bool,
    dry_run: bool,
) -> Result:
    """Put the rota into the calendars of the courses, and into iCalendar files.

    Events are made, replaced and taken out as the rota changes: only those that the
    bridge made itself. It may be repeated, and makes nothing twice. Once it was done by
    hand, `run` and `sync` go on with it as `publish` of [rota] says.
    """
    from sync.commands import rota_publish  # noqa: PLC0415 - keeps the start fast

    return rota_publish.publish(
        invocation,
        weeks=weeks,
        ical=None if ical is None else invocation.folder / ical,
        only_files=only_files,
        dry_run=dry_run,
    )
