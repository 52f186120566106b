"""Who is enrolled in a course, as far as Moodle tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import Permanent, RemoteError, Transient
from moodle_bridge.moodle.calls import Call, Result
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import ENROLLED_USERS

_PAGE = 1_000
_FIRST_PAGES = 2
_FURTHER_PAGES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Who is in a course: everybody with their role ids, and who may enter it now.

    `active` is empty where it was not asked for. `role_ids` are the roles that
    somebody has there, by short name: Moodle tells of roles nowhere else.
    """

    everybody: Mapping[int, frozenset[int]]
    active: frozenset[int]
    role_ids: Mapping[str, int] = field(default_factory=dict)


class _Role(BaseModel):
    roleid: int
    shortname: str | None = ""


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
        """Return who is in each course; a course that cannot be read is missing.

        Several pages of several courses go in one request.
        """
        courses = list(dict.fromkeys(course_ids))
        lists = [
            _List(course_id, only_active=only_active)
            for course_id in courses
            for only_active in ((False, True) if active else (False,))
        ]
        pages = _FIRST_PAGES
        while waiting := [one for one in lists if not one.ended]:
            calls = [(one, call) for one in waiting for call in one.next_pages(pages)]
            results = self._client.stream(call for _, call in calls)
            for (one, _), result in zip(calls, results, strict=True):
                one.take(result)
            pages = _FURTHER_PAGES
        return {
            course_id: _seen(course_id, lists)
            for course_id in courses
            if all(not one.closed for one in lists if one.course_id == course_id)
        }


class _List:
    """The participants of one course, or those of them who may enter it now."""

    def __init__(self, course_id: int, *, only_active: bool) -> None:
        self.course_id = course_id
        self.only_active = only_active
        self.rows: dict[int, _Row] = {}
        self.ended = self.closed = False
        self._first = 0
        self._pages = PagesRead(course_id)

    def next_pages(self, number: int) -> list[Call]:
        calls = [self._page(self._first + at * _PAGE) for at in range(number)]
        self._first += number * _PAGE
        return calls

    def take(self, result: Result) -> None:
        if self.ended:
            return
        if isinstance(result, RemoteError):
            if not isinstance(result, Permanent) or result.concerns_all:
                raise result
            self.ended = self.closed = True
            return
        rows: list[_Row] = result.value
        # Moodle takes out whom we may not see after it cut the page: only an empty
        # page is the last one.
        if not rows:
            self.ended = True
            return
        self._pages.fresh(row.id for row in rows)
        self.rows.update((row.id, row) for row in rows)

    def _page(self, first: int) -> Call:
        options: list[dict[str, object]] = [
            {"name": "limitfrom", "value": first},
            {"name": "limitnumber", "value": _PAGE},
            {"name": "sortby", "value": "id"},
            {"name": "userfields", "value": "id,roles"},
        ]
        if self.only_active:
            options.append({"name": "onlyactive", "value": 1})
        return Call(
            function=ENROLLED_USERS,
            arguments={"courseid": self.course_id, "options": options},
            shape=_ROWS,
            # Rows of two fields weigh less than whole ones.
            rows=_PAGE // 2,
        )


def _seen(course_id: int, lists: Iterable[_List]) -> Seen:
    own = [one for one in lists if one.course_id == course_id]
    everybody = {
        row.id: row for one in own if not one.only_active for row in one.rows.values()
    }
    return Seen(
        everybody={
            user_id: frozenset(role.roleid for role in row.roles)
            for user_id, row in everybody.items()
        },
        active=frozenset(
            user_id for one in own if one.only_active for user_id in one.rows
        ),
        role_ids={
            role.shortname: role.roleid
            for row in everybody.values()
            for role in row.roles
            if role.shortname
        },
    )
