"""Users, found by what they are called or whatever else is known of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.functions.users import seen_user
from moodle_bridge.practice.parameters import CLEANERS, items, record, value
from moodle_bridge.practice.refusals import refused
from moodle_bridge.practice.returns import struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from moodle_bridge.practice.records import User

_EXACT = {"id": "int", "idnumber": "raw", "username": "username", "auth": "auth"}
_LIKE = {"email": "raw_trimmed", "lastname": "notags", "firstname": "notags"}


def get_users(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_user_get_users: all criteria together.

    A key that is not known is warned of and then ignored, so that the answer may be
    every user there is; `%` and `_` stand for other characters in names and addresses.
    """
    warnings: list[dict[str, Any]] = []
    tests: list[Callable[[User], bool]] = []
    keys: list[str] = []
    for criterion in arguments["criteria"]:
        key, sought = criterion["key"], criterion["value"] or ""
        if key in keys:
            raise refused("keyalreadyset", "error/keyalreadyset")
        if key in _EXACT:
            tests.append(_equal(key, CLEANERS[_EXACT[key]](sought)))
        elif key in _LIKE:
            tests.append(_like(key, CLEANERS[_LIKE[key]](sought)))
        else:
            warnings.append(_unknown(key))
            continue
        keys.append(key)
    found = []
    for user in call.state.users.values():
        if user.deleted or not all(test(user) for test in tests):
            continue
        shape = seen_user(call, user)
        # Who may not see a field may not search by it either.
        if shape is not None and all(shape.get(key) for key in keys):
            found.append(shape)
    return {"users": found, "warnings": warnings}


def _equal(key: str, sought: str) -> Callable[[User], bool]:
    return lambda user: str(getattr(user, key)) == sought


def _like(key: str, sought: str) -> Callable[[User], bool]:
    parts = re.findall(r"\\.|.", sought, re.DOTALL)
    pattern = re.compile("".join(map(_part, parts)), re.IGNORECASE | re.DOTALL)
    return lambda user: pattern.fullmatch(getattr(user, key)) is not None


def _part(part: str) -> str:
    return {"%": ".*", "_": "."}.get(part) or re.escape(part.removeprefix("\\") or part)


def _unknown(key: str) -> dict[str, Any]:
    return {
        "item": key,
        "warningcode": "invalidfieldparameter",
        "message": f"The search key '{key}' is not supported, look at the web service "
        "documentation",
    }


FUNCTIONS = (
    Function(
        name="core_user_get_users",
        parameters=record(
            criteria=items(record(key=value("alpha"), value=value("raw")))
        ),
        run=get_users,
        returns=struct("users[] warnings[]"),
    ),
)
