"""Two runs at once, a run that died with the lease, and doubts that must wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from moodle_bridge.practice.post_office_misbehave import Mischief
from tests.trial.course import Course, own_folder
from tests.trial.held import held
from tests.trial.moments import Blow
from tests.trial.runner import Ran, Runner

NewCourse = Callable[..., Course]


@pytest.fixture
def new_course(runner: Runner) -> Iterator[NewCourse]:
    """Make courses whose bridge has begun."""
    with ExitStack() as still_open:

        def made(*, settle_after: str = "4m") -> Course:
            folder = still_open.enter_context(own_folder())
            course = still_open.enter_context(
                Course(folder, "remote", settle_after=settle_after)
            )
            assert runner.run(course, "--from", "now").code == 0
            course.clock.move(minutes=5)
            return course

        yield made


def test_a_second_run_says_that_one_goes_on_and_doubles_nothing(
    runner: Runner, new_course: NewCourse
) -> None:
    course = new_course()
    post = course.begin(course.people["ha"], course.word())
    ended: list[Ran] = []
    first = threading.Thread(target=lambda: ended.append(runner.run(course)))
    with Runner() as another:
        with held(course.office, "accept", only=lambda *_: True) as mail:
            first.start()
            mail.wait()
            second = another.run(course)
        first.join()
    assert second.code == 0
    assert "another run does this just now" in second.said
    assert [ran.code for ran in ended] == [0]
    assert course.message_ids_at(course.people["aminata"]) == [
        course.message_id(post.firstpost)
    ]


def test_the_lease_of_a_killed_run_is_taken_over_at_once(
    runner: Runner, new_course: NewCourse
) -> None:
    course = new_course()
    post = course.begin(course.people["ha"], course.word())
    killed = runner.run(course, blow=Blow(what="effect", when="before", number=1))
    assert killed.killed
    assert course.ledger("select name from lease where name = 'sync'")
    course.clock.move(minutes=5)
    assert runner.run(course).code == 0
    assert course.message_ids_at(course.people["aminata"]) == [
        course.message_id(post.firstpost)
    ]
    assert not course.ledger("select name from lease")


def test_a_mail_in_doubt_is_not_sent_again_too_early(
    runner: Runner, new_course: NewCourse
) -> None:
    course = new_course(settle_after="15m")
    course.begin(course.people["ha"], course.word())
    course.office.misbehave.next(Mischief.HANG_UP_BEFORE_STORING)
    reader = course.people["aminata"]
    for _ in range(3):
        assert runner.run(course).data["counts"]["in doubt"] >= 1
        assert course.message_ids_at(reader) == []
        course.clock.move(minutes=4)
    course.clock.move(minutes=4)
    assert runner.run(course).data["counts"]["to repeat"] == 1
    assert len(course.message_ids_at(reader)) == 1


def test_a_mail_in_doubt_that_went_out_is_known_by_its_copy(
    runner: Runner, new_course: NewCourse
) -> None:
    course = new_course(settle_after="15m")
    course.begin(course.people["ha"], course.word())
    course.office.misbehave.next(Mischief.HANG_UP_AFTER_STORING)
    assert runner.run(course).data["counts"]["in doubt"] == 1
    # Sooner than it would be sent again.
    assert runner.run(course).data["counts"]["found again"] == 1
    assert len(course.message_ids_at(course.people["aminata"])) == 1


def test_a_post_that_moodle_is_still_writing_is_not_written_again(
    runner: Runner, new_course: NewCourse
) -> None:
    course = new_course(settle_after="15m")
    course.config.write_text(
        course.config.read_text().replace("[mail]", 'read_timeout = "1s"\n[mail]', 1)
    )
    course.mail(course.people["ha"], course.word())
    course.moodle.faults.plan("delay", "mod_forum_add_discussion", delay_ms=2500)
    assert runner.run(course).data["counts"]["in doubt"] == 1
    course.wait_until_idle()
    assert len(course.posts_by_bridge()) == 1
    assert runner.run(course).data["counts"]["found again"] == 1
    assert len(course.posts_by_bridge()) == 1
