from __future__ import annotations

from moodle_bridge.errors import InDoubt
from sync.ledger.links import LinkState
from tests.unit.sync_jobs.bridged import BridgedCourse


def test_a_post_goes_again_to_one_reader_under_the_same_message_id(
    direct: BridgedCourse,
) -> None:
    discussion = direct.post(direct.aminata)
    direct.sync()
    before = len(direct.sent())
    number = str(discussion.firstpost)
    asked = direct.call("resend", number, "--to", "ha@vn.example", "--yes")
    assert (asked.code, asked.data["to"]) == (0, direct.ha.id)
    assert direct.sync().code == 0
    assert len(direct.sent()) == before + 1
    first, again = direct.mails("ha@vn.example")
    assert first["Message-ID"] == again["Message-ID"]
    assert first["X-Moodle-Bridge"] != again["X-Moodle-Bridge"]
    assert direct.sync().counts == {}
    assert direct.link(discussion.firstpost).state is LinkState.SENT


def test_a_post_goes_again_to_all_and_as_often_as_it_is_asked_for(
    course: BridgedCourse,
) -> None:
    discussion = course.post(course.aminata)
    course.sync()
    for number in (2, 3):
        assert course.call("resend", str(discussion.firstpost), "--yes").code == 0
        course.sync()
        assert len(course.sent()) == number


def test_a_mail_sent_again_whose_answer_was_lost_goes_once(
    course: BridgedCourse,
) -> None:
    discussion = course.post(course.aminata)
    course.sync()
    course.call("resend", str(discussion.firstpost), "--yes")
    course.outbox.troubles.append(InDoubt("the connection broke"))
    course.sync()
    course.clock.move(minutes=1)
    course.sync()
    course.clock.move(minutes=20)
    course.sync()
    assert len(course.sent()) == 2


def test_what_did_not_go_out_does_not_go_again(direct: BridgedCourse) -> None:
    discussion = direct.post(direct.aminata)
    direct.sync()
    reply = direct.reply(direct.grace, discussion, "For you alone", private=True)
    direct.sync()
    for number, name in (
        (reply.id, "ha"),
        (4711, "ha"),
        (discussion.firstpost, "nobody"),
        (discussion.firstpost, str(direct.course.id + 999)),
    ):
        assert direct.call("resend", str(number), "--to", name, "--yes").code == 2


def test_to_one_member_of_a_list_there_is_nothing_to_send(
    course: BridgedCourse,
) -> None:
    discussion = course.post(course.aminata)
    course.sync()
    asked = course.call("resend", str(discussion.firstpost), "--to", "ha", "--yes")
    assert asked.code == 2
    assert "get " in asked.said
