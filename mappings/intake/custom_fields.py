"""Values of custom profile fields, in the form that a field wants."""

from __future__ import annotations

from mappings.intake.agreeing import agreed
from mappings.intake.answers import Given
from mappings.intake.countries import country_named
from mappings.intake.dates import day_of
from mappings.intake.fields import AnswerKind, Asked
from mappings.intake.languages import language_named
from mappings.intake.phones import phone_in
from mappings.intake.problems import Code, Flaw
from mappings.intake.texts import plain_text

Value = tuple[str | None, tuple[Flaw, ...]]


def custom_value(given: Given, asked: Asked, country: str | None) -> Value:
    """Return an answer as its field wants it, and what is wrong with it.

    Text as it stands; a date in ISO 8601; yes and no as `1` and `0`, which is how
    Moodle keeps a checkbox; a phone in E.164, read by the custom of `country`; a country
    as its code, a language as its Moodle code. None where it cannot be read.
    """
    match asked.kind:
        case AnswerKind.TEXT:
            return plain_text(given.text)
        case AnswerKind.DATE:
            day = day_of(given.text, asked.order)
            return _or(None if day is None else day.isoformat(), Code.DATE_UNREADABLE)
        case AnswerKind.YES_NO:
            said = agreed((given.text, *given.names), yes=asked.yes, no=asked.no)
            return _or(None if said is None else str(int(said)), Code.YES_NO_UNCLEAR)
        case AnswerKind.PHONE:
            found = phone_in(given.text, country)
            return found.phone, found.flaws
        case AnswerKind.COUNTRY:
            return country_in(given)
        case AnswerKind.LANGUAGE:
            return _or(language_named(given.text, None).code, Code.LANGUAGE_UNKNOWN)


def country_in(given: Given) -> Value:
    """Return the country that was answered as ISO 3166 alpha-2, or what is wrong."""
    found = country_named(given.text)
    if found.code is None and not found.ambiguous and len(given.names) == 1:
        # The source's own name of a ready-made answer is often the code.
        by_name = country_named(given.names[0])
        found = by_name if by_name.code else found
    if found.code is not None:
        return found.code, ()
    if found.ambiguous:
        code = Code.COUNTRY_AMBIGUOUS
    else:
        code = Code.COUNTRY_NEAR if found.candidates else Code.COUNTRY_UNKNOWN
    return None, (Flaw(code=code, countries=found.candidates),)


def _or(value: str | None, code: Code) -> Value:
    return value, () if value is not None else (Flaw(code=code),)
