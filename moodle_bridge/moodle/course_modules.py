"""Activities of courses, by the number in their address (cmid)."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import COURSE_MODULE
from moodle_bridge.moodle.wire import unescaped


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseModule:
    """An activity: `kind` is Moodle's word (`forum`, `wiki`, `data`).

    `cmid` is the number in its address, `instance_id` the one among its kind.
    """

    cmid: int
    instance_id: int
    course_id: int
    kind: str
    name: str


class _Module(BaseModel):
    id: int
    instance: int
    course: int
    modname: str
    name: str


class _Answer(BaseModel):
    cm: _Module


_SHAPE = TypeAdapter(_Answer)


class CourseModules:
    """The activities that the account may enter."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def by_cmid(self, cmid: int) -> CourseModule:
        """Return an activity (`core_course_get_course_module`).

        Permanent with code `invalidrecordunknown` when there is none of that number,
        `requireloginerror` when the account may not enter.
        """
        answer: _Answer = self._client.read(COURSE_MODULE, {"cmid": cmid}, _SHAPE).value
        row = answer.cm
        return CourseModule(
            cmid=row.id,
            instance_id=row.instance,
            course_id=row.course,
            kind=row.modname,
            name=unescaped(row.name),
        )
