"""`moodle-bridge person export` and `person forget`."""

from __future__ import annotations

from pathlib import Path

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.printing import show_result
from sync.cli.result import Result

person = click.argument("person", metavar="PERSON")


@click.command(
    "export",
    cls=options.Command,
    epilog=options.examples(
        "moodle-bridge person export ana",
        "moodle-bridge person export ana@example.org --out ana",
    ),
)
@person
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write all of it there, as JSON and as text, with the mails they sent.",
)
@options.pass_invocation
def export(invocation: Invocation, *, person: str, out: Path | None) -> Result:
    """Show everything that the ledger holds about somebody.

    PERSON is a Moodle user id, a username, an address that they have or had, or a name
    in full; also of who is in no course any more.
    """
    from sync.commands import person_records  # noqa: PLC0415 - keeps the start fast

    return person_records.export(invocation, name=person, out=out)


@click.command(
    "forget",
    cls=options.Command,
    epilog=options.examples(
        "moodle-bridge person forget ana --dry-run",
        "moodle-bridge person forget 417",
    ),
)
@person
@options.dry_run
@click.option(
    "--yes",
    is_flag=True,
    help="Do not ask twice; for scripts that have asked already.",
)
@options.pass_invocation
def forget(invocation: Invocation, *, person: str, dry_run: bool, yes: bool) -> Result:
    """Erase somebody from the ledger; numbers stay, names do not.

    It shows what is erased, what stays and why, and asks twice. There is no way back.
    Who still takes part in a course is not forgotten: the next run would read them
    again.
    """
    from sync.commands import person_records  # noqa: PLC0415 - keeps the start fast

    def confirm(shown: Result, number: str) -> bool:
        if yes:
            return True
        show_result(
            shown,
            command=invocation.command,
            as_json=False,
            quiet=False,
            stdout=invocation.stderr,
        )
        if not click.confirm("Erase all this? There is no way back", err=True):
            return False
        said: str = click.prompt(f"Type {number} to erase them", err=True)
        return said.strip() == number

    return person_records.forget(
        invocation, name=person, dry_run=dry_run, confirm=confirm
    )
