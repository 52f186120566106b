"""`moodle-bridge tokens` and its parts."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sync.cli import options
from sync.cli.group import Group
from sync.cli.invocation import Invocation
from sync.cli.result import Result

person = click.argument("person", metavar="PERSON")


@click.group("tokens", cls=Group)
def command() -> None:
    """Keep tokens of participants, so that their mails are posted in their own name.

    Without one, a mail is posted by the bridge's account and names its author. Tokens
    are kept sealed with the key of `[moodle] token_key`, and shown nowhere.
    """


@command.command(
    "import", epilog=options.examples("moodle-bridge tokens import tokens.csv")
)
@click.argument(
    "file",
    metavar="FILE.csv",
    type=click.Path(path_type=Path),
)
@options.dry_run
@options.pass_invocation
def import_(invocation: Invocation, *, file: Path, dry_run: bool) -> Result:
    """Take tokens that the site's admin has made from a CSV.

    Its columns are `person` (a username, an address or a user id) and `token`. Each is
    asked of Moodle first: whose it is, and whether it can write in forums. What is
    wrong is listed line by line; the others are taken.
    """
    from sync.commands import tokens  # noqa: PLC0415 - keeps the start fast

    return tokens.import_(invocation, file=invocation.folder / file, dry_run=dry_run)


@command.command("list")
@options.pass_invocation
def list_(invocation: Invocation) -> Result:
    """List whose tokens are kept and whether they were good when last used."""
    from sync.commands import tokens  # noqa: PLC0415 - keeps the start fast

    return tokens.overview(invocation)


@command.command("check")
@options.pass_invocation
def check(invocation: Invocation) -> Result:
    """Ask Moodle whether each token is still good.

    One that was marked as bad and is good again is used again. Each is sealed anew
    with the first key of `[moodle] token_key`.
    """
    from sync.commands import tokens  # noqa: PLC0415 - keeps the start fast

    return tokens.check(invocation)


@command.command("remove")
@person
@options.yes
@options.pass_invocation
def remove(invocation: Invocation, *, person: str, yes: bool) -> Result:
    """Forget the token of a participant."""
    if not yes:
        click.confirm(f"Forget the token of {person}?", abort=True, err=True)
    from sync.commands import tokens  # noqa: PLC0415 - keeps the start fast

    return tokens.remove(invocation, person=person)


@command.command("obtain")
@person
@click.option(
    "--service",
    metavar="SHORTNAME",
    default="moodle_mobile_app",
    show_default=True,
    help="The service that the token is for.",
)
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)
@options.pass_invocation
def obtain(
    invocation: Invocation, *, person: str, service: str, password_stdin: bool
) -> Result:
    """Get a token from the site with a participant's own password.

    Where the site lets people make tokens (most do for Moodle's own app). The password
    is asked for, goes to the site once, and is kept nowhere.
    """
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt(
            f"Password of {person}", hide_input=True, err=True, type=str
        )
    from pydantic import SecretStr  # noqa: PLC0415 - keeps the start fast

    from sync.commands import tokens  # noqa: PLC0415

    return tokens.obtain(
        invocation, person=person, password=SecretStr(password), service=service
    )
