from __future__ import annotations

from pathlib import Path

from moodle_bridge.interfaces import IMailer
from moodle_bridge.registry import Disabled, Registry
from sync.cli.plugins import listed
from tests.unit.sync_cli.cli_calls import Call


def test_the_built_in_plugins_are_listed_without_a_bridge_toml(call: Call) -> None:
    called = call("plugins")

    assert called.code == 0
    assert ["IMailingList", "remote"] in [
        line.split()[:2] for line in called.out.splitlines()
    ]
    assert "Keys of IMailer smtp: host," in called.out


def test_the_list_is_there_as_data(call: Call) -> None:
    rows = {
        (row["interface"], row["name"]): row
        for row in call("plugins", "--json").data["plugins"]
    }

    smtp = rows["IMailer", "smtp"]
    assert smtp["distribution"] == "moodle-bridge"
    assert smtp["version"]
    assert smtp["description"]
    assert {key: smtp["settings"][0][key] for key in ("name", "required")} == {
        "name": "host",
        "required": True,
    }


def test_a_distribution_that_is_enabled_and_not_there_is_named(
    call: Call, tmp_path: Path
) -> None:
    (tmp_path / "bridge.toml").write_text(
        '[plugins]\nenabled = ["moodle-bridge-moon"]\n', encoding="utf-8"
    )

    called = call("plugins")

    assert called.code == 2
    assert "[plugins] → enabled: moodle-bridge-moon" in called.err


def test_a_bridge_toml_that_was_named_must_be_there(call: Call) -> None:
    assert call("plugins", "--config", "none.toml").code == 2


def test_what_is_installed_and_not_enabled_is_listed() -> None:
    registry = Registry()
    registry.register(IMailer, "pigeon", build=dict, description="By pigeon")
    registry._disabled.append(
        Disabled(distribution="bridge-moon", version="1.2", entry_point="x:y")
    )

    result = listed(registry)

    assert "Keys of IMailer pigeon: none" in result.parts
    assert any("not enabled: bridge-moon 1.2" in str(part) for part in result.parts)
    assert result.data["disabled"] == [
        {"distribution": "bridge-moon", "version": "1.2"}
    ]
