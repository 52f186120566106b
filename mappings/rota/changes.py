"""What changed in somebody's watches since they were last told of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mappings.rota.duty import Cover, Period, cover
from moodle_bridge.model.rota import DutyRole, Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Some watches in one role that are no longer as they were.

    `parts` are the times that came or went, in order. `before` and `after` are the
    whole watches that they touch; one of them may be empty, never both.
    """

    role: DutyRole
    parts: tuple[Period, ...]
    before: tuple[Period, ...]
    after: tuple[Period, ...]

    @property
    def start(self) -> datetime:
        """When it first makes a difference."""
        return self.parts[0][0]


def changes(
    before: Sequence[Shift],
    after: Sequence[Shift],
    start: datetime,
    end: datetime,
    *,
    known: Iterable[Period] = (),
) -> tuple[Change, ...]:
    """Return what changed for one person from `start` up to `end`, in order of time.

    `before` and `after` are the watches of that person, as they were told and as they
    are. Why somebody is on duty makes no difference, nor where one watch goes over
    into the next. What lies in `known` was told to them in another way.
    """
    told = _merged(known)
    found = [
        change
        for role in DutyRole
        for change in _of_role(
            role, cover(before, role), cover(after, role), (start, end), told
        )
    ]
    return tuple(sorted(found, key=lambda change: (change.start, change.role)))


def _of_role(
    role: DutyRole, before: Cover, after: Cover, period: Period, told: Cover
) -> list[Change]:
    parts = [
        part
        for one, other in ((before, after), (after, before))
        for covered in _within(one, period)
        for missing in other.gaps(*covered)
        for part in told.gaps(*missing)
    ]
    found: list[Change] = []
    for part in sorted(parts):
        was, now = _touching(before, part), _touching(after, part)
        last = found[-1] if found else None
        joins = last is not None and (
            set(was) & set(last.before) or set(now) & set(last.after)
        )
        if last is not None and joins:
            found[-1] = Change(
                role=role,
                parts=(*last.parts, part),
                before=tuple(dict.fromkeys((*last.before, *was))),
                after=tuple(dict.fromkeys((*last.after, *now))),
            )
        else:
            found.append(Change(role=role, parts=(part,), before=was, after=now))
    return found


def _within(covered: Cover, period: Period) -> list[Period]:
    cut = [(max(one, period[0]), min(two, period[1])) for one, two in covered.periods]
    return [(one, two) for one, two in cut if one < two]


def _touching(covered: Cover, part: Period) -> tuple[Period, ...]:
    return tuple(
        (one, two) for one, two in covered.periods if one <= part[1] and two >= part[0]
    )


def _merged(periods: Iterable[Period]) -> Cover:
    merged: list[Period] = []
    for start, end in sorted(periods):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return Cover(tuple(merged))
