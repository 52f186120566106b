"""`moodle-bridge rota` and its parts."""

from __future__ import annotations

from datetime import date, datetime

import click

from sync.cli import options, rota_publish, rota_suggest, rota_swap
from sync.cli.group import Group
from sync.cli.invocation import Invocation
from sync.cli.result import Result
from sync.cli.rota_options import TIMES, end, reason, start

zone = click.option("--zone", metavar="ZONE", help="Show times in this zone.")
dry_run = click.option("--dry-run", is_flag=True, help="Say what would change.")


@click.group(
    "rota",
    cls=Group,
    epilog=options.examples(
        "moodle-bridge rota who",
        "moodle-bridge rota show --weeks 2 --zone Africa/Kampala",
        'moodle-bridge rota absent ana --from "2026-05-04 08:00" --to 2026-05-11',
        'moodle-bridge rota override --person ana --by ben --from "2026-05-04 08:00"'
        ' --to "2026-05-04 12:00"',
    ),
)
def command() -> None:
    """Show who is on duty when, and change it for a while.

    Times are by the clock of the rota's zone, [rota] zone.
    """


@command.command("show")
@click.option(
    "--week", "week", type=click.DateTime(["%Y-%m-%d"]), help="A day of the first week."
)
@click.option(
    "--weeks",
    type=click.IntRange(1, 52),
    default=1,
    show_default=True,
    help="For how many weeks.",
)
@click.option("--person", metavar="WHO", help="Only the shifts of one person.")
@zone
@options.pass_invocation
def show(
    invocation: Invocation,
    *,
    week: datetime | None,
    weeks: int,
    person: str | None,
    zone: str | None,
) -> Result:
    """Show who is on duty, as a table and a plot."""
    from sync.commands import rota  # noqa: PLC0415 - keeps the start fast

    first: date | None = week.date() if week else None
    return rota.show(invocation, first=first, weeks=weeks, person=person, zone=zone)


@command.command("who")
@click.argument("at", required=False, type=click.DateTime(TIMES), metavar="[AT]")
@zone
@options.pass_invocation
def who(invocation: Invocation, *, at: datetime | None, zone: str | None) -> Result:
    """Say who is on duty, now or at a moment."""
    from sync.commands import rota  # noqa: PLC0415 - keeps the start fast

    return rota.who(invocation, at=at, zone=zone)


@command.command("gaps")
@click.option(
    "--weeks",
    type=click.IntRange(1, 52),
    default=4,
    show_default=True,
    help="For how many weeks.",
)
@zone
@options.pass_invocation
def gaps(invocation: Invocation, *, weeks: int, zone: str | None) -> Result:
    """Show when nobody is on duty in the weeks to come."""
    from sync.commands import rota  # noqa: PLC0415 - keeps the start fast

    return rota.gaps(invocation, weeks=weeks, zone=zone)


@command.command("fairness")
@click.option(
    "--weeks",
    type=click.IntRange(1, 52),
    default=4,
    show_default=True,
    help="For how many weeks.",
)
@click.option("--ahead", is_flag=True, help="The weeks to come, not those past.")
@options.pass_invocation
def fairness(invocation: Invocation, *, weeks: int, ahead: bool) -> Result:
    """Show how hours, nights and weekends are shared.

    Of the past also the alerts that each got, several questions in one message as one,
    and the questions of which each was the first facilitator to answer. In the order of
    names: who answers little may watch a lot.
    """
    from sync.commands import rota_fairness  # noqa: PLC0415 - keeps the start fast

    return rota_fairness.fairness(invocation, weeks=weeks, ahead=ahead)


@command.command("override")
@click.option("--person", metavar="WHO", help="In whose place; left out: beside all.")
@click.option("--by", metavar="WHO", required=True, help="Who takes over.")
@start
@end
@reason
@dry_run
@options.pass_invocation
def override(
    invocation: Invocation,
    *,
    person: str | None,
    by: str,
    start: datetime,
    end: datetime,
    reason: str,
    dry_run: bool,
) -> Result:
    """Put somebody in another's place for a while."""
    from sync.commands import rota_changes  # noqa: PLC0415 - keeps the start fast

    return rota_changes.override(
        invocation,
        person=person,
        by=by,
        start=start,
        end=end,
        reason=reason,
        dry_run=dry_run,
    )


@command.command("absent")
@click.argument("person", metavar="WHO")
@start
@end
@reason
@dry_run
@options.pass_invocation
def absent(
    invocation: Invocation,
    *,
    person: str,
    start: datetime,
    end: datetime,
    reason: str,
    dry_run: bool,
) -> Result:
    """Take somebody off duty for a while; says when nobody is left."""
    from sync.commands import rota_changes  # noqa: PLC0415 - keeps the start fast

    return rota_changes.absent(
        invocation,
        person=person,
        start=start,
        end=end,
        reason=reason,
        dry_run=dry_run,
    )


@command.command("changes")
@options.pass_invocation
def changes(invocation: Invocation) -> Result:
    """List absences, swaps and overrides that hold now or will."""
    from sync.commands import rota_changes  # noqa: PLC0415 - keeps the start fast

    return rota_changes.changes(invocation)


@command.command("cancel")
@click.argument("id", metavar="ID")
@options.pass_invocation
def cancel(invocation: Invocation, *, id: str) -> Result:  # noqa: A002 - the argument
    """Take a change back."""
    from sync.commands import rota_changes  # noqa: PLC0415 - keeps the start fast

    return rota_changes.cancel(invocation, key=id)


command.add_command(rota_swap.command)
command.add_command(rota_publish.command)
command.add_command(rota_suggest.command)
