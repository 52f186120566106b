"""`moodle-bridge sync`."""

from __future__ import annotations

from typing import Literal

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command(
    "sync",
    cls=options.Command,
    epilog=options.examples(
        "moodle-bridge sync --dry-run",
        "moodle-bridge sync --from now",
        "moodle-bridge sync --pair sm25 --only mirror-out",
    ),
)
@options.dry_run
@click.option(
    "--from",
    "start",
    type=click.Choice(["now"]),
    help="First run: take what is there for already known, and mail none of it.",
)
@click.option(
    "--backfill",
    type=click.IntRange(min=0),
    metavar="N",
    help="First run: mail the N newest posts of each pair, oldest first.",
)
@options.pair
@click.option(
    "--only",
    type=click.Choice(["mirror-out", "mirror-in"]),
    help="Only one way: forum to mail, or mail to forum.",
)
@options.pass_invocation
def command(
    invocation: Invocation,
    *,
    dry_run: bool,
    start: str | None,
    backfill: int | None,
    pair: str | None,
    only: Literal["mirror-out", "mirror-in"] | None,
) -> Result:
    """Carry new posts to the list and new mails to the forum, once.

    The first run of a pair does nothing until it is told what to do with the posts
    that are there already: --from now, or --backfill N.
    """
    if start and backfill is not None:
        raise click.UsageError("--from and --backfill exclude each other.")
    from sync.commands import sync  # noqa: PLC0415 - keeps the start fast

    first: Literal["now"] | int | None = "now" if start else backfill
    return sync.run(invocation, dry_run=dry_run, first=first, pair=pair, only=only)
