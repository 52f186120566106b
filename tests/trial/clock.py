"""The time of a trial: it stands still unless somebody moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class TrialClock:
    """One clock for Moodle, post office and bridge."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def unix(self) -> int:
        return int(self.now.timestamp())

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)
