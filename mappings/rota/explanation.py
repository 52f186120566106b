"""Why a suggested rota is as it is: what each carries, and why a wish is not met."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mappings.rota.slots import Slot
from mappings.rota.suggestion import (
    Task,
    days_of,
    hours_within,
    longest_row,
    week_hours,
)
from moodle_bridge.model.rota import DutyRole, RotaSpan

_CLOSE = 0.01


class Why(StrEnum):
    """Why somebody does not take a slot; the first that holds is told."""

    AWAY = "away"
    MOST_HOURS = "most hours of that week"
    ON_DUTY = "on duty too near to it"
    DAYS_IN_A_ROW = "too many days in a row"
    AVOIDS = "asked to be spared as well"
    NIGHT = "night where they live"
    UNFAIR = "would carry more than their share"


HARD = (Why.AWAY, Why.MOST_HOURS, Why.ON_DUTY, Why.DAYS_IN_A_ROW)
"""What rules somebody out; the others only weigh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What one person carries; `fair` is their fair share of the hours."""

    person: str
    hours: float
    nights: float
    weekends: float
    backup: float
    shifts: int
    fair: float
    preferred: float
    avoided: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A slot that a person takes although they asked to be spared, and why."""

    person: str
    slot: Slot
    hours: float
    others: tuple[tuple[str, Why], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A slot for which people are missing, and why nobody takes it."""

    slot: Slot
    missing: int
    others: tuple[tuple[str, Why], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What would fill how many of the open slots: one person's one obstacle less.

    `person` is None where only another person would help.
    """

    person: str | None
    why: Why | None
    slots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A suggested rota with its reasons."""

    spans: tuple[RotaSpan, ...]
    carried: tuple[Carried, ...]
    unmet: tuple[Unmet, ...]
    open: tuple[Open, ...]
    remedies: tuple[Remedy, ...]


def explained(task: Task, taken: Sequence[Sequence[int]]) -> Explanation:
    """Return what a rota means; `taken` says by number who takes each slot."""
    reasons = _Reasons(task, taken)
    empty = tuple(
        Open(
            slot=slot,
            missing=slot.need - len(taken[number]),
            others=reasons.of(number),
        )
        for number, slot in enumerate(task.slots)
        if len(taken[number]) < slot.need
    )
    return Explanation(
        spans=tuple(_spans(task, taken)),
        carried=tuple(_carried(task, taken, who) for who in range(len(task.wishes))),
        unmet=tuple(_unmet(task, taken, reasons)),
        open=empty,
        remedies=_remedies(task, taken, reasons),
    )


class _Reasons:
    def __init__(self, task: Task, taken: Sequence[Sequence[int]]) -> None:
        self._task = task
        self._taken = taken
        self._slots_of = [
            frozenset(number for number, people in enumerate(taken) if who in people)
            for who in range(len(task.wishes))
        ]
        self._weeks: list[defaultdict[date, float]] = []
        for numbers in self._slots_of:
            weeks: defaultdict[date, float] = defaultdict(float)
            for number in numbers:
                for week, hours in week_hours(task.slots[number], task.zone).items():
                    weeks[week] += hours
            self._weeks.append(weeks)

    def of(self, number: int) -> tuple[tuple[str, Why], ...]:
        """Return why each of those who do not take a slot does not."""
        return tuple(
            (wishes.person.key, self.first(who, number))
            for who, wishes in enumerate(self._task.wishes)
            if who not in self._taken[number]
        )

    def first(self, who: int, number: int) -> Why:
        hard = self.hard(who, number)
        if hard:
            return hard[0]
        task, slot, wishes = (
            self._task,
            self._task.slots[number],
            self._task.wishes[who],
        )
        if hours_within(slot, wishes.avoids, wishes):
            return Why.AVOIDS
        return Why.NIGHT if task.loads[who][number].nights else Why.UNFAIR

    def hard(self, who: int, number: int) -> list[Why]:
        """Return all that rules somebody out."""
        task, slot, wishes = (
            self._task,
            self._task.slots[number],
            self._task.wishes[who],
        )
        found = []
        if not task.free[who][number]:
            found.append(Why.AWAY)
        if wishes.most_hours is not None and any(
            self._weeks[who][week] + hours > wishes.most_hours + _CLOSE
            for week, hours in week_hours(slot, task.zone).items()
        ):
            found.append(Why.MOST_HOURS)
        if task.conflicts[number] & self._slots_of[who]:
            found.append(Why.ON_DUTY)
        if slot.coverage.turn_days == 1:
            days = [
                day
                for other in (*self._slots_of[who], number)
                if task.slots[other].coverage.turn_days == 1
                for day in days_of(task.slots[other])
            ]
            if longest_row(days) > task.limits.most_days:
                found.append(Why.DAYS_IN_A_ROW)
        return found


def _spans(task: Task, taken: Sequence[Sequence[int]]) -> Iterator[RotaSpan]:
    for number, slot in enumerate(task.slots):
        for span in slot.spans:
            for who in taken[number]:
                person = task.wishes[who].person.key
                yield RotaSpan(
                    key=f"{span.start.isoformat()} {person}",
                    person=person,
                    start=span.start,
                    end=span.end,
                    role=slot.coverage.role,
                )


def _carried(task: Task, taken: Sequence[Sequence[int]], who: int) -> Carried:
    wishes = task.wishes[who]
    mine = [number for number, people in enumerate(taken) if who in people]
    slots = [task.slots[number] for number in mine]
    loads = [
        task.loads[who][number]
        for number in mine
        if task.slots[number].coverage.role is DutyRole.PRIMARY
    ]
    return Carried(
        person=wishes.person.key,
        hours=round(sum(load.hours for load in loads), 2),
        nights=round(sum(load.nights for load in loads), 2),
        weekends=round(sum(load.weekends for load in loads), 2),
        backup=round(
            sum(slot.hours for slot in slots if slot.coverage.role is DutyRole.BACKUP),
            2,
        ),
        shifts=sum(len(slot.spans) for slot in slots),
        fair=round(task.targets[who], 2),
        preferred=round(
            sum(hours_within(slot, wishes.prefers, wishes) for slot in slots), 2
        ),
        avoided=round(
            sum(hours_within(slot, wishes.avoids, wishes) for slot in slots), 2
        ),
    )


def _unmet(
    task: Task, taken: Sequence[Sequence[int]], reasons: _Reasons
) -> Iterator[Unmet]:
    for number, slot in enumerate(task.slots):
        for who in taken[number]:
            wishes = task.wishes[who]
            hours = hours_within(slot, wishes.avoids, wishes)
            if hours:
                yield Unmet(
                    person=wishes.person.key,
                    slot=slot,
                    hours=hours,
                    others=reasons.of(number),
                )


def _remedies(
    task: Task, taken: Sequence[Sequence[int]], reasons: _Reasons
) -> tuple[Remedy, ...]:
    counts: Counter[tuple[str, Why]] = Counter()
    hopeless = 0
    for number, slot in enumerate(task.slots):
        if len(taken[number]) >= slot.need:
            continue
        helped = False
        for who, wishes in enumerate(task.wishes):
            if who in taken[number]:
                continue
            hard = reasons.hard(who, number)
            if len(hard) == 1:
                counts[wishes.person.key, hard[0]] += 1
                helped = True
        hopeless += not helped
    found = [
        Remedy(person=person, why=why, slots=count)
        for (person, why), count in sorted(
            counts.items(), key=lambda item: (-item[1], item[0])
        )
    ]
    if hopeless:
        found.append(Remedy(person=None, why=None, slots=hopeless))
    return tuple(found)
