"""How the load of the watch is shared: hours, nights, weekends. Never a ranking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from moodle_bridge.model.rota import DutyRole, Facilitator, Shift

_STEP = timedelta(minutes=15)
_NIGHT_ENDS, _NIGHT_BEGINS = 7, 22
_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one person carried, in hours of their own clock.

    `nights` are hours between ten at night and seven in the morning where they live,
    `weekends` those on Saturday and Sunday; an hour may be both. `shifts` is how often
    they came on duty. `backup` are hours in reserve, which are not in `hours`.
    """

    person: str
    hours: float = 0.0
    nights: float = 0.0
    weekends: float = 0.0
    backup: float = 0.0
    shifts: int = 0


def loads(shifts: Iterable[Shift], people: Sequence[Facilitator]) -> tuple[Load, ...]:
    """Return what each person carries, in the order of `people`.

    Counted by the quarter of an hour; nights and weekends by the clock where the
    person lives. Shadows carry nothing.
    """
    by_person: dict[str, list[Shift]] = {person.key: [] for person in people}
    for shift in shifts:
        if shift.person in by_person and shift.role is not DutyRole.SHADOW:
            by_person[shift.person].append(shift)
    return tuple(_load(person, by_person[person.key]) for person in people)


def balance(values: Sequence[float]) -> float | None:
    """Return how evenly something is shared: the mean, over all pairs, of less by more.

    1 when all carry the same; None for fewer than two people or when nobody carries
    anything.
    """
    pairs = [
        (min(one, two), max(one, two))
        for index, one in enumerate(values)
        for two in values[index + 1 :]
    ]
    if not pairs or not any(more for _, more in pairs):
        return None
    return sum(less / more if more else 1.0 for less, more in pairs) / len(pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """How long something lasts, and how much of it is at night or at a weekend."""

    hours: float = 0.0
    nights: float = 0.0
    weekends: float = 0.0


def hours_of(start: datetime, end: datetime, zone: str) -> Hours:
    """Return the hours of a time, by the clock of a zone, by the quarter of an hour."""
    place = ZoneInfo(zone)
    hours = nights = weekends = 0.0
    at = start
    while at < end:
        until = min(at + _STEP, end)
        length = (until - at).total_seconds() / 3600
        local = at.astimezone(place)
        hours += length
        if local.hour >= _NIGHT_BEGINS or local.hour < _NIGHT_ENDS:
            nights += length
        if local.weekday() >= _SATURDAY:
            weekends += length
        at = until
    return Hours(hours=hours, nights=nights, weekends=weekends)


def _load(person: Facilitator, shifts: Sequence[Shift]) -> Load:
    backup = sum(
        (shift.end - shift.start).total_seconds() / 3600
        for shift in shifts
        if shift.role is DutyRole.BACKUP
    )
    on_duty = [
        hours_of(shift.start, shift.end, person.zone)
        for shift in shifts
        if shift.role is DutyRole.PRIMARY
    ]
    return Load(
        person=person.key,
        hours=round(sum(one.hours for one in on_duty), 2),
        nights=round(sum(one.nights for one in on_duty), 2),
        weekends=round(sum(one.weekends for one in on_duty), 2),
        backup=round(backup, 2),
        shifts=len(on_duty),
    )
