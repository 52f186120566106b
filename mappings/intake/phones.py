"""Phone numbers as people write them, as E.164."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from mappings.intake.problems import Code, Flaw

_BETWEEN = re.compile(r"[/;,|\n]|\s(?:or|ou|of|o|and|et|en|e|y)\s", re.IGNORECASE)
# What a spreadsheet makes of a phone that it takes for a number.
_SPOILT = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFound:
    """A phone as E.164, None where there is none, and what is wrong."""

    phone: str | None = None
    flaws: tuple[Flaw, ...] = ()

    @property
    def lacks_country(self) -> bool:
        """Whether it could be read if the country were known."""
        return any(flaw.code is Code.PHONE_NO_COUNTRY for flaw in self.flaws)


def phone_in(text: str, country: str | None) -> PhoneFound:
    """Return the first phone in an answer, read by the custom of a country.

    `country` is ISO 3166 alpha-2; with None only numbers with a country code are
    understood. `00` before a country code is taken for `+`.
    """
    if _SPOILT.search(text):
        return PhoneFound(flaws=(Flaw(code=Code.PHONE_SPOILT),))
    parts = [part for part in (text, *_BETWEEN.split(text)) if part.strip()]
    for part in parts:
        if (found := _number(part, country)) is not None:
            return PhoneFound(phone=found)
    digits = sum(letter.isdigit() for letter in text)
    abroad = text.strip().startswith(("+", "00"))
    lacks = country is None and digits >= _FEWEST and not abroad
    return PhoneFound(
        flaws=(Flaw(code=Code.PHONE_NO_COUNTRY if lacks else Code.PHONE_UNREADABLE),)
    )


def _number(text: str, country: str | None) -> str | None:
    plain = re.sub(r"^\s*00", "+", text)
    try:
        number = phonenumbers.parse(plain, country)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
