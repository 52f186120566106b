"""Rules and spans become shifts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from mappings.rota.layers import layered
from mappings.rota.wall_clock import local_day, moment
from moodle_bridge.model.rota import Layer, RotaRule, RotaSpan, Shift

_DAY = timedelta(days=1)


def compiled(
    rules: Iterable[RotaRule],
    spans: Iterable[RotaSpan],
    layers: Sequence[Layer],
    *,
    start: datetime,
    end: datetime,
) -> tuple[Shift, ...]:
    """Return who is on duty from `start` up to `end` (aware UTC), in order of time.

    Shifts are cut at the ends of the period. What follows on without a change of
    person, role and reason is one shift. Layers: overrides lie over rules and spans,
    swaps over overrides, absences over all. Raises ValueError for a rule without
    people, and ZoneInfoNotFoundError for a zone that is not known.
    """
    raw = [shift for rule in rules for shift in _of_rule(rule, start, end)]
    raw += [
        Shift(
            start=span.start,
            end=span.end,
            person=span.person,
            role=span.role,
            why=span.key,
        )
        for span in spans
    ]
    within = [cut for shift in raw if (cut := _within(shift, start, end))]
    return joined(
        cut for shift in layered(within, layers) if (cut := _within(shift, start, end))
    )


def joined(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    """Return shifts in order of time, those that only continue another joined to it."""
    last: dict[tuple[str, str, str], int] = {}
    found: list[Shift] = []
    for shift in sorted(shifts, key=_order):
        key = (shift.person, shift.role, shift.why)
        at = last.get(key)
        if at is not None and found[at].end >= shift.start:
            found[at] = replace(found[at], end=max(found[at].end, shift.end))
            continue
        last[key] = len(found)
        found.append(shift)
    return tuple(found)


def on_turn(rule: RotaRule, day: date) -> tuple[str, ...]:
    """Return whose turn it is in a rule for a watch that begins on a day.

    With `at_once` over one, neighbours in the order watch together, and each turn
    moves on by one person.
    """
    if not rule.people:
        raise ValueError(f"rule {rule.name!r} names nobody")
    turn = (day - rule.anchor).days // rule.turn_days
    count = min(rule.at_once, len(rule.people))
    return tuple(
        rule.people[(turn + place) % len(rule.people)] for place in range(count)
    )


def _of_rule(rule: RotaRule, start: datetime, end: datetime) -> Iterator[Shift]:
    # A watch over midnight may have begun the day before.
    day = local_day(start, rule.zone) - 2 * _DAY
    last = local_day(end, rule.zone) + _DAY
    if rule.first is not None:
        day = max(day, rule.first)
    if rule.last is not None:
        last = min(last, rule.last)
    next_day = _DAY if rule.end <= rule.start else timedelta()
    while day <= last:
        if day.weekday() in rule.weekdays:
            begins = moment(day, rule.start, rule.zone)
            ends = moment(day + next_day, rule.end, rule.zone)
            if begins < ends and ends > start and begins < end:
                for person in on_turn(rule, day):
                    yield Shift(
                        start=begins,
                        end=ends,
                        person=person,
                        role=rule.role,
                        why=rule.name,
                    )
        day += _DAY


def _within(shift: Shift, start: datetime, end: datetime) -> Shift | None:
    begins, ends = max(shift.start, start), min(shift.end, end)
    if begins >= ends:
        return None
    if begins == shift.start and ends == shift.end:
        return shift
    return replace(shift, start=begins, end=ends)


def _order(shift: Shift) -> tuple[datetime, str, str, datetime]:
    return (shift.start, shift.role, shift.person, shift.end)
