from __future__ import annotations

from moodle_bridge.practice import FaultKind
from sync.ledger.links import LinkState
from tests.unit.sync_jobs.bridged import REMOTE, BridgedCourse, text_of


def test_a_first_run_waits_to_be_told(unbegun: BridgedCourse) -> None:
    unbegun.post(unbegun.aminata)
    refused = unbegun.sync()
    assert refused.code == 4
    assert "--from now" in refused.said
    assert unbegun.sent() == []


def test_what_stood_there_before_is_history(unbegun: BridgedCourse) -> None:
    old = unbegun.post(unbegun.aminata)
    unbegun.clock.move(minutes=1)
    unbegun.begin()
    answer = unbegun.reply(unbegun.ha, old, "Use a pen")
    assert unbegun.sync().code == 0
    assert [mail["Subject"] for mail in unbegun.mails()] == ["Re: [FO26] Blog"]
    assert unbegun.link(old.firstpost).state is LinkState.HISTORY
    assert unbegun.link(answer).state is LinkState.SENT


def test_a_backfill_sends_the_newest_posts_oldest_first(unbegun: BridgedCourse) -> None:
    for name in ("one", "two", "three"):
        unbegun.post(unbegun.aminata, name)
        unbegun.clock.move(minutes=1)
    unbegun.begin("--backfill", "2")
    assert [mail["Subject"] for mail in unbegun.mails()] == [
        "[FO26] two",
        "[FO26] three",
    ]


def test_a_backfill_that_was_broken_off_does_not_come_back(
    unbegun: BridgedCourse,
) -> None:
    for name in ("one", "two"):
        unbegun.post(unbegun.aminata, name)
    with unbegun.failing_for(unbegun.posts()[1].discussionid):
        assert unbegun.sync("--backfill", "9").code in {2, 5}
    with unbegun.reading() as transaction:
        assert transaction.links.counts() == {("fo26", "waiting"): 1}
    unbegun.clock.move(minutes=1)
    unbegun.begin()
    assert unbegun.sync().code == 0
    assert unbegun.sent() == []


def test_a_quiet_course_costs_one_request(course: BridgedCourse) -> None:
    course.post(course.aminata)
    for _ in range(3):
        assert course.sync().code == 0
        course.clock.move(minutes=30)
    assert course.asked_by_sync() == ["core_course_get_updates_since"]


def test_the_local_clock_is_no_cursor(course: BridgedCourse) -> None:
    behind = course.clock.now
    course.moodle.now = lambda: int(behind.timestamp()) - 7200
    course.sync()
    course.clock.move(hours=1)
    course.moodle.now = lambda: int(behind.timestamp()) + 60
    course.post(course.aminata)
    course.sync()
    assert len(course.sent()) == 1


def test_a_server_clock_that_is_set_back_hides_no_post_and_brings_none_twice(
    course: BridgedCourse,
) -> None:
    course.clock.move(hours=1)
    course.post(course.aminata)
    course.sync()
    course.clock.move(hours=-2)
    course.sync()
    with course.reading() as transaction:
        reached = transaction.cursors.get("updates:pair:fo26")
        assert reached == transaction.cursors.get("pair:fo26:begun")
    course.clock.move(minutes=70)
    course.post(course.jan, "While it was behind")
    course.sync()
    course.sync()
    assert len(course.sent()) == 2


def test_what_is_seen_twice_is_sent_once(course: BridgedCourse) -> None:
    course.post(course.aminata)
    for _ in range(3):
        course.sync()
        course.clock.move(minutes=2)
    assert len(course.sent()) == 1


def test_a_discussion_that_cannot_be_read_is_read_by_a_later_run(
    course: BridgedCourse,
) -> None:
    bad = course.post(course.aminata, "bad")
    good = course.post(course.ha, "good")
    with course.failing_for(bad.id):
        done = course.sync()
    assert f"discussion {bad.id}" in done.said
    assert done.code == 5
    assert course.link(good.firstpost).state is LinkState.SENT
    course.clock.move(hours=3)
    assert course.sync().code == 0
    assert [mail["Subject"] for mail in course.mails()] == ["[FO26] good", "[FO26] bad"]


def test_a_look_for_one_pair_hides_nothing_from_the_other(
    unbegun: BridgedCourse,
) -> None:
    other = unbegun.moodle.add_forum(unbegun.course, "Other")
    unbegun.configure(
        pairs="".join(
            f"""
[[pair]]
name = "{name}"
course = "FO26"
forum = {forum.cmid}
hold = "0s"
[pair.list]{REMOTE.replace("fo26", name)}
"""
            for name, forum in (("one", unbegun.forum), ("two", other))
        )
    )
    unbegun.begin()
    unbegun.post(unbegun.aminata, forum=other)
    assert unbegun.sync("--pair", "one").code == 0
    unbegun.clock.move(hours=1)
    assert unbegun.sync("--pair", "one").code == 0
    assert unbegun.sent() == []
    assert unbegun.sync().code == 0
    assert [mail.recipients[0] for mail in unbegun.sent()] == ["two@lists.example"]
    assert unbegun.sync("--pair", "three").code == 2


def test_what_is_edited_within_the_hold_goes_out_edited(
    unbegun: BridgedCourse,
) -> None:
    unbegun.configure(hold='"30m"')
    unbegun.begin()
    post = unbegun.posts(unbegun.post(unbegun.aminata, text="<p>Befoer</p>"))[0]
    assert unbegun.sync().code == 0
    assert unbegun.sent() == []
    unbegun.clock.move(minutes=20)
    unbegun.moodle.edit(unbegun.aminata, post, "<p>Before</p>", subject="Blogs")
    unbegun.clock.move(minutes=11)
    assert unbegun.sync().code == 0
    (mail,) = unbegun.mails()
    assert mail["Subject"] == "[FO26] Blogs"
    assert "Before" in text_of(mail)
    assert "Befoer" not in text_of(mail)


def test_what_is_edited_later_is_noted_and_not_sent(course: BridgedCourse) -> None:
    post = course.posts(course.post(course.aminata))[0]
    course.sync()
    course.clock.move(hours=7)
    course.moodle.edit(course.grace, post, "<p>Quite another text</p>")
    course.sync()
    assert len(course.sent()) == 1
    assert course.link(post).edited_at is not None


def test_a_later_edit_is_sent_as_a_correction_where_that_is_wanted(
    unbegun: BridgedCourse,
) -> None:
    unbegun.configure(corrections="true", hold='"1m"')
    unbegun.begin()
    post = unbegun.posts(unbegun.post(unbegun.aminata))[0]
    unbegun.clock.move(minutes=1)
    unbegun.sync()
    for text in ("<p>Quite another text</p>", "<p>And yet another</p>"):
        unbegun.clock.move(hours=7)
        unbegun.moodle.edit(unbegun.grace, post, text)
        unbegun.sync()
        unbegun.clock.move(minutes=2)
        unbegun.sync()
        unbegun.sync()
    first, second, third = unbegun.mails()
    assert "Quite another text" in text_of(second)
    assert "And yet another" in text_of(third)
    assert len({mail["Message-ID"] for mail in (first, second, third)}) == 3
    assert first["Message-ID"] in second["References"]


def test_what_is_deleted_before_it_is_due_is_not_sent(unbegun: BridgedCourse) -> None:
    unbegun.configure(hold='"30m"')
    unbegun.begin()
    discussion = unbegun.post(unbegun.aminata)
    first = unbegun.posts(discussion)[0]
    answer = unbegun.reply(unbegun.ha, discussion, "Oops")
    unbegun.sync()
    unbegun.moodle.delete(unbegun.ha, answer)
    unbegun.clock.move(minutes=31)
    unbegun.sync()
    assert [mail["Subject"] for mail in unbegun.mails()] == ["[FO26] Blog"]
    assert unbegun.link(answer).state is LinkState.GONE
    assert unbegun.link(first).state is LinkState.SENT


def test_a_discussion_that_is_deleted_before_it_is_due_is_not_sent(
    unbegun: BridgedCourse,
) -> None:
    unbegun.configure(hold='"30m"')
    unbegun.begin()
    discussion = unbegun.post(unbegun.aminata)
    unbegun.sync()
    unbegun.moodle.delete(unbegun.grace, unbegun.posts(discussion)[0])
    unbegun.clock.move(minutes=31)
    assert unbegun.sync().code == 0
    assert unbegun.sent() == []
    assert unbegun.link(discussion.firstpost).state is LinkState.GONE


def test_a_deletion_after_sending_is_noted(course: BridgedCourse) -> None:
    discussion = course.post(course.aminata)
    answer = course.reply(course.ha, discussion, "Oops")
    course.sync()
    course.clock.move(hours=7)
    course.moodle.delete(course.grace, answer)
    course.sync()
    link = course.link(answer)
    assert link.state is LinkState.SENT
    assert link.gone_at is not None
    assert len(course.sent()) == 2


def test_a_post_that_was_out_of_sight_goes_out_when_it_is_seen_again(
    unbegun: BridgedCourse,
) -> None:
    unbegun.configure(hold='"30m"')
    unbegun.begin()
    discussion = unbegun.post(unbegun.aminata)
    answer = unbegun.reply(unbegun.ha, discussion, "Here I am")
    unbegun.sync()
    seen = unbegun.moodle.state.posts_of
    seen[discussion.id].remove(answer.id)
    unbegun.clock.move(minutes=31)
    unbegun.sync()
    assert unbegun.link(answer).state is LinkState.GONE
    seen[discussion.id].append(answer.id)
    unbegun.clock.move(hours=7)
    unbegun.sync()
    assert unbegun.link(answer).gone_at is None
    assert [mail["Subject"] for mail in unbegun.mails()] == [
        "[FO26] Blog",
        "Re: [FO26] Blog",
    ]


def test_recheck_can_be_switched_off(unbegun: BridgedCourse) -> None:
    unbegun.configure(sync="recheck_days = 0")
    unbegun.begin()
    unbegun.post(unbegun.aminata)
    unbegun.sync()
    unbegun.clock.move(minutes=30)
    unbegun.sync()
    unbegun.clock.move(hours=7)
    # Places are looked for again as seldom as discussions are read again.
    assert "mod_forum_get_discussion_posts" not in unbegun.asked_by_sync()


def test_all_forums_of_a_course_may_be_one_pair(unbegun: BridgedCourse) -> None:
    unbegun.configure(forum='"all"', new_discussions_to=str(unbegun.forum.cmid))
    unbegun.begin()
    other = unbegun.moodle.add_forum(unbegun.course, "Opened later")
    unbegun.post(unbegun.aminata, "here")
    unbegun.sync()
    unbegun.clock.move(minutes=1)
    unbegun.post(unbegun.aminata, "there", forum=other)
    unbegun.sync()
    unbegun.clock.move(minutes=1)
    unbegun.sync()
    assert [mail["Subject"] for mail in unbegun.mails()] == [
        "[FO26] here",
        "[FO26] there",
    ]


def test_a_course_that_cannot_be_asked_is_told_and_looked_at_later(
    course: BridgedCourse,
) -> None:
    course.post(course.aminata)
    course.moodle.faults.plan(FaultKind.BAD_GATEWAY, count=None)
    assert course.sync().code == 5
    course.moodle.faults.clear()
    assert course.sync().code == 0
    assert len(course.sent()) == 1
