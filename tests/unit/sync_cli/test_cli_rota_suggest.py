"""`rota suggest` on the command line: what it shows, and what it writes is read again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.cli.result import ExitCode
from tests.unit.sync_cli.cli_calls import Call, Configured

NOW = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
PEOPLE = """
[[rota.person]]
key = "ana"
name = "Ana Kato"
zone = "Africa/Kampala"
avoids = ["sunday"]

[[rota.person]]
key = "ben"
name = "Ben de Vries"
zone = "Europe/Amsterdam"
most_hours = 40

[[rota.person]]
key = "chi"
name = "Chi Nguyen"
zone = "Asia/Ho_Chi_Minh"
"""
ASKED = ("rota", "suggest", "--from", "2026-03-23", "--weeks", "2")


@pytest.fixture
def people(configured: Configured, tmp_path: Path) -> Path:
    configured()
    path = tmp_path / "bridge.toml"
    zoned = path.read_text().replace(
        "\n[rota]\n", '\n[rota]\nzone = "Europe/Amsterdam"\n'
    )
    path.write_text(zoned + PEOPLE)
    return path


def test_a_rota_is_suggested_with_what_each_carries(people: Path, call: Call) -> None:
    called = call(*ASKED, "--cover", "every day 08:00-20:00", "--shift", "6h", now=NOW)
    assert called.code == 0, called.err
    assert "Suggested (Europe/Amsterdam)" in called.out
    assert "What each carries" in called.out
    assert "Evenly shared" in called.out


@pytest.mark.parametrize(
    ("name", "plugin"), [("may.csv", "table"), ("may.toml", "rules")]
)
def test_what_it_writes_is_the_rota_that_it_showed(
    people: Path, call: Call, tmp_path: Path, name: str, plugin: str
) -> None:
    shown = call(
        *ASKED,
        *("--cover", "every day 22:00-08:00", "--cover", "weekdays 08:00-22:00"),
        *("--shift", "5h", "--rest", "5h", "--out", name, "--json"),
        now=NOW,
    )
    assert shown.code == 0, shown.err
    with people.open("a") as file:
        file.write(
            f'\n[[rota.source]]\nplugin = "{plugin}"\npath = "{tmp_path / name}"\n'
        )
    read = call(
        "rota", "show", "--week", "2026-03-23", "--weeks", "3", "--json", now=NOW
    )
    assert read.data["sources"][0]["problems"] == []

    def minutes(shifts: list[dict[str, str]]) -> set[tuple[str, int]]:
        found = set()
        for shift in shifts:
            start = datetime.fromisoformat(shift["start"])
            end = datetime.fromisoformat(shift["end"])
            first, last = int(start.timestamp()) // 60, int(end.timestamp()) // 60
            found |= {(shift["person"], minute) for minute in range(first, last, 5)}
        return found

    assert minutes(read.data["shifts"]) == minutes(shown.data["shifts"])


def test_days_that_have_all_passed_are_refused_with_which_and_what_to_give(
    people: Path, call: Call
) -> None:
    asked = ("rota", "suggest", "--from", "2026-03-06", "--weeks", "2")
    called = call(*asked, "--cover", "every day 08:00-20:00", now=NOW)
    assert called.code == ExitCode.CONFIGURATION
    assert "from 2026-03-06 to 2026-03-19" in called.err
    assert "Give --from 2026-03-20 or a later day." in called.err


@pytest.mark.parametrize(
    ("first", "passed"), [("2026-03-19", True), ("2026-03-20", False)]
)
def test_a_rota_that_begins_in_the_past_says_so(
    people: Path, call: Call, first: str, passed: bool
) -> None:
    asked = ("rota", "suggest", "--from", first, "--weeks", "1")
    cover = ("--cover", "every day 08:00-20:00")
    assert ("It begins before today" in call(*asked, *cover, now=NOW).out) is passed
    told = call(*asked, *cover, "--json", now=NOW).data
    assert told["begins_in_the_past"] is passed


def test_a_file_that_is_there_is_not_written_over(
    people: Path, call: Call, tmp_path: Path
) -> None:
    (tmp_path / "may.csv").write_text("mine")
    called = call(*ASKED, "--cover", "weekdays", "--out", "may.csv", now=NOW)
    assert called.code == ExitCode.CONFIGURATION
    assert (tmp_path / "may.csv").read_text() == "mine"


def test_absences_are_thought_of_and_open_shifts_are_told(
    people: Path, call: Call
) -> None:
    away = ("--from", "2026-03-01", "--to", "2026-05-01")
    with people.open("a") as file:
        file.write(
            '\n[[rota.source]]\nplugin = "rules"\n'
            '[[rota.source.rule]]\nname = "days"\npeople = ["ana"]\n'
        )
    for who in ("ben", "chi"):
        assert call("rota", "absent", who, *away, now=NOW).code == 0
    called = call(*ASKED, "--cover", "every day 08:00-20:00", "--shift", "6h", now=NOW)
    assert called.code == ExitCode.HELD
    assert "Nobody can take" in called.out
    assert "Ben de Vries, Chi Nguyen: away" in called.out
    assert "could be covered if Ana Kato had less rest" in called.out


def test_windows_may_stand_in_a_file(people: Path, call: Call, tmp_path: Path) -> None:
    (tmp_path / "coverage.toml").write_text(
        '[[window]]\nwhen = "weekdays 09:00-17:00"\nname = "day"\nturn = "weekly"\n'
        '[[window]]\nwhen = "weekdays 09:00-17:00"\nrole = "backup"\n'
    )
    called = call(*ASKED, "--coverage", "coverage.toml", "--json", now=NOW)
    assert called.code == 0, called.err
    assert {shift["role"] for shift in called.data["shifts"]} == {"primary", "backup"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[window]]\nwhen = "someday"\n', "no weekday"),
        ("[[window]]\n", "window.0.when"),
        ("no toml", "no TOML"),
    ],
)
def test_a_file_of_windows_that_is_wrong_says_where(
    people: Path, call: Call, tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "coverage.toml").write_text(text)
    called = call(*ASKED, "--coverage", "coverage.toml", now=NOW)
    assert called.code == ExitCode.CONFIGURATION
    assert told in called.err


def test_nothing_to_cover_is_asked_for(people: Path, call: Call) -> None:
    called = call(*ASKED, now=NOW)
    assert called.code == ExitCode.CONFIGURATION
    assert "--cover" in called.err
