"""`moodle-bridge plugins`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from moodle_bridge.errors import ConfigError
from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result, Table

if TYPE_CHECKING:
    from moodle_bridge.registry import Registration, Registry


@click.command("plugins", cls=options.Command)
@options.pass_invocation
def command(invocation: Invocation) -> Result:
    """List the plug-ins: kind, name, origin, and the keys that each one takes.

    What is installed and not enabled in [plugins] is listed too; its code is never
    loaded. Without a bridge.toml the built-in plug-ins are shown.
    """
    from sync.settings import registry_of  # noqa: PLC0415 - keeps the start fast

    try:
        path = invocation.config_path()
    except ConfigError:
        if invocation.config is not None:
            raise
        path = None
    return listed(registry_of(path))


def listed(registry: Registry) -> Result:
    """Return what a registry holds, as a table and as data."""
    rows = [_row(registration) for registration in registry]
    disabled = [
        {"distribution": one.distribution, "version": one.version}
        for one in registry.disabled()
    ]
    parts: list[str | Table] = [
        Table(
            columns=("kind", "name", "from", "what it is"),
            rows=[
                (
                    row["interface"],
                    row["name"],
                    f"{row['distribution']} {row['version']}",
                    row["description"],
                )
                for row in rows
            ],
        )
    ]
    parts.append("")
    for row in rows:
        keys = ", ".join(key["name"] for key in row["settings"]) or "none"
        parts.append(f"Keys of {row['interface']} {row['name']}: {keys}")
    parts += [
        f"Installed and not enabled: {one['distribution']} {one['version']}"
        " (name it in [plugins] enabled to use it)"
        for one in disabled
    ]
    return Result(parts=parts, data={"plugins": rows, "disabled": disabled})


def _row(registration: Registration) -> dict[str, Any]:
    return {
        "interface": registration.interface.__name__,
        "name": registration.name,
        "distribution": registration.origin.distribution,
        "version": registration.origin.version,
        "description": registration.description,
        "settings": [
            {
                "name": info.alias or name,
                "required": info.is_required(),
                "description": info.description or "",
            }
            for name, info in registration.settings.model_fields.items()
        ],
    }
