"""What leaving out open questions makes of a course, and what the report makes of it."""

from __future__ import annotations

import pytest

from benchmarks.bias import PROMISE, simulated_week
from mappings.report.reckoning import figures_of


@pytest.mark.parametrize("seed", range(1, 9))
def test_leaving_out_open_questions_flatters_and_the_report_does_not(
    seed: int,
) -> None:
    week = simulated_week(seed)
    figures = figures_of(week.facts)
    felt, naive = figures.whole.felt, figures.bias
    answered = sorted(
        (wait.ended - wait.began).total_seconds()
        for wait in week.facts.waits
        if wait.ended
    )
    naive_median = answered[(len(answered) - 1) // 2]
    assert felt.within is not None
    assert felt.median is not None
    assert naive is not None
    p90 = "not reached" if felt.p90 is None else f"{felt.p90 / 60:.0f} min"
    print(f"400 questions, week {seed}   within the hour     median        p90")
    print(f"in truth            {week.true_share:19.0%}")
    print(f"answered only       {naive:19.0%} {naive_median / 60:6.0f} min")
    interval = f"({felt.within.low:.0%} to {felt.within.high:.0%})"
    print(
        f"report    {interval} {felt.within.share:12.0%} {felt.median / 60:6.0f} min"
        f" {p90:>12}"
    )
    assert figures.whole.asked == 400
    # 12 % never come: leaving them out adds about 0.12 * 0.62 = 0.07 to 0.55.
    assert 0.04 < naive - week.true_share < 0.13
    assert naive > felt.within.high - 0.03
    assert abs(felt.within.share - week.true_share) < 0.02
    assert felt.within.low < week.true_share < felt.within.high
    # Half of all takes longer than half of those that were answered.
    assert felt.median > naive_median + 60
    assert felt.median < 2 * naive_median
    assert felt.within.high - felt.within.low < 0.12
    # Nine tenths of what was answered came in hours; of all, hardly ever.
    naive_p90 = answered[-(-9 * len(answered) // 10) - 1]
    assert naive_p90 < 5 * 60 * 60
    assert felt.p90 is None or felt.p90 > 2 * naive_p90
    assert figures.promise == PROMISE
