"""Which question of an intake form fills which field."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, TypeAlias, TypeVar

from pydantic import Field, PlainValidator, WithJsonSchema

from mappings.intake.fields import AnswerKind, Asked, DateOrder
from sync.settings.base import Section
from sync.settings.values import (
    number_or_name,
)

_ASKED_KEYS = ("question", "join", "yes", "no", "text", "kind", "order")


E = TypeVar("E", bound=StrEnum)


def asked(value: object) -> Asked:
    """Read what a field is filled from; ValueError if it is nothing of the kind.

    A question by its key or text; a list of them, whose answers are joined; or a table
    with `question` and more.
    """
    if isinstance(value, Asked):
        return value
    table = value if isinstance(value, Mapping) else {"question": value}
    if unknown := [key for key in table if key not in _ASKED_KEYS]:
        raise ValueError(f"has no key {unknown[0]!r}; known: {', '.join(_ASKED_KEYS)}")
    questions = _texts(table.get("question"), "question")
    if not questions:
        raise ValueError("must name a question, or several in [ ]")
    return Asked(
        questions=questions,
        join=_text(table.get("join"), "join"),
        yes=_texts(table.get("yes", ()), "yes"),
        no=_texts(table.get("no", ()), "no"),
        text=_text(table.get("text"), "text"),
        kind=_one_of(AnswerKind, table.get("kind", AnswerKind.TEXT), "kind"),
        order=_one_of(DateOrder, table.get("order", DateOrder.DAY_FIRST), "order"),
    )


def courses(value: object) -> tuple[int | str, ...]:
    """Read one course or a list of them; ValueError for anything else."""
    listed = value if isinstance(value, list | tuple) else [value]
    found = tuple(map(number_or_name, listed))
    if not found:
        raise ValueError("must name a course")
    if len(set(found)) != len(found):
        raise ValueError("names a course twice")
    return found


def _one_of(known: type[E], value: object, key: str) -> E:
    try:
        return known(str(value))
    except ValueError:
        words = ", ".join(one.value for one in known)
        raise ValueError(f"{key} must be one of: {words}") from None


def _texts(value: object, key: str) -> tuple[str, ...]:
    listed = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(one, str) and one.strip() for one in listed):
        raise ValueError(f"{key} must be a text in quotes, or several in [ ]")
    return tuple(str(one) for one in listed)


def _text(value: object, key: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{key} must be a text in quotes")


Question: TypeAlias = Annotated[
    Asked,
    PlainValidator(asked),
    WithJsonSchema({"type": ["string", "array", "object"]}),
]


Courses: TypeAlias = Annotated[
    tuple[int | str, ...],
    PlainValidator(courses),
    WithJsonSchema({"type": ["integer", "string", "array"]}),
]


class IntakeQuestions(Section):
    """Which question of the form fills which field.

    A question is named by its key or by its text; where the source has keys, they are
    the better choice, for they stay when the words change. Several in [ ] are joined.
    A table says more: { question = "...", yes = ["Yes", "Oui"] }. A question that is
    named here and not in the form stops the reading; what is not named is not kept.
    """

    preset: str | None = Field(
        default=None,
        description="The name of a ready mapping (`moodle-bridge intake propose`"
        " lists them); keys given here go before it.",
        examples=["kobo"],
    )
    name: Question | None = Field(
        default=None,
        description="The whole name, where the form asks for it in one question.",
        examples=["Your full name"],
    )
    first_name: Question | None = Field(
        default=None, description="The first name.", examples=["First name"]
    )
    last_name: Question | None = Field(
        default=None, description="The last name.", examples=["Last name"]
    )
    email: Question | None = Field(
        default=None,
        description="The mail address; no form can do without.",
        examples=["Your e-mail address"],
    )
    second_email: Question | None = Field(
        default=None, description="A second address.", examples=["Another address"]
    )
    phone: Question | None = Field(
        default=None,
        description="The phone; it is read by the custom of the person's country.",
        examples=["Phone or WhatsApp"],
    )
    organisation: Question | None = Field(
        default=None, description="The organisation.", examples=["Organisation"]
    )
    country: Question | None = Field(
        default=None,
        description="The country, by any name that people give it.",
        examples=["Country"],
    )
    language: Question | None = Field(
        default=None,
        description="The language in which they want to be written to.",
        examples=["Language"],
    )
    timezone: Question | None = Field(
        default=None,
        description="The time zone. When left out, it is that of the country, where"
        " the country has one alone.",
        examples=["Time zone"],
    )
    bandwidth: Question | None = Field(
        default=None,
        description="How good their connection is; kept as it was answered.",
        examples=["How is your internet?"],
    )
    device: Question | None = Field(
        default=None,
        description="What they take part with; kept as it was answered.",
        examples=["Phone or computer?"],
    )
    channel: Question | None = Field(
        default=None,
        description="How they want to take part; [intake.choices.channel] says which"
        " answer means each, digest, bundle or moodle.",
        examples=["How do you want your mail?"],
    )
    hour: Question | None = Field(
        default=None,
        description="At which hour a digest or bundle is to come.",
        examples=["At what time?"],
    )
    group: Question | None = Field(
        default=None,
        description='The group, for groups_by = "group".',
        examples=["Cohort group"],
    )
    consent: Question | None = Field(
        default=None,
        description="What they agree to. `yes` lists the answers that agree, where"
        " they are not plain words for yes; `text` the words that they read, where"
        " the question does not hold them. Who does not agree is not enrolled.",
        examples=[{"question": "Do you agree?", "yes": ["I agree"]}],
    )
    withdrawn: Question | None = Field(
        default=None,
        description="Whether they take their part back; `yes` as with consent.",
        examples=[{"question": "Status", "yes": ["Withdrawn"]}],
    )
