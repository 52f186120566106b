"""Questions to ask of compiled shifts: who is on duty, when nobody is, for how long."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate

from moodle_bridge.model.rota import DutyRole, Shift

Period = tuple[datetime, datetime]
"""From the first moment up to and without the second; both aware UTC."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Periods that do not touch, in order of time."""

    periods: tuple[Period, ...]
    # Where each begins, and how much is covered before it: reports ask for the cover of
    # hundreds of thousands of waits.
    _begins: tuple[datetime, ...] = field(init=False, repr=False, compare=False)
    _before: tuple[timedelta, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lengths = (ends - begins for begins, ends in self.periods)
        before = tuple(accumulate(lengths, initial=timedelta()))
        object.__setattr__(self, "_begins", tuple(one[0] for one in self.periods))
        object.__setattr__(self, "_before", before)

    def is_on(self, at: datetime) -> bool:
        """Say whether a moment lies in one of them."""
        return self._at(at) is not None

    def next_after(self, at: datetime) -> datetime | None:
        """Return the first covered moment from `at` on; None when there is none."""
        if self.is_on(at):
            return at
        index = bisect_left(self.periods, at, key=lambda period: period[0])
        return self.periods[index][0] if index < len(self.periods) else None

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much of a period is covered; nothing when it ends before it begins.

        In the time of two binary searches, however long the period is.
        """
        return self._until(end) - self._until(start) if start < end else timedelta()

    def gaps(self, start: datetime, end: datetime) -> tuple[Period, ...]:
        """Return the parts of a period that are not covered."""
        found = []
        at = start
        for begins, ends in self.periods:
            if ends <= at:
                continue
            if begins >= end:
                break
            if begins > at:
                found.append((at, begins))
            at = max(at, ends)
        if at < end:
            found.append((at, end))
        return tuple(found)

    def after(self, start: datetime, covered: timedelta) -> datetime | None:
        """Return when so much covered time has passed since `start`; None = never."""
        left = covered
        first = bisect_right(self.periods, start, key=lambda period: period[1])
        for begins, ends in self.periods[first:]:
            from_ = max(begins, start)
            if ends - from_ >= left:
                return from_ + left
            left -= ends - from_
        return None

    def before(self, end: datetime, covered: timedelta) -> datetime | None:
        """Return the latest moment from which so much covered time passes until `end`.

        None when there was never so much; for no time at all, the last covered moment.
        """
        left = covered
        last = bisect_left(self.periods, end, key=lambda period: period[0])
        for begins, ends in reversed(self.periods[:last]):
            until = min(ends, end)
            if not covered:
                return end if self.is_on(end) else until - timedelta.resolution
            if until - begins >= left:
                return until - left
            left -= until - begins
        return end if not covered and self.is_on(end) else None

    def _until(self, at: datetime) -> timedelta:
        """Return how much is covered up to a moment."""
        index = bisect_right(self._begins, at) - 1
        if index < 0:
            return timedelta()
        begins, ends = self.periods[index]
        return self._before[index] + (min(at, ends) - begins)

    def _at(self, at: datetime) -> Period | None:
        index = bisect_right(self.periods, at, key=lambda period: period[0]) - 1
        if index >= 0 and at < self.periods[index][1]:
            return self.periods[index]
        return None


def cover(
    shifts: Iterable[Shift], *roles: DutyRole, person: str | None = None
) -> Cover:
    """Return when somebody is on duty in one of these roles (none = primary)."""
    wanted = roles or (DutyRole.PRIMARY,)
    merged: list[Period] = []
    for shift in sorted(shifts, key=lambda one: one.start):
        if shift.role not in wanted or person not in {None, shift.person}:
            continue
        if merged and shift.start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], shift.end))
        else:
            merged.append((shift.start, shift.end))
    return Cover(tuple(merged))


def on_duty(shifts: Sequence[Shift], at: datetime) -> tuple[Shift, ...]:
    """Return the shifts that hold at a moment, primaries first, then by person."""
    order = list(DutyRole)
    return tuple(
        sorted(
            (shift for shift in shifts if shift.start <= at < shift.end),
            key=lambda shift: (order.index(shift.role), shift.person),
        )
    )
