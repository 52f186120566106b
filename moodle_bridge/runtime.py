"""The one place that reads the clock; everything else is given one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present as an aware datetime in UTC."""

Sleep = Callable[[float], None]
"""Waits for so many seconds."""


def utc_now() -> datetime:
    """Return the present, aware, in UTC."""
    return datetime.now(UTC)


def sleep(seconds: float) -> None:
    """Wait for so many seconds."""
    time.sleep(seconds)


def from_unix(seconds: float) -> datetime:
    """Return the aware UTC datetime of a Moodle time (unix seconds)."""
    return datetime.fromtimestamp(seconds, UTC)


def to_unix(moment: datetime) -> int:
    """Return the unix seconds of an aware datetime, cut to a whole second."""
    return int(moment.timestamp())
