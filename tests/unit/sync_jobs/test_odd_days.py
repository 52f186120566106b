"""A ledger that is lost, two lists for one forum, a mailer that can look."""

from __future__ import annotations

import pytest

from moodle_bridge.errors import InDoubt, Permanent, Transient
from moodle_bridge.practice import FaultKind
from sync.ledger.intents import IntentState
from sync.ledger.links import LinkState, Origin
from tests.unit.sync_jobs.bridged import BRIDGE, BridgedCourse, text_of

LOST = InDoubt("the connection broke after the content")


def two_lists(course: BridgedCourse) -> str:
    return "".join(
        f"""
[[pair]]
name = "{name}"
course = "FO26"
forum = {course.forum.cmid}
group = "{name}"
hold = "0s"
[pair.list]
plugin = "remote"
address = "{name}@lists.example"
name = "{name}"
"""
        for name in ("one", "two")
    )


def test_what_came_by_mail_with_a_lost_ledger_is_mailed_to_nobody_again(
    course: BridgedCourse,
) -> None:
    course.write(course.ha, "Which pen?", to=BRIDGE)
    course.sync()
    assert len(course.sent()) == 1
    (course.folder / "ledger.db").unlink()
    course.box.waiting.clear()
    assert course.sync("--backfill", "9").code == 0
    assert len(course.sent()) == 1
    link = course.link(course.posts()[0])
    assert (link.state, link.reason) == (
        LinkState.WITHHELD,
        "came by mail, with another ledger",
    )


def test_two_lists_of_one_forum_hear_each_other(unbegun: BridgedCourse) -> None:
    for name, person in (("one", unbegun.ha), ("two", unbegun.jan)):
        unbegun.moodle.add_group(unbegun.course, name, person)
    unbegun.configure(pairs=two_lists(unbegun))
    unbegun.begin()
    discussion = unbegun.post(unbegun.grace, "For both")
    unbegun.sync()
    asked = unbegun.sent()[0].message_id
    assert {mail.message_id for mail in unbegun.sent()} == {asked}
    answer = unbegun.write(
        unbegun.ha, "Which pen?", to="one@lists.example", answers=asked
    )
    unbegun.sync()
    *_, mail = unbegun.mails()
    assert "two@lists.example" in str(mail["To"])
    assert "Thị Hà Nguyễn" in str(mail["From"])
    assert "Which pen?" in text_of(mail)
    assert len(unbegun.sent()) == 3
    reply = unbegun.posts(discussion)[1]
    one, two = unbegun.link(reply, "one"), unbegun.link(reply, "two")
    assert (one.origin, one.message_id) == (Origin.MAIL, answer)
    assert two.origin is Origin.MAIL
    unbegun.write(
        unbegun.jan, "This one", to="two@lists.example", answers=str(mail["Message-ID"])
    )
    unbegun.sync()
    assert unbegun.posts(discussion)[2].parent == reply.id
    assert unbegun.sent()[-1].recipients[0] == "one@lists.example"
    assert len(unbegun.sent()) == 4


def test_a_marker_that_somebody_copies_hides_nothing(course: BridgedCourse) -> None:
    course.write(course.ha, "Which pen?", to=BRIDGE)
    course.sync()
    (post,) = course.posts()
    course.moodle.reply(course.jan, post, f"<p>I quote:</p>{post.message}")
    course.sync()
    assert len(course.sent()) == 2
    assert "Jan de Wit" in str(course.mails()[1]["From"])


def test_a_discussion_that_is_gone_is_looked_for_no_more(course: BridgedCourse) -> None:
    discussion = course.post(course.aminata)
    course.sync()
    course.moodle.delete(course.grace, course.posts(discussion)[0])
    course.clock.move(hours=7)
    assert course.sync().code == 0
    assert course.link(discussion.firstpost).gone_at is not None
    course.clock.move(hours=7)
    assert "mod_forum_get_discussion_posts" not in course.asked_by_sync()


def test_a_course_that_is_closed_to_the_account_is_told(course: BridgedCourse) -> None:
    course.post(course.aminata)
    with course.refusing("core_course_get_updates_since", "requireloginerror"):
        closed = course.sync()
    assert closed.code == 5
    assert "course FO26" in closed.said
    course.clock.move(hours=1)
    assert course.sync().code == 0
    assert len(course.sent()) == 1


@pytest.mark.parametrize("there", [True, False])
def test_a_mailer_that_can_look_settles_a_doubt_at_once(
    course: BridgedCourse, *, there: bool
) -> None:
    course.post(course.aminata)
    course.outbox.was_sent = lambda _mail: there  # type: ignore[method-assign]
    course.outbox.lost_after = False
    course.outbox.troubles.append(LOST)
    course.sync()
    course.sync()
    assert len(course.sent()) == (0 if there else 1)
    with course.reading() as transaction:
        assert len(transaction.intents.with_state(IntentState.DONE)) == 1


def test_a_mailer_that_cannot_be_asked_leaves_the_doubt(course: BridgedCourse) -> None:
    def broken(_mail: object) -> bool:
        raise Transient("the disk is away")

    course.post(course.aminata)
    course.outbox.was_sent = broken  # type: ignore[method-assign]
    course.outbox.lost_after = False
    course.outbox.troubles.append(LOST)
    assert "the disk is away" in course.sync().said
    with course.reading() as transaction:
        assert len(transaction.intents.with_state(IntentState.SENDING)) == 1


def test_a_login_that_is_refused_gives_up_nothing(course: BridgedCourse) -> None:
    course.post(course.aminata)
    refused = Permanent("535 wrong password", code="535", concerns_all=True)
    course.outbox.troubles.append(refused)
    told = course.sync()
    assert told.code == 2
    assert "535" in told.said
    assert course.call("held").data["held"] == []
    assert course.sync().code == 0
    assert len(course.sent()) == 1


def test_a_notice_in_doubt_is_settled_by_its_copy(course: BridgedCourse) -> None:
    course.write("sam@out.example", "Hello", to=BRIDGE)
    course.outbox.troubles.append(LOST)
    course.sync()
    course.sync()
    assert len(course.sent()) == 1
    with course.reading() as transaction:
        (notice,) = transaction.intents.with_state(IntentState.DONE)
    assert set(notice.details) == {"message_id"}


def test_a_course_that_is_not_there_is_told_with_what_there_is(
    unbegun: BridgedCourse,
) -> None:
    for changed, said in (
        ({"course": '"NONE"'}, "no course"),
        ({"forum": "999"}, "Questions"),
        ({"group": '"East"'}, "no group"),
    ):
        unbegun.configure(**changed)
        told = unbegun.sync("--from", "now")
        assert told.code == 2
        assert said in told.said


def test_a_dry_run_before_the_first_says_what_would_begin(
    unbegun: BridgedCourse,
) -> None:
    unbegun.post(unbegun.aminata)
    unbegun.write(unbegun.ha, "Old mail")
    told = unbegun.sync("--dry-run", "--backfill", "3")
    assert told.code == 0
    assert "the 3 newest posts" in told.said
    assert len(unbegun.box.waiting) == 1
    with unbegun.reading() as transaction:
        assert transaction.links.counts() == {}


def test_only_one_way_may_be_run(course: BridgedCourse) -> None:
    course.post(course.aminata)
    course.write(course.ha, "Which pen?")
    course.sync("--only", "mirror-in")
    assert course.sent() == []
    assert len(course.posts()) == 2
    course.write(course.jan, "This one", subject="Another")
    course.sync("--only", "mirror-out")
    assert len(course.sent()) == 1
    assert len(course.posts()) == 2


def test_a_service_that_takes_no_batches_does_the_same(course: BridgedCourse) -> None:
    names = [name for name in course.moodle.functions if not name.startswith("tool_")]
    course.token = course.moodle.token_for(course.bridge, names)
    course.post(course.aminata)
    course.moodle.faults.plan(FaultKind.NOTICE, count=None)
    assert course.sync().code == 0
    assert len(course.sent()) == 1
