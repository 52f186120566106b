"""How an activity treats the groups of its course."""

from __future__ import annotations

from enum import IntEnum

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import COURSE_MODULE


class GroupMode(IntEnum):
    """Moodle's `NOGROUPS`, `SEPARATEGROUPS` and `VISIBLEGROUPS`."""

    NONE = 0
    SEPARATE = 1
    VISIBLE = 2


class _Module(BaseModel):
    groupmode: int


class _Answer(BaseModel):
    cm: _Module


_SHAPE = TypeAdapter(_Answer)


def group_mode(client: MoodleClient, cmid: int) -> GroupMode:
    """Return how an activity treats groups (`core_course_get_course_module`).

    Raises as `MoodleClient.read`.
    """
    answer: _Answer = client.read(COURSE_MODULE, {"cmid": cmid}, _SHAPE).value
    mode = answer.cm.groupmode
    # A mode that Moodle has not invented yet is taken for the most careful one.
    return (
        GroupMode(mode)
        if mode in GroupMode.__members__.values()
        else GroupMode.SEPARATE
    )
