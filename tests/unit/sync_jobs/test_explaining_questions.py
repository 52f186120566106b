"""What `explain` tells of a question: what opened the wait, and what ended it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.commands.explain_question import length_text
from tests.unit.sync_jobs.bridged import LIST, BridgedCourse, Called
from tests.unit.sync_jobs.test_alerting import watched

__all__ = ["watched"]


def explained(course: BridgedCourse, post: int) -> Called:
    called = course.call("explain", str(post))
    assert called.code == 0, called.said
    return called


def test_a_question_tells_what_started_and_what_stopped_its_clock(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata)
    began = watched.clock.now
    watched.clock.move(minutes=5)
    peer = watched.reply(watched.ha, asked, "With a pen.")
    watched.clock.move(minutes=30)
    answer = watched.reply(watched.grace, asked, "With the manual.")
    watched.clock.move(minutes=1)
    watched.sync()
    (told,) = explained(watched, asked.firstpost).data["questions"]
    question = told["question"]
    assert question["definition"] == "facilitation-response v1"
    assert (question["state"], question["why"]) == ("answered", "new discussion")
    assert question["began"] == began.isoformat()
    assert question["first_answer_post"] == peer.id
    assert question["facilitator_answer_post"] == answer.id
    assert question["answered_by"] == watched.grace.id
    assert (question["felt"], question["kept"]) == (35 * 60, True)
    text = watched.printed("explain", str(asked.firstpost))
    assert "asked in Moodle by Aminata Diop" in text
    assert "it opens a wait because it begins a discussion" in text
    assert f"first answer of anybody: post {peer.id} by Thị Hà Nguyễn" in text
    assert f"by post {answer.id} of Grace Nakato, a facilitator at that time" in text
    assert "the promise (1 h) was kept" in text


def test_an_answer_tells_whose_clock_it_stopped(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    watched.clock.move(minutes=5)
    peer = watched.reply(watched.ha, asked, "With a pen.")
    answer = watched.reply(watched.grace, asked, "With the manual.")
    watched.sync()
    (first,) = explained(watched, peer.id).data["questions"]
    assert first["no_question"]["why"] == "plain"
    assert first["answers"] == [
        {"post": asked.firstpost, "first": True, "stopped_the_clock": False}
    ]
    (second,) = explained(watched, answer.id).data["questions"]
    assert second["no_question"]["why"] == "facilitator"
    assert second["answers"][0]["stopped_the_clock"]


def test_a_question_that_waits_says_how_long_it_may(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    watched.sync()
    watched.clock.move(minutes=20)
    (told,) = explained(watched, asked.firstpost).data["questions"]
    assert told["question"]["state"] == "open"
    assert (told["question"]["felt"], told["question"]["kept"]) == (1200, None)


def test_a_promise_that_was_missed_has_its_cause(watched: BridgedCourse) -> None:
    watched.sync()
    watched.clock.move(minutes=11)
    asked = watched.post(watched.aminata)
    watched.clock.move(minutes=1)
    watched.sync()
    watched.clock.move(minutes=89)
    watched.sync()
    (told,) = explained(watched, asked.firstpost).data["questions"]
    assert (told["question"]["kept"], told["question"]["cause"]) == (
        False,
        "on duty and late",
    )
    assert told["question"]["watched"] == pytest.approx(90 * 60)


def test_without_a_rota_nobody_says_whose_hour_it_was(course: BridgedCourse) -> None:
    asked = course.post(course.aminata)
    course.sync()
    course.clock.move(minutes=90)
    (told,) = explained(course, asked.firstpost).data["questions"]
    question = told["question"]
    assert (question["kept"], question["cause"], question["watched"]) == (
        False,
        None,
        None,
    )


def test_a_question_by_mail_starts_when_the_mail_arrived(
    course: BridgedCourse,
) -> None:
    sent = course.clock.now
    course.write(course.ha, "How do I begin?", to=LIST)
    course.clock.move(hours=3)
    arrived = course.clock.now
    ((key, mail),) = course.box.waiting.items()
    course.box.waiting[key] = replace(mail, received=arrived)
    course.sync()
    course.sync()
    post = course.posts()[-1]
    (told,) = explained(course, post.id).data["questions"]
    question = told["question"]
    assert question["medium"] == "mail"
    assert (question["began"], question["sent_at"]) == (
        arrived.isoformat(),
        sent.isoformat(),
    )
    by_mail = course.call("explain", "mail-1").data["questions"]
    assert [one["post"] for one in by_mail] == [post.id]
    assert "3 h on its way, which do not count" in course.printed("explain", "mail-1")


def test_who_asks_again_is_told_that_it_is_part_of_the_first(
    course: BridgedCourse,
) -> None:
    asked = course.post(course.aminata)
    course.clock.move(minutes=5)
    again = course.reply(course.aminata, asked, "Can somebody help?")
    course.sync()
    (told,) = explained(course, again.id).data["questions"]
    assert told["no_question"] == {"why": "again", "part_of": asked.firstpost}


def test_a_question_that_was_taken_back_is_neither_kept_nor_missed(
    course: BridgedCourse,
) -> None:
    path = course.folder / "bridge.toml"
    path.write_text(path.read_text() + '[report]\npromise = "3d"\n')
    asked = course.post(course.aminata)
    course.sync()
    course.clock.move(minutes=5)
    course.moodle.delete(course.aminata, course.posts(asked)[0])
    course.sync()
    course.clock.move(days=1)
    course.sync()
    (told,) = explained(course, asked.firstpost).data["questions"]
    assert (told["question"]["state"], told["question"]["kept"]) == ("withdrawn", None)


def test_a_mark_is_told_with_who_set_it(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    watched.sync()
    watched.call("question", "mark", str(asked.firstpost), "none", "--by", "grace")
    called = explained(watched, asked.firstpost)
    (told,) = called.data["questions"]
    assert told["question"]["state"] == "not-needed"
    assert told["question"]["felt"] is None


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=35, seconds=59), "35 min"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=3, hours=4), "3 d 4 h"),
        (timedelta(days=2), "2 d"),
    ],
)
def test_lengths_of_time_are_told_short(length: timedelta, text: str) -> None:
    assert length_text(length.total_seconds()) == text
