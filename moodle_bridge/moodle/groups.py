"""The groups of a course."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import COURSE_GROUPS
from moodle_bridge.moodle.wire import unescaped


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of a course."""

    id: int
    name: str
    idnumber: str = ""


class _GroupRow(BaseModel):
    id: int
    name: str
    idnumber: str | None = None


_SHAPE = TypeAdapter(list[_GroupRow])


class Groups:
    """The groups of courses, as the account sees them."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def of_course(self, course_id: int) -> tuple[Group, ...]:
        """Return the groups of a course (`core_group_get_course_groups`).

        Raises as `MoodleClient.read`; the account needs the right to see groups.
        """
        rows: list[_GroupRow] = self._client.read(
            COURSE_GROUPS, {"courseid": course_id}, _SHAPE
        ).value
        return tuple(
            Group(id=row.id, name=unescaped(row.name), idnumber=row.idnumber or "")
            for row in rows
        )
