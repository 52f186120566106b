"""What is wrong with an entry, and how to mend it, in the admin's language.

The words stand in `locale/LANGUAGE/intake.po`, two to a code: what is wrong, and what
to do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mappings.intake.countries import country_name
from mappings.one_line import cut, one_line
from mappings.phrases import phrase

_SHOWN = 80


class Severity(StrEnum):
    """What a problem means for its entry.

    ERROR: nobody is made of it until it is mended. WARNING: the person is taken
    without this answer, or with it as the problem says.
    """

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """What can be wrong; the values are stable."""

    MISSING = "missing"
    SPOILT = "spreadsheet-error"
    NAME_UNREADABLE = "name-unreadable"
    NAME_GARBLED = "name-garbled"
    NAME_ONE_WORD = "name-one-word"
    NAME_CLEANED = "name-cleaned"
    NAME_UNSURE = "name-unsure"
    TOO_LONG = "too-long"
    EMAIL_INVALID = "email-invalid"
    EMAIL_SEVERAL = "email-several"
    EMAIL_TYPO = "email-typo"
    EMAIL_NOT_ASCII = "email-not-ascii"
    PHONE_UNREADABLE = "phone-unreadable"
    PHONE_NO_COUNTRY = "phone-no-country"
    PHONE_SPOILT = "phone-spoilt"
    COUNTRY_UNKNOWN = "country-unknown"
    COUNTRY_NEAR = "country-near"
    COUNTRY_AMBIGUOUS = "country-ambiguous"
    LANGUAGE_UNKNOWN = "language-unknown"
    LANGUAGE_NOT_INSTALLED = "language-not-installed"
    ZONE_UNKNOWN = "timezone-unknown"
    ZONE_SEVERAL = "timezone-several"
    CHANNEL_UNKNOWN = "channel-unknown"
    HOUR_UNKNOWN = "hour-unknown"
    CONSENT_REFUSED = "consent-refused"
    CONSENT_MISSING = "consent-missing"
    YES_NO_UNCLEAR = "yes-no-unclear"
    DATE_UNREADABLE = "date-unreadable"


_WARNINGS = frozenset(
    {
        Code.NAME_CLEANED,
        Code.NAME_UNSURE,
        Code.PHONE_UNREADABLE,
        Code.PHONE_NO_COUNTRY,
        Code.PHONE_SPOILT,
        Code.LANGUAGE_UNKNOWN,
        Code.LANGUAGE_NOT_INSTALLED,
        Code.ZONE_UNKNOWN,
        Code.ZONE_SEVERAL,
        Code.HOUR_UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing wrong with an answer, before it is known whose it is.

    `values` are put into the words: `proposed`, `candidates`, `limit`. `countries` are
    codes of countries that may be meant; their names are put in as `candidates`.
    """

    code: Code
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    countries: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """How much this matters where nothing else is said."""
        return Severity.WARNING if self.code in _WARNINGS else Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeProblem:
    """One thing wrong with one entry.

    `row` is the number beside the entry in a file, None elsewhere. `field` is what the
    answer was for: a Subject, or `custom:SHORTNAME`. `question_key` and `question` are
    of the form, empty where no question is mapped. `given` is what was answered, on one
    line, cut, without what could steer a terminal.
    """

    code: Code
    severity: Severity
    source: str
    entry: str
    row: int | None
    field: str
    question_key: str
    question: str
    given: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    countries: tuple[str, ...] = ()

    def what(self, language: str | None) -> str:
        """Return what is wrong, in the admin's language."""
        return phrase(language, f"intake_{self.code}_what", **self._put_in(language))

    def advice(self, language: str | None) -> str:
        """Return how to mend it, in the admin's language."""
        return phrase(language, f"intake_{self.code}_advice", **self._put_in(language))

    def data(self, language: str | None) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "row": self.row,
            "entry": self.entry,
            "severity": self.severity.value,
            "code": self.code.value,
            "field": self.field,
            "question_key": self.question_key,
            "question": self.question,
            "given": self.given,
            "what": self.what(language),
            "advice": self.advice(language),
        }

    def _put_in(self, language: str | None) -> dict[str, str]:
        values = {"field": self.field, "given": self.given, **self.values}
        if self.countries:
            values["candidates"] = ", ".join(
                f"{country_name(code, language)} ({code})" for code in self.countries
            )
        return values


def shown(text: str) -> str:
    """Return an answer so that it can be shown anywhere: one line, cut."""
    return cut(one_line(text), _SHOWN)


def are_errors(problems: Iterable[IntakeProblem]) -> bool:
    """Say whether any of the problems keeps the entry from becoming a person."""
    return any(one.severity is Severity.ERROR for one in problems)
