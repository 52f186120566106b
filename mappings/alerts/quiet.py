"""When somebody may be disturbed: quiet hours in their zone, so many an hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from mappings.rota.wall_clock import local_day, moment

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From `start` to `end` on the clock of `zone`; over midnight when `end` is less."""

    start: time
    end: time
    zone: str

    def ends_after(self, now: datetime) -> datetime | None:
        """Return when the quiet that holds at `now` ends; None when it does not hold.

        Both aware UTC. Equal times are no quiet at all.
        """
        if self.start == self.end:
            return None
        today = local_day(now, self.zone)
        over_midnight = self.end < self.start
        for day in (today - _DAY, today):
            begins = moment(day, self.start, self.zone)
            last = day + _DAY if over_midnight else day
            ends = moment(last, self.end, self.zone)
            if begins <= now < ends:
                return ends
        return None


def not_before(
    now: datetime,
    *,
    quiet: QuietHours | None,
    on_duty: bool,
    sent: Iterable[datetime],
    most_an_hour: int | None,
) -> datetime:
    """Return the first moment, `now` or later, at which somebody may be told.

    Whoever is on duty has no quiet hours: they are awake by agreement. `sent` are the
    times of messages to them in the last hour; None for `most_an_hour` is no limit.
    """
    at = now
    if quiet is not None and not on_duty:
        at = quiet.ends_after(now) or now
    if most_an_hour is not None:
        recent = sorted(one for one in sent if now - _HOUR < one <= now)
        if len(recent) >= most_an_hour:
            at = max(at, recent[-most_an_hour] + _HOUR if most_an_hour else now + _HOUR)
    return at
