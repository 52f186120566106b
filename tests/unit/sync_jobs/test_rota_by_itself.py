"""The rota follows its changes into calendars and files, without a hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from moodle_bridge.practice.faults import Fault, FaultKind
from sync.cli.result import ExitCode
from tests.unit.sync_jobs.bridged import BridgedCourse
from tests.unit.sync_jobs.test_rota_calendar import CREATE, ROTA, events, publish
from tests.unit.sync_jobs.test_running import rounds

NEVER = "it was never published"
Settled = Callable[..., BridgedCourse]


@pytest.fixture
def settled(course: BridgedCourse) -> Settled:
    """Give the course a rota, with lines of [rota] that say when it is published."""

    def settled(*lines: str) -> BridgedCourse:
        course.configure()
        path = course.folder / "bridge.toml"
        said = "\n".join(["[rota]", *lines])
        path.write_text(path.read_text() + ROTA.replace("[rota]", said, 1))
        course.begin()
        return course

    return settled


def absent(course: BridgedCourse) -> None:
    called = course.call(
        *("rota", "absent", "ben", "--from", "2026-03-03", "--to", "2026-03-04")
    )
    assert called.code == 0, called.said


def days(course: BridgedCourse) -> set[str]:
    return {start[:5] for start, _, _ in events(course)}


def test_nothing_is_published_before_somebody_did_it_by_hand(settled: Settled) -> None:
    course = settled("publish = true")
    assert any(NEVER in one for one in course.sync().data["problems"])
    assert events(course) == []
    publish(course, "--dry-run")
    assert any(NEVER in one for one in course.sync().data["problems"])
    publish(course)
    assert not course.sync().data["problems"]


def test_a_change_is_followed_within_minutes(settled: Settled) -> None:
    course = settled("publish = true", "publish_weeks = 1")
    publish(course)
    absent(course)
    course.sync()
    assert "03-03" in days(course)
    course.clock.move(minutes=10)
    assert course.sync().counts["done"] == 1
    assert "03-03" not in days(course)
    course.clock.move(minutes=10)
    assert course.sync().counts == {}


def test_a_change_is_followed_at_the_hour_that_was_said(settled: Settled) -> None:
    course = settled('publish = "daily 12:00"', "publish_weeks = 1")
    publish(course)
    absent(course)
    course.clock.move(hours=3)
    course.sync()
    assert "03-03" in days(course)
    course.clock.move(hours=1)
    course.sync()
    assert "03-03" not in days(course)


def test_within_a_running_loop_it_follows_and_says_a_problem_once(
    settled: Settled,
) -> None:
    course = settled("publish = true", "publish_weeks = 1")
    told, _, said = rounds(course, lambda: None, lambda: None)
    assert (told["done"], said.count(NEVER)) == (3, 1)
    publish(course)
    rounds(course, lambda: absent(course), lambda: None, lambda: None)
    assert "03-03" not in days(course)


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    settled: Settled, tmp_path: Path
) -> None:
    folder = tmp_path / "rota"
    course = settled(
        "publish = true", "publish_weeks = 2", f'publish_folder = "{folder}"'
    )
    publish(course)
    before = (folder / "ben.ics").read_bytes()
    absent(course)
    course.clock.move(minutes=10)
    planned = course.sync("--dry-run").data["planned"]
    assert [one["kind"] for one in planned] == ["calendar.delete"]
    assert "03-03" in days(course)
    assert (folder / "ben.ics").read_bytes() == before
    course.sync()
    assert (folder / "ben.ics").read_bytes() != before


def test_files_in_which_nothing_changed_are_left_as_they_are(
    settled: Settled, tmp_path: Path
) -> None:
    folder = tmp_path / "rota"
    course = settled(
        "publish = true", "publish_calendar = false", f'publish_folder = "{folder}"'
    )
    # Files alone disturb nobody, and need no first time by hand.
    course.clock.move(minutes=10)
    assert not course.sync().data["problems"]
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert len(before) == 3
    course.clock.move(minutes=10)
    course.sync()
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert events(course) == []


def test_too_many_changes_are_said_and_hold_nothing_else_up(settled: Settled) -> None:
    course = settled("publish = true", "max_events = 12")
    publish(course)
    course.call("rota", "absent", "ben", "--from", "2026-03-03", "--to", "2026-03-13")
    path = course.folder / "bridge.toml"
    path.write_text(path.read_text().replace("max_events = 12", "max_events = 1"))
    course.clock.move(minutes=10)
    before = events(course)
    course.post(course.aminata)
    called = course.sync()
    assert any("[rota].max_events" in one for one in called.data["problems"])
    assert called.counts["done"] == 1
    assert events(course) == before
    # It is not tried and said with every run.
    course.clock.move(minutes=30)
    assert not course.sync().data["problems"]


def test_what_moodle_refuses_is_tried_again_after_a_day(settled: Settled) -> None:
    course = settled("publish = true", "publish_weeks = 1")
    publish(course)
    course.call("rota", "absent", "ben", "--from", "2026-03-03", "--to", "2026-03-04")
    with course.refusing("core_calendar_delete_calendar_events", "nopermissions"):
        for _ in range(4):
            course.clock.move(minutes=10)
            course.sync()
    with course.reading() as transaction:
        counts = transaction.intents.counts()
    assert counts["rota-calendar", "dead"] == 1
    course.clock.move(days=1)
    course.sync()
    assert "03-03" not in days(course)


def test_what_was_cut_short_is_gone_on_with_before_its_hour(settled: Settled) -> None:
    course = settled('publish = "daily 12:00"', "publish_weeks = 2")
    away = Fault(kind=FaultKind.DROP_BEFORE, function=CREATE, count=60)
    course.moodle.faults.add(away)
    publish(course)
    assert events(course) == []
    course.moodle.faults.clear()
    for _ in range(3):
        course.clock.move(minutes=20)
        course.sync()
    found = events(course)
    assert len(found) == len(set(found)) == 12


def test_a_source_that_is_down_is_said_everywhere_and_its_last_word_counts(
    course: BridgedCourse,
) -> None:
    table = course.folder / "rota.csv"
    table.write_text("start,end,person\n2026-03-02 08:00,2026-03-02 18:00,Grace & Co\n")
    path = course.folder / "bridge.toml"
    kept, _, _ = ROTA.partition("[[rota.source]]")
    source = '[[rota.source]]\nplugin = "table"\npath = "rota.csv"\nzone = "UTC"\n'
    said = kept.replace("[rota]", "[rota]\npublish = true", 1)
    path.write_text(path.read_text() + said + source + "[alerts]\n")
    course.begin()
    publish(course)
    before = events(course)
    assert len(before) == 1
    table.unlink()
    course.clock.move(minutes=10)
    course.post(course.aminata)
    course.sync()
    shown = course.call("rota", "show")
    assert shown.code == ExitCode.UNREACHABLE
    (source_shown,) = shown.data["sources"]
    assert "No such file" in source_shown["problem"]
    assert source_shown["read_at"].startswith("2026-03-01T08:02")
    (down,) = course.call("status").data["rota_sources_down"]
    assert "cannot be read" in down["problem"]
    assert events(course) == before
    course.clock.move(minutes=10)
    assert any(
        "what it said last counts" in one for one in course.sync().data["problems"]
    )
