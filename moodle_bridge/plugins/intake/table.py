"""From the rows of a table to a form with its entries."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from moodle_bridge.errors import Permanent
from moodle_bridge.model.intake import Entry, EntryState, Form, Question
from moodle_bridge.plugins.zones import Zone

_SPACE = re.compile(r"\s+")
_USUAL_KEYS = ("id", "_id", "submission id", "response id", "responseid", "uuid")
_PARTS = re.compile(
    r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[ T,]+(\d{1,2})[:.h](\d{2})"
    r"(?::(\d{2})(?:\.\d+)?)?\s*([AaPp]\.?[Mm]\.?)?)?\s*(?:Z|UTC|GMT)?"
)
# From 1954 to 2119: no year, and no day written without marks.
# What a sheet shows where a formula went wrong, or was never worked out.
_SPOILT = re.compile(r"#(?:ref|name|value|n/a|div/0|num|null|spill|calc)[!?]?")
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_EXCEL_BEGINS = datetime(1899, 12, 30)  # noqa: DTZ001
_LAST_MONTH = 12
_FOUR = 4

Dates = Literal["auto", "day-first", "month-first"]


class TableSettings(BaseModel):
    """What every table has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: tuple[str, ...] = Field(
        default=(),
        description="The columns that name an entry for ever, the address say. When"
        " left out, a column called ID.",
        examples=[["Email"]],
    )
    submitted: str | None = Field(
        default=None, description="The column that says when an entry was sent."
    )
    edited: str | None = Field(
        default=None, description="The column that says when it was changed."
    )
    status: str | None = Field(
        default=None, description="The column that says what an entry is worth."
    )
    withdrawn: tuple[str, ...] = Field(
        default=(), description="What stands there for who took part back."
    )
    rejected: tuple[str, ...] = Field(
        default=(), description="What stands there for who is not taken."
    )
    header_row: int = Field(
        default=1, ge=1, description="The row that holds the questions."
    )
    dates: Dates = Field(
        default="auto", description="Which comes first in a date: day or month."
    )
    zone: Zone = Field(default="UTC", description="The zone of its times.")


def form_of_table(
    name: str, rows: Iterable[Sequence[str]], settings: TableSettings
) -> Form:
    """Return the form that a table holds; a row a submission.

    Raises Permanent when there is no row of questions, when a column that the settings
    name is not among them, and when a row has more cells than there are questions: its
    answers have slipped from their places.
    """
    numbered = list(enumerate(rows, 1))
    heads = [row for number, row in numbered if number == settings.header_row]
    columns = _columns(heads[0]) if heads else {}
    if not columns:
        raise Permanent(
            f"row {settings.header_row} of the table holds no questions",
            item=name,
            advice="Say in `header_row` in which row they stand.",
        )
    _require(name, columns, settings)
    _refuse_slipped(name, numbered[settings.header_row :], len(heads[0]))
    body = [
        (number, answers)
        for number, row in numbered
        if number > settings.header_row and (answers := _answers(columns, row))
    ]
    when = _Moments(settings, [answers for _, answers in body])
    keys = _Keys(name, columns, settings)
    entries = tuple(
        Entry(
            key=keys.of(answers, number),
            answers=answers,
            state=_state(answers, settings),
            row=number,
            submitted=when.of(answers, settings.submitted),
            edited=when.of(answers, settings.edited),
        )
        for number, answers in body
    )
    return Form(
        name=name,
        questions=tuple(
            Question(key=key, text=one_line(heads[0][place]))
            for key, place in columns.items()
        ),
        entries=entries,
    )


def one_line(text: str) -> str:
    """Return a heading without the line breaks and odd spaces that programs put in."""
    return _SPACE.sub(" ", text.replace("\ufeff", "")).strip()


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Return the place of each question; of two that are alike the second is `(2)`."""
    found: dict[str, int] = {}
    seen: Counter[str] = Counter()
    for place, cell in enumerate(head):
        text = one_line(cell)
        if not text:
            continue
        seen[text] += 1
        named = text if seen[text] == 1 else f"{text} ({seen[text]})"
        while named in found:
            seen[text] += 1
            named = f"{text} ({seen[text]})"
        found[named] = place
    return found


def _refuse_slipped(
    name: str, rows: Sequence[tuple[int, Sequence[str]]], width: int
) -> None:
    for number, row in rows:
        if any(cell.strip() for cell in row[width:]):
            raise Permanent(
                f"row {number} has more cells than there are questions",
                item=name,
                advice="Most often an answer holds the mark that stands between cells,"
                " a comma say. Put that answer into quotation marks, or save the file"
                " again from a spreadsheet program. Nothing was read.",
            )


def _require(name: str, columns: Mapping[str, int], settings: TableSettings) -> None:
    wanted = (*settings.key, settings.submitted, settings.edited, settings.status)
    missing = [text for text in wanted if text and text not in columns]
    if missing:
        raise Permanent(
            f"the table has no column {', '.join(map(repr, missing))}",
            item=name,
            advice=f"It has: {', '.join(columns)}.",
        )


def _answers(columns: Mapping[str, int], row: Sequence[str]) -> dict[str, str]:
    return {
        text: cell.strip()
        for text, place in columns.items()
        if place < len(row) and (cell := row[place]).strip()
    }


def _state(answers: Mapping[str, str], settings: TableSettings) -> EntryState:
    said = answers.get(settings.status or "", "").casefold()
    if said and said in {word.casefold() for word in settings.withdrawn}:
        return EntryState.WITHDRAWN
    if said and said in {word.casefold() for word in settings.rejected}:
        return EntryState.REJECTED
    return EntryState.COMPLETE


class _Keys:
    """Names entries; the second of two alike gets `#2`, in the order of the table."""

    def __init__(
        self, name: str, columns: Mapping[str, int], settings: TableSettings
    ) -> None:
        usual = [text for text in columns if text.casefold() in _USUAL_KEYS]
        self._columns = settings.key or tuple(usual[:1])
        self._seen: Counter[str] = Counter()
        self._name = name
        if not self._columns:
            raise Permanent(
                "nothing in the table names an entry for ever",
                item=name,
                advice="Say in `key` which columns do, the address say: key ="
                f' ["{next(iter(columns))}"]. It has: {", ".join(columns)}.',
            )

    def of(self, answers: Mapping[str, str], row: int) -> str:
        parts = [answers.get(text, "").casefold() for text in self._columns]
        for column, part in zip(self._columns, parts, strict=True):
            if _SPOILT.fullmatch(part):
                raise Permanent(
                    f"row {row} holds {part.upper()} in {column!r}, which is to name"
                    " the entry",
                    item=self._name,
                    advice="Open the file in a spreadsheet program, mend the formula,"
                    " and save it. Nothing was read: entries would change hands.",
                )
        key = " | ".join(parts) if any(parts) else f"row {row}"
        self._seen[key] += 1
        count = self._seen[key]
        return key if count == 1 else f"{key} #{count}"


class _Moments:
    """Understands the times of a table; whether days come first is told by all."""

    def __init__(
        self, settings: TableSettings, rows: Sequence[Mapping[str, str]]
    ) -> None:
        self._zone = ZoneInfo(settings.zone)
        self._day_first = settings.dates != "month-first"
        if settings.dates == "auto":
            texts = [
                row[column]
                for row in rows
                for column in (settings.submitted, settings.edited)
                if column and column in row
            ]
            self._day_first = not any(_month_is_first(text) for text in texts)

    def of(self, answers: Mapping[str, str], column: str | None) -> datetime | None:
        text = answers.get(column or "", "")
        if not text:
            return None
        found: datetime | None
        if _SERIAL.fullmatch(text):
            # A day of Excel, in a cell that is not formatted as a date.
            found = _EXCEL_BEGINS + timedelta(days=float(text))
            return found.replace(microsecond=0, tzinfo=self._zone).astimezone(UTC)
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            found = self._parsed(text)
        if found is None:
            return None
        if found.tzinfo is None:
            zone = UTC if text.rstrip().endswith(("Z", "UTC", "GMT")) else self._zone
            found = found.replace(tzinfo=zone)
        return found.astimezone(UTC)

    def _parsed(self, text: str) -> datetime | None:
        match = _PARTS.fullmatch(text.strip())
        if match is None:
            return None
        one, two, three = (int(match.group(number)) for number in (1, 2, 3))
        if len(match.group(1)) == _FOUR:
            year, month, day = one, two, three
        elif self._day_first:
            day, month, year = one, two, three
        else:
            month, day, year = one, two, three
        hour, minute, second = (int(match.group(number) or 0) for number in (4, 5, 6))
        half = (match.group(7) or "").lower().replace(".", "")
        if half:
            hour = hour % _LAST_MONTH + (_LAST_MONTH if half == "pm" else 0)
        year += 2000 if year < 100 else 0  # noqa: PLR2004 (26 is 2026)
        try:
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
        except ValueError:
            return None


def _month_is_first(text: str) -> bool:
    match = _PARTS.fullmatch(text.strip())
    return bool(
        match
        and len(match.group(1)) != _FOUR
        and int(match.group(2)) > _LAST_MONTH >= int(match.group(1))
    )
