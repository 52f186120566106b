"""Reads days, hours and sizes as people write them in a command."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from mappings.command_tokens import Token
from mappings.command_words import MONTHS, WEEKDAYS, Word

_NUMBERS = {Word.TWO: 2, Word.THREE: 3, Word.FOUR: 4}
_LEAP_YEARS_APART = 8
_HOURS = 24
_NOON = 12
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.,hu]([0-9]{2}))?")
# The hours of which people say so.
_SPOKEN = {Word.MORNING: (1, 11), Word.EVENING: (1, 12), Word.NIGHT: (6, 11)}
_LARGEST = 10**9
_LONGEST_SPAN = 1000


class Reader:
    """Takes the tokens of one line from the front; lives for one reading of it."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tuple(tokens)
        self._place = 0
        self.no_such_day = False

    @property
    def at_end(self) -> bool:
        """Whether everything was taken."""
        return self._place == len(self._tokens)

    def word(self, *meanings: Word) -> Word | None:
        """Take the next word if it has one of these meanings, and return which."""
        if self.at_end:
            return None
        token = self._tokens[self._place]
        for meaning in meanings:
            if meaning in token.meanings:
                self._place += 1
                return meaning
        return None

    def matching(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take the next number if it is written like this."""
        if self.at_end or not self._tokens[self._place].is_number:
            return None
        found = pattern.fullmatch(self._tokens[self._place].text)
        if found:
            self._place += 1
        return found

    def count(self) -> int | None:
        """Take a whole number, also one in words up to four."""
        found = self.matching(re.compile(r"[0-9]{1,9}"))
        if found:
            return int(found[0])
        word = self.word(*_NUMBERS)
        return _NUMBERS[word] if word else None

    def clock(self) -> time | None:
        """Take a clock time: `18:00`, `18h30`, `18.00`, `18 h`, `6 pm`, `18 uur`, `noon`.

        `12 in the morning` is noon to some and midnight to others: none is taken.
        """
        before = self._place
        named = self.word(Word.NOON, Word.MIDNIGHT)
        if named:
            return time(_NOON if named is Word.NOON else 0)
        found = self.matching(_CLOCK)
        if not found:
            return None
        hour, minute = int(found[1]), int(found[2] or 0)
        half = self.word(Word.AM, Word.PM)
        if half and 1 <= hour <= _NOON:
            hour = hour % _NOON + (_NOON if half is Word.PM else 0)
        elif half is None and self.word(Word.HOUR) and not found[2]:
            # 18 h 30, with the minutes as a word of their own.
            more = self.matching(re.compile(r"[0-5][0-9]"))
            minute = int(more[0]) if more else 0
        spoken = self.word(*_SPOKEN)
        if spoken and half is None and hour <= _NOON:
            if not _SPOKEN[spoken][0] <= hour <= _SPOKEN[spoken][1]:
                self._place = before
                return None
            hour += 0 if spoken is Word.MORNING or hour == _NOON else _NOON
        if hour == _HOURS and minute == 0:
            hour = 0
        try:
            return time(hour, minute)
        except ValueError:
            self._place = before
            return None

    def size(self) -> int | None:
        """Take a size, in bytes; without a unit it is in kilobytes."""
        found = self.matching(re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,3}))?"))
        if not found:
            return None
        unit = self.word(Word.BYTE, Word.KILOBYTE, Word.MEGABYTE)
        factor = {Word.BYTE: 1, Word.MEGABYTE: 1_000_000}.get(
            unit or Word.KILOBYTE, 1000
        )
        fraction = found[2] or "0"
        thousandths = int(fraction.ljust(3, "0"))
        return min(int(found[1]) * factor + thousandths * factor // 1000, _LARGEST)

    def day(self, today: date) -> date | None:
        """Take a day: a date, a weekday, `tomorrow`; day before month.

        What names no year is the next such day, today or later; a weekday is never
        today. The year counts as it stands, also when the day is past. None for what
        is not written as a day, and for a day that is not in the calendar (30
        February): that is taken all the same, and `no_such_day` says so.
        """
        before = self._place
        self.word(Word.DAY)
        self._weekday_before_a_date()
        after = self._place
        found = self._named_day(today) or self._written_day(today)
        if found is not None:
            return found
        self.no_such_day = self._place > after
        if not self.no_such_day:
            self._place = before
        return None

    def span(self, now: datetime, zone: tzinfo) -> datetime | None:
        """Take `2 weeks`, `a month`; return when it is over, at the same hour there."""
        before = self._place
        number = self.count()
        unit = self.word(Word.DAY, Word.WEEK, Word.MONTH)
        the_day_itself = not self.at_end and self._tokens[self._place].is_number
        if unit is None or the_day_itself or (number or 1) > _LONGEST_SPAN:
            self._place = before
            return None
        local = now.astimezone(zone)
        if unit is Word.MONTH:
            day = _months_later(local.date(), number or 1)
        else:
            days = (number or 1) * (7 if unit is Word.WEEK else 1)
            day = local.date() + timedelta(days=days)
        return datetime.combine(day, local.time(), zone)

    def _weekday_before_a_date(self) -> None:
        """Leave out the weekday of `Monday 3 May`; the date says it better."""
        following = self._tokens[self._place + 1 : self._place + 2]
        if following and following[0].is_number:
            self.word(*WEEKDAYS)

    def _named_day(self, today: date) -> date | None:
        named = self.word(Word.TODAY, Word.TOMORROW, Word.OVERMORROW)
        if named:
            order = (Word.TODAY, Word.TOMORROW, Word.OVERMORROW)
            return today + timedelta(days=order.index(named))
        weekday = self.word(*WEEKDAYS)
        if weekday:
            ahead = (WEEKDAYS.index(weekday) - today.weekday()) % 7
            return today + timedelta(days=ahead or 7)
        return None

    def _written_day(self, today: date) -> date | None:
        found = self.matching(re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"))
        if found:
            return _day(int(found[1]), int(found[2]), int(found[3]))
        found = self.matching(
            re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})(?:\2([0-9]{4}|[0-9]{2}))?")
        )
        if found:
            return _dated(int(found[1]), int(found[3]), _year(found[4]), today)
        before = self._place
        month = self.word(*MONTHS)
        number = self.matching(re.compile(r"[0-9]{1,2}"))
        month = month or self.word(*MONTHS)
        if month is None or number is None:
            self._place = before
            return None
        year = self.matching(re.compile(r"[0-9]{4}"))
        wanted = int(year[0]) if year else None
        return _dated(int(number[0]), MONTHS.index(month) + 1, wanted, today)


def _year(text: str | None) -> int | None:
    if text is None:
        return None
    return int(text) if len(text) > 2 else 2000 + int(text)  # noqa: PLR2004


def _dated(day: int, month: int, year: int | None, today: date) -> date | None:
    if year is not None:
        return _day(year, month, day)
    for later in range(_LEAP_YEARS_APART + 1):
        found = _day(today.year + later, month, day)
        if found is not None and found >= today:
            return found
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _months_later(today: date, months: int) -> date:
    years, month = divmod(today.month - 1 + months, 12)
    for day in (today.day, 30, 29, 28):
        found = _day(today.year + years, month + 1, day) if day <= today.day else None
        if found is not None:
            return found
    return today
