"""How far a report flatters itself that leaves out what was never answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log
from random import Random

from benchmarks.benchmark import Aim, Benchmark, Figures, Size
from mappings.report.facts import ReportFacts, ReportNames
from mappings.report.reckoning import figures_of
from moodle_bridge.model.waits import Medium, Wait, WaitState

_BEGINS = datetime(2026, 3, 2, tzinfo=UTC)
_WEEK = timedelta(weeks=1)
_QUESTIONS = 400
_ASKERS = 60
_MEDIAN_MINUTES = 40
_SPREAD = 1.3
_NEVER = 0.12
_SEED = 7
PROMISE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedWeek:
    """What a report can see at the end of a week, and what only the simulation knows.

    `answers` are the minutes until each question is answered, at whatever time; None:
    never.
    """

    facts: ReportFacts
    answers: tuple[float | None, ...]

    @property
    def true_share(self) -> float:
        """The share of all questions that is answered within the promise."""
        most = PROMISE.total_seconds() / 60
        kept = sum(one is not None and one <= most for one in self.answers)
        return kept / len(self.answers)


def simulated_week(seed: int, questions: int = _QUESTIONS) -> SimulatedWeek:
    """Return a week in which answers take 40 minutes in the middle, 12 % never come."""
    chance = Random(seed)
    now = _BEGINS + _WEEK
    answers = []
    waits = []
    for number in range(questions):
        began = _BEGINS + chance.random() * _WEEK
        minutes = (
            None
            if chance.random() < _NEVER
            else chance.lognormvariate(log(_MEDIAN_MINUTES), _SPREAD)
        )
        answers.append(minutes)
        answer = None if minutes is None else began + timedelta(minutes=minutes)
        seen = answer if answer is not None and answer <= now else None
        waits.append(
            Wait(
                pair="course",
                post_id=number,
                discussion_id=number,
                forum_id=1,
                asker_id=chance.randrange(_ASKERS),
                medium=chance.choice((Medium.MAIL, Medium.MOODLE)),
                began=began,
                state=WaitState.OPEN if seen is None else WaitState.ANSWERED,
                why="new discussion",
                first_answer=seen,
                facilitator_answer=seen,
                ended=seen,
            )
        )
    facts = ReportFacts(
        now=now,
        zone="UTC",
        promise=PROMISE,
        names=ReportNames(course="simulated"),
        waits=waits,
    )
    return SimulatedWeek(facts=facts, answers=tuple(answers))


def measure(_: Size) -> Figures:
    """Report on a simulated week: as others do, as it is, and as this project does.

    `naive_share` leaves out what is not answered at the end of the week; `true_share`
    is what only the simulation knows; `km_share` is the estimate in the report, with
    its interval of 95 %; `km_off` is how far that is from the truth. Shares are of 1.
    """
    week = simulated_week(_SEED)
    found = figures_of(week.facts)
    within = found.whole.felt.within
    assert within is not None
    assert found.bias is not None
    true_share = week.true_share
    return {
        "naive_share": round(found.bias, 3),
        "true_share": round(true_share, 3),
        "km_share": round(within.share, 3),
        "km_low": round(within.low, 3),
        "km_high": round(within.high, 3),
        "km_off": round(abs(within.share - true_share), 4),
        "questions": found.whole.asked,
    }


BENCHMARK = Benchmark(
    name="bias",
    description="share answered in time: leaving out open questions, and as it is",
    measure=measure,
    aims=(Aim(figure="km_off", most=0.02),),
)
