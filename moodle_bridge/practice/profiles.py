"""What is kept of a profile that somebody sent: checked, cleaned, cut or dropped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.countries import COUNTRIES
from moodle_bridge.practice.moments import known_zone
from moodle_bridge.practice.refusals import refused, write_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moodle_bridge.practice.calls import Call
    from moodle_bridge.practice.records import User

_OWN = ("username", "firstname", "lastname", "email", "idnumber", "lang", "auth")
_FURTHER = (
    "maildisplay", "description", "firstnamephonetic", "lastnamephonetic",
    "middlename", "alternatename", "interests", "institution", "department",
    "phone1", "phone2", "address", "calendartype", "theme", "mailformat",
)  # fmt: skip
_COLUMNS = {"username": 100, "firstname": 100, "lastname": 100, "email": 100} | {
    "idnumber": 255,
    "city": 120,
    "institution": 255,
    "department": 255,
    "phone1": 20,
    "phone2": 20,
    "address": 255,
}
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
)
_RULES = (
    (r".{8}", "Passwords must be at least 8 characters long."),
    (r"\d", "Passwords must have at least 1 digit(s)."),
    (r"[a-z]", "Passwords must have at least 1 lower case letter(s)."),
    (r"[A-Z]", "Passwords must have at least 1 upper case letter(s)."),
    (
        r"[^a-zA-Z0-9]",
        "The password must have at least 1 special character(s) such as *, -, or #.",
    ),
)


def valid_address(address: str) -> bool:
    """Tell whether Moodle takes a text for a mail address; it wants ASCII."""
    return _ADDRESS.fullmatch(address) is not None


def taken_addresses(call: Call) -> dict[str, int]:
    """Return the addresses in use, case folded, with the id of their user."""
    return {
        user.email.casefold(): user.id
        for user in call.state.users.values()
        if not user.deleted
    }


def check_password(password: str) -> None:
    """Refuse a weak password; the errorcode is a page of HTML, as in Moodle."""
    problems = [
        f"<div>{text}</div>"
        for pattern, text in _RULES
        if not re.search(pattern, password, re.DOTALL)
    ]
    if problems:
        page = "".join(problems)
        raise refused(page, f"error/{page}")


def check_columns(sent: Mapping[str, Any]) -> None:
    """Refuse a text that is longer than its column."""
    for name, limit in _COLUMNS.items():
        if len(str(sent.get(name) or "")) > limit:
            raise write_error()


def put_profile(call: Call, user: User, sent: Mapping[str, Any]) -> None:
    """Store what was sent of a profile; what was not sent stays as it is.

    A country or time zone that is not known becomes the site's own, silently; so
    does a custom field that the site does not have.
    """
    for name in _OWN:
        if sent.get(name) is not None:
            setattr(user, name, sent[name])
    if "city" in sent:
        user.city = sent["city"] or ""
    if "country" in sent:
        country = sent["country"] or ""
        user.country = country if country in COUNTRIES else ""
    if sent.get("timezone") is not None:
        user.timezone = sent["timezone"] if known_zone(sent["timezone"]) else "99"
    for name in _FURTHER:
        if sent.get(name) is not None:
            user.profile[name] = str(sent[name])
    _put_custom_fields(call, user, sent.get("customfields") or ())


def _put_custom_fields(
    call: Call, user: User, sent: Iterable[Mapping[str, Any]]
) -> None:
    for field in sent:
        if field["type"] in call.site.profile_fields:
            user.customfields[field["type"]] = field["value"] or ""
