"""`moodle-bridge person` and its parts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

import click

from moodle_bridge.errors import ConfigError
from moodle_bridge.model.channels import ChannelKind, Frequency
from sync.cli import options, person_address, person_records
from sync.cli.group import Group
from sync.cli.invocation import Invocation
from sync.cli.result import Result

_DAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_NONE = {"none", "no", "unlimited"}

V = TypeVar("V")

person = click.argument("person", metavar="PERSON")


@click.group(
    "person",
    cls=Group,
    epilog=options.examples(
        "moodle-bridge person list",
        "moodle-bridge person channel ana digest --at 18:00",
        'moodle-bridge person channel ana bundle --limit "20 KB"',
        'moodle-bridge person pause "Ana Silva" --until 2026-05-03',
    ),
)
def command() -> None:
    """Show and set how people take part: each post, digests, bundles, no mail.

    PERSON is a Moodle user id, a username, a mail address, or a name in full.
    """


@command.command("list")
@options.pair
@options.pass_invocation
def list_(invocation: Invocation, *, pair: str | None) -> Result:
    """List everybody with their channel."""
    from sync.commands import person as people  # noqa: PLC0415 - keeps the start fast

    return people.overview(invocation, pair=pair)


@command.command("show")
@person
@options.pass_invocation
def show(invocation: Invocation, *, person: str) -> Result:
    """Show how somebody takes part, and what they got lately."""
    from sync.commands import person as people  # noqa: PLC0415 - keeps the start fast

    return people.show(invocation, name=person)


@command.command("channel")
@person
@click.argument(
    "kind",
    required=False,
    type=click.Choice([kind.value for kind in ChannelKind], case_sensitive=False),
)
@click.option("--at", metavar="HH:MM", help="The hour, by the clock where they live.")
@click.option("--daily", is_flag=True, help="A digest or bundle every day.")
@click.option(
    "--weekly",
    metavar="DAY",
    type=click.Choice(_DAYS, case_sensitive=False),
    help="A digest or bundle on this day of the week (monday to sunday).",
)
@click.option("--limit", metavar="SIZE", help='Most mail a day: "20 KB", or none.')
@click.option(
    "--pictures",
    metavar="SIZE",
    help='Largest picture: "50 KB"; 0 for links alone; none for no limit.',
)
@options.dry_run
@options.pass_invocation
def channel(
    invocation: Invocation,
    *,
    person: str,
    kind: str | None,
    at: str | None,
    daily: bool,
    weekly: str | None,
    limit: str | None,
    pictures: str | None,
    dry_run: bool,
) -> Result:
    """Set how somebody takes part: each, digest, bundle or moodle, and the limits."""
    from sync.commands import person as people  # noqa: PLC0415 - keeps the start fast
    from sync.settings.values import clock_time  # noqa: PLC0415 - the same

    if daily and weekly:
        raise click.UsageError("--daily and --weekly exclude each other")
    every = Frequency.DAILY if daily else Frequency.WEEKLY if weekly else None
    return people.channel(
        invocation,
        name=person,
        wish=people.Wish(
            kind=None if kind is None else ChannelKind(kind),
            every=every,
            weekday=None if weekly is None else _DAYS.index(weekly),
            at=None if at is None else _read(clock_time, at, "--at"),
            budget=_size(limit, "--limit"),
            picture_limit=_size(pictures, "--pictures"),
        ),
        dry_run=dry_run,
    )


@command.command("pause")
@person
@click.option(
    "--until",
    required=True,
    metavar="DATE",
    help="The day on which mail begins again (YYYY-MM-DD), where they live.",
)
@options.dry_run
@options.pass_invocation
def pause(invocation: Invocation, *, person: str, until: str, dry_run: bool) -> Result:
    """Mail nothing to somebody until a day; then they get one mail of it all."""
    from sync.commands import person as people  # noqa: PLC0415 - keeps the start fast

    day = _read(_date, until, "--until")
    return people.pause(invocation, name=person, until=day, dry_run=dry_run)


@command.command("resume")
@person
@options.dry_run
@options.pass_invocation
def resume(invocation: Invocation, *, person: str, dry_run: bool) -> Result:
    """End a pause before its day."""
    from sync.commands import person as people  # noqa: PLC0415 - keeps the start fast

    return people.resume(invocation, name=person, dry_run=dry_run)


command.add_command(person_address.command)
command.add_command(person_address.revive)
command.add_command(person_records.export)
command.add_command(person_records.forget)


def _date(text: str) -> date:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError:
        raise ValueError("must be a day such as 2026-05-03") from None


def _size(text: str | None, option: str) -> int | str | None:
    """Return bytes, `none` for no limit, None where nothing was said."""
    from sync.settings.values import size  # noqa: PLC0415 - keeps the start fast

    if text is None:
        return None
    if text.strip().lower() in _NONE:
        return "none"
    return 0 if text.strip() == "0" else _read(size, text, option)


def _read(reader: Callable[[str], V], text: str, option: str) -> V:
    try:
        return reader(text)
    except ValueError as error:
        raise ConfigError(
            f"{text!r} {error}", item=option, advice="Nothing was changed."
        ) from None
