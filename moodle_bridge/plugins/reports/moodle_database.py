"""A report as rows of a Moodle database activity, one a week."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IReportSink, IUsesMoodle
from moodle_bridge.model.reports import ReportPage, Written
from moodle_bridge.plugins.reports.activity import the_activity
from moodle_bridge.plugins.reports.content import advised, fingerprint, refuse_private

if TYPE_CHECKING:
    from moodle_bridge.moodle.databases import DatabaseField, Entry

Figure = str | int | float | None
Row = Mapping[str, Figure]

WEEK = "week"
_TEXT, _NUMBER = "text", "number"
_KINDS = {_TEXT: "Text input", _NUMBER: "Number"}
_RIGHTS = frozenset({"noaccess", "nopermissions"})


class MoodleDatabaseReportSettings(BaseModel):
    """Which database activity, which of its fields, and who reads it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database: int = Field(
        gt=0,
        description="The database activity: the number in its address"
        " (mod/data/view.php?id=). Each report needs one for itself.",
        examples=[208],
    )
    fields: tuple[str, ...] = Field(
        default=(),
        description="Which figures go there, by their names; all of them if left out."
        " The week always does.",
        examples=[["asked", "within_percent"]],
    )
    facilitators_only: bool = Field(
        default=False, description="Whether participants cannot read this database."
    )


@implementer(IReportSink, IUsesMoodle)
class MoodleDatabaseReport:
    """See `IReportSink`; each week is an entry, found by what its field `week` says.

    Only weeks that changed are written. An entry that was deleted is made again when
    any week changes next. Fields that are no figures, and entries of weeks that the
    report does not tell of, stay as they are.
    """

    def __init__(self, settings: MoodleDatabaseReportSettings) -> None:
        self._settings = settings
        self._moodle: Any = None
        self.name = f"Moodle database {settings.database}"
        self.public = not settings.facilitators_only

    def use_moodle(self, moodle: Any) -> None:
        """See `IUsesMoodle`."""
        self._moodle = moodle

    def write(self, page: ReportPage, last: Written | None) -> Written:
        """See `IReportSink`; the fingerprints are by week."""
        refuse_private(page, self)
        number = self._settings.database
        target = f"{self._moodle.client.site_url}/mod/data/view.php?id={number}"
        if last is not None and last.target != target:
            last = None
        known = dict(last.fingerprints) if last is not None else {}
        rows = [self._row(week) for week in page.weeks]
        wanted = {str(row[WEEK]): fingerprint(dict(row)) for row in rows}
        changed = {week for week, print_ in wanted.items() if known.get(week) != print_}
        if changed:
            self._bring_up_to_date(rows, changed)
        return Written(target=target, fingerprints={**known, **wanted})

    def probe(self) -> None:
        """See `IReportSink`; the week and the figures that are chosen have fields."""
        place = the_activity(self._moodle, "data", self._settings.database, self.name)
        there = {
            field.name for field in self._moodle.databases.fields(place.instance_id)
        }
        lacking = [name for name in (WEEK, *self._settings.fields) if name not in there]
        if lacking:
            raise Permanent(
                f"the database has no field {', '.join(lacking)}",
                item=self.name,
                code="nofield",
                advice=f"Make in Moodle, on its page Fields: {', '.join(lacking)}"
                f" ({WEEK} as Text input, figures as Number).",
            )

    def close(self) -> None:
        """See `IReportSink`."""

    def _row(self, week: Row) -> Row:
        chosen = self._settings.fields
        unknown = [name for name in chosen if name not in week]
        if unknown:
            raise Permanent(
                f"the report has no figure {', '.join(map(repr, unknown))}",
                item=self.name,
                advice=f"Choose `fields` from: {', '.join(week)}.",
            )
        return {
            name: value
            for name, value in week.items()
            if name == WEEK or not chosen or name in chosen
        }

    def _bring_up_to_date(self, rows: Sequence[Row], changed: set[str]) -> None:
        place = the_activity(self._moodle, "data", self._settings.database, self.name)
        database = place.instance_id
        fields = {
            field.name: field for field in self._moodle.databases.fields(database)
        }
        self._check(fields, rows)
        standing = self._by_week(database, fields[WEEK])
        try:
            for row in rows:
                week = str(row[WEEK])
                values = {fields[name].id: _sent(value) for name, value in row.items()}
                entry = standing.get(week)
                if entry is None:
                    self._moodle.databases.add(database, values)
                elif week in changed and not _says(entry, fields, row):
                    self._moodle.databases.update(entry.id, values)
        except Permanent as error:
            if error.code not in _RIGHTS:
                raise
            raise advised(
                error,
                "Give the account mod/data:writeentry in this database, and"
                " mod/data:manageentries to change rows that it did not make itself.",
                item=self.name,
            ) from error

    def _by_week(self, database: int, field: DatabaseField) -> Mapping[str, Entry]:
        account = self._moodle.site.info().user_id
        found: dict[str, Entry] = {}
        for entry in self._moodle.databases.entries(database):
            week = entry.values.get(field.id, "").strip()
            # Where somebody else has written that week too, the bridge's own row.
            if week not in found or (entry.user_id == account != found[week].user_id):
                found[week] = entry
        return found

    def _check(self, fields: Mapping[str, DatabaseField], rows: Sequence[Row]) -> None:
        wanted = _kinds(rows)
        lacking = [name for name in wanted if name not in fields]
        if lacking:
            made = ", ".join(f"{name} ({_KINDS[wanted[name]]})" for name in lacking)
            raise Permanent(
                f"the database has no field {', '.join(lacking)}",
                item=self.name,
                code="nofield",
                advice=f"Nothing was written. Make in Moodle, on its page Fields: {made}."
                " Or name in `fields` the figures that you want.",
            )
        for name, kind in wanted.items():
            if fields[name].kind not in {_TEXT, kind}:
                raise Permanent(
                    f"its field {name} is of the kind {fields[name].kind}",
                    item=self.name,
                    code="fieldkind",
                    advice=f"Nothing was written. Make it a field {_KINDS[kind]}.",
                )


def _kinds(rows: Sequence[Row]) -> Mapping[str, str]:
    """Return the kind of field that each figure needs, in the order of the figures."""
    kinds: dict[str, str] = {}
    for row in rows:
        for name, value in row.items():
            if isinstance(value, str):
                kinds[name] = _TEXT
            else:
                kinds.setdefault(name, _NUMBER)
    return kinds


def _sent(value: Figure) -> str | int | float:
    # Moodle empties a field with the empty text, not with nothing.
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return value


def _says(entry: Entry, fields: Mapping[str, DatabaseField], row: Row) -> bool:
    """Say whether an entry holds these figures already."""
    for name, value in row.items():
        stored, wanted = entry.values.get(fields[name].id, ""), _sent(value)
        if isinstance(wanted, str) or not stored:
            same = stored == str(wanted)
        else:
            same = _number(stored) == wanted
        if not same:
            return False
    return True


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
