"""Options that several commands have, each defined once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sync.cli.invocation import Invocation


def _keep(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Put a global option where every command finds it, wherever it was written."""
    if value is None or value is False:
        return
    invocation = context.ensure_object(Invocation)
    name = str(parameter.name)
    if name == "no_progress":
        invocation.show_progress = False
    else:
        setattr(invocation, name, value)


def global_options() -> list[click.Parameter]:
    """Return the options that stand before or after the name of any command."""
    return [
        click.Option(
            ["--config"],
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            expose_value=False,
            callback=_keep,
            help="The bridge.toml to use, instead of looking for one.",
        ),
        _flag("--json", "as_json", "Print one JSON object, also for an error."),
        _flag("--quiet", "quiet", "Print only what needs attention."),
        _flag("--verbose", "verbose", "Tell on stderr each step that is taken."),
        _flag("--no-progress", "no_progress", "Do not tell what is under way."),
    ]


def _flag(option: str, name: str, text: str) -> click.Option:
    return click.Option(
        [option, name], is_flag=True, expose_value=False, callback=_keep, help=text
    )


class Command(click.Command):
    """A command that takes the global options too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(global_options())


def examples(*lines: str) -> str:
    """Return an epilog of examples, each shown on a line of its own."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


pass_invocation = click.make_pass_decorator(Invocation)

dry_run = click.option(
    "--dry-run", is_flag=True, help="Show what would happen, and change nothing."
)
pair = click.option(
    "--pair", metavar="NAME", help="Only the pair of this name in bridge.toml."
)
yes = click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
