"""Open questions x the rota now x the steps of escalation = who is to be told.

Pure and without memory: what was sent before is given, so that asking again, after a
crash or by a second run, gives nothing twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
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


class PeerAnswers(StrEnum):
    """What an answer of another participant does to the steps of a question.

    TELL: the first step tells those on duty of question and answer, and no other step
    follows. COUNT: nobody is told any more. IGNORE: the steps go on as without it.
    """

    TELL = "tell"
    COUNT = "count"
    IGNORE = "ignore"


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


Sent = Mapping[Question, Mapping[str, int]]
"""What was planned before: by question, the highest step that told each person."""

_NOBODY: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    """What holds of every question that has reached the same step.

    `highest` is for each person the highest step that means them; `all_told` what was
    sent when nobody is left to tell.
    """

    highest: tuple[tuple[Facilitator, int], ...]
    all_told: Mapping[str, int]
    unwatched: bool


def due(
    waits: Iterable[Wait],
    steps: Sequence[EscalationStep],
    watch: Watch,
    now: datetime,
    *,
    clock: StepClock = StepClock.WALL,
    claims: Mapping[Question, ClaimOn] | None = None,
    sent: Sent | Collection[tuple[str, int, int, str]] = (),
    answered: Collection[Question] = (),
) -> Due:
    """Return who is to be told of what at `now`.

    `steps` are in order of their delays. `sent` holds (pair, post, step, person) of
    what was planned before. When several steps are due at once, because nobody looked
    for a while, everybody is told once, for the highest step that means them. Who
    asked is told nothing of their own question. While a question is claimed nobody
    is told of it. Of `answered`, questions that another participant answered, no more
    than the first step is due, and they wake no lead while nobody is on duty.
    """
    claims = claims or {}
    told = sent if isinstance(sent, Mapping) else _by_question(sent)
    reached = _reached(steps, watch)
    began_by = _began_by(steps, watch, now, clock)
    asking = {person.user_id for person in watch.people if person.user_id is not None}
    alerts: list[DueAlert] = []
    unwatched: list[Wait] = []
    for wait in waits:
        if wait.state is not WaitState.OPEN or wait.began > now:
            continue
        question = (wait.pair, wait.post_id)
        claim = claims.get(question)
        if claim is not None and claim.until > now:
            continue
        number = _steps_due(wait, began_by)
        peer = question in answered
        here = reached[min(number, 1) if peer else number]
        if here.unwatched and not peer:
            unwatched.append(wait)
        told_here = told.get(question, _NOBODY)
        if told_here == here.all_told:
            continue
        for person, step in here.highest:
            if wait.asker_id in asking and person.user_id == wait.asker_id:
                continue
            if told_here.get(person.key, 0) >= step:
                continue
            at = step_due_at(wait, steps[step - 1], watch, clock)
            alerts.append(
                DueAlert(wait=wait, step=step, person=person.key, since=at or now)
            )
    return Due(alerts=tuple(alerts), unwatched=tuple(unwatched))


def step_due_at(
    wait: Wait, step: EscalationStep, watch: Watch, clock: StepClock
) -> datetime | None:
    """Return when a step is due; None when so much time is never watched."""
    if clock is StepClock.WALL:
        return wait.began + step.after
    return watch.primaries.after(wait.began, step.after)


def _began_by(
    steps: Sequence[EscalationStep], watch: Watch, now: datetime, clock: StepClock
) -> list[datetime | None]:
    """Return for each step when a wait has begun at the latest for which it is due."""
    if clock is StepClock.WALL:
        return [now - step.after for step in steps]
    return [watch.primaries.before(now, step.after) for step in steps]


def _steps_due(wait: Wait, began_by: Sequence[datetime | None]) -> int:
    """Return how many steps of a question are due."""
    for number, latest in enumerate(began_by):
        if latest is None or wait.began > latest:
            return number
    return len(began_by)


def _reached(steps: Sequence[EscalationStep], watch: Watch) -> tuple[_Reached, ...]:
    """Return what holds when no step, one step, two steps and so on are due."""
    groups = {to: _people(to, watch) for to in AlertTo}
    highest: dict[str, tuple[Facilitator, int]] = {}
    unwatched = False
    found = [_Reached(highest=(), all_told={}, unwatched=False)]
    for number, step in enumerate(steps, 1):
        highest |= {person.key: (person, number) for person in groups[step.to]}
        unwatched = unwatched or (step.to is AlertTo.DUTY and not groups[step.to])
        found.append(
            _Reached(
                highest=tuple(highest.values()),
                all_told={key: reached for key, (_, reached) in highest.items()},
                unwatched=unwatched,
            )
        )
    return tuple(found)


def _by_question(sent: Collection[tuple[str, int, int, str]]) -> Sent:
    found: defaultdict[Question, dict[str, int]] = defaultdict(dict)
    for pair, post_id, step, person in sent:
        there = found[pair, post_id]
        there[person] = max(step, there.get(person, 0))
    return found


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
