"""Roles given to users and taken from them, without an enrolment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import items, optional, record, value
from moodle_bridge.practice.refusals import (
    coding_error,
    invalid_parameter,
    no_capability,
)
from moodle_bridge.practice.rights import (
    ROLE_NAMES,
    SYSTEM_CONTEXT,
    may_give,
    site_capabilities,
)
from moodle_bridge.practice.site_records import RoleAssignment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SITE = 0


def assign_roles(call: Call, arguments: Arguments) -> None:
    """Answer core_role_assign_roles: all of them or none; it does not enrol."""
    for userid, courseid, role in _checked(call, arguments["assignments"]):
        if courseid == _SITE:
            call.state.users[userid].systemrole = role
        elif not _given(call, userid, courseid, role):
            number = call.state.next_id("role_assignment")
            call.state.role_assignments[number] = RoleAssignment(
                id=number, userid=userid, courseid=courseid, role=role
            )


def unassign_roles(call: Call, arguments: Arguments) -> None:
    """Answer core_role_unassign_roles: all of them or none."""
    for userid, courseid, role in _checked(call, arguments["unassignments"]):
        user = call.state.users[userid]
        if courseid == _SITE and user.systemrole == role:
            user.systemrole = ""
        for row in _given(call, userid, courseid, role):
            del call.state.role_assignments[row.id]
        enrolment = call.state.enrolments.get((userid, courseid))
        if enrolment is not None and role in enrolment.roles:
            enrolment.roles.remove(role)


def _checked(
    call: Call, sent: Iterable[Mapping[str, Any]]
) -> list[tuple[int, int, str]]:
    found = []
    for row in sent:
        courseid = _place(call, row)
        capabilities = (
            call.enter(courseid).capabilities
            if courseid
            else site_capabilities(call.user)
        )
        if "moodle/role:assign" not in capabilities:
            raise no_capability("Assign roles to users")
        if not may_give(call, courseid, row["roleid"]):
            raise invalid_parameter("Can not assign roleid in contextid")
        user = call.state.users.get(row["userid"])
        if user is None or user.deleted:
            raise coding_error("User ID does not exist or is deleted!")
        found.append((user.id, courseid, ROLE_NAMES[row["roleid"]]))
    return found


def _place(call: Call, row: Mapping[str, Any]) -> int:
    """Return the course a role is for, 0 for the whole site."""
    contextid, level = row.get("contextid"), row.get("contextlevel")
    if contextid == SYSTEM_CONTEXT or (not contextid and level == "system"):
        return _SITE
    for course in call.state.courses.values():
        if course.contextid == contextid or (
            not contextid and level == "course" and course.id == row.get("instanceid")
        ):
            return course.id
    raise invalid_parameter("Context does not exist")


def _given(call: Call, userid: int, courseid: int, role: str) -> list[RoleAssignment]:
    return [
        row
        for row in call.state.role_assignments.values()
        if (row.userid, row.courseid, row.role) == (userid, courseid, role)
    ]


_ASSIGNMENT = record(
    roleid=value("int"),
    userid=value("int"),
    contextid=optional("int"),
    contextlevel=optional("alpha"),
    instanceid=optional("int"),
)

FUNCTIONS = (
    Function(
        name="core_role_assign_roles",
        parameters=record(assignments=items(_ASSIGNMENT)),
        run=assign_roles,
        writes=True,
    ),
    Function(
        name="core_role_unassign_roles",
        parameters=record(unassignments=items(_ASSIGNMENT)),
        run=unassign_roles,
        writes=True,
    ),
)
