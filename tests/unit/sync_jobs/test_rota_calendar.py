"""The rota stands in the Moodle calendar once, and nothing of others is touched."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from icalendar import Calendar

from moodle_bridge.practice.faults import Fault, FaultKind
from sync.cli.result import ExitCode
from tests.unit.sync_jobs.bridged import BridgedCourse, Called

CREATE = "core_calendar_create_calendar_events"
DELETE = "core_calendar_delete_calendar_events"
ROTA = """
[rota]
zone = "UTC"

[[rota.person]]
key = "grace"
name = "Grace & Co"
zone = "Africa/Kampala"

[[rota.person]]
key = "ben"
name = "Ben"
zone = "Europe/Amsterdam"
language = "nl"

[[rota.source]]
plugin = "rules"

[[rota.source.rule]]
name = "days"
people = ["grace", "ben"]
days = "weekdays"
start = "08:00"
end = "18:00"
turn = "daily"
anchor = 2026-03-02

[[rota.source.rule]]
name = "seconds"
people = ["ben", "grace"]
days = "monday"
start = "08:00"
end = "18:00"
role = "backup"
anchor = 2026-03-02
"""


@pytest.fixture
def rota(course: BridgedCourse) -> BridgedCourse:
    path = course.folder / "bridge.toml"
    path.write_text(path.read_text() + ROTA)
    return course


def publish(course: BridgedCourse, *more: str) -> Called:
    return course.call("rota", "publish", "--weeks", "2", *more)


def events(course: BridgedCourse) -> list[tuple[str, str, int]]:
    """Return name, beginning and hours of what stands in the calendar."""
    return sorted(
        (
            datetime.fromtimestamp(one.timestart, UTC).strftime("%m-%d %H:%M"),
            one.name,
            one.timeduration // 3600,
        )
        for one in course.moodle.state.events.values()
    )


def test_shifts_stand_in_the_calendar_once(rota: BridgedCourse) -> None:
    called = publish(rota)
    assert called.code == 0, called.said
    found = events(rota)
    # Ten weekdays, and a backup on each Monday.
    assert len(found) == 12
    assert found[0] == ("03-02 08:00", "On duty: Ben (backup)", 10)
    assert found[1] == ("03-02 08:00", "On duty: Grace & Co", 10)
    assert publish(rota).counts == {}
    rota.clock.move(hours=3)
    assert publish(rota).counts == {}
    assert events(rota) == found


def test_a_look_changes_nothing(rota: BridgedCourse) -> None:
    called = publish(rota, "--dry-run")
    assert len(called.data["planned"]) == 12
    assert events(rota) == []


def test_what_changes_is_replaced_and_what_others_made_stays(
    rota: BridgedCourse,
) -> None:
    publish(rota)
    state = rota.moodle.state
    other = next(iter(state.events.values()))
    mine = len(state.events)
    theirs = 9999
    state.events[theirs] = type(other)(
        **{
            **{name: getattr(other, name) for name in type(other).__slots__},
            "id": theirs,
            "name": "Excursion",
        }
    )
    changed = ("--from", "2026-03-04 12:00", "--to", "2026-03-04 18:00")
    rota.call("rota", "override", "--person", "grace", "--by", "ben", *changed)
    called = publish(rota)
    assert called.counts["done"] == 3, called.said
    found = [one for one in events(rota) if one[0].startswith("03-04")]
    assert found == [
        ("03-04 08:00", "On duty: Grace & Co", 4),
        ("03-04 12:00", "On duty: Ben", 6),
    ]
    assert state.events[theirs].name == "Excursion"
    assert len(state.events) == mine + 2


def test_who_is_absent_is_taken_out(rota: BridgedCourse) -> None:
    publish(rota)
    rota.call("rota", "absent", "ben", "--from", "2026-03-03", "--to", "2026-03-04")
    publish(rota)
    assert not any(start.startswith("03-03") for start, _, _ in events(rota))
    assert len(events(rota)) == 11


def test_a_change_taken_back_brings_the_event_back(rota: BridgedCourse) -> None:
    publish(rota)
    before = events(rota)
    laid = rota.call(
        *("rota", "absent", "ben", "--from", "2026-03-03", "--to", "2026-03-04")
    )
    publish(rota)
    rota.call("rota", "cancel", laid.data["id"])
    rota.clock.move(minutes=1)
    publish(rota)
    assert events(rota) == before


def test_what_has_passed_stays_and_a_shift_that_goes_on_is_left_alone(
    rota: BridgedCourse,
) -> None:
    publish(rota)
    before = events(rota)
    rota.sync("--from", "now")
    rota.clock.now = datetime(2026, 3, 3, 12, tzinfo=UTC)
    rota.sync()
    publish(rota)
    after = events(rota)
    assert set(before) <= set(after)
    assert len(after) == len(set(after))


def test_what_somebody_removed_by_hand_stays_removed(rota: BridgedCourse) -> None:
    publish(rota)
    state = rota.moodle.state
    del state.events[min(state.events)]
    publish(rota)
    assert len(state.events) == 11


@pytest.mark.parametrize(
    "kind", [FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE], ids=lambda kind: kind.name
)
@pytest.mark.parametrize("number", range(3))
def test_a_lost_answer_makes_nothing_twice(
    rota: BridgedCourse, kind: FaultKind, number: int
) -> None:
    rota.moodle.faults.reseed(number)
    rota.moodle.faults.add(Fault(kind=kind, function=CREATE, count=3, probability=0.4))
    for _ in range(6):
        publish(rota)
        rota.clock.move(minutes=20)
    found = events(rota)
    assert len(found) == 12
    assert len(set(found)) == 12


def test_a_lost_answer_to_a_deletion_does_no_harm(rota: BridgedCourse) -> None:
    publish(rota)
    rota.call("rota", "absent", "ben", "--from", "2026-03-03", "--to", "2026-03-04")
    rota.moodle.faults.add(Fault(kind=FaultKind.DROP_AFTER, function=DELETE))
    for _ in range(3):
        publish(rota)
        rota.clock.move(minutes=20)
    assert len(events(rota)) == 11


def test_too_many_changes_stop_before_the_first(rota: BridgedCourse) -> None:
    path = rota.folder / "bridge.toml"
    path.write_text(path.read_text().replace("[rota]", "[rota]\nmax_events = 5"))
    assert publish(rota).code == ExitCode.GUARD
    assert events(rota) == []


def test_files_are_written_for_each_and_for_all(
    rota: BridgedCourse, tmp_path: Path
) -> None:
    folder = tmp_path / "ics"
    called = publish(rota, "--ical", str(folder), "--only-files")
    assert called.code == 0
    assert events(rota) == []
    assert sorted(path.name for path in folder.iterdir()) == [
        "all.ics",
        "ben.ics",
        "grace.ics",
    ]
    text = (folder / "ben.ics").read_text()
    assert "VALARM" not in text
    assert "TZID" not in text
    assert "DTSTART:20260303T080000Z" in text
    assert "SUMMARY:Dienst: Ben" in text
    uids = {str(one["uid"]) for one in Calendar.from_ical(text).walk("VEVENT")}
    rota.clock.move(hours=30)
    publish(rota, "--ical", str(folder), "--only-files")
    again = Calendar.from_ical((folder / "ben.ics").read_text())
    assert {str(one["uid"]) for one in again.walk("VEVENT")} & uids


def test_it_is_not_published_to_where_it_is_read_from(rota: BridgedCourse) -> None:
    path = rota.folder / "bridge.toml"
    source = '[[rota.source]]\nplugin = "moodle-calendar"\ncourse = "FO26"\nonly = ""\n'
    path.write_text(path.read_text() + source)
    called = publish(rota)
    assert called.code == ExitCode.CONFIGURATION
    assert "read as shifts" in called.said


def test_a_clock_between_two_seconds_makes_nothing_twice(rota: BridgedCourse) -> None:
    # The first run freezes the watch that goes on, at whatever moment it is.
    rota.clock.now = datetime(2026, 3, 2, 9, 30, 7, 654321, tzinfo=UTC)
    rota.sync("--from", "now")
    for _ in range(3):
        called = publish(rota)
        assert "in doubt" not in called.counts, called.said
        rota.clock.move(minutes=20, microseconds=7)
    assert len(events(rota)) == len(set(events(rota))) == 14


def test_the_last_shift_is_published_whole_and_stays_as_it_is(
    rota: BridgedCourse,
) -> None:
    rota.clock.now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for _ in range(3):
        publish(rota)
        rota.clock.move(hours=1)
    last = events(rota)[-1]
    assert last == ("03-16 08:00", "On duty: Grace & Co", 10)
    assert sum(one[0] == last[0] for one in events(rota)) == 2


def test_a_name_that_looks_like_markup_is_published_as_a_name(
    rota: BridgedCourse,
) -> None:
    path = rota.folder / "bridge.toml"
    path.write_text(path.read_text().replace("Grace & Co", "Grace <Queue> & Co"))
    assert publish(rota).code == 0
    assert events(rota)[1][1] == "On duty: Grace ‹Queue> & Co"
    assert publish(rota).counts == {}


def test_a_watch_without_an_end_is_published_anew_once_a_week(
    rota: BridgedCourse,
) -> None:
    path = rota.folder / "bridge.toml"
    people, _, _ = ROTA.partition("[[rota.source]]")
    always = '[[rota.source]]\nplugin = "rules"\n[[rota.source.rule]]\nname = "all"\n'
    hours = 'people = ["grace"]\nstart = "00:00"\nend = "00:00"\n'
    path.write_text(path.read_text().replace(ROTA, people + always + hours))
    changed = []
    for _ in range(17):
        changed.append(publish(rota).counts.get("done", 0))
        assert len(events(rota)) == 1
        rota.clock.move(hours=12, seconds=1)
    assert changed == [1, 0, 2, *[0] * 13, 2]
