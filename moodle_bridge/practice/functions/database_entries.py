"""Entries of database activities: written, changed in place, listed, deleted."""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.activities import entered
from moodle_bridge.practice.activity_records import (
    Database,
    DataContent,
    DataEntry,
    DataField,
)
from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import default, items, record, value
from moodle_bridge.practice.refusals import (
    Refusal,
    invalid_parameter,
    missing_record,
    refused,
)
from moodle_bridge.practice.returns import struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")

Filled = dict[int, str | None]


def add_entry(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_data_add_entry; an entry that says nothing gets the number 0."""
    database = entered(call, call.state.databases, "data", arguments["databaseid"])
    if not call.viewer(database.courseid).can("mod/data:writeentry"):
        raise _no_access()
    fields = _fields(call, database)
    if not fields:
        raise refused("nofieldindatabase", "There are no fields in this database.")
    filled = _filled(fields, arguments["data"])
    general, by_field = _problems(fields, filled)
    number = 0
    if not general and not by_field:
        entry = DataEntry(
            id=call.state.next_id("data_entry"),
            dataid=database.id,
            userid=call.user.id,
            timecreated=call.now,
            timemodified=call.now,
            groupid=arguments["groupid"],
        )
        number = entry.id
        call.state.data_entries[number] = entry
        for field in fields:
            _put(call, entry, field, filled.get(field.id))
    return {
        "newentryid": number,
        "generalnotifications": general,
        "fieldnotifications": by_field,
    }


def _no_access() -> Refusal:
    return refused("noaccess", "You do not have access to this page")


def _fields(call: Call, database: Database) -> list[DataField]:
    rows = call.state.data_fields.values()
    return [row for row in rows if row.dataid == database.id]


def _filled(fields: list[DataField], data: Iterable[Mapping[str, Any]]) -> Filled:
    """Return what was sent for each field; values come as JSON, lists as `a##b`."""
    known = {field.id for field in fields}
    filled: Filled = {}
    for sent in data:
        if sent["fieldid"] not in known:
            continue
        try:
            found = json.loads(sent["value"] or "")
        except ValueError:
            found = None
        if isinstance(found, list):
            found = "##".join(map(str, found))
        filled[sent["fieldid"]] = None if found is None else str(found)
    return filled


def _problems(
    fields: list[DataField], filled: Filled
) -> tuple[list[str], list[dict[str, str]]]:
    general = [] if any(filled.values()) else ["You did not fill out any fields!"]
    by_field = [
        {"fieldname": field.name, "notification": "You must supply a value here."}
        for field in fields
        if field.required and field.id in filled and not filled[field.id]
    ]
    return general, by_field


def _put(call: Call, entry: DataEntry, field: DataField, content: str | None) -> None:
    if field.type == "number":
        content = _number(content)
    for row in call.state.data_contents.values():
        if (row.recordid, row.fieldid) == (entry.id, field.id):
            row.content = content
            return
    number = call.state.next_id("data_content")
    call.state.data_contents[number] = DataContent(
        id=number, recordid=entry.id, fieldid=field.id, content=content
    )


def _number(content: str | None) -> str | None:
    """Return a number as PHP writes it; what is none counts as 0."""
    if not content or not content.strip():
        return None
    found = _NUMBER.match(content.strip())
    value = float(found[0]) if found else 0.0
    return str(int(value)) if value.is_integer() else str(value)


def update_entry(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_data_update_entry; what was not sent stays as it is."""
    entry, database = _found(call, arguments["entryid"])
    fields = _fields(call, database)
    filled = _filled(fields, arguments["data"])
    general, by_field = _problems(fields, filled)
    updated = not general and not by_field
    if updated:
        for field in fields:
            if field.id in filled:
                _put(call, entry, field, filled[field.id])
        entry.timemodified = call.now
    return {
        "updated": updated,
        "generalnotifications": general,
        "fieldnotifications": by_field,
        "warnings": [],
    }


def _found(call: Call, entryid: int) -> tuple[DataEntry, Database]:
    """Return an entry that the caller may change, or refuse."""
    entry = call.state.data_entries.get(entryid)
    if entry is None:
        raise missing_record("data_records")
    database = entered(call, call.state.databases, "data", entry.dataid)
    if not _may_manage(call, database, entry):
        raise _no_access()
    return entry, database


def _may_manage(call: Call, database: Database, entry: DataEntry) -> bool:
    viewer = call.viewer(database.courseid)
    own = entry.userid == call.user.id and viewer.can("mod/data:writeentry")
    return own or viewer.can("mod/data:manageentries")


def delete_entry(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_data_delete_entry."""
    entry, _ = _found(call, arguments["entryid"])
    del call.state.data_entries[entry.id]
    for row in list(call.state.data_contents.values()):
        if row.recordid == entry.id:
            del call.state.data_contents[row.id]
    return {"status": True, "warnings": []}


def get_entries(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_data_get_entries, oldest first unless asked otherwise."""
    order = (arguments["order"] or "").upper()
    if order not in {"", "ASC", "DESC"}:
        raise invalid_parameter("Invalid value for sortdirection parameter")
    database = entered(call, call.state.databases, "data", arguments["databaseid"])
    rows = [
        row
        for row in call.state.data_entries.values()
        if row.dataid == database.id
        and (not arguments["groupid"] or row.groupid in {0, arguments["groupid"]})
    ]
    rows.sort(key=lambda row: (row.timecreated, row.id), reverse=order == "DESC")
    total, size = len(rows), arguments["perpage"]
    if size:
        start = arguments["page"] * size
        rows = rows[start : start + size]
    whole = bool(arguments["returncontents"])
    answer: dict[str, Any] = {
        "entries": [_shaped(call, database, row, whole=whole) for row in rows],
        "totalcount": total,
        "totalfilesize": 0,
    }
    if whole:
        names = (call.state.users[row.userid].fullname for row in rows)
        answer["listviewcontents"] = "".join(f"<p>{escape(name)}</p>" for name in names)
    return answer | {"warnings": []}


def _shaped(
    call: Call, database: Database, entry: DataEntry, *, whole: bool
) -> dict[str, Any]:
    shaped: dict[str, Any] = {
        "id": entry.id,
        "userid": entry.userid,
        "groupid": entry.groupid,
        "dataid": entry.dataid,
        "timecreated": entry.timecreated,
        "timemodified": entry.timemodified,
        "approved": True,
        "canmanageentry": _may_manage(call, database, entry),
        "fullname": call.state.users[entry.userid].fullname,
    }
    if whole:
        shaped["contents"] = [
            {
                "id": row.id,
                "fieldid": row.fieldid,
                "recordid": row.recordid,
                "content": row.content,
                **{f"content{number}": None for number in range(1, 5)},
                "files": [],
            }
            for row in call.state.data_contents.values()
            if row.recordid == entry.id
        ]
    return shaped | {"tags": []}


FUNCTIONS = (
    Function(
        name="mod_data_add_entry",
        parameters=record(
            databaseid=value("int"),
            groupid=default("int", 0),
            data=items(
                record(
                    fieldid=value("int"),
                    subfield=default("notags", ""),
                    value=value("raw"),
                )
            ),
        ),
        run=add_entry,
        returns=struct(
            "newentryid:int generalnotifications[] fieldnotifications[] warnings[]"
        ),
        writes=True,
    ),
    Function(
        name="mod_data_update_entry",
        parameters=record(
            entryid=value("int"),
            data=items(
                record(
                    fieldid=value("int"),
                    subfield=default("notags", None),
                    value=value("raw"),
                )
            ),
        ),
        run=update_entry,
        returns=struct(
            "updated:int generalnotifications[] fieldnotifications[] warnings[]"
        ),
        writes=True,
    ),
    Function(
        name="mod_data_get_entries",
        parameters=record(
            databaseid=value("int"),
            groupid=default("int", 0),
            returncontents=default("bool", preset=False),
            sort=default("int", None),
            order=default("alpha", None),
            page=default("int", 0),
            perpage=default("int", 0),
        ),
        run=get_entries,
        returns=struct(
            "entries[] totalcount:int totalfilesize:int listviewcontents warnings[]"
        ),
    ),
    Function(
        name="mod_data_delete_entry",
        parameters=record(entryid=value("int")),
        run=delete_entry,
        returns=struct("status:int warnings[]"),
        writes=True,
    ),
)
