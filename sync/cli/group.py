"""The commands, found by name and imported when they are wanted."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import click

from sync.cli.options import Command, global_options

COMMANDS = {
    "init": "sync.cli.init",
    "check": "sync.cli.check",
    "sync": "sync.cli.sync",
    "run": "sync.cli.run",
    "status": "sync.cli.status",
    "held": "sync.cli.held",
    "rota": "sync.cli.rota",
    "alerts": "sync.cli.alerts",
    "question": "sync.cli.question",
    "report": "sync.cli.report",
    "metrics": "sync.cli.metrics",
    "explain": "sync.cli.explain",
    "resend": "sync.cli.resend",
    "audit": "sync.cli.audit",
    "trim": "sync.cli.trim",
    "tokens": "sync.cli.tokens",
    "runs": "sync.cli.runs",
    "receive": "sync.cli.receive",
    "listen": "sync.cli.listen",
    "serve": "sync.cli.serve",
    "list": "sync.cli.list",
    "person": "sync.cli.person",
    "intake": "sync.cli.intake",
    "enrol": "sync.cli.enrol",
    "plugins": "sync.cli.plugins",
    "demo": "sync.cli.demo",
    "practice": "sync.cli.practice",
}
"""The commands in the order in which an admin meets them; each module has `command`."""


class Group(click.Group):
    """A group whose commands take the global options, and are imported late."""

    command_class = Command

    def __init__(
        self, *args: Any, lazy: dict[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy or {}
        self.params.extend(global_options())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they are to be shown."""
        return [*self._lazy, *(name for name in super().list_commands(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing its module."""
        if cmd_name in self._lazy:
            return self._imported(cmd_name)
        return super().get_command(ctx, cmd_name)

    def every_command(self) -> Iterator[tuple[str, click.Command]]:
        """Give each command by its name, in the order in which they are to be shown."""
        for name in self._lazy:
            yield name, self._imported(name)
        for name in sorted(self.commands):
            yield name, self.commands[name]

    def _imported(self, name: str) -> click.Command:
        command: click.Command = import_module(self._lazy[name]).command
        return command


EPILOG = """\b
Exit codes:
  0  done
  1  a fault in moodle-bridge itself
  2  wrong usage or configuration
  3  done, and something is held for you to decide
  4  a guard stopped it before it did something absurd
  5  a remote end could not be reached
"""


@click.group(
    cls=Group,
    lazy=COMMANDS,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
    invoke_without_command=True,
)
@click.version_option(
    package_name="moodle-bridge",
    message="%(prog)s %(version)s",
    prog_name="moodle-bridge",
)
@click.pass_context
def bridge(context: click.Context) -> None:
    """Join a Moodle forum and a mailing list, both ways."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        context.exit(2)
