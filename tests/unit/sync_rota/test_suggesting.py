"""A fair rota is found, obeys what it must, and says why it is as it is."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from mappings.rota.explanation import Why, explained
from mappings.rota.slots import Coverage, slots_of
from mappings.rota.suggestion import Limits, Task, Wishes
from mappings.rota.windows import read_window
from moodle_bridge.errors import ConfigError
from moodle_bridge.model.rota import DutyRole, Facilitator
from sync.rota.suggesting import solved

MONDAY = date(2026, 3, 23)
AMSTERDAM = "Europe/Amsterdam"


def wishes(
    key: str,
    zone: str = AMSTERDAM,
    *,
    avoids: Sequence[str] = (),
    prefers: Sequence[str] = (),
    most_hours: float | None = None,
    share: float = 1.0,
    away: tuple[tuple[datetime, datetime], ...] = (),
) -> Wishes:
    return Wishes(
        person=Facilitator(key=key, name=key.title(), zone=zone),
        avoids=tuple(map(read_window, avoids)),
        prefers=tuple(map(read_window, prefers)),
        most_hours=most_hours,
        share=share,
        away=away,
    )


def coverage(
    window: str,
    *,
    shift: int | None = None,
    turn_days: int = 1,
    at_once: int = 1,
    role: DutyRole = DutyRole.PRIMARY,
) -> Coverage:
    return Coverage(
        name=window,
        window=read_window(window),
        zone=AMSTERDAM,
        shift=None if shift is None else timedelta(hours=shift),
        turn_days=turn_days,
        at_once=at_once,
        role=role,
    )


def task(
    *people: Wishes,
    cover: Sequence[Coverage],
    weeks: int = 2,
    limits: Limits | None = None,
) -> Task:
    return Task(
        slots=slots_of(cover, MONDAY, weeks),
        wishes=people,
        zone=AMSTERDAM,
        limits=limits or Limits(),
    )


def test_hours_and_weekends_are_shared_alike() -> None:
    asked = task(
        *(wishes(key) for key in ("ana", "ben", "chi", "dan")),
        cover=[coverage("every day 09:00-17:00")],
        weeks=4,
    )
    found = explained(asked, solved(asked).taken)
    assert {one.hours for one in found.carried} == {56}
    assert max(one.weekends for one in found.carried) == 16
    assert found.open == ()


def test_the_same_question_has_the_same_answer() -> None:
    asked = task(
        wishes("ana"),
        wishes("ben", "Africa/Kampala"),
        wishes("chi", "Asia/Kathmandu"),
        cover=[coverage("every day", shift=8)],
    )
    assert solved(asked).taken == solved(asked).taken


def test_nights_go_to_whom_they_are_days() -> None:
    asked = task(
        wishes("ana", "Europe/Amsterdam"),
        wishes("ben", "Asia/Tokyo"),
        cover=[coverage("00:00-06:00"), coverage("13:00-21:00")],
        limits=Limits(most_days=31),
    )
    found = explained(asked, solved(asked).taken)
    assert found.open == ()
    # Amsterdam's night is the morning in Tokyo, and Tokyo's is its evening.
    assert [one.nights for one in found.carried] == [0, 0]
    by_hour = {(span.start.hour, span.person) for span in found.spans}
    assert by_hour == {(23, "ben"), (22, "ben"), (12, "ana"), (11, "ana")}


def test_nobody_is_on_duty_while_away_or_without_rest_or_over_their_hours() -> None:
    away = (
        datetime(2026, 3, 25, tzinfo=UTC),
        datetime(2026, 3, 29, tzinfo=UTC),
    )
    asked = task(
        wishes("ana", away=(away,)),
        wishes("ben", most_hours=16),
        wishes("chi"),
        wishes("dan"),
        cover=[coverage("every day 06:00-22:00", shift=8)],
        limits=Limits(rest=timedelta(hours=10), most_days=4),
    )
    found = explained(asked, solved(asked).taken)
    assert found.open == ()
    mine: dict[str, list[tuple[datetime, datetime]]] = {}
    for span in found.spans:
        mine.setdefault(span.person, []).append((span.start, span.end))
    assert all(end <= away[0] or start >= away[1] for start, end in mine["ana"])
    for person, spans in mine.items():
        for one, two in pairwise(spans):
            assert two[0] - one[1] >= timedelta(hours=10), person
        days = {start.date() for start, _ in spans}
        for day in days:
            row = {day + timedelta(days=number) for number in range(5)}
            assert not row <= days, person
    (ben,) = [one for one in found.carried if one.person == "ben"]
    assert ben.hours <= 32


def test_wishes_are_heard_when_somebody_else_can() -> None:
    asked = task(
        wishes("ana", avoids=["weekend"]),
        wishes("ben", prefers=["weekend"]),
        wishes("chi"),
        cover=[coverage("every day 09:00-17:00")],
    )
    found = explained(asked, solved(asked).taken)
    by_person = {one.person: one for one in found.carried}
    assert by_person["ana"].weekends == 0
    assert by_person["ben"].preferred > 0
    assert found.unmet == ()


def test_a_wish_that_cannot_be_met_says_why_the_others_could_not() -> None:
    asked = task(
        wishes("ana", avoids=["sunday"]),
        wishes("ben", avoids=["sunday"]),
        wishes(
            "chi",
            away=(
                (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)),
            ),
        ),
        cover=[coverage("sunday 09:00-17:00")],
    )
    found = explained(asked, solved(asked).taken)
    assert len(found.unmet) == 2
    for one in found.unmet:
        other = "ben" if one.person == "ana" else "ana"
        assert dict(one.others) == {"chi": Why.AWAY, other: Why.AVOIDS}


def test_what_stays_open_says_why_and_what_would_help() -> None:
    asked = task(
        wishes("ana", most_hours=16),
        cover=[coverage("weekdays 09:00-17:00")],
        weeks=1,
    )
    found = explained(asked, solved(asked).taken)
    assert len(found.open) == 3
    assert {dict(one.others)["ana"] for one in found.open} == {Why.MOST_HOURS}
    (remedy,) = found.remedies
    assert (remedy.person, remedy.why, remedy.slots) == ("ana", Why.MOST_HOURS, 3)


def test_who_has_no_share_takes_only_what_nobody_else_can() -> None:
    asked = task(
        wishes("ana", most_hours=24),
        wishes("lea", share=0),
        cover=[coverage("weekdays 09:00-17:00")],
        weeks=1,
    )
    found = explained(asked, solved(asked).taken)
    assert [one.hours for one in found.carried] == [24, 16]


def test_a_turn_of_a_week_stays_with_one_person_over_a_change_of_clocks() -> None:
    asked = task(
        wishes("ana"),
        wishes("ben"),
        cover=[coverage("every day", turn_days=7)],
        weeks=2,
    )
    found = explained(asked, solved(asked).taken)
    assert [one.shifts for one in found.carried] == [7, 7]
    # Clocks went forward on the Sunday of the first week.
    assert sorted(one.hours for one in found.carried) == [167, 168]


def test_several_at_once_and_a_backup_are_different_people() -> None:
    asked = task(
        *(wishes(key) for key in ("ana", "ben", "chi")),
        cover=[
            coverage("weekdays 09:00-12:00", at_once=2),
            coverage("weekdays 09:00-12:00", role=DutyRole.BACKUP),
        ],
        weeks=1,
    )
    found = explained(asked, solved(asked).taken)
    at_once = Counter(span.start for span in found.spans)
    assert set(at_once.values()) == {3}
    assert len({(span.start, span.person) for span in found.spans}) == len(found.spans)


def test_shifts_of_a_long_window_chain_by_the_clock() -> None:
    spans = [
        span
        for slot in slots_of([coverage("saturday", shift=7)], MONDAY, 1)
        for span in slot.spans
    ]
    assert [span.begins for span in spans] == [time(0), time(6), time(12), time(18)]
    assert [one.end for one in spans[:-1]] == [two.start for two in spans[1:]]


def test_without_the_solver_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    asked = task(wishes("ana"), cover=[coverage("weekdays 09:00-17:00")])
    with pytest.raises(ConfigError) as raised:
        solved(asked)
    assert "moodle-bridge[suggest]" in raised.value.advice
