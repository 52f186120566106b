"""What changed in several courses, asked in one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import RemoteError
from moodle_bridge.moodle.calls import Call
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import UPDATES_SINCE
from moodle_bridge.runtime import to_unix

_DISCUSSIONS, _CONFIGURATION = "discussions", "configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseUpdates:
    """What changed in the forums of a course after the moment asked for.

    `first_posts` maps a forum's cmid to the ids of the first posts of discussions with
    new posts; an edit or a deletion does not show. `configured` are the cmids of
    activities of any kind whose settings changed. `seen_until` is the server's time up
    to which everything is in here, None if it did not tell. `error` says why the
    course could not be asked; then the rest is empty.
    """

    course_id: int
    first_posts: Mapping[int, frozenset[int]] = field(default_factory=dict)
    configured: frozenset[int] = frozenset()
    seen_until: datetime | None = None
    error: RemoteError | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether nothing changed, surely."""
        return not (self.first_posts or self.configured or self.error)


class _Update(BaseModel):
    name: str
    itemids: list[int] = []


class _Instance(BaseModel):
    contextlevel: str = "module"
    id: int
    updates: list[_Update]


class CourseNews(BaseModel):
    """The answer of core_course_get_updates_since."""

    instances: list[_Instance]


_SHAPE = TypeAdapter(CourseNews)


class Updates:
    """News of courses."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def updates_since(self, since: Mapping[int, datetime]) -> dict[int, CourseUpdates]:
        """Return what changed in each course strictly after its moment.

        `since` maps course ids to moments of the server's clock, cut to a whole
        second; let them overlap with the last time and know again what comes twice.
        A course that cannot be asked has its error and does not stop the others.
        `core_course_get_updates_since`, one request for about 25 courses.
        """
        calls = [
            Call(
                function=UPDATES_SINCE,
                arguments={"courseid": course_id, "since": to_unix(moment)},
                shape=_SHAPE,
            )
            for course_id, moment in since.items()
        ]
        found: dict[int, CourseUpdates] = {}
        for course_id, result in zip(since, self._client.stream(calls), strict=True):
            if isinstance(result, RemoteError):
                found[course_id] = CourseUpdates(course_id=course_id, error=result)
            else:
                found[course_id] = _told(course_id, result.value, result.served_at)
        return found


def _told(
    course_id: int, answer: CourseNews, seen_until: datetime | None
) -> CourseUpdates:
    first_posts: dict[int, frozenset[int]] = {}
    configured: set[int] = set()
    for instance in answer.instances:
        for update in instance.updates:
            if update.name == _DISCUSSIONS:
                first_posts[instance.id] = frozenset(update.itemids)
            elif update.name == _CONFIGURATION:
                configured.add(instance.id)
    return CourseUpdates(
        course_id=course_id,
        first_posts=first_posts,
        configured=frozenset(configured),
        seen_until=seen_until,
    )
