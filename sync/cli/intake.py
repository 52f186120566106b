"""`moodle-bridge intake` and its parts."""

from __future__ import annotations

from pathlib import Path

import click

from sync.cli import options
from sync.cli.group import Group
from sync.cli.invocation import Invocation
from sync.cli.result import Result

form = click.argument("name", metavar="NAME", required=False)
language = click.option(
    "--language",
    metavar="CODE",
    help="The language of what is wrong, instead of that in bridge.toml.",
)


@click.group(
    "intake",
    cls=Group,
    epilog=options.examples(
        "moodle-bridge intake propose sm25",
        "moodle-bridge intake preview sm25",
        "moodle-bridge intake preview sm25 --row 14",
        "moodle-bridge intake problems sm25 --csv problems.csv",
    ),
)
def command() -> None:
    """Look at intake forms as they will be understood; nothing is changed.

    NAME is the name of an [[intake]] in bridge.toml; it may be left out where there is
    one alone.
    """


@command.command("list")
@options.pass_invocation
def list_(invocation: Invocation) -> Result:
    """List the forms, and what the ledger has of each."""
    from sync.commands import intake  # noqa: PLC0415 - keeps the start fast

    return intake.overview(invocation)


@command.command("preview")
@form
@click.option(
    "--row",
    metavar="ROW",
    help="Only this entry, answer by answer: its row number, or its key.",
)
@click.option("--all", "everything", is_flag=True, help="All rows, not the first 20.")
@language
@options.pass_invocation
def preview(
    invocation: Invocation,
    *,
    name: str | None,
    row: str | None,
    everything: bool,
    language: str | None,
) -> Result:
    """Show each entry as it is understood, beside the questions."""
    from sync.commands import intake  # noqa: PLC0415 - keeps the start fast

    return intake.preview(
        invocation, name=name, row=row, everything=everything, language=language
    )


@command.command("problems")
@form
@click.option(
    "--csv",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write them into a file for a spreadsheet too.",
)
@language
@options.pass_invocation
def problems(
    invocation: Invocation,
    *,
    name: str | None,
    path: Path | None,
    language: str | None,
) -> Result:
    """List everything that is wrong with the entries, and how to mend it."""
    from sync.commands import intake  # noqa: PLC0415 - keeps the start fast

    return intake.problems(invocation, name=name, path=path, language=language)


@command.command("propose")
@form
@options.pass_invocation
def propose(invocation: Invocation, *, name: str | None) -> Result:
    """Propose which question fills which field, ready for bridge.toml."""
    from sync.commands import intake_proposal  # noqa: PLC0415 - keeps the start fast

    return intake_proposal.propose(invocation, name=name)
