"""`moodle-bridge report` and its parts."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.group import Group
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.group(
    "report",
    cls=Group,
    invoke_without_command=True,
    epilog=options.examples(
        "moodle-bridge report --period last-week",
        "moodle-bridge report --phase online --open",
        "moodle-bridge report --to forum --to page --dry-run",
        "moodle-bridge report now",
    ),
)
@click.option(
    "--period",
    metavar="PERIOD",
    help="Only what began in a week (2026-W47, last-week), a month (2026-11,"
    " last-month) or from day to day (2026-11-01..2026-11-20).",
)
@click.option(
    "--phase", metavar="NAME", help="Only what began in the [[phase]] of this name."
)
@options.pair
@click.option(
    "--to",
    "to",
    multiple=True,
    metavar="SINK",
    help="Write it to the [[report.sink]] of this name, now; may be repeated.",
)
@click.option("--language", metavar="CODE", help="In this language: en, nl, fr, ...")
@click.option(
    "--open", "open_", is_flag=True, help="Open it in the browser, with its plots."
)
@options.dry_run
@click.pass_context
def command(
    context: click.Context,
    *,
    period: str | None,
    phase: str | None,
    pair: str | None,
    to: tuple[str, ...],
    language: str | None,
    open_: bool,
    dry_run: bool,
) -> Result | None:
    """Tell how long people wait for an answer, and who takes part.

    Without --to and --open it is printed, for you and the facilitators alone: it names
    who has gone quiet. What is to be written when is in [[report.sink]] of bridge.toml.
    """
    if context.invoked_subcommand is not None:
        if any((period, phase, pair, to, language, open_, dry_run)):
            raise click.UsageError(
                f"Write options behind {context.invoked_subcommand}, if it has them."
            )
        return None
    from sync.commands import report  # noqa: PLC0415 - keeps the start fast

    invocation = context.find_object(Invocation)
    assert invocation is not None
    return report.run(
        invocation,
        period=period,
        phase=phase,
        pair=pair,
        to=to,
        language=language,
        open_=open_,
        dry_run=dry_run,
    )


@command.command("now")
@options.pair
@click.option("--zone", metavar="ZONE", help="Show times in this zone.")
@options.pass_invocation
def now(invocation: Invocation, *, pair: str | None, zone: str | None) -> Result:
    """Show who waits for an answer now, the longest first, and on whom it is."""
    from sync.commands import report_now  # noqa: PLC0415 - keeps the start fast

    return report_now.run(invocation, pair=pair, zone=zone)


@command.command("rebuild")
@options.dry_run
@options.pass_invocation
def rebuild(invocation: Invocation, *, dry_run: bool) -> Result:
    """Work out anew from what was said which questions waited and how long.

    It changes nothing where nothing was wrong. After an update that defines waiting
    anew, what was known under the old definition stays beside it.
    """
    from sync.commands import report_rebuild  # noqa: PLC0415 - keeps the start fast

    return report_rebuild.run(invocation, dry_run=dry_run)
