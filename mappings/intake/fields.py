"""What an entry of a form can say of a person, and from which questions it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Subject(StrEnum):
    """What an answer is about: the fields of an applicant, and what makes them.

    NAME is the whole name, where one question asks for it; HOUR belongs to CHANNEL.
    """

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    SECOND_EMAIL = "second_email"
    PHONE = "phone"
    ORGANISATION = "organisation"
    COUNTRY = "country"
    LANGUAGE = "language"
    TIMEZONE = "timezone"
    BANDWIDTH = "bandwidth"
    DEVICE = "device"
    CHANNEL = "channel"
    HOUR = "hour"
    GROUP = "group"
    CONSENT = "consent"
    WITHDRAWN = "withdrawn"


class AnswerKind(StrEnum):
    """Into which form the answers for a custom profile field are brought."""

    TEXT = "text"
    DATE = "date"
    YES_NO = "yes-no"
    PHONE = "phone"
    COUNTRY = "country"
    LANGUAGE = "language"


class DateOrder(StrEnum):
    """How a date in figures alone is meant, where it could be two."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    YEAR_FIRST = "ymd"


NameOrder = Literal["first-last", "last-first"]
OneWord = Literal["repeat", "dash", "refuse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which question, or questions, one field is read from.

    `questions` are keys or texts; several are joined with `join` (None: as suits the
    field). `yes` and `no` are the answers that mean so, beside the plain words. `text`
    is what people read beside the question, for consent; None takes the question's
    own. `kind` and `order` matter for custom fields.
    """

    questions: tuple[str, ...]
    join: str | None = None
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    text: str | None = None
    kind: AnswerKind = AnswerKind.TEXT
    order: DateOrder = DateOrder.DAY_FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMapping:
    """How the answers of a form become people; nothing else of it is looked at.

    `choices` say, by field, what an answer means. `custom_fields` are by the short
    name of the profile field.
    """

    fields: Mapping[Subject, Asked]
    custom_fields: Mapping[str, Asked] = field(default_factory=dict)
    choices: Mapping[Subject, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customs:
    """What goes for all entries of a form.

    `source` is the name of its [[intake]]. `languages` are the Moodle codes that are
    installed on the site, None when that is not known. `phone_country` (ISO 3166
    alpha-2) is for phones of people whose country is not known.
    """

    source: str
    name_order: NameOrder = "first-last"
    one_word_names: OneWord = "repeat"
    phone_country: str | None = None
    languages: frozenset[str] | None = None
