"""Users, found by one field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import CLEANERS, items, record, value
from moodle_bridge.practice.refusals import coding_error, invalid_parameter
from moodle_bridge.practice.returns import ARRAY
from moodle_bridge.practice.rights import site_capabilities
from moodle_bridge.practice.user_shapes import shares_course, user_shape

if TYPE_CHECKING:
    from moodle_bridge.practice.records import User

_CLEANING = {"id": "int", "idnumber": "raw", "username": "raw", "email": "email"}


def get_users_by_field(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_user_get_users_by_field.

    Whom the caller may not find by this field is silently absent; the comparison
    is exact, as PostgreSQL makes it.
    """
    name = arguments["field"]
    if name not in _CLEANING:
        raise coding_error("invalid field parameter")
    for text in arguments["values"]:
        if (
            text is None
            or CLEANERS[_CLEANING[name]](text) != text
            or text != text.strip()
        ):
            raise invalid_parameter("The value is not of the type of its field")
    wanted = set(arguments["values"])
    found = []
    for user in call.state.users.values():
        if user.deleted or str(getattr(user, name)) not in wanted:
            continue
        shape = seen_user(call, user)
        # Who may not see the field may not search by it either.
        if shape is not None and shape.get(name):
            found.append(shape)
    return found


def seen_user(call: Call, user: User) -> dict[str, Any] | None:
    """Return a user as the caller sees them outside any course, None if not at all."""
    if user.id == call.user.id or "moodle/user:viewdetails" in site_capabilities(
        call.user
    ):
        return user_shape(call, user)
    courseid = _common_course(call, user.id)
    if courseid is None or not shares_course(call, user):
        return None
    return user_shape(call, user, courseid=courseid)


def _common_course(call: Call, userid: int) -> int | None:
    for row in call.state.enrolments.values():
        if row.userid == userid and call.viewer(row.courseid).may_enter:
            return row.courseid
    return None


FUNCTIONS = (
    Function(
        name="core_user_get_users_by_field",
        parameters=record(field=value("alpha"), values=items(value("raw"))),
        run=get_users_by_field,
        returns=ARRAY,
    ),
)
