"""Enrolments by hand: a person in a course, with a role, from when till when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import RemoteError
from moodle_bridge.model.forum import Course
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.enrolled import EnrolledPeople, Seen
from moodle_bridge.moodle.functions import (
    COURSES_OF_USER,
    ENROL_USERS,
    UNENROL_USERS,
)
from moodle_bridge.moodle.items import ItemWrite, write_items
from moodle_bridge.moodle.outcomes import (
    ItemOutcome,
    StoredDifferently,
    already,
    refused,
    unverified,
)
from moodle_bridge.moodle.wire import unescaped
from moodle_bridge.runtime import to_unix

_OF_COURSE = frozenset(
    {"nopermissions", "wsnoinstance", "errorcoursecontextnotvalid", "requireloginerror"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A manual enrolment as it is to be, whole.

    Enrolling again overwrites what is not said: so dates and suspension always are.
    `starts` and `ends` None set no limit. A role is added, never taken away.
    """

    user_id: int
    course_id: int
    role_id: int
    starts: datetime | None = None
    ends: datetime | None = None
    suspended: bool = False

    def row(self) -> dict[str, Any]:
        """Return it as `enrol_manual_enrol_users` takes it."""
        return {
            "roleid": self.role_id,
            "userid": self.user_id,
            "courseid": self.course_id,
            "timestart": to_unix(self.starts) if self.starts else 0,
            "timeend": to_unix(self.ends) if self.ends else 0,
            "suspend": int(self.suspended),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation:
    """A user in a course."""

    user_id: int
    course_id: int


class _CourseRow(BaseModel):
    id: int
    shortname: str
    fullname: str = ""
    visible: bool | None = True


_COURSES = TypeAdapter(list[_CourseRow])


class Enrolments:
    """Who is in which course by manual enrolment; for reading all, see `People`."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client
        self._enrolled = EnrolledPeople(client)

    def enrol(
        self, enrolments: Sequence[Enrolment]
    ) -> tuple[ItemOutcome[Enrolment], ...]:
        """Enrol, or bring an enrolment to what is asked; one outcome each, in order.

        Naturally repeatable: what is asked is the whole state. The course needs the
        manual enrolment method (else code `wsnoinstance`). `enrol_manual_enrol_users`,
        all-or-nothing.
        """
        return write_items(
            self._client,
            ItemWrite(
                function=ENROL_USERS,
                argument="enrolments",
                row=Enrolment.row,
                scope=lambda enrolment: enrolment.course_id,
                shared=_OF_COURSE,
            ),
            enrolments,
        )

    def suspend(
        self, enrolments: Sequence[Enrolment]
    ) -> tuple[ItemOutcome[Enrolment], ...]:
        """Suspend enrolments and keep grades, groups and dates; see `enrol`.

        Needs the enrolments whole: Moodle would set dates that are not said to none.
        """
        return self.enrol([replace(one, suspended=True) for one in enrolments])

    def unenrol(
        self, participations: Sequence[Participation]
    ) -> tuple[ItemOutcome[Participation], ...]:
        """End manual enrolments; return one outcome each, in order. May be repeated.

        With a person's last enrolment in a course go grades, groups and last access:
        suspend first. Moodle reports success whatever happens, so it is verified by
        reading: who is in the course by another method too is REFUSED with code
        `stillenrolled`, who was not seen in it before is ALREADY. Raises Transient when
        the site is away before anything is sent. `enrol_manual_unenrol_users`,
        all-or-nothing.
        """
        before = self._enrolled.of_courses({one.course_id for one in participations})
        # Who is not seen is sent all the same: one whom the account may not see looks
        # like one who is not there.
        written = write_items(
            self._client,
            ItemWrite(
                function=UNENROL_USERS,
                argument="enrolments",
                # Without a role id: Moodle 4 passes over it, Moodle 5.1 refuses it.
                row=lambda one: {"userid": one.user_id, "courseid": one.course_id},
                scope=lambda one: one.course_id,
                shared=_OF_COURSE,
            ),
            participations,
        )
        return tuple(
            already(one.item) if one.is_so and _is_absent(one.item, before) else one
            for one in self._looked_after(written)
        )

    def verified(
        self, outcomes: Sequence[ItemOutcome[Enrolment]]
    ) -> tuple[ItemOutcome[Enrolment], ...]:
        """Return what `enrol` gave, with what is seen to be otherwise than asked.

        Moodle shows neither dates nor method, only who is in a course, who of them may
        enter it now, and their roles: so far is looked.
        """
        now = self._client.clock()
        seen = self._enrolled.of_courses(
            {one.item.course_id for one in outcomes if one.is_so}, active=True
        )
        return tuple(
            replace(
                one,
                stored_differently=tuple(
                    _differences(one.item, seen.get(one.item.course_id), now)
                ),
            )
            if one.is_so
            else one
            for one in outcomes
        )

    def courses_of(self, user_id: int) -> tuple[Course, ...]:
        """Return the courses in which a user is active and that the account may see.

        `core_enrol_get_users_courses`.
        """
        rows: list[_CourseRow] = self._client.read(
            COURSES_OF_USER, {"userid": user_id, "returnusercount": False}, _COURSES
        ).value
        return tuple(
            Course(
                id=row.id,
                shortname=unescaped(row.shortname),
                fullname=unescaped(row.fullname),
                visible=row.visible is not False,
            )
            for row in rows
        )

    def _looked_after(
        self, written: Sequence[ItemOutcome[Participation]]
    ) -> list[ItemOutcome[Participation]]:
        courses = {one.item.course_id for one in written if one.is_so}
        try:
            after = self._enrolled.of_courses(courses)
        except RemoteError:
            after = {}
        return [_seen_after(one, after) for one in written]


def _is_absent(one: Participation, before: Mapping[int, Seen]) -> bool:
    seen = before.get(one.course_id)
    return seen is not None and one.user_id not in seen.everybody


def _seen_after(
    one: ItemOutcome[Participation], after: Mapping[int, Seen]
) -> ItemOutcome[Participation]:
    seen = after.get(one.item.course_id)
    if seen is None:
        return unverified(one)
    if not one.is_so or one.item.user_id not in seen.everybody:
        return one
    return refused(
        one.item,
        "stillenrolled",
        f"user {one.item.user_id} is still enrolled in course {one.item.course_id}, "
        "by another method than by hand",
        "Look under Participants how; a cohort, perhaps.",
    )


def _differences(
    asked: Enrolment, seen: Seen | None, now: datetime
) -> Iterator[StoredDifferently]:
    if seen is None or asked.user_id not in seen.everybody:
        yield StoredDifferently(field="enrolment", asked="in the course", stored=None)
        return
    started = asked.starts is None or asked.starts <= now
    over = asked.ends is not None and asked.ends <= now
    active = started and not over and not asked.suspended
    if active != (asked.user_id in seen.active):
        yield StoredDifferently(
            field="may enter now",
            asked="yes" if active else "no",
            stored="no" if active else "yes",
        )
    roles = seen.everybody[asked.user_id]
    # Whose roles the account may not see has none.
    if roles and asked.role_id not in roles:
        yield StoredDifferently(
            field="role", asked=str(asked.role_id), stored=str(sorted(roles))
        )
