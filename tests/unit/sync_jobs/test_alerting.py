"""Facilitators are told of questions that wait: once, in time, and nobody in vain."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from moodle_bridge.errors import InDoubt, Permanent
from moodle_bridge.model.waits import WaitState
from sync.ledger.alerts import AlertState
from tests.unit.sync_jobs.bridged import BRIDGE, BridgedCourse, text_of
from tests.unit.sync_jobs.on_watch import (
    ALERTS,
    ROTA,
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


def test_the_one_on_duty_is_told_after_the_grace_of_the_first_step(
    watched: BridgedCourse,
) -> None:
    watched.post(watched.aminata, "Blog", "<p>How do I begin a blog?</p>")
    later(watched, 19)
    assert told(watched) == []
    later(watched, 1)
    assert told(watched) == ["grace@ug.example"]
    (mail,) = watched.mails("grace@ug.example")
    text = text_of(mail)
    assert mail["Subject"] == "Aminata Diop asks: Blog (20 minutes)"
    assert "> How do I begin a blog?" in text
    assert "You are on duty" in text
    assert "/mod/forum/discuss.php?d=" in text
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"].addresses[0].username.startswith("bridge+")
    later(watched, 1)
    assert told(watched) == ["grace@ug.example"]


def test_it_goes_up_step_by_step_and_ends_with_an_answer(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    later(watched, 15)
    assert told(watched) == ["grace@ug.example", "ben@nl.example"]
    assert "U bent reserve" in text_of(watched.mails("ben@nl.example")[0])
    later(watched, 14)
    watched.reply(watched.grace, asked, "Like this.")
    later(watched, 1)
    later(watched, 60)
    assert told(watched) == ["grace@ug.example", "ben@nl.example"]


def test_a_service_that_was_down_tells_each_once_and_for_the_highest_step(
    watched: BridgedCourse,
) -> None:
    first = watched.post(watched.aminata, "Blog")
    watched.clock.move(minutes=5)
    watched.post(watched.ha, "Photos")
    later(watched, 6 * 60)
    assert sorted(told(watched)) == [
        "ben@nl.example",
        "grace@ug.example",
        "lea@fr.example",
    ]
    (mail,) = watched.mails("grace@ug.example")
    assert mail["Subject"] == "2 questions wait for an answer (6 hours)"
    assert "Reply-To" not in mail
    assert len(set(re.findall(r"bridge\+\S+", text_of(mail)))) == 2
    steps = {alert.person: alert.step for alert in alerts_of(watched, first)}
    assert steps == {"grace": 3, "ben": 3, "lead": 4}
    later(watched, 1)
    assert len(told(watched)) == 3


def test_what_is_answered_a_moment_before_is_told_to_nobody(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata)
    watched.sync()
    watched.outbox.sent.clear()
    watched.clock.move(minutes=20)
    watched.outbox.troubles.append(Permanent("no", code="550"))
    watched.reply(watched.grace, asked, "Like this.")
    watched.sync()
    assert told(watched) == []


def test_nobody_on_duty_is_told_to_the_lead_once_and_to_the_next_watch(
    watched: BridgedCourse,
) -> None:
    watched.clock.move(hours=13)
    watched.post(watched.aminata)
    later(watched, 20)
    assert told(watched) == ["lea@fr.example"]
    (mail,) = watched.mails("lea@fr.example")
    assert mail["Subject"] == "Nobody is on duty, and 1 question waits"
    assert "The next watch begins on 2 March 2026, 07:00 UTC+1" in text_of(mail)
    later(watched, 5)
    watched.post(watched.ha, "Another")
    later(watched, 24)
    assert told(watched) == ["lea@fr.example"]


def test_who_may_not_read_a_question_is_not_told_of_it(
    watched: BridgedCourse,
) -> None:
    rota(watched, people=ROTA.replace('user = "grace"', 'address = "g@else.example"'))
    asked = watched.post(watched.aminata)
    later(watched, 20)
    assert told(watched) == []
    (alert,) = alerts_of(watched, asked)
    assert alert.state is AlertState.WITHHELD


def test_a_way_that_is_refused_gives_way_to_the_next_at_once(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata)
    watched.sync()
    watched.clock.move(minutes=20)
    watched.outbox.troubles.extend([Permanent("gone", code="550")] * 2)
    called = watched.sync()
    assert "refused: alert to Grace Nakato by mail" in called.said
    states = {alert.channel: alert.state for alert in alerts_of(watched, asked)}
    assert states == {"mail": AlertState.FAILED, "moodle-message": AlertState.SENT}


def test_a_mail_in_doubt_is_settled_by_its_copy_and_not_sent_again(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata)
    watched.sync()
    watched.clock.move(minutes=20)
    watched.outbox.troubles.append(InDoubt("the line went dead"))
    watched.sync()
    (alert,) = alerts_of(watched, asked)
    assert alert.state is AlertState.PERHAPS
    later(watched, 1)
    (alert,) = alerts_of(watched, asked)
    assert alert.state is AlertState.SENT
    assert told(watched) == ["grace@ug.example"]


def test_history_and_a_first_run_alert_nobody(unbegun: BridgedCourse) -> None:
    unbegun.post(unbegun.aminata)
    unbegun.clock.move(hours=2)
    rota(unbegun)
    unbegun.begin("--backfill", "5")
    unbegun.clock.move(hours=2)
    unbegun.sync()
    assert told(unbegun) == []


def test_quiet_hours_hold_for_who_is_not_on_duty(watched: BridgedCourse) -> None:
    people = ROTA.replace('user = "ben"', 'user = "ben"\nquiet = "08:00-12:00"')
    rota(watched, people=people)
    watched.post(watched.aminata)
    later(watched, 40)
    assert told(watched) == ["grace@ug.example"]
    watched.clock.now = watched.clock.now.replace(hour=11, minute=0)
    later(watched, 0)
    assert "ben@nl.example" in told(watched)


def test_no_more_than_so_many_an_hour(watched: BridgedCourse) -> None:
    people = ROTA.replace('user = "grace"', 'user = "grace"\nmost_an_hour = 2')
    steps = '[[alerts.step]]\nafter = "20m"\nto = "duty"\n'
    rota(watched, people=people, alerts=ALERTS + steps)
    watched.sync()
    for _ in range(8):
        watched.post(watched.aminata)
        later(watched, 5)
    later(watched, 20)
    assert told(watched) == ["grace@ug.example"] * 2
    later(watched, 40)
    assert told(watched) == ["grace@ug.example"] * 3
    assert watched.mails("grace@ug.example")[-1]["Subject"].startswith("6 questions")


def test_a_dry_run_says_whom_it_would_tell_and_tells_nobody(
    watched: BridgedCourse,
) -> None:
    watched.post(watched.aminata)
    watched.sync()
    watched.clock.move(minutes=21)
    called = watched.sync("--dry-run")
    assert "alert to Grace Nakato by mail: 1 question" in called.said
    assert told(watched) == []


def test_the_copy_of_an_alert_is_known_again(watched: BridgedCourse) -> None:
    watched.post(watched.aminata)
    later(watched, 20)
    later(watched, 1)
    (mail,) = [one for one in watched.sent() if "grace@ug.example" in one.recipients]
    assert BRIDGE in mail.recipients
    with watched.reading() as transaction:
        intent = transaction.intents.get(mail.key)
    assert intent is not None
    assert intent.receipt_at is not None
    assert timedelta() <= watched.clock.now - intent.receipt_at <= timedelta(minutes=1)


def test_an_answer_to_an_alert_becomes_the_answer_in_the_forum(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    reply_to(watched, "Press the button Add.")
    later(watched, 1)
    later(watched, 40)
    answer = watched.posts(asked)[-1]
    assert answer.parent == asked.firstpost
    assert "Press the button Add." in answer.message
    assert told(watched) == ["grace@ug.example"]


def test_mine_keeps_the_others_quiet_for_a_while_and_is_shown_to_them(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    number = reply_to(watched, "Mine!\n\nGrace Nakato")
    later(watched, 1)
    assert len(watched.posts(asked)) == 1
    assert watched.mail(number).state.value == "answered"
    later(watched, 28)
    assert told(watched) == ["grace@ug.example"]
    later(watched, 3)
    assert sorted(told(watched)) == [
        "ben@nl.example",
        "grace@ug.example",
        "grace@ug.example",
        "lea@fr.example",
    ]
    assert "Grace Nakato zei om" in text_of(watched.mails("ben@nl.example")[0])


def test_no_answer_needed_ends_the_wait(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    reply_to(watched, "No answer needed.")
    later(watched, 1)
    later(watched, 60)
    assert told(watched) == ["grace@ug.example"]
    assert len(watched.posts(asked)) == 1
    with watched.reading() as transaction:
        (wait,) = transaction.waits.get(asked.firstpost)
    assert wait.state is WaitState.NOT_NEEDED


def test_an_answer_to_an_alert_of_several_questions_is_posted_nowhere(
    watched: BridgedCourse,
) -> None:
    watched.post(watched.aminata, "Blog")
    watched.post(watched.ha, "Photos")
    later(watched, 20)
    before = len(watched.posts())
    number = reply_to(watched, "Press the button Add.")
    later(watched, 1)
    later(watched, 15)
    assert len(watched.posts()) == before
    held = watched.mail(number)
    assert (held.state.value, held.reason) == ("held", "which-question")
    assert any(
        "below the question" in text_of(mail)
        for mail in watched.mails("grace@ug.example")
    )


def test_the_address_below_each_question_takes_its_answer(
    watched: BridgedCourse,
) -> None:
    watched.post(watched.aminata, "Blog")
    second = watched.post(watched.ha, "Photos")
    later(watched, 20)
    (mail,) = watched.mails("grace@ug.example")
    addresses = re.findall(r"bridge\+\S+", text_of(mail))
    watched.write("grace@ug.example", "Make them smaller.", to=addresses[1])
    later(watched, 1)
    assert "Make them smaller." in watched.posts(second)[-1].message


def test_mine_to_an_alert_of_several_questions_takes_them_all(
    watched: BridgedCourse,
) -> None:
    watched.post(watched.aminata, "Blog")
    watched.post(watched.ha, "Photos")
    later(watched, 20)
    reply_to(watched, "mine")
    later(watched, 1)
    later(watched, 20)
    assert told(watched) == ["grace@ug.example"]
    with watched.reading() as transaction:
        assert len(transaction.claims.everyone()) == 2


def test_who_was_not_told_of_a_question_says_mine_to_people(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 1)
    mirrored = watched.mails()[-1]
    watched.write(watched.ha, "mine", answers=str(mirrored["Message-ID"]))
    later(watched, 1)
    assert "mine" in watched.posts(asked)[-1].message
