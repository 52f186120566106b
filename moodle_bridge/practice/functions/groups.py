"""Groups of a course and their members."""

from __future__ import annotations

from typing import Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.functions.courses import found_course
from moodle_bridge.practice.parameters import items, record, value
from moodle_bridge.practice.refusals import missing_record, no_capability
from moodle_bridge.practice.returns import ARRAY
from moodle_bridge.practice.texts import one_line

_MANAGE = "moodle/course:managegroups"


def _admitted(call: Call, courseid: int) -> None:
    if not call.enter(courseid).can(_MANAGE):
        raise no_capability("Manage groups")


def get_course_groups(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_group_get_course_groups, by name."""
    course = found_course(call, arguments["courseid"])
    _admitted(call, course.id)
    return [
        {
            "id": group.id,
            "courseid": group.courseid,
            "name": one_line(group.name),
            "description": group.description,
            "descriptionformat": 1,
            "enrolmentkey": None,
            "idnumber": group.idnumber,
            "visibility": 0,
            "participation": True,
        }
        for group in call.state.groups_in(course.id)
    ]


def get_group_members(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_group_get_group_members."""
    answer = []
    for groupid in arguments["groupids"]:
        group = call.state.groups.get(groupid)
        if group is None:
            raise missing_record("groups")
        _admitted(call, group.courseid)
        answer.append({"groupid": group.id, "userids": sorted(group.members)})
    return answer


FUNCTIONS = (
    Function(
        name="core_group_get_course_groups",
        parameters=record(courseid=value("int")),
        run=get_course_groups,
        returns=ARRAY,
    ),
    Function(
        name="core_group_get_group_members",
        parameters=record(groupids=items(value("int"))),
        run=get_group_members,
        returns=ARRAY,
    ),
)
