"""Groups made, and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import (
    Presence,
    default,
    items,
    optional,
    record,
    value,
)
from moodle_bridge.practice.records import Group
from moodle_bridge.practice.refusals import (
    Refusal,
    invalid_parameter,
    missing_record,
    missing_user,
    no_capability,
    refused,
    write_error,
)
from moodle_bridge.practice.returns import ARRAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAME_COLUMN = 254
_VISIBILITIES = range(4)


def create_groups(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_group_create_groups: all of them or none."""
    taken = {(row.courseid, row.name) for row in call.state.groups.values()}
    for sent in arguments["groups"]:
        key = (sent["courseid"], sent["name"])
        if not sent["name"].strip():
            raise invalid_parameter("Invalid group name")
        if key in taken:
            raise invalid_parameter("Group with the same name already exists")
        _may_manage(call, sent["courseid"])
        if sent["visibility"] not in _VISIBILITIES:
            raise invalid_parameter("Invalid group visibility provided.")
        if len(sent["name"]) > _NAME_COLUMN:
            raise write_error()
        taken.add(key)
    return [_created(call, sent) for sent in arguments["groups"]]


def _created(call: Call, sent: Mapping[str, Any]) -> dict[str, Any]:
    group = Group(
        id=call.state.next_id("group"),
        courseid=sent["courseid"],
        name=sent["name"],
        idnumber=sent.get("idnumber") or "",
        description=sent["description"] or "",
        descriptionformat=sent["descriptionformat"],
        enrolmentkey=sent.get("enrolmentkey"),
    )
    call.state.groups[group.id] = group
    return {
        "id": group.id,
        "courseid": group.courseid,
        "name": group.name,
        "description": group.description,
        "descriptionformat": group.descriptionformat,
        "enrolmentkey": group.enrolmentkey or "",
        "idnumber": group.idnumber,
        "visibility": sent["visibility"],
        "participation": sent["participation"],
    }


def _may_manage(call: Call, courseid: int) -> None:
    problem = "Invalid parameter value detected"
    try:
        if courseid in call.state.courses:
            call.enter(courseid)
            problem = ""
    except Refusal as refusal:
        problem = refusal.message
    if problem:
        raise refused(
            "errorcoursecontextnotvalid",
            "You cannot execute functions in the course context (course "
            f"id:{courseid}). The context error message was: {problem}",
        )
    if not call.viewer(courseid).can("moodle/course:managegroups"):
        raise no_capability("Manage groups")


def add_group_members(call: Call, arguments: Arguments) -> None:
    """Answer core_group_add_group_members: all or none; members already are no error.

    Who is not enrolled is refused; a suspended enrolment is one.
    """
    rows = _checked(call, arguments["members"])
    for group, userid in rows:
        if (userid, group.courseid) not in call.state.enrolments:
            raise invalid_parameter("Only enrolled users may be members of groups")
    for group, userid in rows:
        if userid not in group.members:
            group.members.append(userid)


def delete_group_members(call: Call, arguments: Arguments) -> None:
    """Answer core_group_delete_group_members: all or none; no member is no error."""
    for group, userid in _checked(call, arguments["members"]):
        if userid in group.members:
            group.members.remove(userid)


def _checked(
    call: Call, members: Iterable[Mapping[str, Any]]
) -> list[tuple[Group, int]]:
    found = []
    for sent in members:
        group = call.state.groups.get(sent["groupid"])
        if group is None:
            raise missing_record("groups")
        user = call.state.users.get(sent["userid"])
        if user is None or user.deleted:
            raise missing_user()
        _may_manage(call, group.courseid)
        found.append((group, user.id))
    return found


_MEMBERS = record(members=items(record(groupid=value("int"), userid=value("int"))))

FUNCTIONS = (
    Function(
        name="core_group_create_groups",
        parameters=record(
            groups=items(
                record(
                    courseid=value("int"),
                    name=value("text"),
                    description=value("raw"),
                    descriptionformat=default("int", 1),
                    enrolmentkey=optional("raw"),
                    idnumber=optional("raw"),
                    visibility=default("int", 0),
                    participation=default("bool", preset=True),
                    customfields=items(
                        record(shortname=value("alphanumext"), value=value("raw")),
                        presence=Presence.OPTIONAL,
                    ),
                )
            )
        ),
        run=create_groups,
        returns=ARRAY,
        writes=True,
    ),
    Function(
        name="core_group_add_group_members",
        parameters=_MEMBERS,
        run=add_group_members,
        writes=True,
    ),
    Function(
        name="core_group_delete_group_members",
        parameters=_MEMBERS,
        run=delete_group_members,
        writes=True,
    ),
)
