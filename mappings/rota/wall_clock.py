"""Clock times of a place as moments, so that shifts chain without gap or overlap.

Each wall-clock time becomes exactly one moment, by one rule: of a time that comes twice
the first counts, and a time that is left out becomes the moment of the change. So later
times on the clock never become earlier moments, and where one shift ends on the clock
the next begins.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=100_000)
def moment(day: date, clock: time, zone: str) -> datetime:
    """Return the moment (aware UTC) at which clocks in a zone show this.

    `zone` is an IANA name. Raises ZoneInfoNotFoundError for one that is not known.
    """
    place = ZoneInfo(zone)
    shown = datetime.combine(day, clock)
    first = shown.replace(tzinfo=place, fold=0).astimezone(UTC)
    if first.astimezone(place).replace(tzinfo=None) == shown:
        return first
    # Left out: with the old offset it lies behind the change, with the new before it.
    before = shown.replace(tzinfo=place, fold=1).astimezone(UTC)
    return _change_between(before, first, place)


def local_day(at: datetime, zone: str) -> date:
    """Return the date that it is in a zone at a moment."""
    return at.astimezone(ZoneInfo(zone)).date()


def _change_between(low: datetime, high: datetime, place: ZoneInfo) -> datetime:
    """Return the first moment after `low` that has the offset of `high`."""
    new = high.astimezone(place).utcoffset()
    while high - low > _SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle in {low, high}:
            break
        if middle.astimezone(place).utcoffset() == new:
            high = middle
        else:
            low = middle
    return high
