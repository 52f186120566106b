"""Database activities: their fields, and their entries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import InDoubt, Permanent
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.forum_shapes import Seconds
from moodle_bridge.moodle.functions import (
    ADD_ENTRY,
    DATABASE_ENTRIES,
    DATABASE_FIELDS,
    DATABASES_BY_COURSES,
    DELETE_ENTRY,
    UPDATE_ENTRY,
)
from moodle_bridge.moodle.wire import unescaped
from moodle_bridge.runtime import from_unix

Value = str | int | float | Sequence[str] | Mapping[str, str]
"""A value of a field; a mapping is by subfield (`{"0": url, "1": text}`)."""

_PAGE = 100
_BY_TIME_ADDED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database activity of a course."""

    id: int
    cmid: int
    course_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseField:
    """A field; `kind` is Moodle's word for its type (`text`, `number`, `url`)."""

    id: int
    name: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry; `values` are by field id, as Moodle stores them."""

    id: int
    user_id: int
    group_id: int | None
    created: datetime
    modified: datetime
    approved: bool
    values: Mapping[int, str]


class _DatabaseRow(BaseModel):
    id: int
    coursemodule: int
    course: int
    name: str


class _Databases(BaseModel):
    databases: list[_DatabaseRow]


class _FieldRow(BaseModel):
    id: int
    name: str
    type: str
    required: bool = False


class _Fields(BaseModel):
    fields: list[_FieldRow]


class _Content(BaseModel):
    fieldid: int
    content: str | None = None


class _EntryRow(BaseModel):
    id: int
    userid: int
    groupid: int
    timecreated: Seconds
    timemodified: Seconds
    approved: bool = True
    contents: list[_Content] = []

    def entry(self) -> Entry:
        return Entry(
            id=self.id,
            user_id=self.userid,
            group_id=self.groupid or None,
            created=from_unix(self.timecreated),
            modified=from_unix(self.timemodified),
            approved=self.approved,
            values={row.fieldid: row.content or "" for row in self.contents},
        )


class _Entries(BaseModel):
    entries: list[_EntryRow]
    totalcount: int


class _OfField(BaseModel):
    fieldname: str | None = ""
    notification: str | None = ""


class _Said(BaseModel):
    generalnotifications: list[str] = []
    fieldnotifications: list[_OfField] = []

    def reason(self) -> str:
        said = [
            f"{one.fieldname}: {one.notification}" for one in self.fieldnotifications
        ]
        return "; ".join([*self.generalnotifications, *said]) or "no reason"


class _Added(_Said):
    newentryid: int


class _Updated(_Said):
    updated: bool


class _Deleted(BaseModel):
    status: bool


_DATABASES, _FIELDS = TypeAdapter(_Databases), TypeAdapter(_Fields)
_ENTRIES, _ADDED = TypeAdapter(_Entries), TypeAdapter(_Added)
_UPDATED, _DELETED = TypeAdapter(_Updated), TypeAdapter(_Deleted)


class Databases:
    """The database activities that the account sees."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def of_courses(self, course_ids: Sequence[int]) -> tuple[Database, ...]:
        """Return the databases of these courses; a closed course gives none.

        `mod_data_get_databases_by_courses`.
        """
        if not course_ids:
            return ()
        found: _Databases = self._client.read(
            DATABASES_BY_COURSES, {"courseids": list(course_ids)}, _DATABASES
        ).value
        return tuple(
            Database(
                id=row.id,
                cmid=row.coursemodule,
                course_id=row.course,
                name=unescaped(row.name),
            )
            for row in found.databases
        )

    def fields(self, database_id: int) -> tuple[DatabaseField, ...]:
        """Return the fields of a database (`mod_data_get_fields`)."""
        found: _Fields = self._client.read(
            DATABASE_FIELDS, {"databaseid": database_id}, _FIELDS
        ).value
        return tuple(
            DatabaseField(
                id=row.id,
                name=unescaped(row.name),
                kind=row.type,
                required=row.required,
            )
            for row in found.fields
        )

    def entries(self, database_id: int) -> Iterator[Entry]:
        """Yield the entries, oldest first, a page at a time, each once.

        Of all groups that the account sees. One that is deleted meanwhile may make
        another slip by. `mod_data_get_entries`.
        """
        seen: set[int] = set()
        page = 0
        while True:
            found: _Entries = self._client.read(
                DATABASE_ENTRIES,
                {
                    "databaseid": database_id,
                    "returncontents": True,
                    "sort": _BY_TIME_ADDED,
                    "order": "ASC",
                    "page": page,
                    "perpage": _PAGE,
                },
                _ENTRIES,
            ).value
            fresh = [row for row in found.entries if row.id not in seen]
            seen.update(row.id for row in fresh)
            yield from (row.entry() for row in fresh)
            page += 1
            # Past its last page Moodle gives the last one again.
            if not fresh or page * _PAGE >= found.totalcount:
                return

    def add(self, database_id: int, values: Mapping[int, Value]) -> int:
        """Add an entry with these values by field id; return its id.

        Not to be repeated blindly: in doubt, look among `entries`. Permanent with code
        `notstored` and Moodle's reason when it took none of it. `mod_data_add_entry`.
        """
        row: _Added = self._client.write(
            ADD_ENTRY, {"databaseid": database_id, "data": _data(values)}, _ADDED
        ).value
        if row.newentryid <= 0:
            raise _not_stored(f"database {database_id}", row)
        return row.newentryid

    def update(self, entry_id: int, values: Mapping[int, Value]) -> None:
        """Change the values of an entry; fields that are not named stay.

        May be repeated. Permanent with code `notstored`. `mod_data_update_entry`.
        """
        row: _Updated = self._client.write(
            UPDATE_ENTRY, {"entryid": entry_id, "data": _data(values)}, _UPDATED
        ).value
        if not row.updated:
            raise _not_stored(f"entry {entry_id}", row)

    def delete(self, entry_id: int) -> None:
        """Delete an entry (`mod_data_delete_entry`)."""
        row: _Deleted = self._client.write(
            DELETE_ENTRY, {"entryid": entry_id}, _DELETED
        ).value
        if not row.status:
            raise InDoubt(
                "Moodle does not say that it is gone", item=f"entry {entry_id}"
            )


def _data(values: Mapping[int, Value]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for field_id, value in values.items():
        parts = value.items() if isinstance(value, Mapping) else [("", value)]
        # Each value is a JSON text of its own.
        rows += [
            {"fieldid": field_id, "subfield": name, "value": _json(part)}
            for name, part in parts
        ]
    return rows


def _json(value: object) -> str:
    if isinstance(value, tuple):
        value = list(value)
    return json.dumps(value, allow_nan=False, ensure_ascii=False)


def _not_stored(item: str, said: _Said) -> Permanent:
    return Permanent(
        f"Moodle did not store it: {said.reason()}",
        item=item,
        code="notstored",
        advice="Look at the fields of the database: which are required, and of what "
        "kind they are.",
    )
