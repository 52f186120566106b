"""What the commands of forms show, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mappings.intake.problems import IntakeProblem, shown
from sync.cli.result import Table

if TYPE_CHECKING:
    from mappings.intake.understanding import Understood
    from moodle_bridge.model.applicants import Applicant
    from moodle_bridge.model.channels import Channel
    from sync.intake import IntakeRead
    from sync.ledger.entries import EntryChanges

_PREVIEWED = (
    "row", "name", "address", "country", "language", "clock", "phone", "organisation",
    "mail", "problems",
)  # fmt: skip


def fields_table(read: IntakeRead) -> Table:
    """Return which question each field is read from."""
    return _filled(
        Table(
            title=f"What is read from {read.form.name}",
            columns=("field", "question", "key"),
            rows=[
                (
                    source.field,
                    shown(source.text),
                    shown(source.key) if source.key != source.text else "",
                )
                for source in read.reading.every()
            ],
        )
    )


def entries_table(rows: Sequence[Understood]) -> Table:
    """Return entries as they are understood, each with the codes of its problems."""
    return _filled(
        Table(
            title="The entries as they are understood",
            columns=_PREVIEWED,
            rows=[_line(each) for each in rows],
        )
    )


def problems_table(problems: Sequence[IntakeProblem], language: str) -> Table:
    """Return what is wrong, in a language."""
    return Table(
        columns=("row", "", "question", "answered", "what is wrong"),
        rows=[
            (
                _place(one),
                one.severity.value,
                one.question or one.field,
                one.given,
                one.what(language),
            )
            for one in problems
        ],
    )


def summary(read: IntakeRead, changes: EntryChanges) -> list[str]:
    """Return in lines how many entries count, and what is not in the form any more."""
    errors = sum(row.applicant is None for row in read.rows)
    people = len(read.applicants)
    lines = [
        f"{len(read.rows)} entries count: {people} people, {errors} to be mended first."
    ]
    if read.set_aside:
        states = ", ".join(
            f"{number} {state.value}"
            for state, number in sorted(read.set_aside.items())
        )
        lines.append(f"Left alone: {states}.")
    if changes.gone:
        lines.append(
            f"{len(changes.gone)} entries are no longer in the form. Nobody is removed"
            " for that."
        )
    return lines


def summary_data(read: IntakeRead, changes: EntryChanges) -> dict[str, Any]:
    """Return the same for a program, with the keys of entries that changed."""
    return {
        "counts": {
            "entries": len(read.rows),
            "people": len(read.applicants),
            "refused": sum(row.applicant is None for row in read.rows),
            "problems": len(read.problems),
            "set_aside": {
                state.value: number for state, number in sorted(read.set_aside.items())
            },
        },
        "changes": {
            "new": list(changes.new),
            "edited": list(changes.edited),
            "gone": list(changes.gone),
            "reappeared": list(changes.reappeared),
            "unchanged": changes.unchanged,
        },
    }


def entry_data(row: Understood, language: str) -> dict[str, Any]:
    """Return an entry as plain JSON values, with its problems in a language."""
    return {
        "row": row.entry.row,
        "entry": row.entry.key,
        "submitted": row.entry.submitted,
        "edited": row.entry.edited,
        "person": None if row.applicant is None else applicant_data(row.applicant),
        "problems": [one.data(language) for one in row.problems],
    }


def advice_lines(problems: Sequence[IntakeProblem], language: str) -> Iterator[str]:
    """Give each advice once, with the rows that it is for."""
    places: dict[tuple[str, str], list[str]] = {}
    for one in problems:
        key = (one.question or one.field, one.advice(language))
        places.setdefault(key, []).append(_place(one))
    for (question, advice), rows in places.items():
        yield f"- {', '.join(dict.fromkeys(rows))} · {question}: {advice}"


def applicant_data(one: Applicant) -> dict[str, Any]:
    """Return a person as plain JSON values, by our names of the fields."""
    consent = one.consent
    return {
        "name": one.fullname,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "email": one.email,
        "second_email": one.second_email,
        "phone": one.phone,
        "organisation": one.organisation,
        "country": one.country,
        "language": one.language,
        "timezone": one.timezone,
        "bandwidth": one.bandwidth,
        "device": one.device,
        "channel": _channel_words(one.channel),
        "hour": _hour(one.channel),
        "group": one.group,
        "consent": None if consent is None else consent.given,
        "withdrawn": one.withdrawn,
        **{f"custom:{name}": value for name, value in one.custom_fields.items()},
    }


def _filled(table: Table) -> Table:
    """Return a table without the columns in which nothing stands."""
    if not table.rows:
        return table
    kept = [
        at for at, _ in enumerate(table.columns) if any(row[at] for row in table.rows)
    ]
    return Table(
        title=table.title,
        columns=tuple(table.columns[at] for at in kept),
        rows=[tuple(row[at] for at in kept) for row in table.rows],
    )


def _line(row: Understood) -> tuple[str, ...]:
    one = row.applicant
    number = str(row.entry.row) if row.entry.row is not None else shown(row.entry.key)
    wrong = ", ".join(problem.code.value for problem in row.problems)
    if one is None:
        seen = row.draft
        name = f"{seen.fullname} (not taken)".strip() if seen else "(not taken)"
        return (number, name, seen.email if seen else "", *[""] * 6, wrong)
    return (
        number,
        f"{one.fullname}{' (withdrew)' if one.withdrawn else ''}",
        one.email,
        one.country or "",
        one.language or "",
        one.timezone or "",
        one.phone or "",
        shown(one.organisation or ""),
        _channel_words(one.channel) or "",
        wrong,
    )


def _place(problem: IntakeProblem) -> str:
    return str(problem.row) if problem.row is not None else shown(problem.entry)


def _channel_words(channel: Channel | None) -> str | None:
    """Return a channel as bridge.toml has it: `digest weekly 18:00`; None for none."""
    if channel is None or not channel.is_gathered:
        return None if channel is None else channel.kind.value
    return f"{channel.kind.value} {channel.every.value} {channel.at:%H:%M}"


def _hour(channel: Channel | None) -> str | None:
    if channel is None or not channel.is_gathered:
        return None
    return f"{channel.at:%H:%M}"
