from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest

from tests.unit.sync_cli.cli_calls import Call

FLAGS = (
    "--url=https://learn.example.org",
    "--course=SM25",
    "--forum=34",
    "--name=sm25",
    "--address=bridge@lists.example.org",
    "--list=sm25@lists.example.org",
    "--mail-out=maildir",
    "--set=mail.out.path=out",
    "--set=pair.list.name=SM25",
)


def document(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "bridge.toml").read_text(encoding="utf-8"))


def test_init_writes_what_its_options_say(call: Call, tmp_path: Path) -> None:
    called = call("init", "--no-input", *FLAGS, "--json")

    assert called.code == 0
    assert called.data["to_fill"] == []
    assert called.data["to_make"] == [str(tmp_path / "moodle-token")]
    written = document(tmp_path)
    assert written["pair"][0]["forum"] == 34
    assert written["mail"]["out"] == {"plugin": "maildir", "path": "out"}
    assert "in" not in written["mail"]


def test_init_says_what_is_left_to_do(call: Call, tmp_path: Path) -> None:
    called = call("init", "--no-input")

    assert "Still to fill in: moodle.url" in called.out
    assert (
        f"Next: moodle-bridge --config {tmp_path / 'bridge.toml'} check" in called.out
    )


def test_init_writes_where_config_says(call: Call, tmp_path: Path) -> None:
    call("init", "--no-input", "--config", "deep/down/mine.toml")

    assert (tmp_path / "deep/down/mine.toml").is_file()
    assert (tmp_path / "deep/down/reply-secret").is_file()


def test_init_overwrites_nothing(call: Call, tmp_path: Path) -> None:
    call("init", "--no-input", *FLAGS)
    before = (tmp_path / "bridge.toml").read_bytes()

    refused = call("init", "--no-input")
    forced = call("init", "--no-input", "--force", "--json")

    assert refused.code == 2
    assert "--force" in refused.err
    assert Path(forced.data["backup"]).read_bytes() == before


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("moodle.token=s3cret", "a secret may not stand in bridge.toml"),
        ("moodle.urll=x", "there is no such key"),
        ("moodle", "--set wants NAME=VALUE"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    call: Call, tmp_path: Path, setting: str, told: str
) -> None:
    called = call("init", "--no-input", f"--set={setting}")

    assert called.code == 2
    assert told in called.err
    assert "s3cret" not in called.err
    assert not (tmp_path / "bridge.toml").exists()


def test_init_asks_somebody_who_is_there_for_what_is_missing(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {
        "moodle.url": "https://learn.example.org",
        "moodle.token (not shown; empty: later)": "t0ken",
        "pair.list.plugin": "direct",
    }
    asked = []

    def prompt(text: str, **more: object) -> str:
        name = text.partition(":")[0]
        asked.append(name)
        if "which plug-in" in text:
            return answers.get(name, str(more["default"]))
        return answers.get(text, "34" if "forum" in text else "name@example.org")

    monkeypatch.setattr(click, "prompt", prompt)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)

    called = call("init", "--course", "SM25")

    assert called.code == 0
    assert "pair.course" not in asked
    written = document(tmp_path)
    assert written["moodle"]["url"] == "https://learn.example.org"
    assert written["pair"][0]["forum"] == 34
    assert written["pair"][0]["list"]["plugin"] == "direct"
    token = tmp_path / "moodle-token"
    assert token.read_text(encoding="utf-8") == "t0ken\n"
    assert token.stat().st_mode & 0o777 == 0o600
