"""The share answered within a time, where some are not answered yet.

Kaplan and Meier (1958), with Greenwood's variance and the log-log interval, as
lifelines and scipy compute them: who still waits counts as waiting until now, and is
not left out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import erfc, exp, inf, log, sqrt

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
        at = bisect_left(self.waiting, share - _HALF_UNIT, key=lambda still: 1 - still)
        return self.times[at] if at < len(self.times) else None

    def _last(self) -> float:
        return self.waiting[-1] if self.waiting else 1.0


@dataclass(frozen=True, slots=True)
class Times:
    """Waits in two heaps, each rising; in seconds, none below 0.

    `ends` is how long those took that were answered, `lost` how long the others have
    been watched.
    """

    ends: Sequence[float]
    lost: Sequence[float]

    @property
    def total(self) -> int:
        """How many waits there are."""
        return len(self.ends) + len(self.lost)


def parted(waits: Iterable[Observed]) -> Times:
    """Part waits, in any order; negative times count as 0."""
    heaps: tuple[list[float], list[float]] = ([], [])
    for seconds, ended in waits:
        heaps[ended].append(max(seconds, 0.0))
    for heap in heaps:
        heap.sort()
    return Times(ends=heaps[True], lost=heaps[False])


def curve(waits: Iterable[Observed]) -> Curve:
    """Return the estimate for these waits, in any order; negative times count as 0."""
    return curve_of(parted(waits))


def curve_of(waits: Times) -> Curve:
    """Return the estimate for these waits."""
    times: list[float] = []
    waiting: list[float] = []
    variance: list[float] = []
    risk: list[int] = []
    still, spread = 1.0, 0.0
    for seconds, at_risk, here in _answers(waits):
        left = at_risk - here
        still *= left / at_risk
        spread += here / (at_risk * left) if left else inf
        times.append(seconds)
        waiting.append(still)
        variance.append(spread)
        risk.append(at_risk)
    return Curve(
        n=waits.total,
        answered=len(waits.ends),
        longest=max(
            (heap[-1] for heap in (waits.ends, waits.lost) if heap), default=0.0
        ),
        times=tuple(times),
        waiting=tuple(waiting),
        variance=tuple(variance),
        at_risk=tuple(risk),
    )


def log_rank(first: Iterable[Observed], second: Iterable[Observed]) -> float | None:
    """Return the p-value of the log-rank test (Mantel 1966) that two groups wait alike.

    None when one has fewer than `LEAST_TO_COMPARE` waits, or nobody was answered.
    """
    return log_rank_of(parted(first), parted(second))


def log_rank_of(own: Times, other: Times) -> float | None:
    """Return what `log_rank` does."""
    if min(own.total, other.total) < LEAST_TO_COMPARE:
        return None
    both = Times(
        ends=sorted([*own.ends, *other.ends]), lost=sorted([*own.lost, *other.lost])
    )
    own_answers = Counter(own.ends)
    own_done = 0
    surplus = variance = 0.0
    for seconds, all_at_risk, events in _answers(both):
        here = own_answers.get(seconds, 0)
        own_at_risk = own.total - own_done - bisect_left(own.lost, seconds)
        share = own_at_risk / all_at_risk
        surplus += here - events * share
        if all_at_risk > 1:
            spread = events * share * (1 - share)
            variance += spread * (all_at_risk - events) / (all_at_risk - 1)
        own_done += here
    if variance <= 0:
        return None
    # The square of a standard normal value: chi-square with one degree of freedom.
    return erfc(sqrt(surplus * surplus / variance / 2))


def _answers(waits: Times) -> Iterator[tuple[float, int, int]]:
    """Give each time at which answers came: how many waited until then, how many came.

    Who was lost from sight at that very time waited until then.
    """
    ends, lost = waits.ends, waits.lost
    number, gone, answered, at_risk = len(ends), 0, 0, waits.total
    while answered < number:
        seconds = ends[answered]
        after = answered + 1
        while after < number and ends[after] == seconds:
            after += 1
        while gone < len(lost) and lost[gone] < seconds:
            gone += 1
        yield seconds, at_risk - answered - gone, after - answered
        answered = after
