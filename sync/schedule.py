"""When `run` does its work again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

_NO_TIME = timedelta()
_DOUBLED_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The pause between two rounds of work.

    `every` is how long after one round the next begins. It doubles with each round
    that failed since the last one that went well, up to `longest_pause`. `ended_at` is
    when the last round ended, None before the first.
    """

    every: timedelta
    longest_pause: timedelta
    ended_at: datetime | None = None
    failures: int = 0

    @property
    def pause(self) -> timedelta:
        """How long the pause after the last round is."""
        doubled = self.every * (1 << min(self.failures, _DOUBLED_MOST))
        return min(doubled, max(self.longest_pause, self.every))

    def due(self, now: datetime) -> bool:
        """Say whether the next round is to begin."""
        return self.wait(now) <= _NO_TIME

    def wait(self, now: datetime) -> timedelta:
        """Return how long to wait for the next round; never more than the pause.

        Also not where the clock of the machine was put back meanwhile.
        """
        if self.ended_at is None:
            return _NO_TIME
        return max(_NO_TIME, self.pause - max(_NO_TIME, now - self.ended_at))

    def after(self, ended_at: datetime, *, failed: bool) -> Schedule:
        """Return the schedule after a round that ended."""
        failures = self.failures + 1 if failed else 0
        return replace(self, ended_at=ended_at, failures=failures)
