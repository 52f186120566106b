"""`check` looks at the rota: its sources, its people, and when nobody is on duty."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from moodle_bridge.practice.seed import PracticeCourse
from tests.unit.sync_cli.cli_calls import Call, Configured, checked

NOW = datetime(2026, 3, 23, 9, 30, tzinfo=UTC)
RULES = """
[[rota.source]]
plugin = "rules"

[[rota.source.rule]]
name = "days"
people = ["ana", "zoe"]
zone = "Europe/Amsterdam"
start = "08:00"
end = "18:00"
"""


@pytest.fixture
def rota(configured: Configured, tmp_path: Path) -> Path:
    configured()
    return tmp_path / "bridge.toml"


def add(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def person(key: str, more: str = "") -> str:
    return (
        f'\n[[rota.person]]\nkey = "{key}"\nname = "{key.title()}"\n'
        f'zone = "Africa/Kampala"\n{more}\n'
    )


def test_without_a_rota_nothing_is_said(rota: Path, call: Call) -> None:
    _, found = checked(call, now=NOW)
    assert not any(what.startswith("rota") for what in found)


def test_people_without_sources_are_told(rota: Path, call: Call) -> None:
    add(rota, person("ana"))
    _, found = checked(call, now=NOW)
    assert found["rota"][0] == "warning"
    assert "[[rota.source]]" in found["rota"][1]


def test_who_is_known_and_reached_is_in_order(
    rota: Path, call: Call, course: PracticeCourse
) -> None:
    somebody = course.participants[0]
    add(rota, person("ana", f'user = "{somebody.username}"\nlead = true') + RULES)
    _, found = checked(call, now=NOW)
    state, said = found["rota, ana"]
    assert state == "ok", said
    assert "Africa/Kampala, where it is 12:30; on duty" in said
    assert "rota, lead" not in found


def test_unknown_names_gaps_and_missing_accounts_are_told(
    rota: Path, call: Call
) -> None:
    add(rota, person("ana", 'user = "nobody.here"') + RULES)
    _, found = checked(call, now=NOW)
    assert found["rota, rules in bridge.toml"][0] == "warning"
    assert "zoe" in found["rota, rules in bridge.toml"][1]
    assert found["rota, ana"][0] == "missing"
    assert found["rota, lead"][0] == "warning"
    assert "nobody is on duty for" in found["rota, gaps"][1]


def test_a_source_that_cannot_be_read_is_told_and_stops_nothing(
    rota: Path, call: Call
) -> None:
    source = '\n[[rota.source]]\nplugin = "table"\npath = "nowhere.csv"\n'
    add(rota, person("ana", 'address = "ana@example.org"') + source)
    _, found = checked(call, now=NOW)
    (what,) = [name for name in found if name.startswith("rota, table")]
    assert found[what][0] == "warning"
    assert "never read" in found[what][1]


def job_of(found: dict[str, tuple[str, str]], name: str) -> str:
    return found[f"job {name}"][1]


def test_calendars_are_needed_only_where_the_rota_is_published(
    rota: Path, call: Call
) -> None:
    text = rota.read_text("utf-8")
    assert "# publish_calendar = true" in text
    rota.write_text(
        text.replace("# publish_calendar = true", "publish_calendar = false")
    )
    add(rota, RULES + person("ana"))
    _, found = checked(call, now=NOW)
    assert job_of(found, "rota").startswith("not used")

    text = rota.read_text("utf-8")
    rota.write_text(text.replace("publish_calendar = false", ""))
    _, found = checked(call, now=NOW)
    assert not job_of(found, "rota").startswith("not used")


def test_messages_are_needed_only_where_somebody_has_no_other_way(
    rota: Path, call: Call
) -> None:
    way = '[[alerts.channel]]\nperson = "ana"\n[alerts.channel.by]\nplugin = "mail"\n'
    add(rota, RULES + person("ana") + person("zoe") + "\n[alerts]\n" + way)
    _, found = checked(call, now=NOW)
    assert not job_of(found, "alerts").startswith("not used")

    add(rota, way.replace("ana", "zoe"))
    _, found = checked(call, now=NOW)
    assert job_of(found, "alerts").startswith("not used")
