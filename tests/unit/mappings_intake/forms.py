"""Forms and entries for the tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mappings.intake.answers import Reading, found_in
from mappings.intake.fields import Asked, Customs, FieldMapping, Subject
from mappings.intake.understanding import Understood, understood
from moodle_bridge.model.intake import Entry, EntryState, Form, Question

SENT = datetime(2025, 2, 1, 12, tzinfo=UTC)
TEXTS = {
    Subject.FIRST_NAME: "First name",
    Subject.LAST_NAME: "Last name",
    Subject.EMAIL: "Your e-mail address *",
    Subject.SECOND_EMAIL: "Another address",
    Subject.PHONE: "Phone or WhatsApp",
    Subject.ORGANISATION: "Organisation",
    Subject.COUNTRY: "Country",
    Subject.LANGUAGE: "Language",
    Subject.TIMEZONE: "Time zone",
    Subject.CHANNEL: "How do you want your mail?",
    Subject.HOUR: "At what time?",
    Subject.GROUP: "Group",
    Subject.CONSENT: "Do you agree that we keep your data?",
    Subject.WITHDRAWN: "Status",
}
GOOD = {
    "first_name": "Ana",
    "last_name": "Silva",
    "email": "ana.silva@example.org",
    "phone": "84 123 4567",
    "organisation": "Rede Sul",
    "country": "Moçambique",
    "language": "Português",
    "channel": "Daily digest",
    "hour": "7h30",
    "consent": "Sim",
}
MAPPING = FieldMapping(
    fields={
        subject: Asked(questions=(TEXTS[subject],))
        for subject in TEXTS
        if subject is not Subject.WITHDRAWN
    }
)
CUSTOMS = Customs(source="sm25")


def form(*entries: Entry, questions: tuple[Question, ...] | None = None) -> Form:
    asked = questions or tuple(
        Question(key=subject.value, text=text) for subject, text in TEXTS.items()
    )
    return Form(name="Intake", questions=asked, entries=entries)


def entry(
    answers: Mapping[str, str | tuple[str, ...]],
    *,
    key: str = "e1",
    row: int | None = 2,
    state: EntryState = EntryState.COMPLETE,
) -> Entry:
    return Entry(key=key, answers=answers, row=row, state=state, submitted=SENT)


def reading(mapping: FieldMapping = MAPPING, of: Form | None = None) -> Reading:
    found = found_in(of or form(), mapping)
    assert isinstance(found, Reading)
    return found


def read(
    *,
    customs: Customs = CUSTOMS,
    mapping: FieldMapping = MAPPING,
    state: EntryState = EntryState.COMPLETE,
    **changed: Any,
) -> Understood:
    """Understand the good entry with some answers changed; None leaves one out."""
    answers = {
        name: value for name, value in {**GOOD, **changed}.items() if value is not None
    }
    return understood(entry(answers, state=state), reading(mapping), customs)


def codes(read: Understood) -> list[str]:
    return [f"{one.severity}:{one.code}:{one.field}" for one in read.problems]
