"""When a digest is due, on every clock that people live by."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.delivery_hours import is_due, next_hour
from moodle_bridge.model.channels import Channel, ChannelKind, Frequency

ZONES = [
    "Africa/Maputo",
    "Europe/Amsterdam",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Africa/Casablanca",
    "America/St_Johns",
]


def daily(at: time = time(18)) -> Channel:
    return Channel(kind=ChannelKind.DIGEST, at=at)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_the_hour_is_that_of_the_reader() -> None:
    assert next_hour(daily(), "Africa/Maputo", after=utc(2026, 5, 3, 12)) == utc(
        2026, 5, 3, 16
    )
    assert next_hour(daily(), "Africa/Maputo", after=utc(2026, 5, 3, 16)) == utc(
        2026, 5, 4, 16
    )


@pytest.mark.parametrize("zone", [None, "99", "Mars/Olympus"])
def test_without_a_known_zone_the_clock_is_utc(zone: str | None) -> None:
    assert next_hour(daily(), zone, after=utc(2026, 5, 3, 12)) == utc(2026, 5, 3, 18)


def test_a_weekly_digest_keeps_to_its_day() -> None:
    friday = Channel(kind=ChannelKind.DIGEST, every=Frequency.WEEKLY, weekday=4)
    assert next_hour(friday, "UTC", after=utc(2026, 5, 3, 12)) == utc(2026, 5, 8, 18)
    assert next_hour(friday, "UTC", after=utc(2026, 5, 8, 18)) == utc(2026, 5, 15, 18)


def test_an_hour_that_the_clock_skips_comes_all_the_same() -> None:
    # In Amsterdam 02:30 of 29 March 2026 is shown by no clock.
    assert next_hour(
        daily(time(2, 30)), "Europe/Amsterdam", after=utc(2026, 3, 28, 12)
    ) == utc(2026, 3, 29, 1, 30)


def test_an_hour_that_the_clock_shows_twice_comes_once() -> None:
    half_past_two = daily(time(2, 30))
    first = next_hour(half_past_two, "Europe/Amsterdam", after=utc(2026, 10, 24, 12))
    assert first == utc(2026, 10, 25, 0, 30)
    assert next_hour(half_past_two, "Europe/Amsterdam", after=first) == utc(
        2026, 10, 26, 1, 30
    )


def test_a_digest_is_due_when_its_hour_came_since_it_was_served() -> None:
    served = utc(2026, 5, 3, 16)
    assert not is_due(
        daily(), "Africa/Maputo", served_at=served, now=utc(2026, 5, 4, 15, 59)
    )
    assert is_due(daily(), "Africa/Maputo", served_at=served, now=utc(2026, 5, 4, 16))


moments = st.datetimes(
    min_value=datetime(2011, 1, 1),  # noqa: DTZ001 - the zone is given beside it
    max_value=datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
channels = st.builds(
    Channel,
    kind=st.just(ChannelKind.BUNDLE),
    every=st.sampled_from(Frequency),
    weekday=st.integers(0, 6),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)


@given(channel=channels, zone=st.sampled_from(ZONES), after=moments)
def test_the_next_hour_is_later_and_not_further_than_a_day_or_a_week(
    channel: Channel, zone: str, after: datetime
) -> None:
    hour = next_hour(channel, zone, after=after)
    longest = timedelta(days=8 if channel.every is Frequency.WEEKLY else 2)
    assert after < hour <= after + longest


@given(channel=channels, zone=st.sampled_from(ZONES), after=moments)
def test_no_hour_is_left_out_and_none_comes_twice_on_a_day(
    channel: Channel, zone: str, after: datetime
) -> None:
    hours = [next_hour(channel, zone, after=after)]
    for _ in range(12):
        hours.append(next_hour(channel, zone, after=hours[-1]))
    assert hours == sorted(set(hours))
    days = [hour.astimezone(ZoneInfo(zone)).date() for hour in hours]
    step = 7 if channel.every is Frequency.WEEKLY else 1
    # The day that Samoa left out has no clock time; all others follow each other.
    assert all(
        step <= (later - earlier).days <= step + 1 or zone == "Pacific/Apia"
        for earlier, later in pairwise(days)
    )
    # Between two hours nothing else is due.
    middle = hours[0] + (hours[1] - hours[0]) / 2
    assert next_hour(channel, zone, after=middle) == hours[1]
