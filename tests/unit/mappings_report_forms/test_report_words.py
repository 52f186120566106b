"""Numbers, times and names of a report, as its reader writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mappings.report.facts import ReportNames
from mappings.report.outline import bar_of
from mappings.report.words import Words, in_a_hundred, monday_of, report_title
from mappings.response.survival import Share


def words(language: str = "en") -> Words:
    return Words(language=language, zone="Europe/Brussels")


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "not reached"),
        (-5, "< 1 min"),
        (0, "< 1 min"),
        (29, "< 1 min"),
        (31, "1 min"),
        (35 * 60, "35 min"),
        (59.6 * 60, "1 h"),
        (3600, "1 h"),
        (2 * 3600 + 10 * 60, "2 h 10 min"),
        (86_399, "1 d"),
        (86_400, "1 d"),
        (3 * 86_400 + 4 * 3600, "3 d 4 h"),
        (1200 * 86_400, "1,200 d"),
    ],
)
def test_a_time_is_told_in_two_units_at_most(seconds: float | None, text: str) -> None:
    assert plain(words().duration(seconds)) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "2 u 10 min"),
        ("fr", "2 h 10 min"),
        ("es", "2 h 10 min"),
        ("pt", "2 h 10 min"),
    ],
)
def test_times_are_told_in_the_language_of_the_reader(language: str, text: str) -> None:
    assert plain(words(language).duration(7800)) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "58% (53–63)"), ("fr", "58 % (53–63)"), ("pt", "58% (53–63)")],
)
def test_a_share_has_its_interval(language: str, text: str) -> None:
    share = Share(share=0.578, low=0.531, high=0.634)

    assert plain(words(language).share(share)) == text


def test_a_share_that_nobody_knows_yet_is_too_early() -> None:
    assert words().share(None) == "too early"


@pytest.mark.parametrize(
    ("share", "number"), [(0, 0), (0.001, 1), (0.5, 50), (0.999, 99), (1, 100)]
)
def test_only_nothing_is_none_and_only_all_is_a_hundred(
    share: float, number: int
) -> None:
    assert in_a_hundred(share) == number


@pytest.mark.parametrize(
    ("p_value", "language", "text"),
    [
        (0.4, "en", "p = 0.40"),
        (0.0105, "en", "p = 0.01"),
        (0.004, "fr", "p = 0,004"),
        (0.00001, "en", "p < 0.001"),
    ],
)
def test_chance_is_told_as_a_number(p_value: float, language: str, text: str) -> None:
    assert plain(words(language).chance(p_value)) == text


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (range(7), "every day"),
        (range(5), "Monday to Friday"),
        ((5, 6), "Saturday and Sunday"),
        ((0, 2), "Monday and Wednesday"),
        ((3,), "Thursday"),
    ],
)
def test_days_of_the_week_are_told_in_words(days: range, text: str) -> None:
    assert words().weekdays(frozenset(days)) == text


def test_hours_of_the_day_run_to_midnight() -> None:
    assert words().hour(24) == "00:00"
    assert plain(words("en_us").hour(18)) == "6:00 PM"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "16 Nov 2026"),
        ("nl", "16 nov 2026"),
        ("fr", "16 nov. 2026"),
        ("es", "16 nov 2026"),
        ("pt", "16/11/2026"),
    ],
)
def test_a_week_is_told_by_its_monday(language: str, text: str) -> None:
    assert plain(words(language).week("2026-W47")) == text


@pytest.mark.parametrize("key", ["", "2026", "2026-W54", "soon-Wx", "0-W1"])
def test_what_is_no_week_has_no_monday(key: str) -> None:
    assert monday_of(key) is None
    assert words().week(key) == key


def test_the_year_of_a_week_is_that_of_its_thursday() -> None:
    assert monday_of("2026-W01") == date(2025, 12, 29)


def test_names_of_the_project_are_translated_and_others_stand_as_they_are() -> None:
    french = words("fr")

    assert french.phase("online") == "en ligne"
    assert french.phase("Travail de terrain") == "Travail de terrain"
    assert french.medium("mail") == "par courriel"
    assert french.medium("telegraph") == "telegraph"
    assert french.trait("bandwidth") == "connexion internet"
    assert french.trait("shoe size") == "shoe size"
    assert french.answer("country", "ug") == "Ouganda"
    assert french.answer("language", "es_mx") == "espagnol"
    assert french.answer("channel", "digest") == "un résumé par courriel"
    assert french.answer("bandwidth", "slow") == "slow"
    assert french.answer("bandwidth", " ") == "?"


def test_who_has_no_name_is_somebody() -> None:
    names = ReportNames(course="", people={1: "Ana\nLima", 2: " "})

    assert words().person(names, 1) == "Ana Lima"
    assert words().person(names, 2) == "somebody"
    assert words().person(names, 3) == "somebody"
    assert words().person(names, None) == "somebody"
    assert words().forum({}, 4) == "a forum"


def test_moments_are_those_of_the_zone() -> None:
    at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)

    assert words("nl").moment(at) == "2 juli 2026, 00:30"


def test_a_report_is_called_by_its_course() -> None:
    assert report_title("Open data", "nl") == "Antwoordtijden en deelname: Open data"
    assert report_title(" ", "en") == "Response times and participation"


@pytest.mark.parametrize(
    ("share", "bar"),
    [(0, ""), (0.01, "▏"), (0.5, "████"), (0.56, "████▌"), (1, "█" * 8), (7, "█" * 8)],
)
def test_a_bar_is_as_long_as_its_share(share: float, bar: str) -> None:
    assert bar_of(share, 8) == bar
