"""Who was in which course, from when to when, and as what; roles stay as they were."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from moodle_bridge.model.people import Person
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.cursors import Cursors

_LEAST_STEP = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Somebody in a course in one role; `until` is None while they are there.

    The times are those at which the bridge looked: who came between two looks is
    there from the second on.
    """

    course_id: int
    user_id: int
    since: datetime
    until: datetime | None
    facilitator: bool
    group_ids: frozenset[int]


def taught(rows: Sequence[Presence], at: datetime) -> bool | None:
    """Say whether somebody taught at a moment, by all rows of theirs in a course.

    Before they were first seen their role was that of then. None when they were never
    seen, or not at that moment.
    """
    ordered = sorted(rows, key=lambda one: one.since)
    for one in ordered:
        if one.since <= at and (one.until is None or at < one.until):
            return one.facilitator
    if ordered and at < ordered[0].since:
        return ordered[0].facilitator
    return None


class Presences:
    """Everybody who is or was in a course."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def note(self, course_id: int, people: Sequence[Person]) -> bool:
        """Bring a course up to date with who is in it now; may be repeated.

        Who left is closed, who came is opened, and a new role closes and opens. Groups
        are those of the last look. Who is suspended is not there. False, and nothing
        is changed, when not one of those who were there is there still: then it was
        the reading that failed, or nobody can tell.
        """
        there = {one.user_id: one for one in people if not one.suspended}
        before = {one.user_id: one for one in self._open(course_id)}
        if before and not before.keys() & there.keys():
            return False
        gone = [number for number in before if number not in there]
        turned = [
            number
            for number, one in before.items()
            if number in there and there[number].facilitator is not one.facilitator
        ]
        self._name_groups(course_id, people)
        now = self._now(course_id)
        self._close(course_id, [*gone, *turned], now)
        for number, person in there.items():
            known = before.get(number)
            if known is not None and known.group_ids != person.group_ids:
                self._regroup(known, person.group_ids)
        self._add(
            course_id,
            [there[one] for one in (*turned, *(there.keys() - before.keys()))],
            now,
        )
        return True

    def group_names(self, course_id: int) -> dict[int, str]:
        """Return what the groups of a course are called, as far as that was heard."""
        kept = Cursors(self._connection, self._clock).get(_groups(course_id))
        return {int(number): name for number, name in json.loads(kept or "{}").items()}

    def _name_groups(self, course_id: int, people: Iterable[Person]) -> None:
        before = self.group_names(course_id)
        names = before | {
            number: name for person in people for number, name in person.group_names
        }
        if names != before:
            Cursors(self._connection, self._clock).move(
                _groups(course_id), json.dumps(names, ensure_ascii=False)
            )

    def of_courses(self, course_ids: Collection[int]) -> list[Presence]:
        """Return who is or was in these courses, the earliest first."""
        table = schema.presence
        rows = self._connection.execute(
            select(table)
            .where(table.c.course_id.in_(sorted(course_ids)))
            .order_by(table.c.since, table.c.user_id, table.c.course_id)
        )
        return [_presence(row) for row in rows]

    def _open(self, course_id: int) -> list[Presence]:
        table = schema.presence
        rows = self._connection.execute(
            select(table).where(table.c.course_id == course_id, table.c.until.is_(None))
        )
        return [_presence(row) for row in rows]

    def _now(self, course_id: int) -> datetime:
        """Return the clock, or a little after what it showed when it was put back."""
        table = schema.presence
        latest = self._connection.execute(
            select(func.max(table.c.since), func.max(table.c.until)).where(
                table.c.course_id == course_id
            )
        ).one()
        known: list[datetime] = [one for one in latest if one is not None]
        return max([self._clock(), *(one + _LEAST_STEP for one in known)])

    def _close(self, course_id: int, user_ids: Iterable[int], until: datetime) -> None:
        table = schema.presence
        for number in user_ids:
            self._connection.execute(
                update(table)
                .where(
                    table.c.course_id == course_id,
                    table.c.user_id == number,
                    table.c.until.is_(None),
                )
                .values(until=until)
            )

    def _regroup(self, known: Presence, group_ids: Collection[int]) -> None:
        table = schema.presence
        self._connection.execute(
            update(table)
            .where(
                table.c.course_id == known.course_id,
                table.c.user_id == known.user_id,
                table.c.since == known.since,
            )
            .values(group_ids=sorted(group_ids))
        )

    def _add(self, course_id: int, people: Sequence[Person], since: datetime) -> None:
        if not people:
            return
        self._connection.execute(
            insert(schema.presence),
            [
                {
                    "course_id": course_id,
                    "user_id": person.user_id,
                    "since": since,
                    "until": None,
                    "facilitator": int(person.facilitator),
                    "group_ids": sorted(person.group_ids),
                }
                for person in people
            ],
        )


def _groups(course_id: int) -> str:
    return f"course:{course_id}:groups"


def _presence(row: Row[Any]) -> Presence:
    return Presence(
        course_id=row.course_id,
        user_id=row.user_id,
        since=row.since,
        until=row.until,
        facilitator=bool(row.facilitator),
        group_ids=frozenset(row.group_ids),
    )
