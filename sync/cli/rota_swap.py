"""`moodle-bridge rota swap` and its parts."""

from __future__ import annotations

from datetime import datetime

import click

from sync.cli import options
from sync.cli.group import Group
from sync.cli.invocation import Invocation
from sync.cli.result import Result
from sync.cli.rota_options import end, reason, start

by = click.option(
    "--by", metavar="WHO", help="Who answers; left out: the only one who was asked."
)


@click.group(
    "swap",
    cls=Group,
    epilog=options.examples(
        'moodle-bridge rota swap ask ana --from "2026-05-04 08:00"'
        ' --to "2026-05-04 18:00"',
        'moodle-bridge rota swap ask ana --with ben --from "2026-05-04 08:00"'
        ' --to "2026-05-04 18:00" --reason "dentist"',
        "moodle-bridge rota swap accept swap-1a2b3c4d --by ben",
    ),
)
def command() -> None:
    """Let somebody ask others, by mail, to take a watch of theirs.

    They answer the mail with yes or no, in their language; the first yes takes it, and
    a mail confirms it to both. Until then nothing changes.
    """


@command.command("ask")
@click.argument("person", metavar="WHO")
@start
@end
@click.option(
    "--with", "taker", metavar="WHO", help="Ask this one alone; left out: all others."
)
@reason
@options.dry_run
@options.pass_invocation
def ask(
    invocation: Invocation,
    *,
    person: str,
    start: datetime,
    end: datetime,
    taker: str | None,
    reason: str,
    dry_run: bool,
) -> Result:
    """Ask others to take a watch of somebody; the reason stands in the mail."""
    from sync.commands import rota_swap  # noqa: PLC0415 - keeps the start fast

    return rota_swap.ask(
        invocation,
        person=person,
        start=start,
        end=end,
        taker=taker,
        reason=reason,
        dry_run=dry_run,
    )


@command.command("list")
@options.pass_invocation
def listed(invocation: Invocation) -> Result:
    """List swaps and how they stand."""
    from sync.commands import rota_swap  # noqa: PLC0415 - keeps the start fast

    return rota_swap.listed(invocation)


@command.command("accept")
@click.argument("key", metavar="ID")
@by
@options.pass_invocation
def accept(invocation: Invocation, *, key: str, by: str | None) -> Result:
    """Say yes for somebody who was asked and told you so."""
    from sync.commands import rota_swap  # noqa: PLC0415 - keeps the start fast

    return rota_swap.answer(invocation, key=key, by=by, yes=True)


@command.command("refuse")
@click.argument("key", metavar="ID")
@by
@options.pass_invocation
def refuse(invocation: Invocation, *, key: str, by: str | None) -> Result:
    """Say no for somebody who was asked and told you so."""
    from sync.commands import rota_swap  # noqa: PLC0415 - keeps the start fast

    return rota_swap.answer(invocation, key=key, by=by, yes=False)
