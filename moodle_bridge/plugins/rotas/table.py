"""A rota as a table: a row a shift, in a CSV, Excel or OpenDocument file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field
from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IRotaSource
from moodle_bridge.model.rota import DutyRole, Facilitator, RotaReading, RotaSpan
from moodle_bridge.plugins.intake.cells import sheet_rows
from moodle_bridge.plugins.intake.csv_text import csv_rows, csv_text
from moodle_bridge.plugins.intake.files import content_of
from moodle_bridge.plugins.rotas.names import named_in, role_named
from moodle_bridge.plugins.zones import Zone

_FORMATS = ("%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%d-%m-%Y %H:%M", "%d.%m.%Y %H:%M")
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
_DAY = timedelta(days=1)


class TableRotaSettings(BaseModel):
    """Which table, and what its columns are called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path = Field(description="A file .csv, .xlsx, .xls or .ods.")
    sheet: str | None = Field(default=None, description="The sheet; the first if not.")
    zone: Zone | None = Field(
        default=None,
        description="The zone of its times; that of [rota] if left out.",
    )
    start: str = Field(default="start", description="The column with the beginning.")
    end: str = Field(default="end", description="The column with the end.")
    person: str = Field(default="person", description="The column with the names.")
    role_column: str | None = Field(
        default="role", description="The column with the role, if there is one."
    )
    role: DutyRole = Field(
        default=DutyRole.PRIMARY, description="The role where none is said."
    )


@implementer(IRotaSource)
class TableRota:
    """See `IRotaSource`. Days are written before months, or as 2026-05-03."""

    def __init__(self, settings: TableRotaSettings) -> None:
        self._settings = settings
        self.name = f"table {settings.path}"

    def read(
        self, start: datetime, end: datetime, people: Sequence[Facilitator]
    ) -> RotaReading:
        """See `IRotaSource`."""
        spans: list[RotaSpan] = []
        unknown: dict[str, None] = {}
        problems: list[str] = []
        settings = self._settings
        for number, row in self._rows():
            try:
                begins, ends = self._times(row)
            except ValueError as error:
                problems.append(f"row {number}: {error}")
                continue
            said = row.get(settings.role_column or "", "")
            role = role_named(said) if said else settings.role
            if role is None:
                problems.append(f"row {number}: {said!r} is no role")
                continue
            found = named_in(row.get(settings.person, ""), people, role)
            unknown |= dict.fromkeys(found.unknown)
            if ends <= start or begins >= end:
                continue
            if not found.people and not found.unknown:
                problems.append(f"row {number}: names nobody")
            spans += [
                RotaSpan(
                    key=f"row {number} {person}",
                    person=person,
                    start=begins,
                    end=ends,
                    role=named_role,
                    title=f"row {number}",
                )
                for person, named_role in found.people
            ]
        return RotaReading(
            spans=tuple(spans), unknown=tuple(unknown), problems=tuple(problems)
        )

    def close(self) -> None:
        """See `IRotaSource`."""

    def _times(self, row: Mapping[str, str]) -> tuple[datetime, datetime]:
        settings = self._settings
        begins = self._moment(row.get(settings.start, ""), settings.start)
        text = row.get(settings.end, "")
        if _is_day(text):
            # A day alone is meant to its end.
            day = _day(text)
            ends = self._local(datetime.combine(day + _DAY, time()))
        else:
            ends = self._moment(text, settings.end)
        if ends <= begins:
            raise ValueError("it ends before it begins")
        return begins, ends

    def _moment(self, text: str, column: str) -> datetime:
        if not text:
            raise ValueError(f"column {column!r} is empty")
        if _is_day(text):
            return self._local(datetime.combine(_day(text), time()))
        try:
            return self._local(datetime.fromisoformat(text))
        except ValueError:
            pass
        for pattern in _FORMATS:
            try:
                return self._local(datetime.strptime(text, pattern))  # noqa: DTZ007
            except ValueError:
                continue
        raise ValueError(f"{text!r} is no time; write 2026-05-03 18:00")

    def _local(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            value = value.replace(tzinfo=ZoneInfo(self._settings.zone or "UTC"))
        return value.astimezone(UTC)

    def _rows(self) -> Iterator[tuple[int, Mapping[str, str]]]:
        table = list(self._cells())
        if not table:
            raise Permanent(
                "the table is empty",
                item=self.name,
                advice="It wants a first row with the names of its columns.",
            )
        head = [cell.strip().casefold() for cell in table[0]]
        settings = self._settings
        wanted = (settings.start, settings.end, settings.person)
        missing = [name for name in wanted if name.casefold() not in head]
        if missing:
            raise Permanent(
                f"the table has no column {', '.join(missing)}",
                item=self.name,
                advice=f"It has: {', '.join(table[0])}. Name the columns in the"
                " settings of the table.",
            )
        names = {
            name.casefold(): name for name in (*wanted, settings.role_column or "")
        }
        for number, cells in enumerate(table[1:], 2):
            row = {
                names[key]: cell.strip()
                for key, cell in zip(head, cells, strict=False)
                if key in names
            }
            if any(row.values()):
                yield number, row

    def _cells(self) -> Iterator[list[str]]:
        path = self._settings.path
        content = content_of(path, self.name)
        if path.suffix.lower() == ".csv":
            text = csv_text(content, encoding=None, item=self.name)
            yield from csv_rows(text, mark=None, item=self.name)
        else:
            yield from sheet_rows(content, self._settings.sheet, self.name)


def _is_day(text: str) -> bool:
    try:
        _day(text)
    except ValueError:
        return False
    return True


def _day(text: str) -> date:
    for pattern in _DAYS:
        try:
            return datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise ValueError(f"{text!r} is no day")
