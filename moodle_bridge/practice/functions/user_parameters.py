"""The fields of a profile as the functions that write users take them."""

from __future__ import annotations

from moodle_bridge.practice.parameters import (
    Presence,
    default,
    items,
    optional,
    record,
    value,
)

_NAMES = {
    "firstnamephonetic": optional("notags"),
    "lastnamephonetic": optional("notags"),
    "middlename": optional("notags"),
    "alternatename": optional("notags"),
    "interests": optional("text"),
}
_WHEREABOUTS = {
    "institution": optional("text"),
    "department": optional("text"),
    "phone1": optional("notags"),
    "phone2": optional("notags"),
    "address": optional("text"),
}
_PLACE = {
    "maildisplay": optional("int"),
    "city": optional("text"),
    "country": optional("alpha"),
    "timezone": optional("timezone"),
    "description": optional("raw"),
}
_LISTS = {
    "customfields": items(
        record(type=value("alphanumext"), value=value("raw")),
        presence=Presence.OPTIONAL,
    ),
    "preferences": items(
        record(type=value("raw"), value=value("raw")), presence=Presence.OPTIONAL
    ),
}

CREATED_USER = record(
    createpassword=optional("bool"),
    username=value("username"),
    auth=default("auth", "manual", null=False),
    password=optional("raw"),
    firstname=value("notags"),
    lastname=value("notags"),
    email=value("raw_trimmed"),
    **_PLACE,
    **_NAMES,
    idnumber=default("raw", ""),
    **_WHEREABOUTS,
    lang=default("lang", "en", null=False),
    calendartype=default("plugin", "gregorian"),
    theme=optional("theme"),
    mailformat=optional("int"),
    **_LISTS,
)
UPDATED_USER = record(
    id=value("int"),
    username=optional("username", null=False),
    auth=optional("auth", null=False),
    suspended=optional("bool"),
    password=optional("raw", null=False),
    firstname=optional("notags", null=False),
    lastname=optional("notags"),
    email=optional("raw_trimmed", null=False),
    **_PLACE,
    userpicture=optional("int"),
    **_NAMES,
    idnumber=optional("raw"),
    **_WHEREABOUTS,
    lang=optional("lang", null=False),
    calendartype=optional("plugin", null=False),
    theme=optional("theme"),
    mailformat=optional("int"),
    **_LISTS,
)
