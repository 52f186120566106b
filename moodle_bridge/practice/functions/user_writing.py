"""Users: made and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.functions.user_parameters import (
    CREATED_USER,
    UPDATED_USER,
)
from moodle_bridge.practice.parameters import items, record
from moodle_bridge.practice.profiles import (
    check_columns,
    check_password,
    put_profile,
    taken_addresses,
    valid_address,
)
from moodle_bridge.practice.records import User
from moodle_bridge.practice.refusals import (
    Refusal,
    invalid_parameter,
    no_capability,
    refused,
    write_error,
)
from moodle_bridge.practice.returns import ARRAY, struct
from moodle_bridge.practice.rights import site_capabilities

if TYPE_CHECKING:
    from collections.abc import Mapping

_AUTHS = {"manual", "email", "nologin", "oauth2", "ldap", "db", "shibboleth", "lti"}
_THEMES = {"", "boost", "classic"}


def create_users(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_user_create_users: all of them or none."""
    if "moodle/user:create" not in site_capabilities(call.user):
        raise no_capability("Create users")
    names = {user.username for user in call.state.users.values()}
    addresses = set(taken_addresses(call))
    for sent in arguments["users"]:
        _check_new(call, sent, names, addresses)
        names.add(sent["username"])
        addresses.add(sent["email"].casefold())
    return [_created(call, sent) for sent in arguments["users"]]


def _check_new(
    call: Call, sent: Mapping[str, Any], names: set[str], addresses: set[str]
) -> None:
    for name in ("username", "firstname", "lastname"):
        if not (sent[name] or "").strip():
            raise invalid_parameter(f"The field {name} cannot be blank")
    if sent["username"] in names:
        raise invalid_parameter(f"Username already exists: {sent['username']}")
    _check_choices(call, sent)
    if not sent.get("password") and not sent.get("createpassword"):
        raise invalid_parameter(
            "Invalid password: you must provide a password, or set createpassword."
        )
    address = sent["email"] or ""
    if not valid_address(address):
        raise invalid_parameter(f"Email address is invalid: {address}")
    if address.casefold() in addresses:
        raise invalid_parameter(f"Email address already exists: {address}")
    if not sent.get("createpassword"):
        check_password(sent["password"])
    check_columns(sent)


def _check_choices(call: Call, sent: Mapping[str, Any]) -> None:
    if sent["auth"] not in _AUTHS:
        raise invalid_parameter(f"Invalid authentication type: {sent['auth']}")
    if sent["lang"] not in call.site.languages:
        raise invalid_parameter(f"Invalid language code: {sent['lang']}")
    if (sent.get("theme") or "") not in _THEMES:
        raise invalid_parameter(f"Invalid theme: {sent['theme']}")


def _created(call: Call, sent: Mapping[str, Any]) -> dict[str, Any]:
    user = User(
        id=call.state.next_id("user"),
        contextid=call.state.next_id("context"),
        username=sent["username"],
        firstname=sent["firstname"],
        lastname=sent["lastname"],
        email=sent["email"],
        # A password that Moodle makes up reaches its user by mail, and nobody else.
        password="" if sent.get("createpassword") else sent["password"],
    )
    put_profile(call, user, sent)
    call.state.users[user.id] = user
    return {"id": user.id, "username": user.username}


def update_users(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_user_update_users: each by itself, what fails as a warning."""
    if "moodle/user:update" not in site_capabilities(call.user):
        raise no_capability("Update user profiles")
    warnings = []
    for sent in arguments["users"]:
        try:
            _update(call, sent)
        except Refusal as refusal:
            warnings.append(
                {
                    "item": "user",
                    "itemid": sent["id"],
                    "warningcode": refusal.errorcode,
                    "message": refusal.message,
                }
            )
    return {"warnings": warnings}


def _update(call: Call, sent: Mapping[str, Any]) -> None:
    user = call.state.users.get(sent["id"])
    if user is None:
        raise refused("invaliduserid", "Invalid user ID")
    if user.systemrole == "admin" and user.id != call.user.id:
        raise refused("usernotupdatedadmin", "Cannot update admin accounts")
    if user.deleted:
        raise refused("usernotupdateddeleted", "User is a deleted user")
    address = sent.get("email")
    if address is not None and address != user.email:
        if not valid_address(address):
            raise refused("useremailinvalid", "Invalid email address")
        owner = taken_addresses(call).get(address.casefold())
        if owner not in {None, user.id}:
            raise refused("useremailduplicate", "Duplicate address")
    if sent.get("password"):
        check_password(sent["password"])
    _check_username(call, user, sent.get("username"))
    check_columns(sent)
    put_profile(call, user, sent)
    if sent.get("password"):
        user.password = sent["password"]
    if sent.get("suspended") is not None:
        user.suspended = sent["suspended"]


def _check_username(call: Call, user: User, wanted: str | None) -> None:
    if wanted is None:
        return
    if any(
        row.username == wanted and row.id != user.id
        for row in call.state.users.values()
    ):
        # The table itself keeps user names apart.
        raise write_error()


FUNCTIONS = (
    Function(
        name="core_user_create_users",
        parameters=record(users=items(CREATED_USER)),
        run=create_users,
        returns=ARRAY,
        writes=True,
    ),
    Function(
        name="core_user_update_users",
        parameters=record(users=items(UPDATED_USER)),
        run=update_users,
        returns=struct("warnings[]"),
        writes=True,
    ),
)
