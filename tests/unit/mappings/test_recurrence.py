"""Times that come again: when they were last."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.recurrence import Recurrence, read_recurrence

ZONES = ("UTC", "Europe/Amsterdam", "Africa/Kampala", "Australia/Lord_Howe")

recurrences = st.builds(
    Recurrence,
    at=st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    weekday=st.none() | st.integers(0, 6),
)
moments = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 (made aware below)
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("text", "at", "weekday"),
    [
        ("monday 07:00", time(7), 0),
        ("  Sunday 7:05 ", time(7, 5), 6),
        ("daily 23:59", time(23, 59), None),
        ("DAILY   0:00", time(0), None),
    ],
)
def test_it_is_read_as_people_write_it(text: str, at: time, weekday: int) -> None:
    assert read_recurrence(text) == Recurrence(at=at, weekday=weekday)


@pytest.mark.parametrize(
    "text",
    ["", "monday", "07:00", "mon 07:00", "daily 24:00", "daily 7:5", "weekly 07:00"],
)
def test_what_is_no_recurrence_is_told_how_one_is_written(text: str) -> None:
    with pytest.raises(ValueError, match='"monday 07:00"'):
        read_recurrence(text)


@given(recurrences)
def test_it_is_written_as_it_is_read(found: Recurrence) -> None:
    assert read_recurrence(str(found)) == found


@pytest.mark.parametrize(
    ("now", "last"),
    [
        # Monday 2 March 2026, 7:00 in Kampala is 4:00 UTC.
        (datetime(2026, 3, 2, 4, 0, tzinfo=UTC), datetime(2026, 3, 2, 4, tzinfo=UTC)),
        (datetime(2026, 3, 2, 3, 59, tzinfo=UTC), datetime(2026, 2, 23, 4, tzinfo=UTC)),
        (datetime(2026, 3, 8, 23, 0, tzinfo=UTC), datetime(2026, 3, 2, 4, tzinfo=UTC)),
    ],
)
def test_the_last_monday_at_seven_is_that_on_the_clock_there(
    now: datetime, last: datetime
) -> None:
    assert read_recurrence("monday 07:00").last(now, "Africa/Kampala") == last


def test_an_hour_that_is_skipped_is_the_first_after_the_change() -> None:
    # On 29 March 2026 clocks in Amsterdam go from 2:00 to 3:00, at 1:00 UTC.
    half_past_two = read_recurrence("daily 02:30")
    change = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    before = datetime(2026, 3, 28, 1, 30, tzinfo=UTC)
    assert half_past_two.last(change, "Europe/Amsterdam") == change
    early = change - timedelta(seconds=1)
    assert half_past_two.last(early, "Europe/Amsterdam") == before


def test_an_hour_that_comes_twice_counts_the_first_time_alone() -> None:
    # On 25 October 2026 clocks go back from 3:00 to 2:00, at 1:00 UTC.
    half_past_two = read_recurrence("daily 02:30")
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for hours in (0, 1, 2, 24):
        now = first + timedelta(hours=hours)
        assert half_past_two.last(now, "Europe/Amsterdam") == first


@given(recurrences, moments, st.sampled_from(ZONES))
def test_the_last_time_is_no_later_than_now_and_no_older_than_a_week_and_a_day(
    found: Recurrence, now: datetime, zone: str
) -> None:
    last = found.last(now, zone)
    longest = timedelta(days=1 if found.weekday is None else 7)
    assert last <= now
    assert now - last <= longest + timedelta(hours=2)


@given(recurrences, moments, st.sampled_from(ZONES))
def test_the_last_time_stays_the_last_until_the_next(
    found: Recurrence, now: datetime, zone: str
) -> None:
    last = found.last(now, zone)
    assert found.last(last, zone) == last
    assert found.last(last - timedelta(seconds=1), zone) < last
