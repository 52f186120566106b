"""A deleted answer is seen by the number of replies that the forum's list counts."""

from __future__ import annotations

from moodle_bridge.model.waits import Wait, WaitState
from moodle_bridge.practice.calls import Arguments, Call
from moodle_bridge.practice.records import Discussion
from tests.unit.sync_jobs.bridged import POSTS, BridgedCourse
from tests.unit.sync_jobs.on_watch import alerts_of, later, told, with_watchers

LIST = "mod_forum_get_forum_discussions"


def wait_of(course: BridgedCourse, discussion: Discussion) -> Wait:
    with course.reading() as transaction:
        (wait,) = transaction.waits.get(discussion.firstpost)
    return wait


def answered(course: BridgedCourse) -> Discussion:
    """Return a question that Grace has answered, long enough ago to be no news."""
    asked = course.post(course.aminata)
    course.clock.move(minutes=5)
    course.reply(course.grace, asked, "Like this.")
    course.clock.move(minutes=15)
    assert course.sync().code == 0
    assert wait_of(course, asked).state is WaitState.ANSWERED
    course.clock.move(minutes=15)
    assert course.sync().code == 0
    return asked


def readings(course: BridgedCourse, asked: Discussion) -> int:
    """Run once and return how often the posts of a discussion were read."""
    read: list[int] = []
    whole = course.moodle.functions[POSTS]

    def noted(call: Call, arguments: Arguments) -> object:
        read.append(arguments["discussionid"])
        return whole.run(call, arguments)

    with course._changed(POSTS, noted):
        assert course.sync().code == 0
    return read.count(asked.id)


def test_a_deleted_answer_is_seen_as_soon_as_the_forum_is_listed(
    course: BridgedCourse,
) -> None:
    asked = answered(course)
    began = wait_of(course, asked).began
    course.moodle.delete(course.grace, course.posts(asked)[-1])
    course.clock.move(minutes=5)
    course.post(course.ha, "Something else")
    course.sync()
    wait = wait_of(course, asked)
    assert (wait.state, wait.began, wait.ended) == (WaitState.OPEN, began, None)


def test_a_question_whose_answer_was_deleted_is_alerted_as_the_old_one_that_it_is(
    course: BridgedCourse,
) -> None:
    with_watchers(course)
    asked = answered(course)
    assert alerts_of(course, asked) == []
    course.moodle.delete(course.grace, course.posts(asked)[-1])
    course.clock.move(minutes=5)
    course.reply(course.jan, course.post(course.ha, "Hello"), "Hello!")
    later(course, 1)
    assert {alert.post_id for alert in alerts_of(course, asked)} == {asked.firstpost}
    assert told(course)


def test_a_list_that_counts_as_ever_costs_no_further_request(
    course: BridgedCourse,
) -> None:
    asked = answered(course)
    course.post(course.ha, "Something else")
    assert readings(course, asked) == 0


def test_an_answer_that_its_author_takes_back_is_missed_when_it_could_be_no_more(
    course: BridgedCourse,
) -> None:
    asked = course.post(course.aminata)
    course.clock.move(minutes=5)
    course.reply(course.grace, asked, "Like this.")
    course.sync()
    course.clock.move(minutes=25)
    course.sync()
    course.moodle.delete(course.grace, course.posts(asked)[-1])
    course.clock.move(minutes=5)
    assert readings(course, asked) == 0
    course.clock.move(minutes=6)
    assert readings(course, asked) == 1
    assert wait_of(course, asked).state is WaitState.OPEN


def test_a_peer_who_takes_an_answer_back_lets_the_question_go_on_up(
    course: BridgedCourse,
) -> None:
    with_watchers(course)
    asked = course.post(course.aminata)
    answer = course.reply(course.ha, asked, "Under your name.")
    later(course, 20)
    assert told(course) == ["grace@ug.example"]
    course.moodle.delete(course.ha, answer)
    later(course, 15)
    assert wait_of(course, asked).first_answer is None
    later(course, 1)
    assert told(course) == ["grace@ug.example", "ben@nl.example"]


def test_an_answer_that_stands_is_looked_for_once_and_then_costs_nothing(
    course: BridgedCourse,
) -> None:
    asked = answered(course)
    course.clock.move(minutes=10)
    assert readings(course, asked) == 1
    for _ in range(3):
        course.clock.move(minutes=5)
        assert course.asked_by_sync() == ["core_course_get_updates_since"]
    assert wait_of(course, asked).state is WaitState.ANSWERED


def test_a_number_that_differs_for_good_is_looked_into_once(
    course: BridgedCourse,
) -> None:
    asked = answered(course)
    course.clock.move(minutes=15)
    course.sync()
    whole = course.moodle.functions[LIST]

    def one_more(call: Call, arguments: Arguments) -> object:
        answer = whole.run(call, arguments)
        for row in answer["discussions"]:
            row["numreplies"] += row["discussion"] == asked.id
        return answer

    with course._changed(LIST, one_more):
        read = []
        for name in ("one", "two", "three"):
            course.post(course.ha, name)
            read.append(readings(course, asked))
            course.clock.move(minutes=20)
        assert read == [1, 0, 0]
        assert wait_of(course, asked).state is WaitState.ANSWERED
        course.moodle.delete(course.grace, course.posts(asked)[-1])
        course.post(course.ha, "four")
        assert readings(course, asked) == 1
    assert wait_of(course, asked).state is WaitState.OPEN


def test_a_number_that_is_another_at_each_look_costs_one_reading_for_each_news(
    course: BridgedCourse,
) -> None:
    asked = answered(course)
    course.clock.move(minutes=15)
    course.sync()
    whole = course.moodle.functions[LIST]
    looks = 0

    def flipping(call: Call, arguments: Arguments) -> object:
        nonlocal looks
        looks += 1
        answer = whole.run(call, arguments)
        for row in answer["discussions"]:
            row["numreplies"] += looks % 2
        return answer

    with course._changed(LIST, flipping):
        course.post(course.ha, "one")
        assert readings(course, asked) == 1
        course.clock.move(minutes=15)
        course.sync()
        for _ in range(3):
            course.clock.move(minutes=5)
            assert course.asked_by_sync() == ["core_course_get_updates_since"]


def test_a_discussion_that_cannot_be_read_is_not_taken_for_one_without_answers(
    course: BridgedCourse,
) -> None:
    asked = answered(course)
    course.moodle.delete(course.grace, course.posts(asked)[-1])
    course.post(course.ha, "one")
    with course.failing_for(asked.id):
        course.sync()
    assert wait_of(course, asked).state is WaitState.ANSWERED


def test_replies_by_mail_and_private_ones_are_no_other_number_than_is_known(
    course: BridgedCourse,
) -> None:
    asked = answered(course)
    course.reply(course.grace, asked, "Between us", private=True)
    course.sync()
    mail = next(one for one in course.mails() if one["Subject"] == "[FO26] Blog")
    course.write(course.ha, "Thanks for it", answers=str(mail["Message-ID"]))
    course.sync()
    assert len(course.posts(asked)) == 4
    course.clock.move(minutes=20)
    course.sync()
    course.clock.move(minutes=20)
    course.post(course.ha, "Something else")
    assert readings(course, asked) == 0
