"""Who is to be told of a question, and when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from mappings.alerts.escalation import (
    AlertTo,
    ClaimOn,
    EscalationStep,
    StepClock,
    Watch,
    due,
)
from mappings.alerts.quiet import QuietHours, not_before
from mappings.rota.duty import Cover
from moodle_bridge.model.rota import DutyRole, Facilitator, Shift
from moodle_bridge.model.waits import Medium, Wait, WaitState

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STEPS = [
    EscalationStep(after=timedelta(minutes=20), to=AlertTo.DUTY),
    EscalationStep(after=timedelta(minutes=35), to=AlertTo.BACKUP),
    EscalationStep(after=timedelta(minutes=50), to=AlertTo.ALL),
    EscalationStep(after=timedelta(minutes=60), to=AlertTo.LEAD),
]
ANA = Facilitator(key="ana", name="Ana", zone="Africa/Kampala", user_id=1)
BEN = Facilitator(key="ben", name="Ben", zone="Europe/Amsterdam", user_id=2)
CHI = Facilitator(key="chi", name="Chi", zone="Asia/Ho_Chi_Minh", user_id=3, lead=True)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def wait(post_id: int = 7, asker: int = 50) -> Wait:
    return Wait(
        pair="sm25",
        post_id=post_id,
        discussion_id=5,
        forum_id=3,
        asker_id=asker,
        medium=Medium.MAIL,
        began=T0,
        state=WaitState.OPEN,
        why="new discussion",
    )


def watch(primary: str | None = "ana", backup: str | None = "ben") -> Watch:
    shifts = [
        Shift(start=at(-600), end=at(600), person=person, role=role, why="watch")
        for person, role in ((primary, DutyRole.PRIMARY), (backup, DutyRole.BACKUP))
        if person
    ]
    covered = ((at(-600), at(600)),) if primary else ((at(120), at(600)),)
    return Watch(people=(ANA, BEN, CHI), shifts=tuple(shifts), primaries=Cover(covered))


def told(minutes: float, **more: object) -> list[tuple[str, int]]:
    found = due([wait()], STEPS, watch(), at(minutes), **more)  # type: ignore[arg-type]
    return [(one.person, one.step) for one in found.alerts]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (19.9, []),
        (20, [("ana", 1)]),
        (35, [("ana", 1), ("ben", 2)]),
        (50, [("ana", 3), ("ben", 3), ("chi", 3)]),
        (60, [("ana", 3), ("ben", 3), ("chi", 4)]),
    ],
)
def test_each_step_tells_its_people_once_its_time_has_come(
    minutes: float, expected: list[tuple[str, int]]
) -> None:
    assert told(minutes) == expected


def test_what_another_participant_answered_goes_no_further_than_the_first_step() -> (
    None
):
    answered = {("sm25", 7)}
    assert told(19, answered=answered) == []
    assert told(120, answered=answered) == [("ana", 1)]
    asleep = due([wait()], STEPS, watch(primary=None), at(70), answered=answered)
    assert (asleep.alerts, asleep.unwatched) == ((), ())


def test_nobody_is_told_twice_for_one_step() -> None:
    sent = {("sm25", 7, 1, "ana")}
    assert told(25, sent=sent) == []
    assert told(36, sent=sent) == [("ben", 2)]
    assert told(50, sent=sent | {("sm25", 7, 2, "ben")}) == [
        ("ana", 3),
        ("ben", 3),
        ("chi", 3),
    ]


def test_after_a_higher_step_a_lower_one_is_not_made_up_for() -> None:
    assert told(30, sent={("sm25", 7, 3, "ana")}) == []


def test_while_somebody_is_on_it_nobody_else_is_told() -> None:
    claims = {("sm25", 7): ClaimOn(person="ben", until=at(45))}
    assert told(40, claims=claims) == []
    assert told(46, claims=claims) == [("ana", 1), ("ben", 2)]


def test_when_nobody_is_on_duty_the_question_waits_for_the_next_watch() -> None:
    found = due([wait()], STEPS, watch(primary=None, backup=None), at(25))
    assert found.alerts == ()
    assert [one.post_id for one in found.unwatched] == [7]


def test_who_asked_is_not_told_of_their_own_question() -> None:
    found = due([wait(asker=1)], STEPS, watch(), at(25))
    assert found.alerts == ()


def test_by_the_watched_clock_the_night_does_not_count() -> None:
    asleep = watch(primary=None, backup=None)
    early = due([wait()], STEPS, asleep, at(130), clock=StepClock.WATCHED)
    late = due([wait()], STEPS, asleep, at(140), clock=StepClock.WATCHED)
    assert (early.unwatched, len(late.unwatched)) == ((), 1)


KAMPALA_NIGHT = QuietHours(start=time(22), end=time(7), zone="Africa/Kampala")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-02T18:59", "2026-03-02T18:59"),
        ("2026-03-02T19:00", "2026-03-03T04:00"),
        ("2026-03-03T03:59", "2026-03-03T04:00"),
        ("2026-03-03T04:00", "2026-03-03T04:00"),
    ],
)
def test_quiet_hours_are_those_of_the_persons_own_zone(now: str, expected: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = not_before(
        moment, quiet=KAMPALA_NIGHT, on_duty=False, sent=[], most_an_hour=None
    )
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    on_duty = not_before(
        moment, quiet=KAMPALA_NIGHT, on_duty=True, sent=[], most_an_hour=None
    )
    assert on_duty == moment


def test_over_the_limit_of_an_hour_it_waits() -> None:
    sent = [at(-50), at(-30), at(-10)]
    found = not_before(at(0), quiet=None, on_duty=True, sent=sent, most_an_hour=3)
    assert found == at(10)
