"""Once a week everybody of the rota is told of their watches, and of the gaps."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from sync.cli.result import ExitCode
from tests.unit.sync_jobs.bridged import BridgedCourse, text_of
from tests.unit.sync_jobs.on_watch import ALERTS, ROTA, rota, with_watchers

GRACE, BEN, LEA = "grace@ug.example", "ben@nl.example", "lea@fr.example"
WEEKLY = ALERTS + 'weekly = "sunday 18:00"\n'


@pytest.fixture
def watched(course: BridgedCourse) -> BridgedCourse:
    """It is Sunday morning; Grace watches by day, Ben is her backup."""
    with_watchers(course)
    rota(course, alerts=WEEKLY)
    course.clock.move(minutes=11)
    assert course.sync().code == 0
    return course


def clock(course: BridgedCourse, day: int, hour: int, minute: int = 0) -> None:
    course.clock.now = datetime(2026, 3, day, hour, minute, tzinfo=UTC)
    assert course.sync().code == 0


def weeks(course: BridgedCourse, address: str) -> list[EmailMessage]:
    subjects = ("Your week", "Uw week")
    return [
        mail
        for mail in course.mails(address)
        if str(mail["Subject"]).startswith(subjects)
    ]


def test_each_gets_their_watches_in_their_language_and_zone(
    watched: BridgedCourse,
) -> None:
    clock(watched, 1, 17, 59)
    assert weeks(watched, GRACE) == []
    clock(watched, 1, 18, 2)
    (grace,), (ben,) = weeks(watched, GRACE), weeks(watched, BEN)
    assert grace["Subject"] == "Your week: 8 watches"
    assert "* Monday 2 March 2026, 09:00 - 23:00" in text_of(grace)
    assert ben["Subject"] == "Uw week: 8 diensten"
    assert "* maandag 2 maart 2026, 07:00 - 21:00 (reserve)" in text_of(ben)


def test_nights_without_a_watch_are_one_line_and_longer_for_the_lead(
    watched: BridgedCourse,
) -> None:
    clock(watched, 1, 18, 2)
    (grace,), (lea,) = weeks(watched, GRACE), weeks(watched, LEA)
    assert "Nobody is on duty, until 8 March 2026, 21:02:" in text_of(grace)
    assert "* 23:00 - 09:00, 7 times, first on 1 March 2026, 23:00" in text_of(grace)
    assert "* 21:00 - 07:00, 14 times, first on 1 March 2026, 21:00" in text_of(lea)


def test_a_week_without_a_watch_is_said_in_a_line(watched: BridgedCourse) -> None:
    clock(watched, 1, 18, 2)
    (lea,) = weeks(watched, LEA)
    assert lea["Subject"] == "Your week: no watch"
    assert "You are not on duty until 8 March 2026, 19:02." in text_of(lea)


def test_it_comes_once_a_week(watched: BridgedCourse) -> None:
    for day, hour in ((1, 18), (1, 19), (2, 9), (8, 17)):
        clock(watched, day, hour, 5)
        assert len(weeks(watched, GRACE)) == 1
    clock(watched, 8, 18, 5)
    assert len(weeks(watched, GRACE)) == 2


def test_what_is_set_after_its_hour_waits_for_the_next_week(
    watched: BridgedCourse,
) -> None:
    rota(watched, alerts=WEEKLY.replace("18:00", "07:00"))
    clock(watched, 1, 11)
    clock(watched, 1, 12)
    assert weeks(watched, GRACE) == []
    clock(watched, 8, 7, 1)
    assert len(weeks(watched, GRACE)) == 1


def test_a_service_that_was_down_for_long_leaves_it(watched: BridgedCourse) -> None:
    clock(watched, 5, 9)
    assert weeks(watched, GRACE) == []


def test_quiet_hours_hold_it_to_their_end(watched: BridgedCourse) -> None:
    quiet = ROTA.replace('user = "ben"', 'user = "ben"\nquiet = "18:00-08:00"')
    rota(watched, people=quiet, alerts=WEEKLY)
    clock(watched, 1, 18, 5)
    assert len(weeks(watched, GRACE)) == 1
    assert weeks(watched, BEN) == []
    clock(watched, 2, 7, 1)
    assert len(weeks(watched, BEN)) == 1


def test_it_has_a_day_of_the_week(watched: BridgedCourse) -> None:
    rota(watched, alerts=ALERTS + 'weekly = "daily 18:00"\n')
    called = watched.sync()
    assert called.code == ExitCode.CONFIGURATION
    assert "must name a day of the week" in called.said
