"""Open questions x the rota now x the steps of escalation = who is to be told.

Pure and without memory: what was sent before is given, so that asking again, after a
crash or by a second run, gives nothing twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from mappings.rota.duty import Cover
from moodle_bridge.model.rota import DutyRole, Facilitator, Shift
from moodle_bridge.model.waits import Wait, WaitState

Question = tuple[str, int]
"""Pair and post id."""


class AlertTo(StrEnum):
    """Whom a step tells."""

    DUTY = "duty"
    BACKUP = "backup"
    ALL = "all"
    LEAD = "lead"


class StepClock(StrEnum):
    """By which clock a step counts: every minute, or those when somebody watches."""

    WALL = "wall"
    WATCHED = "watched"


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """After `after` from the beginning of the wait, `to` are told.

    Before the first step the others may answer: its delay is their grace.
    """

    after: timedelta
    to: AlertTo


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The rota as it is now.

    `shifts` are those that hold at this moment. `primaries` are the periods in which
    a primary is on duty, over the past of every open wait and the near future.
    """

    people: tuple[Facilitator, ...]
    shifts: tuple[Shift, ...]
    primaries: Cover


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOn:
    """Somebody said "mine"; it counts until `until`."""

    person: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DueAlert:
    """One person is to be told of one question, for one step (counted from 1)."""

    wait: Wait
    step: int
    person: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is due at a moment.

    `unwatched` are questions of which somebody on duty was to be told, and nobody is:
    they wait for the next watch, and the lead is told once.
    """

    alerts: tuple[DueAlert, ...] = ()
    unwatched: tuple[Wait, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Tally:
    steps: Sequence[EscalationStep]
    watch: Watch
    now: datetime
    clock: StepClock
    groups: Mapping[AlertTo, tuple[Facilitator, ...]]
    sent: Collection[tuple[str, int, int, str]]
    alerts: list[DueAlert] = field(default_factory=list)
    unwatched: list[Wait] = field(default_factory=list)


def due(
    waits: Iterable[Wait],
    steps: Sequence[EscalationStep],
    watch: Watch,
    now: datetime,
    *,
    clock: StepClock = StepClock.WALL,
    claims: Mapping[Question, ClaimOn] | None = None,
    sent: Collection[tuple[str, int, int, str]] = (),
) -> Due:
    """Return who is to be told of what at `now`.

    `steps` are in order of their delays. `sent` holds (pair, post, step, person) of
    what was planned before. When several steps are due at once, because nobody looked
    for a while, everybody is told once, for the highest step that means them. Who
    asked is told nothing of their own question. While a question is claimed nobody
    is told of it.
    """
    claims = claims or {}
    found = _Tally(
        steps=steps,
        watch=watch,
        now=now,
        clock=clock,
        groups={to: _people(to, watch) for to in AlertTo},
        sent=sent,
    )
    for wait in waits:
        if wait.state is not WaitState.OPEN or wait.began > now:
            continue
        claim = claims.get((wait.pair, wait.post_id))
        if claim is not None and claim.until > now:
            continue
        _of_question(found, wait)
    return Due(alerts=tuple(found.alerts), unwatched=tuple(found.unwatched))


def step_due_at(
    wait: Wait, step: EscalationStep, watch: Watch, clock: StepClock
) -> datetime | None:
    """Return when a step is due; None when so much time is never watched."""
    if clock is StepClock.WALL:
        return wait.began + step.after
    return watch.primaries.after(wait.began, step.after)


def _of_question(found: _Tally, wait: Wait) -> None:
    highest: dict[str, tuple[int, datetime]] = {}
    unwatched = False
    for number, step in enumerate(found.steps, 1):
        at = step_due_at(wait, step, found.watch, found.clock)
        if at is None or at > found.now:
            break
        people = found.groups[step.to]
        unwatched = unwatched or (step.to is AlertTo.DUTY and not people)
        for person in people:
            if person.user_id is None or person.user_id != wait.asker_id:
                highest[person.key] = (number, at)
    for key, (number, at) in highest.items():
        told = any(
            (wait.pair, wait.post_id, later, key) in found.sent
            for later in range(number, len(found.steps) + 1)
        )
        if not told:
            found.alerts.append(DueAlert(wait=wait, step=number, person=key, since=at))
    if unwatched:
        found.unwatched.append(wait)


def _people(to: AlertTo, watch: Watch) -> tuple[Facilitator, ...]:
    match to:
        case AlertTo.ALL:
            return watch.people
        case AlertTo.LEAD:
            return tuple(person for person in watch.people if person.lead)
        case AlertTo.DUTY | AlertTo.BACKUP:
            role = DutyRole.PRIMARY if to is AlertTo.DUTY else DutyRole.BACKUP
            on = {shift.person for shift in watch.shifts if shift.role is role}
            return tuple(person for person in watch.people if person.key in on)
