"""Why a promise was missed, and which hours of cover would have kept it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mappings.response.clocks import Clocked
from mappings.rota.duty import Cover

_STEP = timedelta(minutes=30)
_HOURS_A_DAY = 24


class Cause(StrEnum):
    """What a missed promise is put down to.

    LAG: the question itself came late: it was long on its way, or found late.
    NOBODY: for at least half of the promised time nobody was on duty. LATE: somebody
    was, and it took longer.
    """

    NOBODY = "nobody on duty"
    LATE = "on duty and late"
    LAG = "transport or detection lag"


def cause_of(
    late: Clocked,
    promise: timedelta,
    *,
    watched: Cover,
    found_at: datetime | None,
) -> Cause | None:
    """Return why a promise was missed; None when it was kept, or may be kept yet.

    `found_at` is when the bridge first saw the question, None when that is not known.
    """
    if late.felt <= promise.total_seconds():
        return None
    wait = late.wait
    known = max(found_at, wait.began) if found_at else wait.began
    sent = wait.sent_at or wait.began
    answer = wait.facilitator_answer
    in_time_since_found = answer is not None and answer - known <= promise
    if known - min(sent, wait.began) >= promise or (
        known > wait.began and in_time_since_found
    ):
        return Cause.LAG
    covered = watched.between(wait.began, wait.began + promise)
    return Cause.NOBODY if covered * 2 <= promise else Cause.LATE


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """Cover that was not there: `caught` of `missed` would have had somebody on duty.

    `weekdays` (0 is Monday) and the hours, `until` not included, are in the zone that
    was asked for.
    """

    weekdays: frozenset[int]
    since: int
    until: int
    caught: int
    missed: int


def what_if(
    missed: Sequence[Clocked],
    promise: timedelta,
    *,
    zone: str,
    watched: Cover,
    hours: int = 4,
) -> tuple[WhatIf, ...]:
    """Return which blocks of daily cover would have caught most, the best first.

    `missed` are promises that were missed because nobody was on duty, `watched` is
    when somebody was. A block catches a question when it holds some of the promised
    time in which nobody was. Blocks are of so many `hours`, on working days, on
    weekends, and on all days; those that would catch nothing are not shown.
    """
    place = ZoneInfo(zone)
    # Many have the same hours: each such window is looked at once.
    windows = Counter(_hours_of(one, promise, place, watched) for one in missed)
    return cover_that_catches(windows, missed=len(missed), hours=hours)


def cover_that_catches(
    windows: Mapping[frozenset[tuple[int, int]], int],
    *,
    missed: int,
    hours: int = 4,
) -> tuple[WhatIf, ...]:
    """Return what `what_if` does, of the hours in which promises were to be kept.

    `windows` counts the `missed` promises by those hours of the week.
    """
    found = []
    for weekdays in (range(5), range(5, 7), range(7)):
        days = frozenset(weekdays)
        for since in range(_HOURS_A_DAY - hours + 1):
            block = {
                (day, hour) for day in days for hour in range(since, since + hours)
            }
            caught = sum(
                number
                for window, number in windows.items()
                if not block.isdisjoint(window)
            )
            if caught:
                found.append(
                    WhatIf(
                        weekdays=days,
                        since=since,
                        until=since + hours,
                        caught=caught,
                        missed=missed,
                    )
                )
    # Of two that catch as many, the one that costs fewer days comes first.
    found.sort(key=lambda one: (-one.caught, len(one.weekdays), one.since))
    return tuple(found)


def _hours_of(
    one: Clocked, promise: timedelta, place: ZoneInfo, watched: Cover
) -> frozenset[tuple[int, int]]:
    moments = [one.wait.began + promise - timedelta.resolution]
    at = one.wait.began
    while at < moments[0]:
        moments.append(at)
        at += _STEP
    local = (
        moment.astimezone(place) for moment in moments if not watched.is_on(moment)
    )
    return frozenset((at.weekday(), at.hour) for at in local)
