"""Enrolments done by hand, and those taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.enrolling import MANUAL, enrol, unenrol
from moodle_bridge.practice.functions.courses import found_course
from moodle_bridge.practice.parameters import items, optional, record, value
from moodle_bridge.practice.refusals import (
    invalid_parameter,
    missing_user,
    no_capability,
    refused,
)
from moodle_bridge.practice.rights import ROLE_NAMES, may_give

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moodle_bridge.practice.records import Course, User


def enrol_users(call: Call, arguments: Arguments) -> None:
    """Answer enrol_manual_enrol_users: all of them or none.

    Who is enrolled already gets the role as well, and what is not sent is reset:
    dates to none, a suspended enrolment to an active one.
    """
    for sent in arguments["enrolments"]:
        course = call.state.courses.get(sent["courseid"])
        if course is None:
            raise invalid_parameter("Context does not exist")
        _may(call, course, "enrol/manual:enrol", "Enrol users")
        user = _active(call, sent["userid"])
        if not may_give(call, course.id, sent["roleid"]):
            raise refused(
                "wsusercannotassign",
                f"You don't have the permission to assign this role ({sent['roleid']}) "
                f"to this user ({user.id}) in this course ({course.id}).",
            )
        _by_hand(course)
    for sent in arguments["enrolments"]:
        _enrol(call, sent)


def _enrol(call: Call, sent: Mapping[str, Any]) -> None:
    enrol(
        call.state,
        sent["userid"],
        sent["courseid"],
        ROLE_NAMES[sent["roleid"]],
        timestart=sent.get("timestart") or 0,
        timeend=sent.get("timeend") or 0,
        suspended=bool(sent.get("suspend")),
    )


def unenrol_users(call: Call, arguments: Arguments) -> None:
    """Answer enrol_manual_unenrol_users: all of them or none.

    Who got in by another way stays in, and so does who never was; a role is ignored.
    """
    for sent in arguments["enrolments"]:
        course = found_course(call, sent["courseid"])
        _may(call, course, "enrol/manual:unenrol", "Unenrol users from the course")
        _by_hand(course)
        _active(call, sent["userid"])
    for sent in arguments["enrolments"]:
        unenrol(call.state, sent["userid"], sent["courseid"])


def _may(call: Call, course: Course, capability: str, words: str) -> None:
    if not call.enter(course.id).can(capability):
        raise no_capability(words)


def _active(call: Call, userid: int) -> User:
    user = call.state.users.get(userid)
    if user is None:
        raise missing_user()
    if user.deleted:
        raise refused("userdeleted", "This user account has been deleted")
    if not user.confirmed:
        raise refused("usernotconfirmed", "Could not confirm user")
    return user


def _by_hand(course: Course) -> None:
    if MANUAL not in course.methods:
        raise refused(
            "wsnoinstance",
            "Manual enrolment plugin instance doesn't exist or is disabled for the "
            f"course (id = {course.id})",
        )


FUNCTIONS = (
    Function(
        name="enrol_manual_enrol_users",
        parameters=record(
            enrolments=items(
                record(
                    roleid=value("int"),
                    userid=value("int"),
                    courseid=value("int"),
                    timestart=optional("int"),
                    timeend=optional("int"),
                    suspend=optional("int"),
                )
            )
        ),
        run=enrol_users,
        writes=True,
    ),
    Function(
        name="enrol_manual_unenrol_users",
        parameters=record(
            enrolments=items(
                record(
                    userid=value("int"),
                    courseid=value("int"),
                    roleid=optional("int"),
                )
            )
        ),
        run=unenrol_users,
        writes=True,
    ),
)
