"""A form and what was sent in, before any source has written it in its own way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

FORM60 = Path(__file__).parent / "form60.json"

Answers = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class PlainQuestion:
    key: str
    text: str
    kind: str = "text"
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlainEntry:
    """`answers` by question key; of choices their names."""

    number: int
    submitted: datetime
    answers: Answers
    edited: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PlainForm:
    name: str
    questions: tuple[PlainQuestion, ...]
    entries: tuple[PlainEntry, ...]

    def words(self, question: PlainQuestion, entry: PlainEntry) -> tuple[str, ...]:
        """Return what people read of an answer; more than one of several choices."""
        given = entry.answers.get(question.key, ())
        names = (given,) if isinstance(given, str) else given
        return tuple(question.choices.get(name, name) for name in names)


def form60() -> tuple[PlainForm, dict[int, tuple[str, ...]]]:
    """Return the form of sixty people, and what is wrong with twelve of them."""
    data = json.loads(FORM60.read_text("utf-8"))
    form = PlainForm(
        name=data["name"],
        questions=tuple(PlainQuestion(**each) for each in data["questions"]),
        entries=tuple(
            PlainEntry(
                number=each["number"],
                submitted=datetime.fromisoformat(each["submitted"]),
                answers={
                    key: tuple(given) if isinstance(given, list) else given
                    for key, given in each["answers"].items()
                },
            )
            for each in data["entries"]
        ),
    )
    return form, {int(key): tuple(codes) for key, codes in data["broken"].items()}
