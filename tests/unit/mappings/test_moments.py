"""Days and hours as the reader writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.moments import (
    clock_text,
    date_text,
    local_day,
    moment_text,
    weekday_name,
    zone_of,
)
from mappings.phrases import LANGUAGES

MOMENT = datetime(2026, 5, 3, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "4 May 2026, 05:30"),
        ("en_us", "May 4, 2026, 5:30 AM"),
        ("nl", "4 mei 2026, 05:30"),
        ("fr", "4 mai 2026 à 05:30"),
        ("fr_ca", "4 mai 2026 à 05:30"),
        ("es_mx_kids", "4 de mayo de 2026, 5:30"),
        ("pt_br", "4 de maio de 2026, 05:30"),
        ("tlh", "4 May 2026, 05:30"),
        ("tlh_tw", "4 May 2026, 05:30"),
        (None, "4 May 2026, 05:30"),
    ],
)
def test_a_moment_is_told_in_the_readers_words_and_zone(
    language: str | None, expected: str
) -> None:
    assert moment_text(language, MOMENT, "Asia/Ho_Chi_Minh") == expected


@pytest.mark.parametrize(
    "zone", [None, "", "99", "Nowhere/City", "../etc/passwd", "5.5", "Europe", "a\0b"]
)
def test_an_hour_in_no_known_zone_is_told_in_utc_and_said_to_be(
    zone: str | None,
) -> None:
    assert zone_of(zone) is None
    assert moment_text("en", MOMENT, zone) == "3 May 2026, 22:30 UTC"
    assert clock_text("nl", MOMENT, zone) == "22:30 UTC"
    assert local_day(MOMENT, zone) == date(2026, 5, 3)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Ho_Chi_Minh", "05:30 UTC+7"),
        ("Asia/Kathmandu", "04:15 UTC+5:45"),
        ("America/St_Johns", "20:00 UTC-2:30"),
        ("Africa/Accra", "22:30 UTC"),
        ("UTC", "22:30 UTC"),
    ],
)
def test_the_zone_is_named_by_what_sets_it_apart_where_asked(
    zone: str, expected: str
) -> None:
    assert clock_text("en", MOMENT, zone, named=True) == expected


def test_summer_time_is_that_of_the_day() -> None:
    winter = datetime(2026, 1, 3, 12, tzinfo=UTC)
    assert clock_text("nl", MOMENT, "Europe/Amsterdam", named=True) == "00:30 UTC+2"
    assert clock_text("nl", winter, "Europe/Amsterdam", named=True) == "13:00 UTC+1"
    assert local_day(MOMENT, "Europe/Amsterdam") == date(2026, 5, 4)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "3 May"),
        ("nl", "3 mei"),
        ("fr", "3 mai"),
        ("es", "3 de mayo"),
        ("pt", "3 de maio"),
        ("tlh", "3 May"),
    ],
)
def test_a_day_can_go_without_its_year(language: str, expected: str) -> None:
    assert date_text(language, date(2026, 5, 3), year=False) == expected


def test_the_days_of_the_week_begin_with_monday() -> None:
    assert weekday_name("en", 0) == "Monday"
    assert weekday_name("nl", 6) == "zondag"
    assert weekday_name("pt", 0) == "segunda-feira"
    with pytest.raises(ValueError, match="no day of the week"):
        weekday_name("en", 7)


@given(
    st.sampled_from(LANGUAGES),
    st.datetimes(
        min_value=datetime(1970, 1, 2),  # noqa: DTZ001 (a bound of naive times)
        max_value=datetime(9998, 12, 30),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    st.sampled_from(["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Tehran", None]),
)
def test_every_moment_can_be_told_on_one_plain_line(
    language: str, moment: datetime, zone: str | None
) -> None:
    told = moment_text(language, moment, zone, named=True)
    assert told == " ".join(told.split())
    assert "\u202f" not in told
