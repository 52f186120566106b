"""Questions and answers of Typeform, as its API and its webhooks write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from moodle_bridge.model.intake import Entry, EntryState, Question
from moodle_bridge.plugins.intake.entries import moment, plain
from moodle_bridge.plugins.intake.table import one_line

_NEVER = "0001-"


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore")


class TypeformChoice(_Model):
    """A ready-made answer."""

    id: str = ""
    ref: str = ""
    label: str = ""
    other: str = ""


class TypeformChoices(_Model):
    """Several ready-made answers that somebody chose."""

    ids: list[str] = Field(default_factory=list)
    refs: list[str] = Field(default_factory=list)
    labels: list[str] = Field(default_factory=list)
    other: str = ""


class TypeformProperties(_Model):
    """What a field holds: choices, and fields in it where it is a group."""

    choices: list[TypeformChoice] = Field(default_factory=list)
    fields: list[TypeformField] = Field(default_factory=list)


class TypeformField(_Model):
    """A question; in webhooks its choices stand beside, not in `properties`."""

    id: str = ""
    ref: str = ""
    title: str = ""
    type: str = ""
    properties: TypeformProperties = Field(default_factory=TypeformProperties)
    choices: list[TypeformChoice] = Field(default_factory=list)


class TypeformAnswer(_Model):
    """An answer; which of its members holds it is said by `type`."""

    model_config = ConfigDict(extra="allow")

    type: str = ""
    field: TypeformField
    choice: TypeformChoice | None = None
    choices: TypeformChoices | None = None


class TypeformResponse(_Model):
    """What one person sent; `token` names it for ever."""

    token: str = Field(min_length=1)
    landed_at: str | None = None
    submitted_at: str | None = None
    hidden: dict[str, Any] | None = None
    answers: list[TypeformAnswer] | None = None


def typeform_questions(
    fields: Sequence[TypeformField], hidden: Sequence[str]
) -> Iterator[Question]:
    """Give the questions in their order, then the hidden fields by their name."""
    for each in fields:
        if each.properties.fields:
            yield from typeform_questions(each.properties.fields, ())
            continue
        key = each.ref or each.id
        choices = {
            _named(choice): choice.label
            for choice in (*each.properties.choices, *each.choices)
            if choice.label
        }
        if key and each.type not in {"statement", "group"}:
            yield Question(key=key, text=one_line(each.title) or key, choices=choices)
    for name in hidden:
        yield Question(key=f"hidden:{name}", text=name)


def typeform_entry(response: TypeformResponse) -> Entry:
    """Return what somebody sent, with answers by the lasting name of the question."""
    answers: dict[str, str | tuple[str, ...]] = {}
    for answer in response.answers or []:
        given = _given(answer)
        if given:
            answers[answer.field.ref or answer.field.id] = given
    for name, value in (response.hidden or {}).items():
        if text := plain(value):
            answers[f"hidden:{name}"] = text
    at = response.submitted_at or ""
    sent = None if at.startswith(_NEVER) else moment(at)
    return Entry(
        key=response.token,
        answers=answers,
        state=EntryState.COMPLETE if sent else EntryState.INCOMPLETE,
        submitted=sent,
    )


def _given(answer: TypeformAnswer) -> str | tuple[str, ...]:
    if answer.choice is not None:
        return answer.choice.other or _named(answer.choice)
    several = answer.choices
    if several is not None:
        names = several.refs or several.labels or several.ids
        return tuple(filter(None, (*names, several.other)))
    value = (answer.model_extra or {}).get(answer.type)
    if answer.type == "boolean":
        return "Yes" if value else "No"
    return plain(value)


def _named(choice: TypeformChoice) -> str:
    return choice.ref or choice.label or choice.id
