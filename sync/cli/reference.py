"""Writes docs/commands.md from the commands, so that it cannot say otherwise."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from sync.cli.group import Group, bridge
from sync.cli.options import global_options

_HEAD = """\
# Commands

<!-- Written by `python -m sync.reference docs`; change the commands, not this page. -->

`moodle-bridge COMMAND --help` says the same. The result goes to standard output;
what is under way, and errors, go to standard error.

## Exit codes

| code | meaning |
|---|---|
| 0 | done; also when another run is doing the work already |
| 1 | a fault in moodle-bridge itself; its trace is kept in a file that is named |
| 2 | wrong usage or configuration, or something refused for good |
| 3 | done, and something is held for a person to decide |
| 4 | a guard stopped it before it did something absurd; nothing was sent |
| 5 | a remote end could not be reached; the next run tries again |
| 75 | `receive` only: the mail could not be stored, the mail server is to keep it |
| 130 | stopped by hand |

## Options of every command

They may stand before or after the name of the command.
"""


def commands_page() -> str:
    """Return docs/commands.md."""
    parts = [_HEAD, *map(_option, global_options()), ""]
    for path, command in every_command():
        parts.append(f"## `{' '.join(path)}`\n")
        parts.append(_text(command))
        common = {option.name for option in global_options()}
        own = [option for option in command.params if option.name not in common]
        parts += [_option(option) for option in own]
        if own:
            parts.append("")
        if command.epilog:
            examples = inspect.cleandoc(command.epilog.replace("\b\nExamples:\n", ""))
            parts.append(f"```\n{examples}\n```\n")
    return "\n".join(parts).rstrip() + "\n"


def every_command() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Give each command with the words that call it, groups before their parts."""
    yield from _below(("moodle-bridge",), bridge)


def _below(
    path: tuple[str, ...], group: Group
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.every_command():
        yield (*path, name), command
        if isinstance(command, Group):
            yield from _below((*path, name), command)


def _text(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "") + "\n"


def _option(option: click.Parameter) -> str:
    if not isinstance(option, click.Option):
        return f"- `{option.metavar}`"
    value = ""
    if not option.is_flag:
        kind = option.type
        chosen = "|".join(kind.choices) if isinstance(kind, click.Choice) else ""
        value = f" {option.metavar or chosen}"
    return f"- `{option.opts[0]}{value}`: {option.help}"
