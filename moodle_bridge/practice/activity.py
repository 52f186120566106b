"""How many requests are being worked on."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Activity:
    """Counts requests under way, so that somebody can wait until there are none."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one request while the block runs."""
        with self._changed:
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def wait_quiet(self, limit: float) -> bool:
        """Wait at most so many seconds; tell whether it became quiet."""
        with self._changed:
            return self._changed.wait_for(lambda: self._running == 0, limit)
