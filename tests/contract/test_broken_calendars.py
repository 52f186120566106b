"""What one event of a calendar has wrong is told, and costs nobody their watch."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from moodle_bridge.model.rota import DutyRole, Facilitator, RotaReading
from moodle_bridge.plugins.rotas.ical import IcalRota, IcalRotaSettings
from moodle_bridge.plugins.rotas.names import named_in
from moodle_bridge.testing.rota_source import ANA, BEN

START, END = datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 4, 10, tzinfo=UTC)
HOUR = ("DTSTART:20260320T080000Z", "DTEND:20260320T090000Z")
BENS = (
    "BEGIN:VEVENT",
    "UID:ben",
    "SUMMARY:Ben",
    "DTSTART:20260321T080000Z",
    "DTEND:20260321T090000Z",
    "END:VEVENT",
)


def event(*lines: str, uid: str = "ana", title: str = "Ana") -> tuple[str, ...]:
    return ("BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VEVENT")


def read(folder: Path, *lines: str, only: str | None = None) -> RotaReading:
    """Read a calendar of these lines, and of a watch of Ben's."""
    path = folder / "rota.ics"
    whole = ("BEGIN:VCALENDAR", "VERSION:2.0", *lines, *BENS, "END:VCALENDAR", "")
    path.write_text("\r\n".join(whole))
    settings = IcalRotaSettings(path=path, zone="America/New_York", only=only)
    return IcalRota(settings).read(START, END, [ANA, BEN])


def people(reading: RotaReading) -> list[str]:
    return [span.person for span in reading.spans]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((*HOUR, "RRULE:FREQ=SECONDLY"), "every minute or second"),
        ((*HOUR, "RRULE:FREQ=MINUTELY"), "every minute or second"),
        ((*HOUR, "RRULE:FREQ=DAILY;INTERVAL=0"), "its RRULE has no interval"),
        ((*HOUR, "RRULE:FREQ=SOMETIMES"), "its RRULE cannot be read"),
        ((*HOUR, "RRULE:FREQ=DAILY;UNTIL=June"), "its RRULE cannot be read"),
        ((*HOUR, "RRULE:FREQ=DAILY;BYDAY=MO;BYSETPOS=0"), "comes again"),
        ((*HOUR, "RRULE:FREQ=DAILY", "EXDATE:June"), "its EXDATE cannot be read"),
        ((*HOUR, "RECURRENCE-ID:June"), "its RECURRENCE-ID cannot be read"),
        (("DTSTART:2026-03-20 08:00",), "its DTSTART cannot be read"),
        ((HOUR[0], "DTEND:June"), "its DTEND cannot be read"),
        ((HOUR[1],), "does not begin once"),
        ((HOUR[0], *HOUR), "does not begin once"),
        ((HOUR[0], "DURATION:PTforeverH"), "its DURATION cannot be read"),
        ((HOUR[0], "DURATION:P999999999DT1H"), "cannot be read"),
        ((HOUR[0], "X-MOODLE-BRIDGE-EXACT:long"), "has no time in it"),
        (("DTSTART;VALUE=DATE:99991231",), "cannot be read"),
    ],
)
def test_an_event_that_cannot_be_read_is_told_and_leaves_the_others(
    tmp_path: Path, lines: tuple[str, ...], told: str
) -> None:
    reading = read(tmp_path, *event(*lines))
    assert people(reading) == ["ben"]
    (problem,) = reading.problems
    assert problem.startswith("Ana: ")
    assert told in problem


def test_what_is_broken_beside_the_watches_is_not_told(tmp_path: Path) -> None:
    broken = event(*HOUR, "RRULE:FREQ=SECONDLY", title="Yoga")
    assert read(tmp_path, *broken, only="Watch").problems == ()


@pytest.mark.parametrize("until", ["20260326", "20260326T080000", "20260326T120000Z"])
@pytest.mark.parametrize("zone", ["", ";TZID=America/New_York"])
def test_the_last_watch_of_a_rule_counts_however_its_end_is_written(
    tmp_path: Path, until: str, zone: str
) -> None:
    daily = event(
        f"DTSTART{zone}:20260324T080000",
        f"DTEND{zone}:20260324T090000",
        f"RRULE:FREQ=DAILY;UNTIL={until}",
    )
    reading = read(tmp_path, *daily)
    days = [span.start.day for span in reading.spans if span.person == "ana"]
    assert days == [24, 25, 26]
    assert reading.problems == ()


def test_whole_days_end_with_the_day_that_their_rule_names(tmp_path: Path) -> None:
    daily = event("DTSTART;VALUE=DATE:20260324", "RRULE:FREQ=DAILY;UNTIL=20260326")
    assert people(read(tmp_path, *daily)) == ["ben", "ana", "ana", "ana"]


def test_a_zone_of_the_calendar_that_nobody_knows_is_told(tmp_path: Path) -> None:
    reading = read(tmp_path, "X-WR-TIMEZONE:Mars/Phobos", *event(*HOUR))
    assert people(reading) == ["ana", "ben"]
    assert "'Mars/Phobos' of the calendar" in reading.problems[0]


def test_an_event_that_hides_behind_another_of_its_uid_is_told(tmp_path: Path) -> None:
    later = event("DTSTART:20260322T080000Z", "DTEND:20260322T090000Z", title="Ben")
    reading = read(tmp_path, *event(*HOUR), *later)
    (problem,) = reading.problems
    assert problem.startswith("Ben on 2026-03-22: another event has the same UID")


def test_the_same_event_twice_is_one_and_no_problem(tmp_path: Path) -> None:
    reading = read(tmp_path, *event(*HOUR), *event(*HOUR))
    assert people(reading) == ["ana", "ben"]
    assert reading.problems == ()


def test_an_event_that_names_nobody_is_told(tmp_path: Path) -> None:
    reading = read(tmp_path, *event(*HOUR, title=""))
    assert reading.problems == (
        "an event without a title: names nobody (2026-03-20 08:00 UTC)",
    )


@pytest.mark.parametrize(
    ("title", "roles"),
    [
        ("Ana 18:00-22:00", {"ana": "primary"}),
        ("Watch: Ana until 18:00", {"ana": "primary"}),
        ("Backup 18:00: Ana", {"ana": "backup"}),
        ("Watch: Lead", {"lead": "primary"}),
        ("Watch: Lead (backup), Ana", {"lead": "backup", "ana": "primary"}),
        ("Lead: Ana", {"ana": "primary"}),
    ],
)
def test_hours_in_a_title_and_people_called_as_a_role_hide_nobody(
    title: str, roles: dict[str, str]
) -> None:
    lead = Facilitator(key="lead", name="Lea Dumont", zone="UTC")
    found = named_in(title, [ANA, BEN, lead], DutyRole.PRIMARY)
    assert {key: role.value for key, role in found.people} == roles
    assert found.unknown == ()
