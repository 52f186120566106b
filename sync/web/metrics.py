"""What a collector of metrics reads at /metrics."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.bridge import Bridge

FRESH = timedelta(seconds=30)
"""So long the same is told again, whoever asks: working it out costs time."""


class Metrics:
    """The report of all pairs in the OpenMetrics format; it names nobody.

    May be called from several threads at once: one works, the others wait for it.
    """

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._lock = threading.Lock()
        self._told: tuple[datetime, str] | None = None

    def __call__(self) -> str:
        """Return the metrics, at most `FRESH` old."""
        with self._lock:
            now = self._bridge.clock()
            if self._told is None or not timedelta() <= now - self._told[0] < FRESH:
                self._told = (now, self._worked_out())
            return self._told[1]

    def _worked_out(self) -> str:
        # Loaded when they are asked for: the other pages need none of it.
        from mappings.report.openmetrics import openmetrics  # noqa: PLC0415
        from sync.report.making import Making  # noqa: PLC0415

        return openmetrics(Making(self._bridge).figures())
