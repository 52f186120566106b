"""What was said in forum and mail, and which questions wait."""

from __future__ import annotations

from moodle_bridge.model.waits import Medium, Wait, WaitState
from moodle_bridge.practice.records import Discussion
from tests.unit.sync_jobs.bridged import BridgedCourse


def wait_of(course: BridgedCourse, discussion: Discussion) -> Wait:
    with course.reading() as transaction:
        (wait,) = transaction.waits.get(discussion.firstpost)
    return wait


def test_a_question_waits_until_a_facilitator_answers(course: BridgedCourse) -> None:
    asked = course.post(course.aminata)
    course.sync()
    assert wait_of(course, asked).state is WaitState.OPEN
    course.clock.move(minutes=20)
    course.reply(course.ha, asked, "Me too")
    course.clock.move(minutes=20)
    course.reply(course.grace, asked, "Like this.")
    course.sync()
    wait = wait_of(course, asked)
    assert wait.state is WaitState.ANSWERED
    assert wait.ended is not None
    assert (wait.ended - wait.began).total_seconds() == 2400
    assert (wait.answered_by, wait.asker_id) == (course.grace.id, course.aminata.id)
    assert wait.first_answer is not None
    assert (wait.first_answer - wait.began).total_seconds() == 1200


def test_an_answer_by_mail_counts_from_when_it_came_and_for_who_wrote_it(
    course: BridgedCourse,
) -> None:
    asked = course.post(course.aminata)
    course.sync()
    message_id = str(course.mails()[-1]["Message-ID"])
    course.clock.move(minutes=10)
    arrived = course.clock.now
    course.write(course.grace, "Like this.", answers=message_id)
    course.sync()
    course.clock.move(minutes=10)
    course.sync()
    wait = wait_of(course, asked)
    assert wait.state is WaitState.ANSWERED
    assert (wait.facilitator_answer, wait.answered_by) == (arrived, course.grace.id)


def test_a_question_by_mail_is_that_of_its_author_and_not_of_the_bridge(
    course: BridgedCourse,
) -> None:
    course.write(course.ha, "How do I begin?", subject="A question")
    course.sync()
    course.clock.move(minutes=10)
    course.sync()
    with course.reading() as transaction:
        (wait,) = transaction.waits.open()
    assert (wait.asker_id, wait.medium) == (course.ha.id, Medium.MAIL)


def test_what_stood_there_before_is_no_open_question(unbegun: BridgedCourse) -> None:
    old = unbegun.post(unbegun.aminata)
    unbegun.clock.move(minutes=1)
    unbegun.begin()
    unbegun.reply(unbegun.ha, old, "Me too")
    unbegun.sync()
    with unbegun.reading() as transaction:
        assert transaction.waits.open() == []
        assert len(transaction.waits.open(history=True)) == 1


def test_a_pair_whose_questions_are_not_watched_hears_nothing(
    course: BridgedCourse,
) -> None:
    course.configure(questions="false")
    asked = course.post(course.aminata)
    assert course.sync().code == 0
    with course.reading() as transaction:
        assert transaction.waits.get(asked.firstpost) == []


def test_a_question_that_is_deleted_before_it_is_mailed_waits_no_more(
    unbegun: BridgedCourse,
) -> None:
    unbegun.configure(hold='"30m"')
    unbegun.begin()
    asked = unbegun.post(unbegun.aminata)
    unbegun.sync()
    seen = unbegun.clock.now
    assert wait_of(unbegun, asked).state is WaitState.OPEN
    unbegun.moodle.delete(unbegun.aminata, unbegun.posts(asked)[0])
    unbegun.clock.move(minutes=31)
    unbegun.sync()
    wait = wait_of(unbegun, asked)
    # Nobody tells when it was deleted: that it waited so long is all that is known.
    assert (wait.state, wait.ended) == (WaitState.WITHDRAWN, seen)
    unbegun.clock.move(days=1)
    unbegun.sync()
    assert wait_of(unbegun, asked).ended == wait.ended


def test_who_takes_a_question_back_waited_no_longer_than_it_was_seen_to_stand(
    course: BridgedCourse,
) -> None:
    course.post(course.aminata)
    course.clock.move(minutes=5)
    asked = course.post(course.ha, "Photos")
    course.sync()
    course.clock.move(minutes=10)
    course.reply(course.jan, asked, "Me too")
    course.sync()
    looked = course.clock.now
    course.clock.move(minutes=5)
    course.moodle.delete(course.grace, course.posts(asked)[0])
    # Nothing in the forum tells of it; it is seen when the discussion is read again.
    course.clock.move(hours=14)
    course.sync()
    wait = wait_of(course, asked)
    assert (wait.state, wait.ended) == (WaitState.WITHDRAWN, looked)
