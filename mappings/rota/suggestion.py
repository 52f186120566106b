"""A fair rota as a question to a solver: who takes which slot.

Pure: what comes out is a linear program in numbers, and who solves it is not its
business. Nothing is impossible, for a slot may stay open; that costs more than all
unfairness, so that it happens only where nobody may take it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from mappings.rota.duty import Period
from mappings.rota.fairness import Hours, hours_of
from mappings.rota.slots import Slot, week_of
from mappings.rota.windows import Window
from moodle_bridge.model.rota import DutyRole, Facilitator

RESERVE = 0.25
"""What an hour as backup weighs beside one as primary."""

_STEP = timedelta(minutes=15)
_OPEN, _LAST, _UNEVEN, _MOST_UNEVEN = 1000.0, 100.0, 3.0, 10.0
_NIGHT, _MOST_NIGHTS = 4.0, 5.0
_WEEKEND, _MOST_WEEKENDS = 1.0, 5.0
_AVOIDED, _PREFERRED = 6.0, -1.0
_INFINITE = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is to be thought of for one person.

    `prefers` and `avoids` are by the clock where they live. `most_hours` is the most
    in a week, None for no limit. `share` is what they take beside a share of 1.
    `away` are times in which they cannot.
    """

    person: Facilitator
    prefers: tuple[Window, ...] = ()
    avoids: tuple[Window, ...] = ()
    most_hours: float | None = None
    share: float = 1.0
    away: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What holds for everybody: rest between two shifts, and days on duty in a row."""

    rest: timedelta = timedelta(hours=8)
    most_days: int = 6


@dataclass(frozen=True, kw_only=True)
class Task:
    """A rota that is to be found; `zone` is that of its weeks."""

    slots: tuple[Slot, ...]
    wishes: tuple[Wishes, ...]
    zone: str
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def weeks(self) -> int:
        """How many weeks its slots touch."""
        return len({week_of(slot.start, self.zone) for slot in self.slots})

    @cached_property
    def conflicts(self) -> tuple[frozenset[int], ...]:
        """The slots, by number, that nobody can take beside a slot."""
        found: list[set[int]] = [set() for _ in self.slots]
        rest = self.limits.rest
        for one, slot in enumerate(self.slots):
            for other in range(one + 1, len(self.slots)):
                if self.slots[other].start >= slot.end + rest:
                    break
                if any(
                    self.slots[other].touches(span.start - rest, span.end + rest)
                    for span in slot.spans
                ):
                    found[one].add(other)
                    found[other].add(one)
        return tuple(frozenset(one) for one in found)

    @cached_property
    def loads(self) -> tuple[tuple[Hours, ...], ...]:
        """What each slot weighs for each person: by person, then by slot."""
        by_zone: dict[str, tuple[Hours, ...]] = {}
        for wishes in self.wishes:
            zone = wishes.person.zone
            if zone not in by_zone:
                by_zone[zone] = tuple(_load(slot, zone) for slot in self.slots)
        return tuple(by_zone[wishes.person.zone] for wishes in self.wishes)

    @cached_property
    def free(self) -> tuple[tuple[bool, ...], ...]:
        """Whether each person is there in each slot: by person, then by slot."""
        return tuple(
            tuple(
                not any(slot.touches(start, end) for start, end in wishes.away)
                for slot in self.slots
            )
            for wishes in self.wishes
        )

    @cached_property
    def targets(self) -> tuple[float, ...]:
        """Return everybody's fair share, in weighed hours.

        By their shares; what somebody cannot take, for their hours or their absence,
        is spread over the others.
        """
        total = sum(weight(slot) * slot.need for slot in self.slots)
        most = [
            min(
                sum(
                    weight(slot)
                    for slot, free in zip(self.slots, self.free[who], strict=True)
                    if free
                ),
                _INFINITE
                if wishes.most_hours is None
                else wishes.most_hours * self.weeks,
            )
            for who, wishes in enumerate(self.wishes)
        ]
        found = [0.0] * len(most)
        left, open_ = total, [who for who in range(len(most)) if self._share(who) > 0]
        while open_ and left > 0:
            shares = sum(self._share(who) for who in open_)
            full = [
                who for who in open_ if left * self._share(who) / shares >= most[who]
            ]
            if not full:
                for who in open_:
                    found[who] = left * self._share(who) / shares
                break
            for who in full:
                found[who] = most[who]
            left -= sum(most[who] for who in full)
            open_ = [who for who in open_ if who not in full]
        return tuple(found)

    def _share(self, who: int) -> float:
        return self.wishes[who].share


@dataclass(slots=True, kw_only=True)
class Program:
    """A linear program: minimise costs x columns within the bounds of the rows.

    Of a row: from, to, and its columns with their factors. `whole` are the columns
    that are whole numbers. `takes` says which column is somebody in a slot.
    """

    costs: list[float] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    rows: list[tuple[float, float, dict[int, float]]] = field(default_factory=list)
    takes: dict[tuple[int, int], int] = field(default_factory=dict)

    def column(
        self, cost: float = 0.0, *, least: float = 0.0, most: float = _INFINITE
    ) -> int:
        """Add a column; return its number."""
        self.costs.append(cost)
        self.least.append(least)
        self.most.append(most)
        return len(self.costs) - 1

    def row(self, least: float, most: float, columns: dict[int, float]) -> None:
        """Add a row."""
        self.rows.append((least, most, columns))


def program_of(task: Task) -> Program:
    """Return the program whose solution is a fair rota; the same task, the same one."""
    program = Program()
    for who, wishes in enumerate(task.wishes):
        for number, slot in enumerate(task.slots):
            if task.free[who][number]:
                cost = _NIGHT * task.loads[who][number].nights
                cost += _AVOIDED * hours_within(slot, wishes.avoids, wishes)
                cost += _PREFERRED * hours_within(slot, wishes.prefers, wishes)
                column = program.column(cost, most=1.0)
                program.whole.append(column)
                program.takes[who, number] = column
    for number, slot in enumerate(task.slots):
        taken = _of_slot(program, task, number)
        stays = program.column(_OPEN * weight(slot), most=float(slot.need))
        program.row(slot.need, slot.need, {**dict.fromkeys(taken, 1.0), stays: 1.0})
    _keep_apart(program, task)
    _limit_weeks(program, task)
    _limit_days(program, task)
    _share_out(program, task)
    return program


def taken_in(
    task: Task, program: Program, values: Sequence[float]
) -> tuple[tuple[int, ...], ...]:
    """Return who takes each slot, by number, out of the values of the columns."""
    half = 0.5
    return tuple(
        tuple(
            who
            for who in range(len(task.wishes))
            if values[program.takes.get((who, number), -1)] > half
            and (who, number) in program.takes
        )
        for number in range(len(task.slots))
    )


def weight(slot: Slot) -> float:
    """Return what a slot weighs, in hours of a primary."""
    reserve = slot.coverage.role is not DutyRole.PRIMARY
    return slot.hours * (RESERVE if reserve else 1.0)


def hours_within(slot: Slot, windows: Iterable[Window], wishes: Wishes) -> float:
    """Return how many hours of a slot lie in windows of a person's clock."""
    wanted = tuple(windows)
    if not wanted:
        return 0.0
    place = ZoneInfo(wishes.person.zone)
    total = timedelta()
    for span in slot.spans:
        at = span.start
        while at < span.end:
            until = min(at + _STEP, span.end)
            local: datetime = at.astimezone(place)
            if any(window.holds(local) for window in wanted):
                total += until - at
            at = until
    return total.total_seconds() / 3600


def days_of(slot: Slot) -> tuple[date, ...]:
    """Return the days on which the shifts of a slot begin."""
    return tuple(dict.fromkeys(span.day for span in slot.spans))


def week_hours(slot: Slot, zone: str) -> dict[date, float]:
    """Return the hours of a slot by the weeks in which its shifts begin."""
    found: defaultdict[date, float] = defaultdict(float)
    factor = weight(slot) / slot.hours if slot.hours else 0.0
    for span in slot.spans:
        hours = (span.end - span.start).total_seconds() / 3600
        found[week_of(span.start, zone)] += hours * factor
    return found


def _load(slot: Slot, zone: str) -> Hours:
    if slot.coverage.role is DutyRole.SHADOW:
        return Hours()
    factor = weight(slot) / slot.hours if slot.hours else 0.0
    found = [hours_of(span.start, span.end, zone) for span in slot.spans]
    return Hours(
        hours=sum(one.hours for one in found) * factor,
        nights=sum(one.nights for one in found) * factor,
        weekends=sum(one.weekends for one in found) * factor,
    )


def _of_slot(program: Program, task: Task, number: int) -> list[int]:
    return [
        program.takes[who, number]
        for who in range(len(task.wishes))
        if (who, number) in program.takes
    ]


def _keep_apart(program: Program, task: Task) -> None:
    for one, others in enumerate(task.conflicts):
        for other in sorted(number for number in others if number > one):
            for who in range(len(task.wishes)):
                columns = [
                    program.takes[who, number]
                    for number in (one, other)
                    if (who, number) in program.takes
                ]
                if len(columns) > 1:
                    program.row(-_INFINITE, 1.0, dict.fromkeys(columns, 1.0))


def _limit_weeks(program: Program, task: Task) -> None:
    for who, wishes in enumerate(task.wishes):
        if wishes.most_hours is None:
            continue
        weeks: defaultdict[date, dict[int, float]] = defaultdict(dict)
        for number, slot in enumerate(task.slots):
            if (who, number) in program.takes:
                for week, hours in week_hours(slot, task.zone).items():
                    weeks[week][program.takes[who, number]] = hours
        for columns in weeks.values():
            program.row(-_INFINITE, wishes.most_hours, columns)


def _limit_days(program: Program, task: Task) -> None:
    most = task.limits.most_days
    for who in range(len(task.wishes)):
        days: defaultdict[date, list[int]] = defaultdict(list)
        for number, slot in enumerate(task.slots):
            # Whoever takes a turn of days wants them all.
            if (who, number) in program.takes and slot.coverage.turn_days == 1:
                for day in days_of(slot):
                    days[day].append(program.takes[who, number])
        on = {}
        for day in sorted(days):
            on[day] = program.column(most=1.0)
            for column in days[day]:
                program.row(-_INFINITE, 0.0, {column: 1.0, on[day]: -1.0})
        for day in sorted(days):
            row = [day + timedelta(days=number) for number in range(most + 1)]
            if all(one in on for one in row):
                columns = dict.fromkeys((on[one] for one in row), 1.0)
                program.row(-_INFINITE, float(most), columns)


def _share_out(program: Program, task: Task) -> None:
    """Let unfair shares cost: of all hours, of nights, of weekends."""
    uneven = program.column(_MOST_UNEVEN)
    nights = program.column(_MOST_NIGHTS)
    weekends = program.column(_MOST_WEEKENDS)
    shares = sum(wishes.share for wishes in task.wishes)
    in_weekends = sum(
        _load(slot, task.zone).weekends * slot.need for slot in task.slots
    )
    for who, wishes in enumerate(task.wishes):
        loads = {
            program.takes[who, number]: load
            for number, load in enumerate(task.loads[who])
            if (who, number) in program.takes
        }
        hours = {column: load.hours for column, load in loads.items()}
        if wishes.share <= 0:
            last = program.column(_LAST)
            program.row(-_INFINITE, 0.0, {**hours, last: -1.0})
            continue
        over, under = program.column(_UNEVEN), program.column(_UNEVEN)
        target = task.targets[who]
        program.row(target, target, {**hours, over: -1.0, under: 1.0})
        program.row(0.0, _INFINITE, {uneven: 1.0, over: -1.0, under: -1.0})
        asked = {column: load.nights for column, load in loads.items() if load.nights}
        program.row(-_INFINITE, 0.0, {**asked, nights: -wishes.share})
        asked = {
            column: load.weekends for column, load in loads.items() if load.weekends
        }
        program.row(-_INFINITE, 0.0, {**asked, weekends: -wishes.share})
        more = program.column(_WEEKEND)
        fair = in_weekends * wishes.share / shares
        program.row(-_INFINITE, fair, {**asked, more: -1.0})


def longest_row(days: Iterable[date]) -> int:
    """Return how many of these days follow on each other at the most."""
    ordered = sorted(set(days))
    longest = current = 1 if ordered else 0
    for before, after in pairwise(ordered):
        current = current + 1 if after - before == timedelta(days=1) else 1
        longest = max(longest, current)
    return longest
