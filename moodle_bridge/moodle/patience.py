"""How long a call is tried again, and how long is waited between."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from moodle_bridge.errors import Transient
from moodle_bridge.runtime import Clock, Sleep

log = logging.getLogger(__name__)

Jitter = Callable[[], float]
"""Gives a number from 0 up to 1, another each time."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySettings:
    """How often and how long; seconds.

    A remote end that asks for a longer wait than `longest_wait` is not waited for:
    the next run comes back.
    """

    attempts: int = 4
    first_wait: float = 1.0
    longest_wait: float = 30.0
    budget: float = 120.0


class Patience:
    """Repeats what may be repeated: a call that surely did nothing (Transient)."""

    def __init__(
        self, settings: RetrySettings, *, clock: Clock, sleep: Sleep, jitter: Jitter
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    def tried(self, attempt: Callable[[], T]) -> T:
        """Return what the attempt gives; raises its last Transient when all failed.

        Any other error goes through at once.
        """
        started = self._clock()
        retrying = Retrying(
            retry=retry_if_exception_type(Transient),
            wait=self._wait,
            stop=lambda state: self._is_enough(state, started),
            sleep=self._sleep,
            before_sleep=_told,
            reraise=True,
        )
        return retrying(attempt)

    def _wait(self, state: RetryCallState) -> float:
        asked = _transient(state).retry_after
        if asked is not None:
            # Never sooner than asked; a little later, so that not all come at once.
            return asked + self._jitter()
        longest = min(
            self._settings.first_wait * 2.0 ** (state.attempt_number - 1),
            self._settings.longest_wait,
        )
        return longest * (1.0 + self._jitter()) / 2.0

    def _is_enough(self, state: RetryCallState, started: datetime) -> bool:
        wait = state.upcoming_sleep
        spent = (self._clock() - started).total_seconds()
        return (
            state.attempt_number >= self._settings.attempts
            or wait > self._settings.longest_wait + 1.0
            or spent + wait > self._settings.budget
        )


def _transient(state: RetryCallState) -> Transient:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, Transient) else Transient("no outcome")


def _told(state: RetryCallState) -> None:
    log.info("%s; trying again in %.0f s", _transient(state), state.upcoming_sleep)
