"""The share answered in time, where some still wait."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence

import lifelines
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines.statistics import logrank_test
from scipy import stats

from mappings.response.survival import Observed, curve, log_rank

waits = st.lists(
    st.tuples(st.integers(0, 50).map(float), st.booleans()), min_size=1, max_size=60
)


def test_worked_out_by_hand() -> None:
    # 6 waits: answered at 1, 3, 3; open since 2, 4; answered at 5.
    # After 1: 5/6. At 3, four are left, two answered: 5/6 * 2/4. At 5, one is left.
    found = curve([(1, True), (2, False), (3, True), (3, True), (4, False), (5, True)])
    assert found.times == (1, 3, 5)
    assert found.waiting == pytest.approx((5 / 6, 5 / 12, 0))
    assert found.at_risk == (6, 4, 1)
    assert (found.n, found.answered) == (6, 4)
    assert found.quantile(0.5) == 3
    assert found.quantile(0.9) == 5
    shares = found.answered_within(4)
    assert shares is not None
    assert shares.share == pytest.approx(7 / 12)
    assert 0 <= shares.low < shares.share < shares.high <= 1


def test_what_nobody_waited_to_see_is_not_told() -> None:
    found = curve([(10, True), (20, False), (30, False)])
    assert found.quantile(0.9) is None
    assert found.answered_within(31) is None
    assert found.answered_within(30) is not None
    assert curve([]).answered_within(60) is None


@given(waits)
def test_the_share_never_falls_and_lies_in_its_interval(found: list[Observed]) -> None:
    estimate = curve(found)
    shares = [estimate.answered_within(at) for at in range(51)]
    known = [one for one in shares if one is not None]
    assert all(one.low - 1e-9 <= one.share <= one.high + 1e-9 for one in known)
    assert all(
        before.share <= after.share + 1e-12
        for before, after in itertools.pairwise(known)
    )


@given(st.lists(st.integers(0, 100).map(float), min_size=1), st.floats(0.01, 1))
def test_without_open_waits_it_is_the_plain_quantile(
    times: list[float], share: float
) -> None:
    estimate = curve((seconds, True) for seconds in times)
    plain = sorted(times)[max(math.ceil(share * len(times) - 1e-9), 1) - 1]
    assert estimate.quantile(share) == plain


def test_few_are_not_compared() -> None:
    few: list[Observed] = [(1, True)] * 19
    many: list[Observed] = [(1, True)] * 20
    assert log_rank(few, many) is None


def simulated(seed: int, n: int, mean: float) -> list[Observed]:
    chance = random.Random(seed)
    found: list[Observed] = []
    for _ in range(n):
        answer, watched = chance.expovariate(1 / mean), chance.uniform(0, 300)
        found.append((round(min(answer, watched), 1), answer <= watched))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_lifelines(seed: int) -> None:
    found = simulated(seed, 300, 60)
    fitter = lifelines.KaplanMeierFitter()
    fitter.fit([one for one, _ in found], [ended for _, ended in found])
    estimate = curve(found)
    for at in range(1, 250, 7):
        own = estimate.answered_within(at)
        if own is None:
            assert at > estimate.longest
            continue
        assert 1 - own.share == pytest.approx(fitter.predict(at), abs=1e-9)
        if own.share == 1:
            # Greenwood's variance is infinite there; ours is the exact bound.
            assert 0 < own.low < 1
            continue
        bounds = fitter.confidence_interval_
        row = bounds[bounds.index <= at].iloc[-1]
        assert 1 - own.high == pytest.approx(row.iloc[0], abs=1e-9)
        assert 1 - own.low == pytest.approx(row.iloc[1], abs=1e-9)
    assert estimate.quantile(0.5) == fitter.median_survival_time_


@pytest.mark.parametrize("seed", range(5))
def test_the_comparison_agrees_with_lifelines(seed: int) -> None:
    one, two = simulated(seed, 80, 60), simulated(seed + 100, 60, 90)
    theirs = logrank_test(*_columns(one, two)).p_value
    assert log_rank(one, two) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_scipy(seed: int) -> None:
    found = simulated(seed, 200, 60)
    data = stats.CensoredData(
        uncensored=[one for one, ended in found if ended],
        right=[one for one, ended in found if not ended],
    )
    theirs = stats.ecdf(data).sf
    estimate = curve(found)
    for at in range(1, 250, 7):
        own = estimate.answered_within(at)
        if own is None:
            assert at > estimate.longest
            continue
        assert 1 - own.share == pytest.approx(float(theirs.evaluate(at)), abs=1e-9)


def _columns(
    one: Sequence[Observed], two: Sequence[Observed]
) -> tuple[list[float], list[float], list[bool], list[bool]]:
    return (
        [seconds for seconds, _ in one],
        [seconds for seconds, _ in two],
        [ended for _, ended in one],
        [ended for _, ended in two],
    )
