"""A time that comes again: every day, or every week on one day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from mappings.rota.wall_clock import moment

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TEXT = re.compile(r"([a-z]+) +([01]?[0-9]|2[0-3]):([0-5][0-9])")
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An hour of every day, or of one weekday (0 is Monday); by a clock on the wall."""

    at: time
    weekday: int | None = None

    def __str__(self) -> str:
        """Write it as it is read."""
        day = "daily" if self.weekday is None else _DAYS[self.weekday]
        return f"{day} {self.at:%H:%M}"

    def last(self, now: datetime, zone: str) -> datetime:
        """Return when it was last, `now` included; aware UTC.

        An hour that a clock change leaves out is the first that there is after it.
        """
        day = now.astimezone(ZoneInfo(zone)).date()
        for back in range(_WEEK + 2):
            then = day - timedelta(days=back)
            if self.weekday in {None, then.weekday()}:
                begun = moment(then, self.at, zone)
                if begun <= now:
                    return begun
        raise AssertionError(f"{self} is in every week")


def read_recurrence(text: str) -> Recurrence:
    """Read `monday 07:00` or `daily 06:00`; ValueError if it is neither."""
    found = _TEXT.fullmatch(text.strip().lower())
    if found is None or found[1] not in {"daily", *_DAYS}:
        raise ValueError(
            'must be a day and an hour in quotes, such as "monday 07:00", or'
            ' "daily 06:00"'
        )
    weekday = None if found[1] == "daily" else _DAYS.index(found[1])
    return Recurrence(at=time(int(found[2]), int(found[3])), weekday=weekday)
