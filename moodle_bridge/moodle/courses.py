"""Courses by their id or short name."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import RemoteError
from moodle_bridge.model.forum import Course
from moodle_bridge.moodle.calls import Call
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import COURSES_BY_FIELD
from moodle_bridge.moodle.wire import unescaped


class _CourseRow(BaseModel):
    id: int
    shortname: str
    fullname: str = ""
    visible: bool | None = True
    lang: str | None = None

    def course(self) -> Course:
        return Course(
            id=self.id,
            shortname=unescaped(self.shortname),
            fullname=unescaped(self.fullname),
            visible=self.visible is not False,
            language=self.lang or None,
        )


class _Courses(BaseModel):
    courses: list[_CourseRow]


_SHAPE = TypeAdapter(_Courses)


class Courses:
    """The courses of the site, as the account sees them."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def by_shortname(self, shortname: str) -> Course | None:
        """Return the course with exactly this short name, None when there is none.

        A database may find another spelling too (capitals, accents): that one is not
        returned.
        """
        wanted = shortname.strip()
        if not wanted:
            return None
        call = _call("shortname", wanted)
        answer = self._client.read(call.function, call.arguments, call.shape)
        rows: list[_CourseRow] = answer.value.courses
        courses = (row.course() for row in rows)
        return next((course for course in courses if course.shortname == wanted), None)

    def by_ids(self, course_ids: Sequence[int]) -> dict[int, Course]:
        """Return the courses that there are, by id; who may not see one misses it.

        `core_course_get_courses_by_field`, one call a course in few requests: asked
        for several at once, Moodle breaks on one that is not there.
        """
        calls = [_call("id", str(course_id)) for course_id in course_ids]
        found: dict[int, Course] = {}
        for result in self._client.stream(calls):
            if isinstance(result, RemoteError):
                raise result
            found.update((row.id, row.course()) for row in result.value.courses)
        return found


def _call(field: str, value: str) -> Call:
    return Call(
        function=COURSES_BY_FIELD,
        arguments={"field": field, "value": value},
        shape=_SHAPE,
    )
