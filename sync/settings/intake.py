"""The sections [[intake]]: which form tells who takes part, and in what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from pydantic import Field, field_validator

from mappings.intake.fields import Subject
from sync.settings.base import PluginChoice, Section
from sync.settings.intake_limits import IntakeAutoApply, IntakeLimits
from sync.settings.intake_questions import Courses, IntakeQuestions, Question
from sync.settings.values import (
    Day,
    Duration,
    Language,
    ShortName,
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
        " until you decide, latest takes the one that was sent last. Where it is not"
        " sure that they are of one person, you are asked with both.",
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
