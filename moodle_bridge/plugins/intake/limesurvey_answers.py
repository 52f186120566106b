"""Questions and responses of LimeSurvey, by the codes that its makers gave them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from moodle_bridge.model.intake import Entry, EntryState, Question
from moodle_bridge.plugins.intake.entries import key_of, plain
from moodle_bridge.plugins.intake.table import one_line

_TAGS = re.compile(r"<[^<>]{0,500}>")
_SEVERAL = frozenset({"M", "P"})
_LISTS = frozenset({"L", "!", "O", "R", "F", "H", "1"})
_TEXTS_ONLY = frozenset({"X"})
_YES_NO = "Y"
_YES, _NO = "Y", "N"
_OTHER = "-oth-"
# What stands in place of a time where responses are anonymous.
_NO_TIME = 1980


class LimeQuestion(BaseModel):
    """A question, or a sub-question of the one whose id is `parent_qid`."""

    model_config = ConfigDict(extra="ignore")

    id: int
    parent_qid: int = 0
    title: str
    question: str = ""
    type: str = ""
    question_order: int = 0
    gid: int = 0
    options: dict[str, str] = Field(default_factory=dict)

    @field_validator("id", mode="before")
    @classmethod
    def _own_id(cls, value: object) -> object:
        # Some versions answer with the id and the language.
        return value.get("qid") if isinstance(value, Mapping) else value

    @property
    def has_options(self) -> bool:
        """Whether it has ready-made answers that are asked for apart."""
        return self.parent_qid == 0 and self.type in _LISTS

    @property
    def words(self) -> str:
        """What people read, without markup."""
        return one_line(_TAGS.sub(" ", self.question)) or self.title


def lime_questions(asked: Sequence[LimeQuestion]) -> Iterator[Question]:
    """Give the questions; of arrays each row is one."""
    for question in asked:
        if question.parent_qid or question.type in _TEXTS_ONLY:
            continue
        parts = _parts(question, asked)
        if question.type in _SEVERAL:
            choices = {part.title: part.words for part in parts}
            yield Question(key=question.title, text=question.words, choices=choices)
        elif parts:
            for part in parts:
                yield Question(
                    key=f"{question.title}[{part.title}]",
                    text=f"{question.words} - {part.words}",
                    choices=question.options,
                )
        else:
            yield Question(
                key=question.title, text=question.words, choices=question.options
            )


def lime_entry(
    row: Mapping[str, Any], asked: Sequence[LimeQuestion], *, zone: str, item: str
) -> Entry:
    """Return a response; times are those of the server, in `zone`.

    Raises Permanent for a response without an id.
    """
    answers: dict[str, str | tuple[str, ...]] = {}
    for question in asked:
        if question.parent_qid or question.type in _TEXTS_ONLY:
            continue
        parts = _parts(question, asked)
        other = plain(row.get(f"{question.title}[other]"))
        if question.type in _SEVERAL:
            chosen = [
                part.title
                for part in parts
                if plain(row.get(f"{question.title}[{part.title}]")) == _YES
            ]
            given = tuple(filter(None, (*chosen, other)))
            if given:
                answers[question.title] = given
            continue
        for key in (
            [f"{question.title}[{part.title}]" for part in parts]
            if parts
            else [question.title]
        ):
            text = plain(row.get(key))
            text = other if text == _OTHER and other else text
            if question.type == _YES_NO:
                text = {_YES: "Yes", _NO: "No"}.get(text, text)
            if text:
                answers[key] = text
    submitted = plain(row.get("submitdate"))
    sent, last = _moment(submitted, zone), _moment(plain(row.get("datestamp")), zone)
    changed = sent is not None and last is not None and last > sent
    return Entry(
        key=key_of(row.get("id"), item=item),
        answers=answers,
        state=EntryState.COMPLETE if submitted else EntryState.INCOMPLETE,
        submitted=sent,
        edited=last if changed else None,
    )


def _parts(question: LimeQuestion, asked: Sequence[LimeQuestion]) -> list[LimeQuestion]:
    parts = [each for each in asked if each.parent_qid == question.id]
    return sorted(parts, key=lambda each: each.question_order)


def _moment(text: str, zone: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.year == _NO_TIME:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(zone))
    return found.astimezone(UTC)
