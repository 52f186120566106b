"""Days as people write them, and hours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from functools import cache

from babel import Locale

from mappings.intake.fields import DateOrder
from mappings.intake.folding import folded_words
from mappings.phrases import LANGUAGES

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.+\-Z]*)?")
_FIGURES = re.compile(r"(\d{1,4})\s*[./\- ]\s*(\d{1,2})\s*[./\- ]\s*(\d{1,4})")
_EARLIEST, _LATEST = 1900, 2100
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*[:.h]\s*(?P<minute>\d{2}))?\s*(?:h|hrs|hours|uur|heures"
    r"|horas|o clock|o'clock)?\s*(?P<half>[ap]\.?\s?m\.?)?",
    re.IGNORECASE,
)
_NOON = 12
_WEEK = 7


def day_of(text: str, order: DateOrder) -> date | None:
    """Return the day that a text names, None where it names none, or it is not clear.

    ISO 8601; figures in the given order, where one above 12 or four figures settle it;
    or a month by its name in a language of the bridge. A year has four figures.
    """
    plain = text.strip()
    if found := _ISO.fullmatch(plain):
        return _day(*map(int, found.groups()[:3]))
    if found := _FIGURES.fullmatch(plain):
        return _of_figures(found.groups(), order)
    return _with_month(plain)


def hour_of(text: str) -> time | None:
    """Return the hour that a text names (`18:00`, `18h30`, `6 pm`); None if none."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if found["half"][0] in "pP" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        return None


def weekday_of(text: str) -> int | None:
    """Return the day of the week, 0 for Monday, by its name in a language of ours."""
    return _weekdays().get(folded_words(text))


def _of_figures(figures: tuple[str, ...], order: DateOrder) -> date | None:
    one, two, three = figures
    if len(one) == 4:  # noqa: PLR2004 - a year
        return _day(int(one), int(two), int(three))
    if len(three) != 4:  # noqa: PLR2004 - a year
        return None
    day, month = int(one), int(two)
    if order is DateOrder.MONTH_FIRST:
        day, month = month, day
    # Who wrote 13/25/1990 by another custom than the form's can only mean one day.
    return _day(int(three), month, day) or _day(int(three), day, month)


def _with_month(text: str) -> date | None:
    words = folded_words(text).split()
    months = [month for word in words if (month := _months().get(word))]
    figures = [re.sub(r"(?:st|nd|rd|th|er|o)$", "", word) for word in words]
    numbers = [int(one) for one in figures if one.isascii() and one.isdigit()]
    if len(months) != 1 or len(numbers) != 2:  # noqa: PLR2004 - day and year
        return None
    day, year = sorted(numbers)
    return _day(year, months[0], day)


def _day(year: int, month: int, day: int) -> date | None:
    if not _EARLIEST <= year <= _LATEST:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _months() -> Mapping[str, int]:
    found: dict[str, int] = {}
    for language in LANGUAGES:
        for style in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                names = Locale.parse(language).months[context][style]
                for number, name in names.items():
                    found.setdefault(folded_words(str(name)), number)
    return found


@cache
def _weekdays() -> Mapping[str, int]:
    found: dict[str, int] = {}
    for language in LANGUAGES:
        for style in ("wide", "abbreviated"):
            for number, name in Locale.parse(language).days["format"][style].items():
                found.setdefault(folded_words(str(name)), number % _WEEK)
    return found
