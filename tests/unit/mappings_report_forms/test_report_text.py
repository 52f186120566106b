"""The report as text: what facilitators get by mail."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mappings.participation.exchange import Exchange
from mappings.phrases import LANGUAGES
from mappings.report.figures import Comparison, Estimate, Figures, HourRow
from mappings.report.text import report_text, wrapped
from mappings.response.causes import Cause
from tests.unit.mappings_report_forms.made_figures import (
    BETTER,
    GOOD,
    UNKNOWN,
    active,
    empty,
    few,
    figures,
    hostile,
    row,
    tiny,
    with_hours,
)

GOLDEN = Path(__file__).with_name("golden")
MADE: tuple[Callable[[], Figures], ...] = (figures, hostile, tiny, empty)


def columns(line: str) -> int:
    """Count the columns of a terminal, by the width that Unicode gives each letter."""
    return sum(
        0
        if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf"
        else 2
        if unicodedata.east_asian_width(letter) in "WF"
        else 1
        for letter in line
    )


def line_of(text: str, beginning: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(beginning))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_reads_as_it_was_written_down(language: str) -> None:
    text = report_text(figures(), language=language, public=False)

    wanted = GOLDEN.joinpath(f"report.{language}.txt").read_text(encoding="utf-8")
    assert text == wanted


def test_a_public_report_reads_as_it_was_written_down() -> None:
    text = report_text(figures(), language="en", public=True)

    assert text == GOLDEN.joinpath("public.en.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("public", [True, False])
def test_no_line_is_wider_than_80_columns(
    language: str, made: Callable[[], Figures], public: bool
) -> None:
    text = report_text(made(), language=language, public=public)

    assert max(map(columns, text.splitlines())) <= 80
    assert "\xa0" not in text
    assert text.endswith("\n")
    text.encode()


def test_the_headline_stands_first() -> None:
    text = report_text(figures(), language="en", public=True)

    first = " ".join(text.split("\n\n")[1].splitlines())
    assert first == (
        "58 of 100 questions were answered within 1 h (53 to 63 of 100; 412 asked);"
        " 4 wait now, the oldest for 3 h."
    )


def test_sections_stand_in_the_order_in_which_they_are_needed() -> None:
    text = report_text(figures(), language="en", public=False)

    titles = [
        "Who waits now",
        "Why answers were late",
        "By week",
        "By phase of the course",
        "By forum",
        "By channel",
        "By group",
        "When questions come",
        "Who takes part, by week",
        "How people talk with each other",
        "Who has gone quiet",
        "What the numbers mean",
        "Definition: facilitation-response v1.",
    ]
    places = [text.index(f"\n{title}") for title in titles]
    assert places == sorted(places)


def test_every_bar_has_its_number_beside_it() -> None:
    text = report_text(hostile(), language="en", public=False)

    bars = [line for line in text.splitlines() if "█" in line]
    assert bars
    assert all("%" in line.rpartition("█")[2] for line in bars)


def test_cells_of_fewer_than_five_people_show_how_many_asked_and_nothing_else() -> None:
    told = replace(figures(), forums=(row("7", "Questions"), few("9", "Small talk")))

    text = report_text(told, language="en", public=False)

    assert (
        " ".join(line_of(text, "Small talk").split()) == "Small talk too few to show 3"
    )


def test_a_course_of_too_few_tells_only_how_many_questions_there_were() -> None:
    text = report_text(tiny(), language="en", public=True)

    assert "3 questions were asked: too few to show more" in text
    assert "%" not in text.partition("What the numbers mean")[0]
    assert "By forum" in text
    assert "42" not in text


def test_what_is_not_reached_and_what_is_too_early_is_said() -> None:
    told = replace(figures(), whole=row("all", felt=UNKNOWN))

    text = report_text(told, language="en", public=False)

    line = line_of(text, "by a facilitator")
    assert " ".join(line.split()) == (
        "by a facilitator too early not reached not reached 40"
    )
    assert "it is too early to say how many are answered within 1 h" in text


def test_hours_on_duty_have_a_number_of_their_own() -> None:
    made = figures()
    since = replace(made.whole, watched_asked=7, watched_askers=5)
    text = report_text(replace(made, whole=since), language="en", public=False)
    assert line_of(text, "only hours on duty").endswith(" 7")
    assert not line_of(text, "by a facilitator").endswith(" 7")
    few_since = replace(since, watched_askers=4)
    text = report_text(replace(made, whole=few_since), language="en", public=False)
    assert "only hours on duty" not in text


def test_where_nobody_asked_or_was_enrolled_there_is_nothing_to_hide() -> None:
    made = figures()
    nobody = row("2026-W50", asked=0, askers=0)
    absent = active("2026-W50", said=0, enrolled=0)
    text = report_text(
        replace(
            made,
            weeks=(nobody,),
            participation=replace(made.participation, weeks=(absent,)),
        ),
        language="en",
        public=False,
    )
    lines = [line for line in text.splitlines() if line.startswith("7 Dec 2026")]
    assert [line.split()[3:] for line in lines] == [
        ["–", "–", "–", "0", "0"],
        ["–", "–", "–"],
    ]


def test_a_course_without_questions_says_so() -> None:
    text = report_text(empty(), language="en", public=False)

    assert "No questions were asked." in text
    assert "By week" not in text


def test_of_a_course_without_a_rota_it_is_said_that_nobody_knows_why() -> None:
    told = replace(figures(), missed={}, what_if=(), whole=row("all", watched=None))

    text = report_text(told, language="en", public=False)

    said = " ".join(text.split())
    assert (
        "42 questions were not answered in time, and it is not known who was on duty"
        " then." in said
    )
    assert "only hours on duty" not in text


def test_comparisons_are_told_in_words() -> None:
    text = report_text(figures(), language="en", public=True)

    assert (
        "by mail one waits longer than in Moodle: hardly by chance (p = 0.01)" in text
    )
    assert "online and coaching: too few to compare" in text
    assert "coaching and face to face: the difference may be chance (p = 0.40)" in text


def test_the_more_is_compared_the_surer_a_difference_has_to_be() -> None:
    told = figures()
    many = replace(told, comparisons=told.comparisons[:1] * 5)

    text = report_text(many, language="en", public=True)

    assert "the difference may be chance (p = 0.01)" in text


def test_a_table_keeps_its_columns_where_a_name_takes_two_lines() -> None:
    text = report_text(figures(), language="en", public=False)

    lines = text.splitlines()
    first = lines.index("開放資料與圖書館的討")
    assert lines[first + 1].startswith("論區開放資料與圖書館…  █")


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("one two", 5, ["one", "two"]),
        ("漢字漢字 x", 5, ["漢字", "漢字", "x"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
    ],
)
def test_text_is_broken_by_columns(text: str, width: int, lines: list[str]) -> None:
    assert wrapped(text, width) == lines


@pytest.mark.parametrize(
    ("slow", "quick", "sentence"),
    [
        (GOOD, BETTER, "Kampala: longer waits than Gulu, hardly by chance"),
        (BETTER, GOOD, "Gulu: longer waits than Kampala, hardly by chance"),
        (
            replace(GOOD, median=9000.0),
            replace(GOOD, median=60.0),
            "Kampala: longer waits than Gulu, hardly by chance",
        ),
        (UNKNOWN, UNKNOWN, "Kampala and Gulu differ, hardly by chance"),
    ],
)
def test_of_two_groups_it_is_told_which_waits_longer(
    slow: Estimate, quick: Estimate, sentence: str
) -> None:
    told = replace(
        figures(),
        groups=(row("3", "Kampala", felt=slow), row("4", "Gulu", felt=quick)),
        comparisons=(Comparison(kind="groups", first="3", second="4", p_value=0.001),),
    )

    assert f"- {sentence} (p = 0.001)" in report_text(told, language="en", public=True)


def test_rows_that_are_not_there_differ_without_a_slower_one() -> None:
    comparison = Comparison(kind="pairs", first="one", second="two", p_value=0.001)
    told = replace(figures(), comparisons=(comparison,))

    text = report_text(told, language="en", public=True)

    assert "- one and two differ, hardly by chance (p = 0.001)" in text


def test_a_comparison_with_a_row_of_too_few_shows_no_p_value() -> None:
    comparison = Comparison(kind="groups", first="3", second="4", p_value=0.001)
    told = replace(
        figures(),
        groups=(row("3", "Kampala"), few("4", "Gulu")),
        comparisons=(comparison,),
    )

    text = report_text(told, language="en", public=True)

    assert "- Kampala and Gulu: too few to compare" in text


def test_a_course_in_which_all_went_well_is_told_so() -> None:
    whole = replace(row("all", felt=BETTER), withdrawn=0, not_needed=0, delayed=0)
    told = replace(
        figures(),
        whole=whole,
        bias=None,
        missed={Cause.LATE: 0},
        what_if=(),
    )
    told = with_hours(told, {(0, 9): HourRow(asked=40, askers=12)})

    text = report_text(told, language="en", public=False)

    assert "No answer was late." in text
    assert "none waits now" in " ".join(text.splitlines())
    assert "Counting only" not in text
    assert "taken back" not in text
    assert "°" not in text
    assert line_of(text, "Monday").split()[3] == "40"


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (date(2026, 11, 2), None, "Since 2 November 2026."),
        (None, date(2026, 11, 8), "Until 8 November 2026."),
        (None, None, "From the beginning of the course until now."),
    ],
)
def test_the_period_is_told_as_far_as_it_is_limited(
    first: date | None, last: date | None, sentence: str
) -> None:
    told = replace(figures(), first=first, last=last)

    assert f"\n{sentence}\n" in report_text(told, language="en", public=True)


@pytest.mark.parametrize(
    ("star", "beginning"),
    [
        (0.1, "The talk is spread over many people (0.10"),
        (0.5, "Much of the talk goes through a facilitator (0.50"),
        (0.9, "Nearly all talk goes through one facilitator (0.90"),
    ],
)
def test_how_star_shaped_the_talk_is_stands_in_words(
    star: float, beginning: str
) -> None:
    told = figures()
    exchange = Exchange(peer_share=0.4, star=star, isolates=frozenset())
    told = replace(
        told,
        participation=replace(told.participation, exchange=exchange, front_runners=()),
    )

    text = report_text(told, language="en", public=False)

    assert beginning in text
    assert "nobody has talked" not in text
    assert "first ten days" not in text


def test_where_nobody_answered_anybody_it_is_said() -> None:
    told = figures()
    exchange = Exchange(peer_share=None, star=None, isolates=frozenset())
    told = replace(told, participation=replace(told.participation, exchange=exchange))

    text = report_text(told, language="en", public=True)

    assert "Nobody has answered a participant yet." in text
    assert "facilitator (0" not in text


def test_how_long_the_oldest_waits_is_left_out_where_it_is_not_known() -> None:
    whole = replace(row("all", open_=2), oldest_open=None)
    text = report_text(replace(figures(), whole=whole), language="en", public=True)

    assert "; 2 wait now." in " ".join(text.splitlines())
