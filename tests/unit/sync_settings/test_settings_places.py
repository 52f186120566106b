from __future__ import annotations

from pathlib import Path

import pytest

from moodle_bridge.errors import ConfigError
from sync.settings import find_config


def made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_the_places_are_looked_at_in_a_fixed_order(tmp_path: Path) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    here.mkdir()
    given = made(tmp_path / "given.toml")
    named = made(tmp_path / "named.toml")
    beside = made(here / "bridge.toml")
    xdg = made(tmp_path / "xdg/moodle-bridge/bridge.toml")
    own = made(home / ".config/moodle-bridge/bridge.toml")
    environ = {
        "MOODLE_BRIDGE_CONFIG": str(named),
        "XDG_CONFIG_HOME": str(tmp_path / "xdg"),
    }

    def found(config: Path | None) -> Path:
        return find_config(config, environ=environ, folder=here, home=home)

    assert found(given) == given
    assert found(None) == named
    del environ["MOODLE_BRIDGE_CONFIG"]
    assert found(None) == beside
    beside.unlink()
    assert found(None) == xdg
    environ["XDG_CONFIG_HOME"] = "relative"
    assert found(None) == own


def test_a_file_that_was_named_and_is_not_there_is_never_passed_over(
    tmp_path: Path,
) -> None:
    made(tmp_path / "bridge.toml")

    with pytest.raises(ConfigError) as caught:
        find_config(Path("other.toml"), environ={}, folder=tmp_path, home=tmp_path)

    assert caught.value.item == str(tmp_path / "other.toml")
    assert "--config" in caught.value.advice

    with pytest.raises(ConfigError, match="no such file") as caught:
        find_config(
            None,
            environ={"MOODLE_BRIDGE_CONFIG": "/no/such.toml"},
            folder=tmp_path,
            home=tmp_path,
        )

    assert "MOODLE_BRIDGE_CONFIG" in caught.value.advice


def test_when_there_is_none_all_places_and_init_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        find_config(None, environ={}, folder=tmp_path, home=tmp_path / "home")

    assert str(tmp_path / "bridge.toml") in caught.value.what
    assert "/etc/moodle-bridge/bridge.toml" in caught.value.what
    assert "moodle-bridge init" in caught.value.advice
