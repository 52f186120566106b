"""The clock of the demo: the story moves it, so that nobody waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from moodle_bridge.runtime import to_unix

if TYPE_CHECKING:
    from moodle_bridge.runtime import Clock


class DayClock:
    """Stands still at a moment of yesterday, until the story moves it on.

    Yesterday, because a ledger holds no times to come when somebody looks at it
    afterwards with commands that go by the real clock.
    """

    def __init__(self, real: Clock) -> None:
        self._real = real
        yesterday = real() - timedelta(days=1)
        self._midnight = yesterday.replace(hour=0, minute=0, second=0, microsecond=0)
        self._now: datetime | None = self._midnight

    def __call__(self) -> datetime:
        """Return the moment at which the story is (`Clock`)."""
        return self._real() if self._now is None else self._now

    def unix(self) -> int:
        """Return the same in unix seconds, as a Moodle counts."""
        return to_unix(self())

    def move_to(self, time: str) -> None:
        """Go to a time of the day, `HH:MM`; raises ValueError for one that is past."""
        hours, minutes = (int(part) for part in time.split(":"))
        moment = self._midnight + timedelta(hours=hours, minutes=minutes)
        if moment < self():
            msg = f"the story is at {self():%H:%M} and cannot go back to {time}"
            raise ValueError(msg)
        self._now = moment

    def let_go(self) -> None:
        """Go by the real clock from now on."""
        self._now = None
