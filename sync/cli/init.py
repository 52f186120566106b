"""`moodle-bridge init`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from moodle_bridge.errors import ConfigError
from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result

if TYPE_CHECKING:
    from sync.settings.beginning import Begun, Draft

_SHORT = {
    "url": "moodle.url",
    "course": "pair.course",
    "forum": "pair.forum",
    "name": "pair.name",
    "address": "mail.address",
    "list_address": "pair.list.address",
    "list_plugin": "pair.list.plugin",
    "mail_out": "mail.out.plugin",
    "mail_in": "mail.in.plugin",
}
"""Options that are short for a key of bridge.toml."""


@click.command(
    "init",
    cls=options.Command,
    epilog=options.examples(
        "moodle-bridge init",
        "moodle-bridge init --no-input --url https://learn.example.org --course SM25",
    ),
)
@click.option("--url", metavar="URL", help="The address of the Moodle site.")
@click.option("--course", metavar="COURSE", help="Short name or number of the course.")
@click.option("--forum", metavar="NUMBER", help="The number in the forum's address.")
@click.option("--name", metavar="NAME", help="A short name for the pair.")
@click.option("--address", metavar="ADDRESS", help="The bridge's own mail address.")
@click.option("--list", "list_address", metavar="ADDRESS", help="The list's address.")
@click.option("--list-plugin", metavar="PLUGIN", help="The kind of list.")
@click.option("--mail-out", metavar="PLUGIN", help="How mail goes out.")
@click.option("--mail-in", metavar="PLUGIN", help="Where mail for the bridge waits.")
@click.option(
    "--set",
    "more",
    multiple=True,
    metavar="NAME=VALUE",
    help="Any key of bridge.toml, as mail.out.host=mail.example.org. May be repeated.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Write a new bridge.toml where there is one; the old one is kept as a backup.",
)
@click.option("--no-input", is_flag=True, help="Ask nothing.")
@options.pass_invocation
def command(
    invocation: Invocation,
    /,
    *,
    more: Sequence[str],
    force: bool,
    no_input: bool,
    **short: str | None,
) -> Result:
    """Write a bridge.toml in which every key is explained, and its secret files.

    It goes to the place named by --config, else to the current folder. What is not
    given by an option is asked for, when there is somebody to ask. Secrets go into
    files of their own beside it, readable by you alone. Nothing is overwritten.
    """
    from sync.settings import beginning, registry_of  # noqa: PLC0415 - fast start

    pairs = [(_SHORT[name], value) for name, value in short.items() if value]
    for text in more:
        key, found, value = text.partition("=")
        if not found:
            raise click.UsageError(f"--set wants NAME=VALUE, and got: {key}")
        pairs.append((key, value))
    path = (invocation.folder / (invocation.config or Path("bridge.toml"))).absolute()
    draft = beginning.Draft(registry=registry_of(None))
    for key, value in pairs:
        draft.put(key, value)
    beginning.refuse_to_overwrite(path, force=force)
    secrets: dict[str, str] = {}
    if not no_input and not invocation.as_json and _somebody_is_there():
        secrets = _asked(draft)
    draft.propose()
    begun = beginning.write(
        draft, path, force=force, secrets=secrets, now=invocation.clock()
    )
    return Result(parts=_told(begun), data=_data(begun))


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


def _asked(draft: Draft) -> dict[str, str]:
    """Ask for what is required and missing; return the secrets that were given."""
    for plugin in draft.open_choices():
        choice = click.prompt(
            f"{plugin.where}: which plug-in ({', '.join(plugin.names)})",
            default=plugin.usual,
            type=click.Choice(plugin.names),
            show_choices=False,
            err=True,
        )
        draft.put(plugin.where, choice)
    secrets = {}
    for key in draft.missing():
        click.echo(f"\n{key.description}" if key.description else "", err=True)
        if key.kind == "secret":
            given = click.prompt(
                f"{key.path} (not shown; empty: later)",
                default="",
                hide_input=True,
                show_default=False,
                err=True,
            )
            if given:
                secrets[key.path] = given
            continue
        while True:
            try:
                draft.put(key.path, click.prompt(key.path, err=True))
            except ConfigError as error:
                click.echo(error.what, err=True)
            else:
                break
    return secrets


def _told(begun: Begun) -> list[str]:
    lines = [f"Written: {path}" for path in begun.written]
    lines += [f"Kept as it was: {path}" for path in begun.kept]
    if begun.backup:
        lines.append(f"The old one is now: {begun.backup}")
    if begun.to_fill:
        lines.append("Still to fill in: " + ", ".join(begun.to_fill))
    lines += [f"Still to make: the secret file {path}" for path in begun.to_make]
    return [*lines, f"Next: moodle-bridge --config {begun.written[0]} check"]


def _data(begun: Begun) -> dict[str, Any]:
    return {
        "written": [str(path) for path in begun.written],
        "kept": [str(path) for path in begun.kept],
        "backup": str(begun.backup) if begun.backup else None,
        "to_fill": list(begun.to_fill),
        "to_make": [str(path) for path in begun.to_make],
    }
