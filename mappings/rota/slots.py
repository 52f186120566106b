"""What is to be covered, cut into slots that one person takes as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from mappings.rota.duty import Period
from mappings.rota.wall_clock import local_day, moment
from mappings.rota.windows import Window
from moodle_bridge.model.rota import DutyRole

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Hours in which so many are to be on duty, by the clock of `zone`.

    `shift` cuts a long window into shifts of that length at most, all alike; None
    leaves it whole. Who takes a turn takes the same shift on `turn_days` days.
    """

    name: str
    window: Window
    zone: str
    shift: timedelta | None = None
    turn_days: int = 1
    at_once: int = 1
    role: DutyRole = DutyRole.PRIMARY


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSpan:
    """One shift of a slot: in UTC, and as the clock of its zone shows it."""

    start: datetime
    end: datetime
    day: date
    begins: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Shifts that the same `need` people take, in order of time."""

    coverage: Coverage
    spans: tuple[SlotSpan, ...]

    @property
    def need(self) -> int:
        """How many people it wants."""
        return self.coverage.at_once

    @property
    def start(self) -> datetime:
        """When its first shift begins."""
        return self.spans[0].start

    @property
    def end(self) -> datetime:
        """When its last shift ends."""
        return self.spans[-1].end

    @property
    def hours(self) -> float:
        """How long its shifts are together."""
        return sum((one.end - one.start).total_seconds() / 3600 for one in self.spans)

    def touches(self, start: datetime, end: datetime) -> bool:
        """Say whether a time touches one of its shifts."""
        return any(one.start < end and start < one.end for one in self.spans)


def slots_of(
    coverages: Iterable[Coverage], first: date, weeks: int
) -> tuple[Slot, ...]:
    """Return the slots of some weeks from a day on, in order of time.

    Shifts chain where they follow on the clock, whatever clocks do meanwhile. A turn
    that does not fit any more is shorter.
    """
    found = [slot for one in coverages for slot in _slots(one, first, weeks * 7)]
    return tuple(sorted(found, key=lambda slot: (slot.start, slot.coverage.name)))


def period_of(zone: str, first: date, weeks: int) -> Period:
    """Return the weeks as a period in UTC, from midnight to midnight of a zone."""
    return (
        moment(first, time(), zone),
        moment(first + timedelta(weeks=weeks), time(), zone),
    )


def _slots(coverage: Coverage, first: date, days: int) -> Iterator[Slot]:
    for turn in range(0, days, coverage.turn_days):
        length = min(coverage.turn_days, days - turn)
        wanted = [first + timedelta(days=turn + number) for number in range(length)]
        of_days = [
            list(_spans(coverage, day))
            for day in wanted
            if day.weekday() in coverage.window.weekdays
        ]
        for place in range(max(map(len, of_days), default=0)):
            spans = tuple(shifts[place] for shifts in of_days if place < len(shifts))
            yield Slot(coverage=coverage, spans=spans)


def _spans(coverage: Coverage, day: date) -> Iterator[SlotSpan]:
    window = coverage.window
    start = datetime.combine(day, window.start)
    end = datetime.combine(day, window.end)
    if end <= start:
        end += _DAY
    count = 1 if coverage.shift is None else -(-(end - start) // coverage.shift)
    minutes = (end - start) // _MINUTE
    edges = [start + minutes * number // count * _MINUTE for number in range(count + 1)]
    for begins, ends in pairwise(edges):
        from_ = moment(begins.date(), begins.time(), coverage.zone)
        until = moment(ends.date(), ends.time(), coverage.zone)
        if from_ < until:
            yield SlotSpan(
                start=from_,
                end=until,
                day=begins.date(),
                begins=begins.time(),
                ends=ends.time(),
            )


def week_of(at: datetime, zone: str) -> date:
    """Return the Monday of the week in which a moment lies, by the clock of a zone."""
    day = local_day(at, zone)
    return day - timedelta(days=day.weekday())
