"""Who is enrolled in a course, as far as Moodle tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import ENROLLED_USERS

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Who is in a course: everybody with their role ids, and who may enter it now.

    `active` is empty where it was not asked for.
    """

    everybody: Mapping[int, frozenset[int]]
    active: frozenset[int]


class _Role(BaseModel):
    roleid: int


class _Row(BaseModel):
    id: int
    roles: list[_Role] = []


_ROWS = TypeAdapter(list[_Row])


class PagesRead:
    """Which participants of a course came so far, a page after the other."""

    def __init__(self, course_id: int) -> None:
        self._course_id = course_id
        self._seen: set[int] = set()
        self._stale = 0

    def fresh(self, user_ids: Iterable[int]) -> set[int]:
        """Return which ids of the next page are new.

        Raises Transient when page after page brings none: then reading would have no
        end. (A single one may: who was enrolled meanwhile moves the others on.)
        """
        fresh = set(user_ids) - self._seen
        self._seen |= fresh
        self._stale = 0 if fresh else self._stale + 1
        if self._stale > 1:
            raise Transient(
                "Moodle gives the same page of participants again and again",
                item=f"course {self._course_id}",
            )
        return fresh


class EnrolledPeople:
    """The people enrolled in courses, with any enrolment method."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def of_courses(
        self, course_ids: Iterable[int], *, active: bool = False
    ) -> dict[int, Seen]:
        """Return who is in each course; a course that cannot be read is missing."""
        found: dict[int, Seen] = {}
        for course_id in course_ids:
            try:
                everybody = {
                    row.id: frozenset(role.roleid for role in row.roles)
                    for row in self._rows(course_id, only_active=False)
                }
                rows = self._rows(course_id, only_active=True) if active else ()
                found[course_id] = Seen(
                    everybody=everybody, active=frozenset(row.id for row in rows)
                )
            except Permanent as error:
                if error.concerns_all:
                    raise
        return found

    def _rows(self, course_id: int, *, only_active: bool) -> Iterator[_Row]:
        first = 0
        pages = PagesRead(course_id)
        while rows := self._page(course_id, first, only_active=only_active):
            pages.fresh(row.id for row in rows)
            yield from rows
            # Moodle takes out whom we may not see after it cut the page: only an
            # empty page is the last one.
            first += _PAGE

    def _page(self, course_id: int, first: int, *, only_active: bool) -> list[_Row]:
        options: list[dict[str, object]] = [
            {"name": "limitfrom", "value": first},
            {"name": "limitnumber", "value": _PAGE},
            {"name": "sortby", "value": "id"},
            {"name": "userfields", "value": "id,roles"},
        ]
        if only_active:
            options.append({"name": "onlyactive", "value": 1})
        rows: list[_Row] = self._client.read(
            ENROLLED_USERS, {"courseid": course_id, "options": options}, _ROWS
        ).value
        return rows
