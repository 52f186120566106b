"""Groups of a course and their members."""

from __future__ import annotations

from typing import Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.functions.courses import found_course
from moodle_bridge.practice.parameters import default, items, record, value
from moodle_bridge.practice.refusals import (
    missing_record,
    missing_user,
    no_capability,
)
from moodle_bridge.practice.returns import ARRAY, struct
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
            "descriptionformat": group.descriptionformat,
            "enrolmentkey": group.enrolmentkey,
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


def get_course_user_groups(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_group_get_course_user_groups; 0 is the caller, or every course."""
    userid = arguments["userid"] or call.user.id
    user = call.state.users.get(userid)
    if user is None or user.deleted:
        raise missing_user()
    wanted = arguments["courseid"]
    courses = (
        [found_course(call, wanted).id]
        if wanted
        else [
            row.courseid
            for row in call.state.enrolments.values()
            if row.userid == userid
        ]
    )
    groups, warnings = [], []
    for courseid in courses:
        if userid != call.user.id and not call.enter(courseid).can(_MANAGE):
            warnings.append(
                {
                    "item": "course",
                    "itemid": courseid,
                    "warningcode": "cannotmanagegroups",
                    "message": f"User {call.user.id} cannot manage groups in course "
                    f"{courseid}",
                }
            )
            continue
        groups += [
            {
                "id": group.id,
                "name": one_line(group.name),
                "description": group.description,
                "descriptionformat": group.descriptionformat,
                "idnumber": group.idnumber,
                "courseid": courseid,
            }
            for group in call.state.groups_of(userid, courseid)
        ]
    return {"groups": groups, "warnings": warnings}


FUNCTIONS = (
    Function(
        name="core_group_get_course_user_groups",
        parameters=record(
            courseid=default("int", 0),
            userid=default("int", 0),
            groupingid=default("int", 0),
        ),
        run=get_course_user_groups,
        returns=struct("groups[] warnings[]"),
    ),
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
