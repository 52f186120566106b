"""The sections [[intake]]: which form tells who takes part, and in what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import Field, PlainValidator, WithJsonSchema, field_validator

from mappings.intake.fields import AnswerKind, Asked, DateOrder, Subject
from sync.settings.base import PluginChoice, Section
from sync.settings.values import (
    Day,
    Duration,
    Language,
    ShortName,
    number_or_name,
)

_ASKED_KEYS = ("question", "join", "yes", "no", "text", "kind", "order")
E = TypeVar("E", bound=StrEnum)

Percent: TypeAlias = Annotated[int, Field(ge=0, le=100)]


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


class IntakeLimits(Section):
    """The most that one plan may do; a plan beyond is shown and not applied.

    Percentages are of the people whom the form has, and hold from six on.
    """

    create: int = Field(default=100, ge=0, description="Accounts that are made.")
    create_percent: Percent = Field(
        default=100, description="The same, in percent of all people."
    )
    change: int = Field(default=200, ge=0, description="Accounts that are changed.")
    change_percent: Percent = Field(
        default=50, description="The same, in percent of all people."
    )
    email_changes: int = Field(
        default=10, ge=0, description="Addresses that change, among these."
    )
    suspend: int = Field(default=5, ge=0, description="Enrolments that are suspended.")
    suspend_percent: Percent = Field(
        default=20, description="The same, in percent of all people."
    )
    reactivate: int = Field(
        default=5, ge=0, description="Suspended enrolments that are made active."
    )
    leave: int = Field(
        default=5,
        ge=0,
        description="People who are taken off the list, out of the cohort, or out of a"
        " group; each of these by itself.",
    )
    shrink_percent: Percent = Field(
        default=20,
        description="By how much the form may have become smaller since it was last"
        " read. A form that became empty always stops.",
    )


class IntakeAutoApply(IntakeLimits):
    """What may be applied without you: smaller limits, which you may raise."""

    create: int = Field(default=20, ge=0, description="Accounts that are made.")
    create_percent: Percent = Field(
        default=20, description="The same, in percent of all people."
    )
    change: int = Field(default=20, ge=0, description="Accounts that are changed.")
    change_percent: Percent = Field(
        default=20, description="The same, in percent of all people."
    )
    email_changes: int = Field(
        default=0, ge=0, description="Addresses that change, among these."
    )
    suspend: int = Field(default=0, ge=0, description="Enrolments that are suspended.")
    suspend_percent: Percent = Field(
        default=0, description="The same, in percent of all people."
    )
    reactivate: int = Field(
        default=0, ge=0, description="Suspended enrolments that are made active."
    )
    leave: int = Field(
        default=0,
        ge=0,
        description="People who are taken off the list, out of the cohort, or out of a"
        " group; each of these by itself.",
    )
    shrink_percent: Percent = Field(
        default=5,
        description="By how much the form may have become smaller since it was last"
        " read. A form that became empty always stops.",
    )


class IntakeSettings(Section):
    """A form, and what the people in it are to take part in."""

    name: ShortName = Field(
        description="A short name for the form, for the command line and the ledger:"
        " small letters, digits and hyphens. Never change it: the ledger would take"
        " all its people for new ones.",
        examples=["sm25"],
    )
    language: Language = Field(
        default="en",
        description="The language in which you are told what is wrong with an entry"
        " (en, es, fr, nl or pt).",
        examples=["fr"],
    )
    course: Courses = Field(
        description="Where to enrol: the short name of the course in quotes, or its"
        " number; several in [ ].",
        examples=["SM25"],
    )
    begins: Day | None = Field(
        default=None,
        description="The first day of the course, for the welcome mail; not said when"
        " left out.",
        examples=[date(2026, 5, 4)],
    )
    every: Duration = Field(
        default=timedelta(hours=1),
        description="How often `sync` and `run` look at the form by themselves. 0:"
        " never; only you look, with `moodle-bridge enrol plan`.",
    )
    cohort: str | None = Field(
        default=None,
        min_length=1,
        description="The cohort to add them to, by its idnumber. It must be there:"
        " the bridge makes none.",
        examples=["SM25-2025"],
    )
    leave_cohort: bool = Field(
        default=False,
        description="Whether who withdraws leaves the cohort too. Only where you know"
        " that cohort sync of this site does not unenrol: with Moodle's own default"
        " their grades would be gone.",
    )
    role: str = Field(
        default="student",
        min_length=1,
        description="The role in the course, by its short name.",
    )
    pair: ShortName | None = Field(
        default=None,
        description="The [[pair]] whose mailing list and channels they take part by.",
        examples=["sm25"],
    )
    groups_by: Literal["country", "organisation", "language", "group"] | None = Field(
        default=None,
        description="Put each into the group of the course that is named after this"
        " answer. Nobody is put into a group when left out.",
        examples=["country"],
    )
    create_groups: bool = Field(
        default=True, description="Whether groups that are missing are made."
    )
    username: Literal["first.last", "last.first", "first", "address"] = Field(
        default="first.last",
        description="What new accounts are called. address is what stands before the @."
        " Where a username is taken, a number follows.",
    )
    name_order: Literal["first-last", "last-first"] = Field(
        default="first-last",
        description="Which comes first where the form asks for the name in one"
        " question. What stands before a comma is always the last name.",
    )
    one_word_names: Literal["repeat", "dash", "refuse"] = Field(
        default="repeat",
        description="Moodle wants a last name, and many people have none. repeat gives"
        " the one name twice, dash puts a dash, refuse lets you decide each time.",
    )
    phone_country: str | None = Field(
        default=None,
        description="The country of phones without a country code, of people whose"
        " country is not known: two letters (ISO 3166).",
        examples=["MZ"],
    )
    languages: tuple[Language, ...] = Field(
        default=(),
        strict=False,
        description="The languages that are installed on the site, as Moodle language"
        " codes; others are not set. Every language when left out: Moodle then refuses"
        " accounts in one that it does not have.",
        examples=[["en", "fr", "pt_br"]],
    )
    duplicates: Literal["ask", "latest"] = Field(
        default="ask",
        description="What becomes of several entries of one person: ask holds them"
        " until you decide, latest takes the one that was sent last.",
    )
    password: Literal["moodle-mail", "link"] = Field(
        default="moodle-mail",
        description="How somebody new gets into Moodle: by a mail of Moodle itself, or"
        " by the link to choose a password, in the welcome mail. No password ever"
        " stands in a mail of the bridge.",
    )
    welcome: bool = Field(
        default=True, description="Whether new people get a welcome mail."
    )
    tell_refused: bool = Field(
        default=False,
        description="Whether people whose entry cannot be taken are told by mail, in"
        " their language, what to mend.",
    )
    custom_fields: dict[str, Question] = Field(
        default_factory=dict,
        description="Profile fields of the site, by short name, and the question that"
        " fills each. `kind` makes one form of the answers: text, date (with `order`:"
        " dmy, mdy or ymd), yes-no, phone, country or language.",
        examples=[{"birthday": {"question": "Date of birth", "kind": "date"}}],
    )
    choices: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="What an answer means, by field and answer, where the words of the"
        " form are not ours: [intake.choices.channel]. For channel: each, digest,"
        ' bundle or moodle, with hour and day where wanted ("digest weekly monday'
        ' 07:00"). In other fields an answer becomes what stands here.',
        examples=[{"channel": {"Every message": "each"}}],
    )
    source: PluginChoice = Field(description="The form: a plug-in and its settings.")
    questions: IntakeQuestions = Field(
        default_factory=IntakeQuestions,
        description="Which question fills which field. `moodle-bridge intake propose"
        " NAME` writes it for you, to be looked through.",
    )
    limits: IntakeLimits = Field(
        default_factory=IntakeLimits,
        description="Limits that stop a plan before it does something absurd.",
    )
    auto_apply: IntakeAutoApply | None = Field(
        default=None,
        description="With this table, `sync` and `run` apply by themselves what stays"
        " within its limits; all else waits for you. Without it, you are told that a"
        " plan waits.",
    )
    list: Literal["subscribe", "leave"] = Field(
        default="subscribe",
        description="Whether people become members of the list of their pair;"
        " leave touches no list.",
    )

    @field_validator("phone_country")
    @classmethod
    def _country_code(cls, code: str | None) -> str | None:
        if code is not None and not (code.isascii() and code.isupper()):
            raise ValueError('must be two capital letters, such as "MZ"')
        return code

    @field_validator("choices")
    @classmethod
    def _choices_of_fields(cls, choices: dict[str, Any]) -> dict[str, Any]:
        known = [subject.value for subject in Subject]
        if wrong := [name for name in choices if name not in known]:
            raise ValueError(
                f"there is no field {wrong[0]!r}; known: {', '.join(known)}"
            )
        return choices
