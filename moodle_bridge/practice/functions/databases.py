"""Database activities and their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.activities import entered, rows_of_courses
from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import Presence, items, record, value
from moodle_bridge.practice.returns import struct
from moodle_bridge.practice.texts import cleaned, one_line

if TYPE_CHECKING:
    from moodle_bridge.practice.activity_records import Database

_TEMPLATES = (
    "singletemplate", "listtemplate", "listtemplateheader", "listtemplatefooter",
    "addtemplate", "rsstemplate", "rsstitletemplate", "csstemplate", "jstemplate",
    "asearchtemplate",
)  # fmt: skip
_NUMBERS = (
    "timeavailablefrom", "timeavailableto", "timeviewfrom", "timeviewto",
    "requiredentries", "requiredentriestoview", "maxentries", "rssarticles",
    "defaultsort", "defaultsortdir",
)  # fmt: skip
_PARAMETERS = 10
# A field of a new kind starts with empty ones among the first, and none after.
_EMPTY_PARAMETERS = 3


def get_databases_by_courses(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_data_get_databases_by_courses."""
    rows, warnings = rows_of_courses(call, call.state.databases, arguments["courseids"])
    return {"databases": [_shaped(call, row) for row in rows], "warnings": warnings}


def _shaped(call: Call, database: Database) -> dict[str, Any]:
    shaped: dict[str, Any] = {
        "id": database.id,
        "course": database.courseid,
        "name": one_line(database.name),
        "intro": cleaned(database.intro),
        "introformat": 1,
        "lang": None,
        "comments": False,
        **dict.fromkeys(_NUMBERS, 0),
        **dict.fromkeys(_TEMPLATES),
        "approval": False,
        "manageapproved": True,
        "coursemodule": database.cmid,
        "introfiles": [],
    }
    if call.viewer(database.courseid).can("moodle/course:manageactivities"):
        shaped |= {
            "scale": 0,
            "assessed": 0,
            "assesstimestart": 0,
            "assesstimefinish": 0,
            "editany": False,
            "notification": 0,
            "timemodified": database.timemodified,
        }
    return shaped


def get_fields(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_data_get_fields."""
    database = entered(call, call.state.databases, "data", arguments["databaseid"])
    fields = [
        {
            "id": row.id,
            "dataid": row.dataid,
            "type": row.type,
            "name": row.name,
            "description": row.description,
            "required": row.required,
            **{
                f"param{number}": "" if number <= _EMPTY_PARAMETERS else None
                for number in range(1, _PARAMETERS + 1)
            },
        }
        for row in call.state.data_fields.values()
        if row.dataid == database.id
    ]
    return {"fields": fields, "warnings": []}


FUNCTIONS = (
    Function(
        name="mod_data_get_databases_by_courses",
        parameters=record(courseids=items(value("int"), presence=Presence.DEFAULT)),
        run=get_databases_by_courses,
        returns=struct("databases[] warnings[]"),
    ),
    Function(
        name="mod_data_get_fields",
        parameters=record(databaseid=value("int")),
        run=get_fields,
        returns=struct("fields[] warnings[]"),
    ),
)
