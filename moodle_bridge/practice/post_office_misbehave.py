"""What a post office does wrong when it is told to, so that others can cope."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from random import Random
from threading import Lock


class Mischief(StrEnum):
    """What can go wrong, in the order of one SMTP transaction."""

    HANG_UP_EARLY = "hang-up-early"
    """Closes the connection instead of answering MAIL."""

    GREYLIST = "greylist"
    """Answers RCPT with 451."""

    TOO_LARGE = "too-large"
    """Answers the content with 552, and keeps nothing."""

    HANG_UP_BEFORE_STORING = "hang-up-before-storing"
    """Takes the whole content, keeps nothing, and closes without an answer."""

    HANG_UP_AFTER_STORING = "hang-up-after-storing"
    """Takes the whole content, delivers it, and closes without an answer."""

    DELAY = "delay"
    """Waits for `delay_seconds` before it answers the content."""


class Misbehave:
    """Says at each step whether it goes wrong; safe for several threads.

    `done` counts what went wrong so far. The same `seed` gives the same chances.
    """

    def __init__(self, *, seed: int = 0, delay_seconds: float = 1.0) -> None:
        self.delay_seconds = delay_seconds
        self.done: Counter[Mischief] = Counter()
        self._next: Counter[Mischief] = Counter()
        self._rates: dict[Mischief, float] = {}
        self._random = Random(seed)  # noqa: S311 - chances, not secrets
        self._lock = Lock()

    def next(self, mischief: Mischief, times: int = 1) -> None:
        """Let the next so many chances go wrong in this way."""
        with self._lock:
            self._next[mischief] += times

    def rate(self, mischief: Mischief, share: float) -> None:
        """Let this share of chances (0 to 1) go wrong in this way."""
        with self._lock:
            self._rates[mischief] = share

    def stop(self) -> None:
        """Behave from now on."""
        with self._lock:
            self._next.clear()
            self._rates.clear()

    def does(self, mischief: Mischief) -> bool:
        """Say whether it goes wrong now, and count it."""
        with self._lock:
            if self._next[mischief] > 0:
                self._next[mischief] -= 1
            elif self._random.random() >= self._rates.get(mischief, 0.0):
                return False
            self.done[mischief] += 1
            return True
