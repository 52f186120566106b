"""The share answered within a time, where some are not answered yet.

Kaplan and Meier (1958), with Greenwood's variance and the log-log interval, as
lifelines and scipy compute them: who still waits counts as waiting until now, and is
not left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from math import erfc, exp, inf, log, sqrt
from operator import itemgetter

LEAST_TO_COMPARE = 20
"""How many waits each of two groups must have before they are compared."""

_Z = 1.959963984540054
_TAIL = 0.025
_HALF_UNIT = 1e-12

Observed = tuple[float, bool]
"""How long somebody waited, in seconds, and whether the answer came then.

False: the wait was not over when last looked at (censored).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share with its interval of 95 %; all between 0 and 1."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The estimate for one group of waits.

    At each of `times` (seconds, rising) somebody was answered; `waiting` is the share
    that still waits after it, `variance` Greenwood's sum up to it, `at_risk` how many
    were still waiting just before it. `n` is how many waits there are, `answered` how
    many of them ended with an answer, `longest` the longest time that anybody was
    watched.
    """

    n: int
    answered: int
    longest: float
    times: tuple[float, ...]
    waiting: tuple[float, ...]
    variance: tuple[float, ...]
    at_risk: tuple[int, ...]

    def answered_within(self, seconds: float) -> Share | None:
        """Return the share answered within a time.

        None when there is no wait, or none was watched for so long (then nothing is
        known beyond the longest).
        """
        if not self.n or (seconds > self.longest and self._last() > 0):
            return None
        at = bisect_right(self.times, seconds) - 1
        if at < 0:
            # Nobody yet: the exact bound, for Greenwood's has no width here.
            return Share(share=0.0, low=0.0, high=1 - _TAIL ** (1 / self.n))
        still = self.waiting[at]
        if still <= _HALF_UNIT:
            return Share(share=1.0, low=_TAIL ** (1 / self.n), high=1.0)
        middle = log(-log(still))
        width = _Z * sqrt(self.variance[at]) / log(still)
        first = exp(-exp(middle + width))
        second = exp(-exp(middle - width))
        low, high = sorted((1 - first, 1 - second))
        return Share(share=1 - still, low=low, high=high)

    def quantile(self, share: float) -> float | None:
        """Return after how many seconds so great a share is answered.

        0.5 asks for the median. None: so many were not answered while anybody
        watched. Without open waits this is the inverse of the empirical distribution.
        """
        for seconds, still in zip(self.times, self.waiting, strict=True):
            if 1 - still >= share - _HALF_UNIT:
                return seconds
        return None

    def _last(self) -> float:
        return self.waiting[-1] if self.waiting else 1.0


def curve(waits: Iterable[Observed]) -> Curve:
    """Return the estimate for these waits, in any order; negative times count as 0."""
    ordered = sorted((max(seconds, 0.0), ended) for seconds, ended in waits)
    times, waiting, variance, risk = [], [], [], []
    at_risk, still, spread, answered = len(ordered), 1.0, 0.0, 0
    for seconds, group in groupby(ordered, key=itemgetter(0)):
        ends = [ended for _, ended in group]
        here = sum(ends)
        if here:
            still *= (at_risk - here) / at_risk
            left = at_risk - here
            spread += here / (at_risk * left) if left else inf
            answered += here
            times.append(seconds)
            waiting.append(still)
            variance.append(spread)
            risk.append(at_risk)
        at_risk -= len(ends)
    return Curve(
        n=len(ordered),
        answered=answered,
        longest=ordered[-1][0] if ordered else 0.0,
        times=tuple(times),
        waiting=tuple(waiting),
        variance=tuple(variance),
        at_risk=tuple(risk),
    )


def log_rank(first: Iterable[Observed], second: Iterable[Observed]) -> float | None:
    """Return the p-value of the log-rank test (Mantel 1966) that two groups wait alike.

    None when one has fewer than `LEAST_TO_COMPARE` waits, or nobody was answered.
    """
    one, two = list(first), list(second)
    if min(len(one), len(two)) < LEAST_TO_COMPARE:
        return None
    marked = sorted(
        [(max(seconds, 0.0), ended, True) for seconds, ended in one]
        + [(max(seconds, 0.0), ended, False) for seconds, ended in two]
    )
    all_at_risk, own_at_risk = len(marked), len(one)
    surplus = variance = 0.0
    for _, group in groupby(marked, key=itemgetter(0)):
        here = list(group)
        events = sum(ended for _, ended, _ in here)
        own = sum(ended and mine for _, ended, mine in here)
        if events:
            surplus += own - events * own_at_risk / all_at_risk
        if events and all_at_risk > 1:
            variance += (
                events
                * (own_at_risk / all_at_risk)
                * (1 - own_at_risk / all_at_risk)
                * (all_at_risk - events)
                / (all_at_risk - 1)
            )
        all_at_risk -= len(here)
        own_at_risk -= sum(mine for _, _, mine in here)
    if variance <= 0:
        return None
    # The square of a standard normal value: chi-square with one degree of freedom.
    return erfc(sqrt(surplus * surplus / variance / 2))
