"""What another participant answered wakes nobody in vain, and is looked at once."""

from __future__ import annotations

import pytest

from moodle_bridge.errors import Transient
from moodle_bridge.model.waits import WaitState
from sync.ledger.alerts import AlertState
from tests.unit.sync_jobs.bridged import BridgedCourse, text_of
from tests.unit.sync_jobs.on_watch import (
    ALERTS,
    alerts_of,
    later,
    reply_to,
    rota,
    told,
    with_watchers,
)


@pytest.fixture
def watched(course: BridgedCourse) -> BridgedCourse:
    """The course with a rota: Grace on duty by day, Ben her backup, Lea the lead."""
    return with_watchers(course)


def test_those_on_duty_are_told_once_of_question_and_answer(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata, "Blog", "<p>How do I begin a blog?</p>")
    later(watched, 10)
    watched.reply(watched.ha, asked, "Under your name, at the right.")
    later(watched, 10)
    assert told(watched) == ["grace@ug.example"]
    assert "Hà Nguyễn, who takes part in the course, answered at" in " ".join(
        text_of(watched.mails("grace@ug.example")[0]).split()
    )
    later(watched, 50)
    later(watched, 60)
    assert told(watched) == ["grace@ug.example"]
    with watched.reading() as transaction:
        (wait,) = transaction.waits.get(asked.firstpost)
    assert wait.state is WaitState.OPEN
    assert wait.first_answer is not None


def test_steps_that_were_not_reached_are_not_taken_after_an_answer(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    later(watched, 15)
    watched.reply(watched.ha, asked, "Under your name, at the right.")
    later(watched, 30)
    assert told(watched) == ["grace@ug.example", "ben@nl.example"]


def test_a_step_that_was_meant_and_not_sent_is_let_go_after_an_answer(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    watched.outbox.troubles += [Transient("busy", code="450")] * 9
    later(watched, 15)
    states = {alert.person: alert.state for alert in alerts_of(watched, asked)}
    assert states["ben"] is AlertState.PLANNED
    watched.outbox.troubles.clear()
    watched.reply(watched.ha, asked, "Under your name, at the right.")
    later(watched, 2)
    assert told(watched) == ["grace@ug.example"]
    states = {alert.person: alert.state for alert in alerts_of(watched, asked)}
    assert states["ben"] is AlertState.WITHDRAWN


def test_who_asks_again_is_told_of_as_ever(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 10)
    answer = watched.reply(watched.ha, asked, "Under your name, at the right.")
    later(watched, 10)
    later(watched, 20)
    assert told(watched) == ["grace@ug.example"]
    watched.reply(watched.aminata, answer, "It is not there. Where else?")
    later(watched, 1)
    assert told(watched) == ["grace@ug.example", "ben@nl.example"]
    assert "who takes part" not in text_of(watched.mails("ben@nl.example")[0])


def test_a_mark_by_mail_takes_the_steps_up_again(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 10)
    watched.reply(watched.ha, asked, "Under your name, at the right.")
    later(watched, 10)
    reply_to(watched, "needs answer")
    later(watched, 20)
    assert told(watched) == ["grace@ug.example", "ben@nl.example"]


def test_an_answer_that_is_deleted_ends_nothing(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 10)
    answer = watched.reply(watched.ha, asked, "Under your name, at the right.")
    later(watched, 10)
    watched.moodle.delete(watched.ha, answer)
    later(watched, 6 * 60 + 5)
    assert told(watched)[1:] != []


def test_nobody_is_woken_at_night_for_what_a_participant_answered(
    watched: BridgedCourse,
) -> None:
    watched.clock.move(hours=13)
    asked = watched.post(watched.aminata)
    later(watched, 5)
    watched.reply(watched.ha, asked, "Under your name, at the right.")
    later(watched, 60)
    assert told(watched) == []
    later(watched, 9 * 60)
    assert told(watched) == ["grace@ug.example"]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("count", []),
        ("ignore", ["grace@ug.example", "ben@nl.example"]),
    ],
)
def test_the_admin_says_what_an_answer_of_a_participant_does(
    watched: BridgedCourse, setting: str, expected: list[str]
) -> None:
    rota(watched, alerts=f'{ALERTS}peer_answers = "{setting}"\n')
    asked = watched.post(watched.aminata)
    later(watched, 10)
    watched.reply(watched.ha, asked, "Under your name, at the right.")
    later(watched, 10)
    later(watched, 15)
    assert told(watched) == expected
