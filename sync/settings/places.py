"""Where bridge.toml is looked for: a fixed order, the first one found is taken."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from moodle_bridge.errors import ConfigError

VARIABLE = "MOODLE_BRIDGE_CONFIG"
FILE_NAME = "bridge.toml"
SYSTEM_PLACE = Path("/etc/moodle-bridge") / FILE_NAME


def find_config(
    given: Path | None, *, environ: Mapping[str, str], folder: Path, home: Path
) -> Path:
    """Return the absolute path of the bridge.toml to use.

    The order: `given` (--config), the variable MOODLE_BRIDGE_CONFIG, bridge.toml in
    `folder` (the current one), moodle-bridge/bridge.toml in the XDG configuration
    folder, /etc/moodle-bridge/bridge.toml. The first two are taken or refused, never
    passed over. Raises ConfigError that lists where it looked.
    """
    named = given or (Path(environ[VARIABLE]) if environ.get(VARIABLE) else None)
    if named is not None:
        path = (folder / named.expanduser()).absolute()
        if not path.is_file():
            raise ConfigError(
                "there is no such file",
                item=str(path),
                advice=f"Mend {'--config' if given else VARIABLE}, or run:"
                f" moodle-bridge --config {path} init",
            )
        return path
    places = usual_places(environ=environ, folder=folder, home=home)
    for place in places:
        if place.is_file():
            return place
    raise ConfigError(
        "no bridge.toml was found; looked at " + ", ".join(map(str, places)),
        advice="Run `moodle-bridge init` to make one, or name it with --config.",
    )


def usual_places(
    *, environ: Mapping[str, str], folder: Path, home: Path
) -> tuple[Path, ...]:
    """Return the places that are looked at when none is named, in order."""
    xdg = environ.get("XDG_CONFIG_HOME", "")
    # The XDG specification asks to ignore a relative path.
    base = Path(xdg) if xdg.startswith("/") else home / ".config"
    return (folder / FILE_NAME, base / "moodle-bridge" / FILE_NAME, SYSTEM_PLACE)
