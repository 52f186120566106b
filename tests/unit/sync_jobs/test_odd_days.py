"""A ledger that is lost, two lists for one forum, a mailer that can look."""

from __future__ import annotations

import os
import uuid

import pytest
from sqlalchemy import create_engine, text

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
    course: BridgedCourse, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    course.post(course.aminata)
    monkeypatch.setattr(course.outbox, "was_sent", lambda _mail: there)
    course.outbox.lost_after = False
    course.outbox.troubles.append(LOST)
    course.sync()
    course.sync()
    assert len(course.sent()) == (0 if there else 1)
    with course.reading() as transaction:
        assert len(transaction.intents.with_state(IntentState.DONE)) == 1


def test_a_mailer_that_cannot_be_asked_leaves_the_doubt(
    course: BridgedCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_mail: object) -> bool:
        raise Transient("the disk is away")

    course.post(course.aminata)
    monkeypatch.setattr(course.outbox, "was_sent", broken)
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


def test_the_whole_road_runs_on_postgresql(unbegun: BridgedCourse) -> None:
    server = os.environ.get("MOODLE_BRIDGE_TEST_POSTGRES")
    if not server:
        pytest.skip("MOODLE_BRIDGE_TEST_POSTGRES is not set (see tests/postgres.sh)")
    name = f"test_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    try:
        unbegun.configure(ledger=f'url = "{server}?options=-csearch_path={name}"')
        unbegun.begin()
        discussion = unbegun.post(unbegun.aminata)
        assert unbegun.sync().counts["done"] == 1
        asked = unbegun.sent()[0].message_id
        subject = "=?utf-8?q?a=00b?="
        unbegun.write(unbegun.ha, "Use a pen\x00", answers=asked, subject=subject)
        unbegun.write("sam@out.example", "Hello", to=BRIDGE)
        ended = unbegun.sync()
        assert ended.code == 3
        assert ended.counts["mails received"] == 2
        assert len(unbegun.posts(discussion)) == 2
        unbegun.clock.move(hours=7)
        unbegun.moodle.delete(unbegun.ha, unbegun.reply(unbegun.ha, discussion, "x"))
        assert unbegun.sync().code == 0
        (held,) = unbegun.call("held").data["held"]
        assert unbegun.call("held", "release", held["id"]).code == 0
        unbegun.sync()
        assert unbegun.call("status").data["mails"] == {"held": 1, "posted": 1}
        assert len(unbegun.call("runs").data["runs"]) == 5
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        engine.dispose()


def test_a_copy_of_a_photo_is_known_and_words_are_no_copy_of_it(
    course: BridgedCourse,
) -> None:
    photo = [("a.jpg", b"jpeg" * 30)]
    same = "<same@x.example>"
    course.write(course.ha, "", files=photo, message_id=same)
    course.sync()
    course.write(course.ha, " ", files=photo, message_id=same, subject="again")
    course.write(course.ha, "Words", message_id=same, subject="words")
    assert course.sync().code == 3
    with course.reading() as transaction:
        states = [mail.state.value for mail in transaction.inbound.find(same)]
    assert states == ["posted", "ignored", "held"]


def test_a_mail_without_an_id_is_posted_once(course: BridgedCourse) -> None:
    raw = b"From: ha@vn.example\r\nTo: fo26@lists.example\r\n\r\nHello all.\r\n"
    course.box.lay(raw)
    course.box.lay(raw)
    assert course.sync().code == 0
    assert course.sync().code == 0
    assert len(course.posts()) == 1


def test_a_held_mail_that_comes_again_is_held_once(course: BridgedCourse) -> None:
    for subject in ("one", "again"):
        course.write("sam@out.example", "Hello", message_id="<s@x>", subject=subject)
        course.sync()
    assert len(course.call("held").data["held"]) == 1


def test_a_private_reply_of_long_ago_stays_private(unbegun: BridgedCourse) -> None:
    discussion = unbegun.post(unbegun.aminata)
    unbegun.reply(unbegun.grace, discussion, "Between us", private=True)
    unbegun.clock.move(minutes=1)
    unbegun.begin("--backfill", "9")
    assert len(unbegun.sent()) == 1
    assert b"Between us" not in unbegun.sent()[0].content


def test_a_correction_to_a_post_deleted_meanwhile_is_not_sent(
    unbegun: BridgedCourse,
) -> None:
    unbegun.configure(corrections="true", hold='"30m"')
    unbegun.begin()
    discussion = unbegun.post(unbegun.aminata)
    answer = unbegun.reply(unbegun.ha, discussion, "Firts")
    unbegun.clock.move(minutes=31)
    unbegun.sync()
    unbegun.clock.move(hours=7)
    unbegun.moodle.edit(unbegun.grace, answer, "<p>First</p>")
    unbegun.sync()
    assert unbegun.link(answer).state is LinkState.WAITING
    unbegun.moodle.delete(unbegun.grace, answer)
    unbegun.clock.move(hours=7)
    unbegun.sync()
    assert unbegun.link(answer).state is LinkState.SENT
    assert len(unbegun.sent()) == 2
