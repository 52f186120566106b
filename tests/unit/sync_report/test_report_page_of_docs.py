"""The examples of docs/how-to-report.md come out as the page says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mappings.participation.exchange import Answered, exchange
from mappings.response.survival import Curve, curve

PAGE = (Path(__file__).parents[3] / "docs" / "how-to-report.md").read_text("utf-8")
MINUTE, HOUR = 60.0, 3600.0
ANSWERED = [
    *(minutes * MINUTE for minutes in (5, 10, 15, 30, 40, 50)),
    *(hours * HOUR for hours in (2, 5, 26)),
]
WAITING = [30 * HOUR, 20 * MINUTE]
ANA = 9


def eleven(times: int = 1) -> Curve:
    answered = [(seconds, True) for seconds in ANSWERED]
    waiting = [(seconds, False) for seconds in WAITING]
    return curve((answered + waiting) * times)


def percent(share: float) -> int:
    return round(share * 100)


def test_eleven_questions_give_58_percent_and_not_67() -> None:
    naive = sum(seconds <= HOUR for seconds in ANSWERED) / len(ANSWERED)
    within = eleven().answered_within(HOUR)
    assert within is not None
    assert (percent(naive), percent(within.share)) == (67, 58)
    assert "6 of 9 is 67 %" in PAGE
    assert within.share == pytest.approx(1 - 8 / 11 * 4 / 7)


@pytest.mark.parametrize(("times", "text"), [(1, "58 (32 to 87)"), (10, "(49 to 68)")])
def test_more_questions_make_a_narrower_interval(times: int, text: str) -> None:
    within = eleven(times).answered_within(HOUR)
    assert within is not None
    assert f"({percent(within.low)} to {percent(within.high)})" in text
    assert text in PAGE


def test_half_are_answered_in_50_minutes_and_nine_in_ten_not_yet() -> None:
    assert eleven().quantile(0.5) == 50 * MINUTE
    assert eleven().quantile(0.9) is None
    assert "Half within 50 min" in PAGE


@pytest.mark.parametrize(
    ("lines", "star"),
    [
        ([(ANA, one) for one in (1, 2, 3, 4)], "1.00"),
        ([*((ANA, one) for one in (1, 2, 3, 4)), (1, 2)], "0.83"),
        (
            [
                (one, two)
                for one in (1, 2, 3, 4, ANA)
                for two in (1, 2, 3, 4, ANA)
                if one < two
            ],
            "0.00",
        ),
    ],
)
def test_the_star_is_as_the_page_draws_it(
    lines: list[tuple[int, int]], star: str
) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    found = exchange(
        [Answered(person=one, other=two, answers=1, first_at=at) for one, two in lines],
        {1, 2, 3, 4},
        {ANA},
    )
    assert f"{found.star:.2f}" == star
    assert f"| {star} |" in PAGE
