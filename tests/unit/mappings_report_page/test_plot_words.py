from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mappings.phrases import LANGUAGES
from mappings.report.figures import Figures, HourRow
from mappings.report.plot_words import (
    axis_days,
    axis_time,
    axis_week,
    cover_words,
    hours_words,
    participation_words,
    response_words,
)
from mappings.report.words import Words
from tests.unit.mappings_report_page.page_figures import ZONE, course_figures

ENGLISH = Words(language="en", zone=ZONE)


def plain(text: str) -> str:
    """Return words with common spaces: a value and its unit stand closer."""
    return " ".join(text.split())


def told_of(tell: Callable[[Figures, Words], str], figures: Figures) -> str:
    return plain(tell(figures, ENGLISH))


@pytest.fixture(scope="module")
def figures() -> Figures:
    return course_figures(questions=80)


def test_each_curve_is_told_with_the_numbers_of_its_table(figures: Figures) -> None:
    within = figures.whole.felt.within
    assert within is not None

    told = told_of(response_words, figures)

    assert told.startswith("All questions (80 questions): answered ")
    assert f"{ENGLISH.percent(within.share)} within 1 h" in told
    assert "By mail (" in told
    assert "In Moodle (" in told
    assert told.endswith("The promise is an answer within 1 h.")


def test_the_hours_are_told_with_the_busiest_and_the_worst(figures: Figures) -> None:
    hours = {
        (0, 18): HourRow(asked=12, missed=3, askers=9),
        (4, 20): HourRow(asked=7, missed=6, askers=5),
        (5, 9): HourRow(asked=1, missed=1, askers=1),
        (6, 9): HourRow(),
    }

    told = told_of(hours_words, replace(figures, hours=hours))

    assert told == (
        "20 questions by hour of the week. Most come: Monday 18:00 (12), Friday 20:00"
        " (7), Saturday 09:00 (1). Most are not answered in time: Friday 20:00 (6),"
        " Monday 18:00 (3). For hours in which fewer than five people asked, it is not"
        " shown how many were not answered in time; where that could be worked out, it"
        " is not shown for another hour either."
    )


def test_hours_without_a_missed_promise_are_said_to_be_so(figures: Figures) -> None:
    hours = {(0, 18): HourRow(asked=12, askers=9)}

    told = told_of(hours_words, replace(figures, hours=hours))

    assert told.endswith("In the hours that are shown, all were answered in time.")


def test_the_cover_is_told_with_the_questions_that_nobody_watched(
    figures: Figures,
) -> None:
    hours = {
        (0, 18): HourRow(asked=12, watched=1.0),
        (0, 19): HourRow(asked=6, watched=0.25),
        (0, 20): HourRow(asked=2, watched=0.5),
    }

    told = told_of(cover_words, replace(figures, hours=hours))

    assert told == (
        "Somebody is on duty in 2 of the 168 hours of the week. Asked while nobody was:"
        " 6 of 20 (30%). Most of these: Monday 19:00 (6)."
    )


def test_weeks_of_too_few_people_are_told_without_numbers(figures: Figures) -> None:
    first, *others = figures.participation.weeks
    few = replace(first, active=replace(first.active, enrolled=4, active=3))
    taken = replace(figures.participation, weeks=(few, *others))

    told = told_of(participation_words, replace(figures, participation=taken))

    assert "2 Mar 2026: too few to show; 9 Mar 2026: " in told
    assert "of 4" not in told
    assert "By phase: " in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_tells_the_same_numbers(figures: Figures, language: str) -> None:
    words = Words(language=language, zone=ZONE)

    told = " ".join(
        tell(figures, words)
        for tell in (response_words, hours_words, cover_words, participation_words)
    )

    assert "{" not in told
    asked = sum(row.asked for row in figures.hours.values())
    assert words.number(asked) in told


def test_an_axis_has_whole_days_and_weeks() -> None:
    times = [
        plain(axis_time(ENGLISH, seconds)) for seconds in (900, 3600, 86400, 604800)
    ]

    assert times == ["15 min", "1 h", "1 day", "1 week"]
    assert plain(axis_time(ENGLISH, 172800)) == "2 days"


def test_an_axis_has_short_days() -> None:
    assert axis_days(ENGLISH)[0] == "Mon"
    assert axis_days(Words(language="pt", zone=ZONE))[6] == "dom"
    assert axis_week(ENGLISH, "2026-W10") == "2 Mar"
    assert axis_week(ENGLISH, "no week") == "no week"
