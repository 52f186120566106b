"""The two clocks of a wait: as it is felt, and as far as somebody was on watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mappings.response.survival import Observed
from mappings.rota.duty import Cover
from moodle_bridge.model.waits import Wait, WaitState


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocked:
    """A wait with its times, in seconds.

    `felt` is what the asker waited, nights and all: the headline. `watched` is how
    much of it somebody was on duty; None where no rota is known. `answered` says
    whether it ended with a facilitator's answer: if not, it is censored.
    """

    wait: Wait
    felt: float
    watched: float | None
    answered: bool

    @property
    def observed(self) -> Observed:
        """The felt time, as `survival.curve` takes it."""
        return (self.felt, self.answered)

    @property
    def observed_watched(self) -> Observed | None:
        """The watched time, as `survival.curve` takes it; None without a rota."""
        return None if self.watched is None else (self.watched, self.answered)


def clocked(
    waits: Sequence[Wait],
    now: datetime,
    *,
    watched: Cover | None,
    by_anybody: bool = False,
) -> tuple[Clocked, ...]:
    """Return the waits that count, with their times.

    Waits that need no answer are not among them. Those that are open are censored at
    `now`, those taken back when they were. An answer after `now` did not happen yet.
    With `by_anybody` the first answer counts whoever gave it. `watched` are the
    periods in which somebody was on duty, None where that is not known.
    """
    found = []
    for wait in waits:
        if wait.state is WaitState.NOT_NEEDED or wait.began > now:
            continue
        answer = wait.first_answer if by_anybody else wait.facilitator_answer
        taken_back = wait.ended if wait.state is WaitState.WITHDRAWN else None
        answered = answer is not None and answer <= now
        end = answer if answered and answer else min(taken_back or now, now)
        found.append(
            Clocked(
                wait=wait,
                felt=_seconds(end - wait.began),
                watched=None
                if watched is None
                else _seconds(watched.between(wait.began, end)),
                answered=answered,
            )
        )
    return tuple(found)


def _seconds(length: timedelta) -> float:
    return max(length.total_seconds(), 0.0)
