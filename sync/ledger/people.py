"""Who is in which course, as last read; and when an address was last written to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from moodle_bridge.model.people import Person
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import upsert


class People:
    """The people of each course."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def replace(self, course_id: int, people: Sequence[Person]) -> None:
        """Set who is in a course; may be repeated."""
        now = self._clock()
        table = schema.person
        self._connection.execute(delete(table).where(table.c.course_id == course_id))
        if people:
            self._connection.execute(
                insert(table),
                [
                    {
                        "course_id": course_id,
                        "user_id": person.user_id,
                        "username": person.username,
                        "fullname": person.fullname,
                        "addresses": list(person.addresses),
                        "language": person.language,
                        "timezone": person.timezone,
                        "country": person.country,
                        "idnumber": person.idnumber,
                        "group_ids": sorted(person.group_ids),
                        "facilitator": int(person.facilitator),
                        "suspended": int(person.suspended),
                        "seen_at": now,
                    }
                    for person in people
                ],
            )

    def read_at(self, course_id: int) -> datetime | None:
        """Return when the people of a course were last read, None if never."""
        table = schema.person
        value = self._connection.execute(
            select(func.min(table.c.seen_at)).where(table.c.course_id == course_id)
        ).scalar_one_or_none()
        return value if value is None or isinstance(value, datetime) else None

    def courses(self) -> list[int]:
        """Return the courses whose people were read."""
        table = schema.person
        rows = self._connection.execute(select(table.c.course_id).distinct())
        return sorted(row.course_id for row in rows)

    def of_course(self, course_id: int) -> list[Person]:
        """Return the people of a course as last read."""
        table = schema.person
        rows = self._connection.execute(
            select(table)
            .where(table.c.course_id == course_id)
            .order_by(table.c.user_id)
        )
        return [_person(row) for row in rows]

    def of_user(self, user_id: int) -> Person | None:
        """Return a person as last read in any course, None when in none."""
        table = schema.person
        row = self._connection.execute(
            select(table)
            .where(table.c.user_id == user_id)
            .order_by(table.c.seen_at.desc(), table.c.course_id)
            .limit(1)
        ).first()
        return None if row is None else _person(row)

    def courses_of(self, user_id: int) -> frozenset[int]:
        """Return the courses in which a person was last seen."""
        table = schema.person
        return frozenset(
            self._connection.execute(
                select(table.c.course_id).where(table.c.user_id == user_id)
            ).scalars()
        )


class Contacts:
    """Mails that the bridge itself wrote to an address (not on anybody's behalf)."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def may_notice(self, address: str, *, pause: timedelta) -> bool:
        """Say whether the last notice to this address is long enough ago."""
        table = schema.contact
        last = self._connection.execute(
            select(table.c.noticed_at).where(table.c.address == address)
        ).scalar_one_or_none()
        return last is None or self._clock() - last >= pause

    def noticed(self, address: str) -> None:
        """Note that a notice to this address was planned just now."""
        table = schema.contact
        before = self._connection.execute(
            select(table.c.notices).where(table.c.address == address)
        ).scalar_one_or_none()
        upsert(
            self._connection,
            table,
            address=address,
            noticed_at=self._clock(),
            notices=(before or 0) + 1,
        )

    def noticed_since(self, moment: datetime) -> int:
        """Return how many addresses got a notice since a moment."""
        table = schema.contact
        return self._connection.execute(
            select(func.count()).select_from(table).where(table.c.noticed_at >= moment)
        ).scalar_one()


def _person(row: Row[Any]) -> Person:
    return Person(
        user_id=row.user_id,
        username=row.username,
        fullname=row.fullname,
        addresses=tuple(row.addresses),
        language=row.language,
        timezone=row.timezone,
        country=row.country,
        idnumber=row.idnumber,
        group_ids=frozenset(row.group_ids),
        facilitator=bool(row.facilitator),
        suspended=bool(row.suspended),
    )
