"""The click layer only parses: what it was told goes on to the command as it is."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

import sync.commands
from sync.cli.result import Result
from tests.unit.sync_cli.cli_calls import Call

Recorded = dict[str, Any]


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """Puts recorders in the place of the commands; holds what they were given."""
    seen: Recorded = {}

    def recorder(name: str) -> Any:
        def run(_invocation: object, **given: object) -> Result:
            seen.clear()
            seen.update({"command": name, **given})
            return Result(parts=[name])

        return run

    for name in (
        "sync", "receive", "listen", "explain", "status", "runs", "demo", "practice",
    ):  # fmt: skip
        module: Any = ModuleType(f"sync.commands.{name}")
        module.run = recorder(name)
        monkeypatch.setattr(sync.commands, name, module, raising=False)
    held: Any = ModuleType("sync.commands.held")
    for name in ("overview", "show", "release", "drop"):
        setattr(held, name, recorder(f"held {name}"))
    monkeypatch.setattr(sync.commands, "held", held, raising=False)
    return seen


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (
            ["sync"],
            {
                "command": "sync",
                "dry_run": False,
                "first": None,
                "pair": None,
                "only": None,
            },
        ),
        (
            [
                "sync",
                "--dry-run",
                "--from",
                "now",
                "--pair",
                "a",
                "--only",
                "mirror-in",
            ],
            {
                "command": "sync",
                "dry_run": True,
                "first": "now",
                "pair": "a",
                "only": "mirror-in",
            },
        ),
        (
            ["sync", "--backfill", "0"],
            {
                "command": "sync",
                "dry_run": False,
                "first": 0,
                "pair": None,
                "only": None,
            },
        ),
        (
            ["listen", "--host", "::1", "--port", "0"],
            {"command": "listen", "host": "::1", "port": 0},
        ),
        (["explain", "<a@b>"], {"command": "explain", "name": "<a@b>"}),
        (["status"], {"command": "status"}),
        (["runs"], {"command": "runs", "limit": 20}),
        (["held"], {"command": "held overview"}),
        (["held", "list"], {"command": "held overview"}),
        (["held", "show", "mail-1"], {"command": "held show", "id": "mail-1"}),
        (
            ["held", "release", "mail-1", "mail-2"],
            {"command": "held release", "ids": ("mail-1", "mail-2")},
        ),
        (
            ["held", "drop", "mail-1", "--yes", "--reason", "spam"],
            {"command": "held drop", "ids": ("mail-1",), "reason": "spam"},
        ),
        (
            ["demo", "--serve", "--port", "8000"],
            {"command": "demo", "folder": None, "serve": True, "port": 8000},
        ),
        (
            ["practice", "--state", "site.json", "--no-rest"],
            {
                "command": "practice",
                "port": 8090,
                "state": Path("site.json"),
                "rest": False,
                "soap": True,
            },
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_arrive_as_they_were_given(
    call: Call, recorded: Recorded, arguments: list[str], given: Recorded
) -> None:
    called = call(*arguments)

    assert called.code == 0, called.err
    assert recorded == given


def test_a_received_mail_comes_from_standard_input(
    call: Call, recorded: Recorded
) -> None:
    called = call("receive", "--sender", "", "--recipient", "bridge+k@example.org")

    assert called.code == 0
    assert recorded["stream"] is sys.stdin.buffer
    assert recorded["sender"] == ""
    assert recorded["recipient"] == "bridge+k@example.org"


def test_nothing_is_dropped_without_a_yes(
    call: Call, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no(*_arguments: object, **_options: object) -> bool:
        raise click.Abort

    monkeypatch.setattr(click, "confirm", no)

    called = call("held", "drop", "mail-1")

    assert called.code == 130
    assert recorded == {}
