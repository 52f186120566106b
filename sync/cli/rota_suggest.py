"""`moodle-bridge rota suggest`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result

Command = TypeVar("Command", bound=Callable[..., Any])


def _duration(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> timedelta | None:
    from sync.settings.values import duration  # noqa: PLC0415 - keeps the start fast

    try:
        return None if value is None else duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _number(
    *names: str, most: int, default: int, told: str
) -> Callable[[Command], Command]:
    """Return an option that takes a number from 1."""
    return click.option(
        *names,
        type=click.IntRange(1, most),
        default=default,
        show_default=True,
        help=told,
    )


@click.command(
    "suggest",
    cls=options.Command,
    epilog=options.examples(
        "moodle-bridge rota suggest --from 2026-05-04 --weeks 4"
        ' --cover "weekdays 08:00-22:00" --cover "weekend 10:00-18:00" --shift 7h',
        "moodle-bridge rota suggest --from 2026-05-04 --weeks 8"
        " --coverage coverage.toml --out may.csv",
    ),
)
@click.option(
    "--from",
    "first",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="Its first day.",
)
@_number("--weeks", most=26, default=4, told="For how many weeks.")
@click.option(
    "--cover",
    "windows",
    multiple=True,
    metavar="WINDOW",
    help='Hours to cover, by the clock of [rota] zone: "weekdays 08:00-22:00". May be'
    " given several times.",
)
@click.option(
    "--coverage",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A TOML file with the hours to cover, instead of --cover.",
)
@click.option(
    "--shift",
    callback=_duration,
    metavar="DURATION",
    help="With --cover: cut hours into shifts of this length at most, as 8h.",
)
@_number(
    "--turn",
    "turn_days",
    most=31,
    default=1,
    told="With --cover: on how many days in turn the same person takes a shift.",
)
@_number(
    "--at-once",
    most=20,
    default=1,
    told="With --cover: how many are on duty together.",
)
@click.option(
    "--rest",
    callback=_duration,
    default="8h",
    show_default=True,
    metavar="DURATION",
    help="How long everybody is off duty between two shifts at least.",
)
@_number(
    "--most-days",
    most=31,
    default=6,
    told="On how many days in a row somebody is on duty at most.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it to a file .csv, for the source `table`, or .toml, for `rules`.",
)
@options.pass_invocation
def command(
    invocation: Invocation,
    *,
    first: datetime,
    weeks: int,
    windows: tuple[str, ...],
    file: Path | None,
    shift: timedelta | None,
    turn_days: int,
    at_once: int,
    rest: timedelta,
    most_days: int,
    out: Path | None,
) -> Result:
    """Suggest a fair rota: hours, nights and weekends shared, wishes heard.

    It thinks of each person's zone, `prefers`, `avoids`, `most_hours` and `share` in
    bridge.toml, and of absences; says what each carries, which wishes could not be met
    and why, and what would help where nobody can be found. Nothing is changed. The
    exit code is 3 when shifts stay open.
    """
    from mappings.rota.suggestion import Limits  # noqa: PLC0415 - keeps the start fast
    from sync.commands import rota_suggest  # noqa: PLC0415

    return rota_suggest.suggest(
        invocation,
        first=first.date(),
        weeks=weeks,
        file=None if file is None else invocation.folder / file,
        windows=windows,
        shift=shift,
        turn_days=turn_days,
        at_once=at_once,
        limits=Limits(rest=rest, most_days=most_days),
        out=out,
    )
