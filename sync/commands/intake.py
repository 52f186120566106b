"""`moodle-bridge intake`: forms as they will be understood."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mappings.intake.answers import given_in
from mappings.intake.csv_safe import csv_text
from mappings.intake.problems import IntakeProblem, Severity, shown
from mappings.phrases import LANGUAGES
from moodle_bridge.errors import ConfigError
from sync.bridge import Bridge
from sync.cli.result import ExitCode, Result, Table
from sync.commands.intake_tables import (
    advice_lines,
    applicant_data,
    entries_table,
    entry_data,
    fields_table,
    problems_table,
    summary,
    summary_data,
)
from sync.intake import IntakeRead, intake_named, read_intake

if TYPE_CHECKING:
    from mappings.intake.understanding import Understood
    from sync.cli.invocation import Invocation
    from sync.ledger.entries import EntryChanges

_ROWS = 20
_COLUMNS = (
    "row", "entry", "severity", "code", "field", "question_key", "question", "given",
    "what", "advice",
)  # fmt: skip


def overview(invocation: Invocation) -> Result:
    """List the forms of bridge.toml, with what the ledger has of each."""
    rows: list[dict[str, Any]] = []
    with _bridge(invocation) as bridge, bridge.ledger.reading() as transaction:
        for one in bridge.settings.intakes:
            kept = transaction.entries.of(one.name)
            rows.append(
                {
                    "name": one.name,
                    "plugin": one.source.plugin,
                    "courses": list(one.course),
                    "cohort": one.cohort or "",
                    "counting": transaction.entries.counting(one.name),
                    "gone": sum(entry.gone_at is not None for entry in kept),
                    "read_at": max((entry.seen_at for entry in kept), default=None),
                }
            )
    return Result(
        parts=[
            Table(
                columns=("form", "source", "course", "cohort", "entries", "read (UTC)"),
                rows=[
                    (
                        row["name"],
                        row["plugin"],
                        ", ".join(map(str, row["courses"])),
                        row["cohort"],
                        "" if row["counting"] is None else str(row["counting"]),
                        f"{row['read_at']:%Y-%m-%d %H:%M}"
                        if row["read_at"]
                        else "never",
                    )
                    for row in rows
                ],
            )
            if rows
            else "There is no [[intake]] in bridge.toml."
        ],
        data={"forms": rows},
    )


def preview(
    invocation: Invocation,
    *,
    name: str | None,
    row: str | None,
    everything: bool,
    language: str | None,
) -> Result:
    """Show a form as it is understood; with `row`, one entry answer by answer."""
    read, changes, language = _read(invocation, name, language)
    if row is not None:
        return _one(read, _row_named(read, row), language)
    rows = read.rows if everything else read.rows[:_ROWS]
    parts: list[str | Table] = [
        fields_table(read),
        "",
        entries_table(rows),
    ]
    if len(rows) < len(read.rows):
        parts.append(f"{len(read.rows) - len(rows)} more: --all shows them.")
    parts += ["", *summary(read, changes)]
    return Result(
        exit_code=_exit_code(read.problems),
        parts=parts,
        data={
            "form": read.form.name,
            "fields": [
                {"field": source.field, "question": source.text, "key": source.key}
                for source in read.reading.every()
            ],
            "entries": [entry_data(each, language) for each in read.rows],
            **summary_data(read, changes),
        },
    )


def problems(
    invocation: Invocation,
    *,
    name: str | None,
    path: Path | None,
    language: str | None,
) -> Result:
    """List every problem of a form, also into a CSV file."""
    read, changes, language = _read(invocation, name, language)
    found = [one.data(language) for one in read.problems]
    parts: list[str | Table] = []
    if found:
        parts += [
            problems_table(read.problems, language),
            "",
            "What to do:",
            *advice_lines(read.problems, language),
            "",
        ]
    parts += summary(read, changes)
    if path is not None:
        _write(path, csv_text(_COLUMNS, [_cells(one) for one in found]))
        parts.append(f"Written: {path}")
    return Result(
        exit_code=_exit_code(read.problems),
        parts=parts,
        data={"problems": found, **summary_data(read, changes)},
    )


def _one(read: IntakeRead, row: Understood, language: str) -> Result:
    seen = row.applicant or row.draft
    values = {} if seen is None else applicant_data(seen)
    answers = [
        {
            "field": source.field,
            "question": source.text,
            "answered": given_in(row.entry, source).text,
            "understood": _value(values, source.field),
        }
        for source in read.reading.every()
    ]
    return Result(
        exit_code=_exit_code(row.problems),
        parts=[
            Table(
                columns=("field", "question", "answered", "understood"),
                rows=[
                    (
                        one["field"],
                        shown(one["question"]),
                        shown(one["answered"]),
                        one["understood"],
                    )
                    for one in answers
                ],
            ),
            *(
                f"{one.severity.value}: {one.what(language)}\n  {one.advice(language)}"
                for one in row.problems
            ),
        ],
        data={**entry_data(row, language), "answers": answers},
    )


def _value(values: dict[str, Any], field: str) -> str:
    value = values.get(field)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _cells(row: dict[str, Any]) -> list[str]:
    return ["" if row[name] is None else str(row[name]) for name in _COLUMNS]


def _exit_code(problems: Sequence[IntakeProblem]) -> ExitCode:
    errors = any(one.severity is Severity.ERROR for one in problems)
    return ExitCode.HELD if errors else ExitCode.DONE


def _row_named(read: IntakeRead, name: str) -> Understood:
    for row in read.rows:
        if name in {row.entry.key, str(row.entry.row)}:
            return row
    raise ConfigError(
        "the form has no such entry that counts",
        item=f"--row {name}",
        advice="Give a row number or a key as `intake preview` shows them.",
    )


def _read(
    invocation: Invocation, name: str | None, language: str | None
) -> tuple[IntakeRead, EntryChanges, str]:
    with _bridge(invocation) as bridge:
        settings = intake_named(bridge.settings, name)
        language = language or settings.language
        if language not in LANGUAGES:
            raise ConfigError(
                f"there are no words in the language {language!r}",
                item="--language",
                advice=f"Known: {', '.join(LANGUAGES)}.",
            )
        invocation.progress(f"Reading {settings.name} ...")
        read = read_intake(bridge, settings)
        with bridge.ledger.reading() as transaction:
            changes = transaction.entries.changes(settings.name, read.seen)
    return read, changes, language


def _write(path: Path, text: str) -> None:
    # Of its owner alone: names and addresses are in it.
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)


@contextmanager
def _bridge(invocation: Invocation) -> Iterator[Bridge]:
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        yield bridge
