"""Windows of the week as people write them: `weekdays 08:00-18:00`, `saturday`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS = {
    "every day": frozenset(range(7)),
    "daily": frozenset(range(7)),
    "weekdays": frozenset(range(5)),
    "weekend": frozenset({5, 6}),
    "weekends": frozenset({5, 6}),
}
_CLOCKS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$")
_FULL_DAY = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Hours of some days (0 is Monday), on a clock whose zone is said elsewhere.

    An end not after the start is on the day after; equal times are a whole day. A
    window belongs to the day on which it begins.
    """

    weekdays: frozenset[int]
    start: time = time()
    end: time = time()

    def holds(self, local: datetime) -> bool:
        """Say whether a moment, as the clock of the zone shows it, lies within."""
        clock, day = local.time(), local.weekday()
        if self.start < self.end:
            return day in self.weekdays and self.start <= clock < self.end
        if clock >= self.start:
            return day in self.weekdays
        return clock < self.end and (day - 1) % 7 in self.weekdays


def read_window(text: str) -> Window:
    """Return the window that a text names; raises ValueError that says what is wrong.

    Days (`monday`, `tue-fri`, `saturday, sunday`, `weekdays`, `weekend`, `every day`),
    clock times (`22:00-07:00`), or both; days left out are all, times left out are the
    whole day.
    """
    plain = " ".join(text.lower().split())
    clocks = _CLOCKS.search(plain)
    days = plain[: clocks.start()].strip() if clocks else plain
    if not plain:
        raise ValueError("a window is empty; write it as `weekdays 08:00-18:00`")
    weekdays = _weekdays(days) if days else _GROUPS["every day"]
    if clocks is None:
        return Window(weekdays=weekdays)
    start = _clock(clocks[1], clocks[2])
    end = _clock(clocks[3], clocks[4])
    return Window(weekdays=weekdays, start=start, end=end)


def _weekdays(text: str) -> frozenset[int]:
    if text in _GROUPS:
        return _GROUPS[text]
    found: set[int] = set()
    for piece in re.split(r"[,;+]|\band\b", text):
        word = piece.strip()
        if word in _GROUPS:
            found |= _GROUPS[word]
            continue
        first, dash, last = word.partition("-")
        begins = _weekday(first)
        ends = _weekday(last) if dash else begins
        found |= {(begins + number) % 7 for number in range((ends - begins) % 7 + 1)}
    return frozenset(found)


def _weekday(text: str) -> int:
    word = text.strip()
    hits = [
        at for at, day in enumerate(_DAYS) if len(word) > 1 and day.startswith(word)
    ]
    if len(hits) != 1:
        raise ValueError(
            f"{word!r} is no weekday; write monday, tue-fri, weekdays, weekend"
        )
    return hits[0]


def _clock(hours: str, minutes: str) -> time:
    hour = int(hours)
    if hour == _FULL_DAY and int(minutes) == 0:
        return time()
    try:
        return time(hour, int(minutes))
    except ValueError:
        raise ValueError(f"{hours}:{minutes} is no time of the day") from None
