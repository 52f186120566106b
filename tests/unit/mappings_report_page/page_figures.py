"""Figures of a made-up course, for the tests of plots and page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from mappings.participation.activity import Member, Said
from mappings.participation.exchange import Answered
from mappings.report.facts import Phase, ReportFacts, ReportNames
from mappings.report.figures import Figures
from mappings.report.reckoning import figures_of
from mappings.rota.duty import Cover
from moodle_bridge.model.waits import Medium, Wait, WaitState

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
ZONE = "Africa/Kampala"
WEEKS = 8
PEOPLE = range(1, 31)
FACILITATORS = range(90, 93)
DAY = timedelta(days=1)


def course_figures(
    *,
    questions: int = 400,
    seed: int = 7,
    people: Sequence[int] = PEOPLE,
    name: str = "",
    rota: bool = True,
) -> Figures:
    """Return the figures of eight weeks; always the same for the same seed.

    `name` stands for what everything and everybody is called; empty: plain names.
    """
    chance = Random(seed)
    now = MONDAY + timedelta(weeks=WEEKS) - timedelta(days=2, hours=4)
    waits = sorted(
        (_wait(number, chance, people, now) for number in range(questions)),
        key=lambda wait: (wait.began, wait.post_id),
    )
    everybody = [*people, *FACILITATORS]
    facts = ReportFacts(
        now=now,
        zone=ZONE,
        promise=timedelta(hours=1),
        names=ReportNames(
            course=name or "Facilitation in a network",
            forums={11: name or "Questions and answers", 12: name or "Practice"},
            groups={5: name or "Kampala", 6: name or "Nairobi"},
            people={one: name or f"Amina Okello {one}" for one in everybody},
        ),
        waits=waits,
        watched=_duty() if rota else None,
        phases=(
            Phase(name="intake", first=date(2026, 3, 2), last=date(2026, 3, 8)),
            Phase(name="online", first=date(2026, 3, 9), last=date(2026, 3, 29)),
            Phase(name="face-to-face", first=date(2026, 3, 30), last=date(2026, 4, 3)),
            Phase(
                name=name or "harvest", first=date(2026, 4, 4), last=date(2026, 5, 3)
            ),
        ),
        members=[
            Member(
                person=one,
                since=MONDAY,
                facilitator=one in FACILITATORS,
                traits=(
                    ("country", name or ("UG", "KE", "TZ")[one % 3]),
                    (name or "bandwidth", name or ("low", "high")[one % 2]),
                ),
            )
            for one in everybody
        ],
        said=_said(chance, people),
        answered=_answered(chance, people),
    )
    return figures_of(facts)


def few_people(figures: Figures) -> Figures:
    """Return figures of which only two people asked."""
    return replace(figures, whole=replace(figures.whole, askers=2))


def _wait(number: int, chance: Random, people: Sequence[int], now: datetime) -> Wait:
    day = chance.randrange(WEEKS * 7 - 2)
    hour = chance.choices(
        range(24), weights=[1] * 6 + [6] * 3 + [4] * 8 + [9] * 5 + [3] * 2
    )[0]
    began = MONDAY + timedelta(days=day, hours=hour - 3, minutes=chance.randrange(60))
    began = min(max(began, MONDAY), now - timedelta(minutes=5))
    by_mail = chance.random() < 0.4
    waited = timedelta(minutes=chance.lognormvariate(4.6 if by_mail else 3.7, 1.4))
    answer = began + waited
    answered = chance.random() < 0.9 and answer <= now
    return Wait(
        pair="course",
        post_id=1000 + number,
        discussion_id=100 + number // 3,
        forum_id=chance.choice((11, 11, 12)),
        asker_id=chance.choice(people),
        medium=Medium.MAIL if by_mail else Medium.MOODLE,
        began=began,
        state=WaitState.ANSWERED if answered else WaitState.OPEN,
        why="it opens a discussion",
        group_id=chance.choice((5, 6)),
        first_answer=answer if answered else None,
        facilitator_answer=answer if answered else None,
        answered_by=90 if answered else None,
        ended=answer if answered else None,
    )


def _duty() -> Cover:
    # Somebody is there on working days, from 9 to 19 by the clock of the course.
    days = (MONDAY + number * DAY for number in range(WEEKS * 7))
    return Cover(
        tuple(
            (day + timedelta(hours=6), day + timedelta(hours=16))
            for day in days
            if day.weekday() < 5
        )
    )


def _said(chance: Random, people: Sequence[int]) -> list[Said]:
    return [
        Said(
            person=one,
            day=(MONDAY + day * DAY).date(),
            in_moodle=int(one % 3 > 0),
            by_mail=int(one % 3 == 0),
        )
        for one in people
        for day in range(WEEKS * 7 - 2)
        if chance.random() < (0.25 if one % 7 else 0.02)
    ]


def _answered(chance: Random, people: Sequence[int]) -> list[Answered]:
    return [
        Answered(
            person=chance.choice([*people, *FACILITATORS]),
            other=other,
            answers=1 + chance.randrange(3),
            first_at=MONDAY + chance.randrange(20) * DAY,
        )
        for other in people
        for _ in range(3)
        if other % 9
    ]
