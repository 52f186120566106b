"""How a user looks in an answer: only what the caller may know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.post_shapes import picture_url
from moodle_bridge.practice.rights import (
    ROLE_IDS,
    Viewer,
    roles_in,
    site_capabilities,
)
from moodle_bridge.practice.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Collection

    from moodle_bridge.practice.calls import Call
    from moodle_bridge.practice.records import User

_IDENTITY = "moodle/site:viewuseridentity"
_ALL_DETAILS = "moodle/user:viewalldetails"

PROFILE_FIELDS = (
    "id", "username", "firstname", "lastname", "fullname", "email", "department",
    "idnumber", "firstaccess", "lastaccess", "lastcourseaccess", "auth", "suspended",
    "confirmed", "lang", "theme", "timezone", "mailformat", "trackforums", "city",
    "country", "profileimageurlsmall", "profileimageurl", "customfields", "groups",
    "roles", "enrolledcourses",
)  # fmt: skip
"""What can be asked of a user, in the order in which answers give it."""


def user_shape(
    call: Call,
    user: User,
    *,
    courseid: int | None = None,
    fields: Collection[str] = PROFILE_FIELDS,
) -> dict[str, Any] | None:
    """Return a user as the caller may see them, None when not at all.

    With a course, the caller's rights in it count and roles and groups are told.
    """
    capabilities = site_capabilities(call.user)
    if courseid is not None:
        capabilities |= call.viewer(courseid).capabilities
    own = user.id == call.user.id
    if not own and "moodle/user:viewdetails" not in capabilities:
        return None
    every = own or _ALL_DETAILS in capabilities
    identity = every or _IDENTITY in capabilities
    details: dict[str, Any] = {
        "id": user.id,
        "username": user.username if every else None,
        "firstname": user.firstname,
        "lastname": user.lastname,
        "fullname": user.fullname,
        "email": user.email if identity or shares_course(call, user) else None,
        "department": user.profile.get("department", "") if every else None,
        "idnumber": (user.idnumber or None) if identity else None,
        "firstaccess": 0,
        "lastaccess": 0,
        "lastcourseaccess": 0 if courseid is not None else None,
        "auth": user.auth if every else None,
        "suspended": user.suspended,
        "confirmed": user.confirmed if every else None,
        "lang": user.lang if every else None,
        "theme": "" if every else None,
        "timezone": user.timezone if every else None,
        "mailformat": 1 if every else None,
        "trackforums": 0 if every else None,
        "city": user.city or None,
        "country": user.country or None,
        "profileimageurlsmall": picture_url(call, "f2"),
        "profileimageurl": picture_url(call, "f1"),
        "customfields": _custom_fields(user) or None,
    }
    if courseid is not None:
        details |= _in_course(call, user, courseid, call.viewer(courseid))
    return {
        name: details[name]
        for name in details
        if details[name] is not None and (name in fields or name in {"id", "fullname"})
    }


def shares_course(call: Call, user: User) -> bool:
    """Tell whether the caller and a user are in one course together."""
    return any(
        (call.user.id, row.courseid) in call.state.enrolments
        for row in call.state.enrolments.values()
        if row.userid == user.id
    )


def _custom_fields(user: User) -> list[dict[str, Any]]:
    return [
        {
            "type": "text",
            "value": text,
            "displayvalue": text,
            "name": name.capitalize(),
            "shortname": name,
        }
        for name, text in user.customfields.items()
    ]


def _in_course(call: Call, user: User, courseid: int, viewer: Viewer) -> dict[str, Any]:
    state = call.state
    groups = [
        {
            "id": group.id,
            "name": one_line(group.name),
            "description": group.description,
            "descriptionformat": 1,
        }
        for group in state.groups_of(user.id, courseid)
    ]
    roles = [
        {"roleid": ROLE_IDS[role], "name": "", "shortname": role, "sortorder": 0}
        for role in roles_in(state, user.id, courseid)
    ]
    courses = [
        {
            "id": course.id,
            "fullname": one_line(course.fullname),
            "shortname": one_line(course.shortname),
        }
        for row in state.enrolments.values()
        if row.userid == user.id and row.active(call.now)
        for course in [state.courses[row.courseid]]
    ]
    tells_roles = viewer.can("moodle/course:viewparticipants")
    return {
        "groups": groups or None,
        "roles": roles if tells_roles else None,
        "enrolledcourses": courses or None,
    }
