"""Numbers, times and names of a report, as its reader writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from mappings.intake.countries import country_name
from mappings.moments import date_text, moment_text, weekday_name
from mappings.one_line import cut, one_line
from mappings.phrases import phrase, written_as
from mappings.report.facts import ReportNames
from mappings.report.figures import Row
from mappings.response.survival import Share

_PHASES = frozenset({"intake", "online", "face-to-face", "coaching"})
_MEDIA = frozenset({"mail", "moodle"})
_TRAITS = frozenset(
    {"country", "bandwidth", "channel", "region", "language", "organisation"}
)
_CHANNELS = frozenset({"each", "digest", "bundle", "moodle"})
_WORKING_DAYS, _WEEKEND = frozenset(range(5)), frozenset({5, 6})
_ALL_DAYS = _WORKING_DAYS | _WEEKEND
_MINUTE, _HOUR, _DAY = 60, 60, 24
_HOURS_A_DAY = 24
_LEAST_P = 0.001
_NAME_LONGEST = 60
_DAY_LONGEST = 13
_COUNTRY_CODE = 2
_NO_BREAK = "\xa0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one report: in a language, by the clock of a zone.

    What belongs together (`35 min`, `58 %`) holds together by no-break spaces.
    """

    language: str
    zone: str

    def worded(self, key: str, **values: object) -> str:
        """Return a phrase of the catalogues with its values."""
        return phrase(self.language, key, **values)

    def counted(self, key: str, number: int, **values: object) -> str:
        """Return a phrase that counts: `{count}` is the number as it is written."""
        return phrase(
            self.language, key, number=number, count=self.number(number), **values
        )

    def number(self, value: float) -> str:
        """Return a number: `1,234`; a fraction with two digits."""
        form = "#,##0" if isinstance(value, int) else "#,##0.00"
        return _written(value, form, self.language)

    def percent(self, share: float) -> str:
        """Return a share between 0 and 1 in percent: `58%`; see `in_a_hundred`."""
        rounded = in_a_hundred(share) / 100
        return _unbroken(format_percent(rounded, locale=written_as(self.language)))

    def share(self, share: Share | None) -> str:
        """Return a share with its interval: `58% (53–63)`; says so if it is None."""
        if share is None:
            return self.worded("report_too_early")
        low, high = in_a_hundred(share.low), in_a_hundred(share.high)
        return f"{self.percent(share.share)} ({low}–{high})"

    def part(self, part: int, whole: int) -> str:
        """Return how many of how many: `12 of 30 (40%)`."""
        return self.worded(
            "report_part",
            part=self.number(part),
            whole=self.number(whole),
            share=self.percent(part / whole if whole else 0),
        )

    def duration(self, seconds: float | None) -> str:
        """Return a time: `35 min`, `2 h 10 min`, `3 d 4 h`; None is not reached."""
        if seconds is None:
            return self.worded("report_not_reached")
        minutes = round(max(seconds, 0.0) / _MINUTE)
        if not minutes:
            return _unbroken(self.worded("report_time_moment"))
        if minutes < _HOUR * _DAY:
            first, second = divmod(minutes, _HOUR)
            units = ("report_time_hours", "report_time_minutes")
        else:
            first, second = divmod(round(minutes / _HOUR), _DAY)
            units = ("report_time_days", "report_time_hours")
        return _unbroken(
            " ".join(
                self.worded(unit, number=self.number(amount))
                for unit, amount in zip(units, (first, second), strict=True)
                if amount
            )
        )

    def chance(self, p_value: float) -> str:
        """Return a p-value: `p = 0.01`, `p < 0.001`."""
        sign = "<" if p_value < _LEAST_P else "="
        digits = "0.00" if p_value >= 10 * _LEAST_P else "0.000"
        value = format_decimal(
            max(p_value, _LEAST_P), format=digits, locale=written_as(self.language)
        )
        return _unbroken(f"p {sign} {value}")

    def moment(self, at: datetime) -> str:
        """Return day and hour by the clock of the zone."""
        return moment_text(self.language, at, self.zone)

    def day(self, day: date) -> str:
        """Return a day in words: `3 May 2026`."""
        return date_text(self.language, day)

    def short_day(self, day: date) -> str:
        """Return a day as short as it can be read: `3 May 2026`, `03/05/2026`."""
        locale = written_as(self.language)
        text = format_date(day, "medium", locale=locale)
        if len(text) > _DAY_LONGEST:
            text = format_skeleton("yMMdd", day, locale=locale)
        return _unbroken(text)

    def hour(self, hour: int) -> str:
        """Return an hour of the day, 0 to 24: `18:00`."""
        at = time(hour % _HOURS_A_DAY)
        return _unbroken(format_time(at, "short", locale=written_as(self.language)))

    def weekdays(self, days: frozenset[int]) -> str:
        """Return days of the week in words; 0 is Monday."""
        if days == _ALL_DAYS:
            return self.worded("report_days_all")
        if days == _WORKING_DAYS:
            return self.worded("report_days_working")
        if days == _WEEKEND:
            return self.worded("report_days_weekend")
        names = [weekday_name(self.language, day) for day in sorted(days)]
        return format_list(names, locale=written_as(self.language))

    def week(self, key: str) -> str:
        """Return the Monday of a week such as `2026-W47`; the key if it is none."""
        monday = monday_of(key)
        return self.short_day(monday) if monday else one_line(key)

    def phase(self, name: str) -> str:
        """Return what a phase is called; one of the admin's own as it stands."""
        if name in _PHASES:
            return self.worded(f"report_phase_{name}")
        return name_shown(name)

    def medium(self, key: str) -> str:
        """Return by which way something was said: `by mail`, `in Moodle`."""
        if key in _MEDIA:
            return self.worded(f"report_medium_{key}")
        return name_shown(key)

    def trait(self, name: str) -> str:
        """Return what a question of the intake form is about."""
        if name in _TRAITS:
            return self.worded(f"report_trait_{name}")
        return name_shown(name)

    def answer(self, trait: str, text: str) -> str:
        """Return an answer of the intake form; countries and languages by name."""
        if trait == "country" and len(text) == _COUNTRY_CODE:
            return name_shown(country_name(text.upper(), self.language)) or "?"
        if trait == "language":
            names = written_as(self.language).languages
            base = text.partition("_")[0]
            return str(names.get(base) or name_shown(text) or "?")
        if trait == "channel" and text in _CHANNELS:
            return self.worded(f"report_channel_{text}")
        return name_shown(text) or "?"

    def title(self, row: Row) -> str:
        """Return what a forum or a group is called."""
        return name_shown(row.title) or name_shown(row.key) or "?"

    def person(self, names: ReportNames, number: int | None) -> str:
        """Return the name of somebody by their Moodle number; for facilitators only."""
        known = names.people.get(number, "") if number is not None else ""
        return name_shown(known) or self.worded("report_somebody")

    def forum(self, forums: Mapping[int, str], number: int) -> str:
        """Return the name of a forum by its Moodle number."""
        return name_shown(forums.get(number, "")) or self.worded("report_some_forum")


def report_title(course: str, language: str) -> str:
    """Return the title of a report; `course` is what the course is called, or empty."""
    shown = name_shown(course)
    if not shown:
        return phrase(language, "report_title_alone")
    return phrase(language, "report_title", course=shown)


def in_a_hundred(share: float) -> int:
    """Return how many of a hundred a share is: only nothing is 0, only all is 100."""
    rounded = round(share * 100)
    return min(max(rounded, 1), 99) if 0 < share < 1 else rounded


def monday_of(key: str) -> date | None:
    """Return the first day of a week such as `2026-W47`; None if it is none."""
    year, mark, week = key.partition("-W")
    try:
        return date.fromisocalendar(int(year), int(week), 1) if mark else None
    except ValueError:
        return None


def name_shown(text: str) -> str:
    """Return a name from outside on one line, cut where it is too long."""
    return cut(one_line(text), _NAME_LONGEST)


@lru_cache(maxsize=4096)
def _written(value: float, form: str, language: str) -> str:
    # A report writes the same small numbers a thousand times.
    return _unbroken(format_decimal(value, format=form, locale=written_as(language)))


def _unbroken(text: str) -> str:
    # What is laid out as text turns them into spaces once its lines are broken.
    return text.replace("\u202f", _NO_BREAK).replace(" ", _NO_BREAK)
