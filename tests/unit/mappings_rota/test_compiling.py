"""Shifts chain: no gap and no overlap, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.rota.compiling import compiled
from mappings.rota.duty import cover, on_duty
from mappings.rota.wall_clock import moment
from moodle_bridge.model.rota import DutyRole, Layer, LayerKind, RotaRule

EVERY_DAY = frozenset(range(7))
HARD = (
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "Europe/Amsterdam",
    "Africa/Kampala",
    "Asia/Ho_Chi_Minh",
    "Pacific/Apia",
    "America/Caracas",
    "Asia/Gaza",
    "Africa/Cairo",
    "Antarctica/Troll",
)
zones = st.one_of(st.sampled_from(HARD), st.sampled_from(sorted(available_timezones())))
days = st.dates(date(1995, 1, 1), date(2035, 12, 31))


def rule(
    people: tuple[str, ...] = ("ana", "ben", "chi"),
    *,
    zone: str = "Europe/Amsterdam",
    start: time = time(0),
    end: time = time(0),
    turn_days: int = 7,
    at_once: int = 1,
    role: DutyRole = DutyRole.PRIMARY,
    weekdays: frozenset[int] = EVERY_DAY,
    name: str = "watch",
) -> RotaRule:
    return RotaRule(
        name=name,
        people=people,
        zone=zone,
        weekdays=weekdays,
        start=start,
        end=end,
        anchor=date(2026, 1, 5),
        turn_days=turn_days,
        at_once=at_once,
        role=role,
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(zone=zones, day=days, first=st.integers(0, 47), turn=st.integers(1, 9))
def test_a_watch_round_the_clock_has_no_gap_and_no_overlap(
    zone: str, day: date, first: int, turn: int
) -> None:
    start = datetime.combine(day, time(first // 2), tzinfo=UTC)
    end = start + timedelta(days=40)
    changes = time(first // 2, first % 2 * 30)
    shifts = compiled(
        [rule(zone=zone, start=changes, end=changes, turn_days=turn)],
        [],
        [],
        start=start,
        end=end,
    )
    assert shifts[0].start == start
    assert shifts[-1].end == end
    assert all(one.end == two.start for one, two in pairwise(shifts))
    total = sum((one.end - one.start for one in shifts), timedelta())
    assert total == end - start


@given(
    zone=zones,
    day=days,
    cuts=st.lists(st.integers(0, 95), min_size=2, max_size=6, unique=True),
)
def test_windows_that_follow_on_leave_no_gap_and_no_overlap(
    zone: str, day: date, cuts: list[int]
) -> None:
    clocks = [time(cut // 4, cut % 4 * 15) for cut in sorted(cuts)]
    rules = [
        rule((f"p{number}",), zone=zone, start=one, end=two, name=f"w{number}")
        for number, (one, two) in enumerate(
            zip(clocks, [*clocks[1:], clocks[0]], strict=True)
        )
    ]
    start = datetime.combine(day, time(), tzinfo=UTC)
    end = start + timedelta(days=9)
    shifts = compiled(rules, [], [], start=start, end=end)
    assert cover(shifts).gaps(start, end) == ()
    assert all(one.end == two.start for one, two in pairwise(shifts))


@given(zone=zones, day=days, clock=st.times(), other=st.times())
def test_later_on_the_clock_is_never_earlier_in_time(
    zone: str, day: date, clock: time, other: time
) -> None:
    one, two = sorted([clock, other])
    assert moment(day, one, zone) <= moment(day, two, zone)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        # Left out: 02:30 does not exist; clocks go from 02:00 to 03:00.
        ("Europe/Amsterdam", "2026-03-29", "02:30", "2026-03-29T01:00"),
        # Comes twice: the first one counts.
        ("Europe/Amsterdam", "2026-10-25", "02:30", "2026-10-25T00:30"),
        # Half an hour only.
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30"),
        ("Asia/Kathmandu", "2026-06-01", "09:00", "2026-06-01T03:15"),
        # A whole day that never was.
        ("Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T10:00"),
        # Midnight itself is left out.
        ("America/Sao_Paulo", "2018-11-04", "00:00", "2018-11-04T03:00"),
    ],
)
def test_a_time_that_is_left_out_or_comes_twice(
    zone: str, day: str, clock: str, expected: str
) -> None:
    found = moment(date.fromisoformat(day), time.fromisoformat(clock), zone)
    assert found == utc(expected)


def test_turns_go_round_by_the_week() -> None:
    shifts = compiled(
        [rule(start=time(9), end=time(9))],
        [],
        [],
        start=utc("2026-03-16T00:00"),
        end=utc("2026-04-06T08:00"),
    )
    # The clocks change on 29 March, in ana's week: nine o'clock is an hour earlier.
    assert [(one.person, one.start.isoformat()[5:16]) for one in shifts] == [
        ("ana", "03-16T00:00"),
        ("ben", "03-16T08:00"),
        ("chi", "03-23T08:00"),
        ("ana", "03-30T07:00"),
        ("ben", "04-06T07:00"),
    ]


def test_several_watch_at_once_and_each_turn_moves_on_by_one() -> None:
    shifts = compiled(
        [rule(at_once=2)],
        [],
        [],
        start=utc("2026-01-05T12:00"),
        end=utc("2026-01-13T12:00"),
    )
    names = [
        [one.person for one in on_duty(shifts, utc(at))]
        for at in ("2026-01-06T12:00", "2026-01-13T10:00")
    ]
    assert names == [["ana", "ben"], ["ben", "chi"]]


def layer(
    kind: LayerKind,
    person: str | None,
    takes_over: str | None,
    start: str = "2026-01-06T10:00",
    end: str = "2026-01-06T12:00",
) -> Layer:
    return Layer(
        key=f"{kind}-{takes_over}",
        kind=kind,
        start=utc(start),
        end=utc(end),
        person=person,
        takes_over=takes_over,
    )


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([], ["ana"]),
        ([layer(LayerKind.OVERRIDE, "ana", "ben")], ["ben"]),
        ([layer(LayerKind.OVERRIDE, None, "ben")], ["ana", "ben"]),
        ([layer(LayerKind.ABSENCE, "ana", None)], []),
        (
            [
                layer(LayerKind.SWAP, "ben", "chi"),
                layer(LayerKind.OVERRIDE, "ana", "ben"),
            ],
            ["chi"],
        ),
        (
            [
                layer(LayerKind.ABSENCE, "ben", None),
                layer(LayerKind.SWAP, "ana", "ben"),
            ],
            [],
        ),
        ([layer(LayerKind.OVERRIDE, "chi", "ben")], ["ana"]),
    ],
)
def test_absence_lies_over_swap_over_override_over_rule(
    layers: list[Layer], expected: list[str]
) -> None:
    shifts = compiled(
        [rule()], [], layers, start=utc("2026-01-05T00:00"), end=utc("2026-01-08T00:00")
    )
    at = utc("2026-01-06T11:00")
    assert [one.person for one in on_duty(shifts, at)] == expected
    # Before and after, all is as the rule says.
    for outside in ("2026-01-06T09:59", "2026-01-06T12:00"):
        assert [one.person for one in on_duty(shifts, utc(outside))] == ["ana"]


def test_cover_tells_gaps_and_covered_time() -> None:
    office = rule(
        ("ana",),
        start=time(9),
        end=time(17),
        weekdays=frozenset(range(5)),
        zone="UTC",
    )
    start, end = utc("2026-01-09T00:00"), utc("2026-01-12T12:00")
    found = cover(compiled([office], [], [], start=start, end=end))
    assert found.gaps(start, end) == (
        (start, utc("2026-01-09T09:00")),
        (utc("2026-01-09T17:00"), utc("2026-01-12T09:00")),
    )
    assert found.between(utc("2026-01-09T16:00"), utc("2026-01-12T10:00")) == (
        timedelta(hours=2)
    )
    assert found.after(utc("2026-01-09T16:30"), timedelta(hours=1)) == (
        utc("2026-01-12T09:30")
    )
    assert found.next_after(utc("2026-01-10T00:00")) == utc("2026-01-12T09:00")
