"""A year of the rota for 40 people, and who is to be told of 10,000 open questions."""

from __future__ import annotations

import time as clock
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

from benchmarks.benchmark import Aim, Benchmark, Figures, Size
from mappings.alerts.escalation import (
    AlertTo,
    EscalationStep,
    Question,
    Sent,
    StepClock,
    Watch,
    due,
)
from mappings.rota.compiling import compiled
from mappings.rota.duty import cover, on_duty
from moodle_bridge.model.rota import (
    DutyRole,
    Facilitator,
    Layer,
    LayerKind,
    RotaRule,
)
from moodle_bridge.model.waits import Medium, Wait, WaitState

_BEGINS = datetime(2026, 1, 5, tzinfo=UTC)
_PEOPLE = 40
_WEEKS = {Size.FULL: 52, Size.SMALL: 4}
_WAITS = {Size.FULL: 10_000, Size.SMALL: 100}
_TIMES = 3
_ZONES = ("Europe/Amsterdam", "Africa/Kampala", "America/Lima", "Asia/Kathmandu")
_HOURS = (0, 6, 12, 18)


def measure(size: Size) -> Figures:
    """Compile rules and layers; then ask who is to be told, in the middle of the year.

    All that was due a minute ago was told. The least time of three counts; each round
    compiles other days, of which nothing is remembered.
    """
    weeks = _WEEKS[size]
    people = tuple(
        Facilitator(
            key=f"p{number}",
            name=f"Person {number}",
            zone=_ZONES[number % len(_ZONES)],
            user_id=1000 + number,
            lead=number == 0,
        )
        for number in range(_PEOPLE)
    )
    rules = _rules(people)
    compile_seconds = due_seconds = float("inf")
    shifts = alerts = 0
    for turn in range(_TIMES):
        start = _BEGINS + timedelta(weeks=weeks * turn)
        end = start + timedelta(weeks=weeks)
        layers = _layers(people, start, weeks)
        began = clock.perf_counter()
        found = compiled(rules, (), layers, start=start, end=end)
        compile_seconds = min(compile_seconds, clock.perf_counter() - began)
        shifts = len(found)
        now = start + (end - start) / 2
        watch = Watch(people=people, shifts=on_duty(found, now), primaries=cover(found))
        waits = _waits(_WAITS[size], now)
        sent = _sent(waits, watch, now)
        began = clock.perf_counter()
        told = due(
            waits,
            _STEPS,
            watch,
            now + timedelta(minutes=1),
            clock=StepClock.WATCHED,
            sent=sent,
        )
        due_seconds = min(due_seconds, clock.perf_counter() - began)
        alerts = len(told.alerts)
    return {
        "compile_seconds": round(compile_seconds, 3),
        "due_seconds": round(due_seconds, 4),
        "shifts": shifts,
        "alerts": alerts,
    }


_STEPS = (
    EscalationStep(after=timedelta(minutes=20), to=AlertTo.DUTY),
    EscalationStep(after=timedelta(minutes=35), to=AlertTo.BACKUP),
    EscalationStep(after=timedelta(minutes=50), to=AlertTo.ALL),
    EscalationStep(after=timedelta(minutes=60), to=AlertTo.LEAD),
)


def _rules(people: tuple[Facilitator, ...]) -> list[RotaRule]:
    """Four watches a day, each in the turns of ten people, with a backup each."""
    rules = []
    for place, hour in enumerate(_HOURS):
        ten = tuple(person.key for person in people[place::4])
        for role, keys in (
            (DutyRole.PRIMARY, ten),
            (DutyRole.BACKUP, ten[5:] + ten[:5]),
        ):
            rules.append(
                RotaRule(
                    name=f"{role} from {hour}",
                    people=keys,
                    zone=_ZONES[place],
                    weekdays=frozenset(range(7)),
                    start=time(hour),
                    end=time((hour + 6) % 24),
                    anchor=date(2024, 1, 1),
                    turn_days=1,
                    role=role,
                )
            )
    return rules


def _layers(
    people: tuple[Facilitator, ...], start: datetime, weeks: int
) -> list[Layer]:
    """An absence and a swap a week."""
    layers = []
    for week in range(weeks):
        away, instead = people[week % _PEOPLE], people[(week + 4) % _PEOPLE]
        begins = start + timedelta(weeks=week, hours=9)
        layers.append(
            Layer(
                key=f"absence {week}",
                kind=LayerKind.ABSENCE,
                start=begins,
                end=begins + timedelta(days=4),
                person=away.key,
            )
        )
        layers.append(
            Layer(
                key=f"swap {week}",
                kind=LayerKind.SWAP,
                start=begins + timedelta(days=4),
                end=begins + timedelta(days=6),
                person=instead.key,
                takes_over=away.key,
            )
        )
    return layers


def _waits(count: int, now: datetime) -> list[Wait]:
    """Return open questions, from just asked to a week old."""
    week = timedelta(days=7)
    return [
        Wait(
            pair="pilot",
            post_id=number,
            discussion_id=number,
            forum_id=1,
            asker_id=number,
            medium=Medium.MOODLE,
            began=now - week * number / count,
            state=WaitState.OPEN,
            why="new discussion",
        )
        for number in range(count)
    ]


def _sent(waits: list[Wait], watch: Watch, now: datetime) -> Sent:
    """Return that everybody was told of all that is due."""
    sent: defaultdict[Question, dict[str, int]] = defaultdict(dict)
    for alert in due(waits, _STEPS, watch, now, clock=StepClock.WATCHED).alerts:
        question = (alert.wait.pair, alert.wait.post_id)
        sent[question][alert.person] = alert.step
    return sent


BENCHMARK = Benchmark(
    name="rota",
    description="compile a year of the rota; find who is to be told of open questions",
    measure=measure,
    aims=(Aim(figure="compile_seconds", most=1), Aim(figure="due_seconds", most=0.1)),
)
