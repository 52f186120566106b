"""The two clocks of a wait: as it is felt, and as far as somebody was on watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
        if not counts(wait, now):
            continue
        end, answered = until(wait, now, by_anybody=by_anybody)
        found.append(
            Clocked(
                wait=wait,
                felt=seconds_between(wait.began, end),
                watched=None
                if watched is None
                else watched.between(wait.began, end).total_seconds(),
                answered=answered,
            )
        )
    return tuple(found)


def counts(wait: Wait, now: datetime) -> bool:
    """Say whether a wait counts: it began, and needs an answer."""
    return wait.state is not WaitState.NOT_NEEDED and wait.began <= now


def until(
    wait: Wait, now: datetime, *, by_anybody: bool = False
) -> tuple[datetime, bool]:
    """Return until when a wait was watched, and whether an answer came then.

    As `clocked` tells it.
    """
    answer = wait.first_answer if by_anybody else wait.facilitator_answer
    if answer is not None and answer <= now:
        return answer, True
    if wait.state is WaitState.WITHDRAWN and wait.ended is not None:
        return min(wait.ended, now), False
    return now, False


def seconds_between(start: datetime, end: datetime) -> float:
    """Return how long it is; nothing when it ends before it begins."""
    return max((end - start).total_seconds(), 0.0)
