"""Groups of questions out of columns: the rows that `rows.groups_of` gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import erfc, inf, sqrt
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from mappings.report.columns import SECOND, Numbers
from mappings.report.figures import Estimate, Row
from mappings.report.rows import Group, Heading, with_hidden
from mappings.response.survival import LEAST_TO_COMPARE, Curve, Share, Times

Lengths = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_HALF_UNIT = 1e-12
_MEDIAN = 0.5
_P90 = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What one clock shows, the shortest first: of which wait, and whether answered."""

    places: Numbers
    seconds: Lengths
    answered: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedColumns:
    """The waits that count, and what each clock shows for them; as `Counted`.

    `asker` are people as `numbered` does it.
    """

    now: int
    asker: Numbers
    began: Numbers
    open: Flags
    withdrawn: Flags
    delayed: Flags
    felt: Clock
    anyone: Clock
    watched: Clock | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Which wait is in which group: a place in `keys`, -1 for none.

    `needless` are those of the questions that need no answer.
    """

    keys: Sequence[str]
    waits: Numbers
    needless: Numbers


def clock(lengths: Numbers, answered: Flags, places: Numbers | None = None) -> Clock:
    """Return a clock in order; `lengths` are microseconds."""
    seconds = np.maximum(lengths, 0) / SECOND
    order = np.argsort(seconds, kind="stable")
    return Clock(
        places=order if places is None else places[order],
        seconds=seconds[order],
        answered=answered[order],
    )


def column_groups(
    counted: CountedColumns,
    codes: Codes,
    headings: Iterable[Heading],
    promise: timedelta,
    *,
    whole: bool = False,
) -> tuple[Group, ...]:
    """Return what `rows.groups_of` does.

    Times and curves are given along only with `whole`; else they are empty.
    """
    size = len(codes.keys)
    place = {key: number for number, key in enumerate(codes.keys)}
    grouped = codes.waits >= 0
    asked = _count(codes.waits, grouped, size)
    askers = who_is_in(codes.waits[grouped], counted.asker[grouped], size).sum(axis=1)
    still_open = _count(codes.waits, grouped & counted.open, size)
    withdrawn = _count(codes.waits, grouped & counted.withdrawn, size)
    delayed = _count(codes.waits, grouped & counted.delayed, size)
    needless = _count(codes.needless, codes.needless >= 0, size)
    oldest = np.full(size, counted.now, dtype=np.int64)
    waiting = grouped & counted.open
    np.minimum.at(oldest, codes.waits[waiting], counted.began[waiting])
    felt = _times(counted.felt, codes.waits, size)
    anyone = _times(counted.anyone, codes.waits, size)
    watched = (
        None if counted.watched is None else _times(counted.watched, codes.waits, size)
    )
    known = _known_askers(counted, codes.waits, size)
    found = []
    for heading in headings:
        at = place.get(heading.key)
        own = _Estimated(felt, at)
        row = Row(
            key=heading.key,
            title=heading.title,
            asked=0 if at is None else int(asked[at]),
            askers=0 if at is None else int(askers[at]),
            open=0 if at is None else int(still_open[at]),
            withdrawn=0 if at is None else int(withdrawn[at]),
            not_needed=0 if at is None else int(needless[at]),
            delayed=0 if at is None else int(delayed[at]),
            oldest_open=(counted.now - int(oldest[at])) / SECOND
            if at is not None and still_open[at]
            else None,
            felt=own.estimate(promise),
            anyone=_Estimated(anyone, at).estimate(promise),
            watched=None
            if watched is None
            else _Estimated(watched, at).estimate(promise),
            watched_asked=None
            if watched is None
            else 0
            if at is None
            else sum(map(len, watched[at])),
            watched_askers=None
            if watched is None
            else 0
            if at is None
            else int(known[at]),
            provisional=heading.provisional,
        )
        found.append(
            Group(
                row=row,
                times=own.times if whole else _NONE,
                curve=own.curve() if whole else _NO_CURVE,
            )
        )
    return with_hidden(found, _unshown(counted, codes, found))


def column_log_rank(own: Times, other: Times) -> float | None:
    """Return what `survival.log_rank_of` does."""
    if min(own.total, other.total) < LEAST_TO_COMPARE:
        return None
    ends = np.sort(np.concatenate([own.ends, other.ends]))
    lost = np.sort(np.concatenate([own.lost, other.lost]))
    times, done, events = _steps(ends)
    at_risk = own.total + other.total - done - np.searchsorted(lost, times)
    own_ends = np.asarray(own.ends)
    before = np.searchsorted(own_ends, times)
    here = np.searchsorted(own_ends, times, side="right") - before
    own_risk = own.total - before - np.searchsorted(np.asarray(own.lost), times)
    share = own_risk / at_risk
    surplus = _added(here - events * share)
    several = at_risk > 1
    spread = (events * share * (1 - share))[several]
    left = (at_risk - events)[several]
    variance = _added(spread * left / (at_risk[several] - 1))
    if variance <= 0:
        return None
    return erfc(sqrt(surplus * surplus / variance / 2))


def _unshown(
    counted: CountedColumns, codes: Codes, groups: Sequence[Group]
) -> int | None:
    """Return how many people are in no group that is shown; None: nothing is."""
    shown = {one.row.key for one in groups if one.row.shown}
    # One more place, the last: for what is in no group.
    hidden = np.array([*(key not in shown for key in codes.keys), True])
    waits = hidden[codes.waits]
    if not (waits.any() or hidden[codes.needless].any()):
        return None
    return int(np.count_nonzero(np.bincount(counted.asker[waits])))


class _Estimated:
    """One group's times, and what is estimated of them as `survival.Curve` does."""

    def __init__(
        self, by_code: Sequence[tuple[Lengths, Lengths]], at: int | None
    ) -> None:
        none = np.empty(0)
        self.ends, self.lost = (none, none) if at is None else by_code[at]
        self.total = len(self.ends) + len(self.lost)
        self._times, before, here = _steps(self.ends)
        self._risk = self.total - before - np.searchsorted(self.lost, self._times)
        left = self._risk - here
        # One after the other, as `curve_of` does it: the same to the last digit.
        self._waiting = np.cumprod(left / self._risk)
        spread = np.full(len(left), inf)
        np.divide(here, self._risk * left, out=spread, where=left > 0)
        self._variance = np.cumsum(spread)

    @property
    def times(self) -> Times:
        """The times, as `Times` has them."""
        return Times(ends=self.ends.tolist(), lost=self.lost.tolist())

    def estimate(self, promise: timedelta) -> Estimate:
        """Return the share within the promise, the median and the ninth tenth."""
        return Estimate(
            within=self._within(promise.total_seconds()),
            median=self._quantile(_MEDIAN),
            p90=self._quantile(_P90),
        )

    def curve(self) -> Curve:
        """Return the whole curve."""
        return Curve(
            n=self.total,
            answered=len(self.ends),
            longest=self._longest(),
            times=tuple(self._times.tolist()),
            waiting=tuple(self._waiting.tolist()),
            variance=tuple(self._variance.tolist()),
            at_risk=tuple(self._risk.tolist()),
        )

    def _longest(self) -> float:
        return max(
            (float(heap[-1]) for heap in (self.ends, self.lost) if len(heap)),
            default=0.0,
        )

    def _within(self, seconds: float) -> Share | None:
        """Return what `Curve.answered_within` does, of the one place that it needs."""
        last = self._waiting[-1] if len(self._waiting) else 1.0
        if not self.total or (seconds > self._longest() and last > 0):
            return None
        after = int(np.searchsorted(self._times, seconds, side="right"))
        here = slice(max(after - 1, 0), after)
        return Curve(
            n=self.total,
            answered=len(self.ends),
            longest=max(self._longest(), seconds),
            times=tuple(self._times[here].tolist()),
            waiting=tuple(self._waiting[here].tolist()),
            variance=tuple(self._variance[here].tolist()),
            at_risk=(),
        ).answered_within(seconds)

    def _quantile(self, share: float) -> float | None:
        reached = np.flatnonzero(1 - self._waiting >= share - _HALF_UNIT)
        return float(self._times[reached[0]]) if len(reached) else None


def numbered(people: Numbers) -> Numbers:
    """Return people by small numbers from 0 on."""
    found: Numbers = np.unique(people, return_inverse=True)[1]
    return found


def who_is_in(codes: Numbers, people: Numbers, size: int) -> Flags:
    """Say of each of so many groups, and of each person, whether they are in it.

    `people` are small numbers from 0 on, such as those of `numbered`.
    """
    number = int(people.max()) + 1 if len(people) else 1
    here = np.zeros(size * number, dtype=bool)
    here[codes * number + people] = True
    return here.reshape(size, number)


def _known_askers(counted: CountedColumns, codes: Numbers, size: int) -> Numbers:
    """Return by group how many asked what of which it is known who was on duty."""
    none = np.zeros(0, dtype=np.int64)
    places = none if counted.watched is None else counted.watched.places
    places = places[codes[places] >= 0]
    found: Numbers = who_is_in(codes[places], counted.asker[places], size).sum(axis=1)
    return found


def _steps(ordered: Lengths) -> tuple[Lengths, Numbers, Numbers]:
    """Return each time, how many came before it, and how many at it."""
    new = np.ones(len(ordered), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    before = np.flatnonzero(new)
    return ordered[before], before, np.diff(before, append=len(ordered))


def _times(clock: Clock, codes: Numbers, size: int) -> list[tuple[Lengths, Lengths]]:
    """Return the times of each group: those that were answered, and the others."""
    own = codes[clock.places]
    # Twice as many heaps as groups; none first.
    heap = (own + 1) * 2 + clock.answered
    if 2 * size + 1 < np.iinfo(np.int16).max:
        # Small numbers are sorted many times faster.
        heap = heap.astype(np.int16)
    order = np.argsort(heap, kind="stable")
    seconds = clock.seconds[order]
    edges = np.searchsorted(heap[order], np.arange(2 * size + 3))
    return [
        (
            seconds[edges[2 * number + 3] : edges[2 * number + 4]]
            if 2 * number + 4 < len(edges)
            else seconds[edges[2 * number + 3] :],
            seconds[edges[2 * number + 2] : edges[2 * number + 3]],
        )
        for number in range(size)
    ]


def _count(codes: Numbers, wanted: Flags, size: int) -> Mapping[int, Any]:
    found: Mapping[int, Any] = cast(
        "Any", np.bincount(codes[wanted], minlength=max(size, 1))
    )
    return found


def _added(values: npt.NDArray[Any]) -> float:
    # One after the other: numpy's own sum adds in another order.
    return float(np.cumsum(values)[-1]) if len(values) else 0.0


_NONE = Times(ends=(), lost=())
_NO_CURVE = Curve(
    n=0, answered=0, longest=0.0, times=(), waiting=(), variance=(), at_risk=()
)
