"""Writes docs/configuration.md from the models, so that it cannot say otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel
from zope.interface import Interface

from moodle_bridge.interfaces import (
    IAlertChannel,
    IIntakeSource,
    IMailbox,
    IMailer,
    IMailingList,
    IReportSink,
    IRotaSource,
)
from moodle_bridge.registry import Registry
from sync.settings.example import blocks
from sync.settings.keys import Key, keys_of, summary

_HEAD = """\
# Configuration

<!-- Written by `python -m sync.reference docs`; change the models, not this page. -->

Everything is set in one file, `bridge.toml`. `moodle-bridge init` writes one in which
every key has its comment; `moodle-bridge check` looks whether it is right. A file with
mistakes is refused with all of them at once, each with its place.

## Where it is looked for

The first of these that is there is taken:

1. the file named by `--config`;
2. the file named by the environment variable `MOODLE_BRIDGE_CONFIG`;
3. `bridge.toml` in the current folder;
4. `moodle-bridge/bridge.toml` in `$XDG_CONFIG_HOME`, or in `~/.config`;
5. `/etc/moodle-bridge/bridge.toml`.

The first two are taken or refused, never passed over.

## How values are written

- A **secret** never stands in the file. Say where it is:
  `{ env = "NAME" }`, `{ file = "path" }` or `{ command = ["pass", "show", "name"] }`.
  A secret itself is refused, and so is a secret file that other users can read. A
  command is run without a shell and without standard input.
- A **duration** has its unit: `"30m"`, `"1h 30m"`, `"2 days"`.
- A **size** has its unit: `"200 KB"`, `"10 MB"`.
- A **path** is relative to the folder of `bridge.toml`.
- A **forum** is the number at the end of its address, `mod/forum/view.php?id=NUMBER`.
"""

_KINDS: tuple[tuple[str, type[Interface]], ...] = (
    ("[mail.out]", IMailer),
    ("[[mail.in]]", IMailbox),
    ("[pair.list]", IMailingList),
    ("[intake.source]", IIntakeSource),
    ("[[rota.source]]", IRotaSource),
    ("[alerts.channel.by]", IAlertChannel),
    ("[report.sink.to]", IReportSink),
)


def configuration_page(registry: Registry) -> str:
    """Return docs/configuration.md for the plug-ins of a registry."""
    parts = [_HEAD]
    for block in blocks(registry, {}):
        if block.plugin is None:
            parts.append(_table(f"`{block.header}`", block.about, block.model))
            continue
        interface = dict(_KINDS)[block.header]
        parts.append(_plugins(block.header, block.about, interface, registry))
    return "\n".join(parts)


def _table(title: str, about: str, model: type[BaseModel], level: int = 2) -> str:
    lines = [f"{'#' * level} {title}", "", about, ""]
    for key in keys_of(model):
        lines.append(f"- **`{key.name}`** ({', '.join(_facts(key))})")
        if key.description:
            lines.append(f"  {key.description}")
    return "\n".join(lines) + "\n"


def _facts(key: Key) -> Iterator[str]:
    yield key.kind
    if key.required:
        yield f"required, such as `{key.example}`"
    elif key.default is not None:
        yield f"default `{key.default}`"
    else:
        yield "may be left out"


def _plugins(
    header: str, about: str, interface: type[Interface], registry: Registry
) -> str:
    lines = [f"## `{header}`", "", about, ""]
    for name in registry.names(interface):
        registration = registry.get(interface, name)
        about = f"{registration.description}. {summary(registration.settings)}"
        title = f'`{header}` with `plugin = "{name}"`'
        lines.append(_table(title, about, registration.settings, level=3))
    return "\n".join(lines)
