from __future__ import annotations

from dataclasses import replace

import pytest

from mappings.report.figures import CurvePoint, Figures, ResponseCurve
from mappings.report.read_curves import HOUR, share_at, shown_curves, told_at
from mappings.response.survival import Share
from tests.unit.mappings_report_page.page_figures import course_figures, few_people


@pytest.fixture(scope="module")
def figures() -> Figures:
    return course_figures(questions=80)


def curve(*points: tuple[float, float]) -> ResponseCurve:
    return ResponseCurve(
        key="mail",
        title="mail",
        n=10,
        points=tuple(
            CurvePoint(
                seconds=seconds, share=Share(share=share, low=share / 2, high=share)
            )
            for seconds, share in points
        ),
    )


def test_between_two_answers_the_share_is_that_after_the_first() -> None:
    steps = curve((60, 0.1), (600, 0.4), (900, 0.4))

    shares = [share_at(steps, seconds) for seconds in (60, 599, 600, 899, 900)]

    assert [share.share for share in shares if share] == [0.1, 0.1, 0.4, 0.4, 0.4]


def test_before_the_first_answer_it_is_nothing_within_the_exact_bound() -> None:
    nothing = share_at(curve((60, 0.1)), 59)

    assert nothing is not None
    assert (nothing.share, nothing.low) == (0, 0)
    # 0.025 ** (1 / 10) = 0.6915
    assert nothing.high == pytest.approx(0.3085, abs=1e-4)


def test_beyond_the_longest_time_that_anybody_was_watched_nothing_is_known() -> None:
    assert share_at(curve((60, 0.1), (900, 0.4)), 901) is None


def test_when_all_are_answered_nothing_more_can_happen() -> None:
    share = share_at(curve((60, 0.1), (900, 1.0)), 7200)

    assert share is not None
    assert share.share == 1


def test_the_promise_is_among_the_times_that_are_told_once() -> None:
    assert told_at(HOUR) == tuple(sorted(told_at(HOUR)))
    assert told_at(HOUR).count(HOUR) == 1
    assert 2 * HOUR in told_at(2 * HOUR)


def test_the_curve_of_all_comes_first(figures: Figures) -> None:
    assert [one.key for one in shown_curves(figures)] == [
        figures.whole.key,
        "mail",
        "moodle",
    ]


def test_no_curve_is_shown_of_too_few_people(figures: Figures) -> None:
    few = replace(
        few_people(figures),
        media=tuple(replace(row, askers=4) for row in figures.media),
    )

    assert list(shown_curves(few)) == []
