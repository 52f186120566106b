"""Digests and bundles: what waits for whom, when it goes, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta

import pytest

from mappings.mail_wishes import ChooseChannel, LimitMail, LimitPictures, Pause, Resume
from moodle_bridge.errors import InDoubt, Permanent, Transient
from moodle_bridge.model.channels import Channel, ChannelKind, Frequency
from moodle_bridge.practice.records import User
from sync.channels import Change, Chosen, choose, hasten
from sync.ledger import Ledger, Transaction
from sync.ledger.issues import IssueKind, Shown
from sync.ledger.links import LinkState
from tests.unit.sync_jobs.bridged import (
    BridgedCourse,
    MakeCourse,
    text_of,
)

DIGEST = ChooseChannel(kind=ChannelKind.DIGEST, at=time(18))
BUNDLE = ChooseChannel(kind=ChannelKind.BUNDLE, at=time(18))
EACH = ChooseChannel(kind=ChannelKind.EACH)
SEPARATE = 1
NONE = ChooseChannel(kind=ChannelKind.MOODLE)


@contextmanager
def writing(course: BridgedCourse) -> Iterator[Transaction]:
    ledger = Ledger.open(f"sqlite:///{course.folder / 'ledger.db'}", clock=course.clock)
    try:
        with ledger.writing() as transaction:
            yield transaction
    finally:
        ledger.close()


def chooses(course: BridgedCourse, user: User, *changes: Change) -> Chosen:
    with writing(course) as transaction:
        return [
            choose(transaction, user.id, change, default=Channel(), by="admin")
            for change in changes
        ][-1]


def at(course: BridgedCourse, hour: int, *, days: int = 0) -> None:
    """Move the clock to an hour (UTC) of the day, or of a later one."""
    today = course.clock.now.replace(hour=hour, minute=5, second=0)
    course.clock.now = today + timedelta(days=days)


def texts(course: BridgedCourse, user: User) -> list[str]:
    return [text_of(mail).replace("\r\n", "\n") for mail in course.mails(user.email)]


def subjects(course: BridgedCourse, user: User) -> list[str]:
    return [str(mail["Subject"]) for mail in course.mails(user.email)]


def test_a_digest_gathers_the_posts_until_its_hour(direct: BridgedCourse) -> None:
    chooses(direct, direct.aminata, DIGEST)
    blog = direct.post(direct.grace)
    direct.reply(direct.jan, blog, "With a pen.")
    direct.sync()
    assert len(direct.mails(direct.ha.email)) == 2
    assert texts(direct, direct.aminata) == []
    at(direct, 18)
    assert direct.sync().code == 0
    (digest,) = texts(direct, direct.aminata)
    assert "[1] Blog - Grace Nakato, 08:01\nHow do I begin a blog?" in digest
    assert "[2] Blog - Jan de Wit, 08:01\nWith a pen." in digest
    assert len(direct.mails(direct.ha.email)) == 2
    at(direct, 18, days=1)
    direct.sync()
    assert len(texts(direct, direct.aminata)) == 1


def test_a_post_whose_readers_all_have_digests_is_sent_and_not_for_nobody(
    direct: BridgedCourse,
) -> None:
    for person in (direct.grace, direct.aminata, direct.ha, direct.jan):
        chooses(direct, person, DIGEST)
    first = direct.moodle.state.posts[direct.post(direct.grace).firstpost]
    direct.sync()
    assert direct.sent() == []
    assert direct.link(first).state is LinkState.SENT
    at(direct, 18)
    direct.sync()
    assert len(direct.sent()) == 3  # not to its author


def test_the_hour_is_that_of_the_reader(direct: BridgedCourse) -> None:
    direct.ha.timezone = "Asia/Ho_Chi_Minh"
    chooses(direct, direct.ha, DIGEST)
    direct.post(direct.grace)
    direct.clock.now = datetime(2026, 3, 1, 10, 59, tzinfo=UTC)
    direct.sync()
    assert texts(direct, direct.ha) == []
    direct.clock.move(minutes=2)
    direct.sync()
    assert len(texts(direct, direct.ha)) == 1


def test_nobody_reads_by_digest_what_they_may_not_read(direct: BridgedCourse) -> None:
    chooses(direct, direct.ha, DIGEST)
    blog = direct.post(direct.grace)
    direct.reply(direct.grace, blog, "For your eyes only.", private=True)
    group = direct.moodle.add_group(direct.course, "Group 1", direct.jan)
    forum = direct.moodle.add_forum(direct.course, "Work", group_mode=SEPARATE)
    direct.configure(
        forum=f"[{direct.forum.cmid}, {forum.cmid}]",
        new_discussions_to=str(direct.forum.cmid),
    )
    direct.sync()
    direct.post(
        direct.jan, "Ours", "<p>Only for the group.</p>", forum=forum, group=group
    )
    direct.sync()
    at(direct, 18)
    direct.sync()
    (digest,) = texts(direct, direct.ha)
    assert "eyes only" not in digest
    assert "Only for the group" not in digest


def test_what_was_taken_back_before_the_hour_does_not_go_out(
    direct: BridgedCourse,
) -> None:
    chooses(direct, direct.ha, DIGEST)
    blog = direct.post(direct.grace)
    answer = direct.reply(direct.jan, blog, "I am wrong.")
    direct.sync()
    direct.moodle.delete(direct.grace, answer)
    at(direct, 18)
    direct.sync()
    (digest,) = texts(direct, direct.ha)
    assert "I am wrong" not in digest
    assert "[2]" not in digest


def test_what_was_edited_before_the_hour_goes_out_edited(direct: BridgedCourse) -> None:
    chooses(direct, direct.ha, DIGEST)
    blog = direct.post(direct.grace)
    direct.sync()
    first = direct.moodle.state.posts[blog.firstpost]
    direct.moodle.edit(direct.grace, first, "<p>How do I end one?</p>")
    at(direct, 18)
    direct.sync()
    (digest,) = texts(direct, direct.ha)
    assert "How do I end one?" in digest


def test_a_bundle_is_plain_text_alone(direct: BridgedCourse) -> None:
    chooses(direct, direct.ha, BUNDLE)
    direct.post(direct.grace)
    direct.sync()
    at(direct, 18)
    direct.sync()
    (bundle,) = direct.mails(direct.ha.email)
    assert bundle.get_content_type() == "text/plain"
    (text,) = texts(direct, direct.ha)
    assert text.startswith("# Blog\n[1] Grace Nakato, 08:01\n")
    with direct.reading() as transaction:
        (issue,) = transaction.issues.of_person(direct.ha.id, limit=5)
    assert issue.kind is IssueKind.BUNDLE
    assert issue.sent_at is not None
    assert issue.text is not None
    assert issue.text.startswith("# Blog")


def test_a_weekly_digest_waits_for_its_day(direct: BridgedCourse) -> None:
    monday = ChooseChannel(
        kind=ChannelKind.DIGEST, every=Frequency.WEEKLY, weekday=0, at=time(18)
    )
    chooses(direct, direct.ha, monday)  # it is a Sunday
    direct.post(direct.grace)
    at(direct, 18)
    direct.sync()
    assert texts(direct, direct.ha) == []
    at(direct, 18, days=1)
    direct.sync()
    assert len(texts(direct, direct.ha)) == 1


def test_who_goes_back_to_single_mails_gets_the_rest_in_one_last_issue(
    direct: BridgedCourse,
) -> None:
    chooses(direct, direct.ha, DIGEST)
    blog = direct.post(direct.grace)
    direct.sync()
    direct.clock.move(minutes=10)
    assert chooses(direct, direct.ha, EACH).changed
    direct.reply(direct.jan, blog, "With a pen.")
    direct.sync()
    single, last = texts(direct, direct.ha)
    assert "With a pen." in single
    assert "How do I begin a blog?" in last
    assert "With a pen." not in last
    direct.sync()
    assert len(texts(direct, direct.ha)) == 2
    with direct.reading() as transaction:
        assert direct.ha.id not in transaction.gatherings.everyone()


def test_who_wants_no_more_mail_gets_no_last_issue(direct: BridgedCourse) -> None:
    chooses(direct, direct.ha, DIGEST)
    direct.post(direct.grace)
    direct.sync()
    chooses(direct, direct.ha, NONE)
    at(direct, 18)
    direct.sync()
    direct.post(direct.grace, "More")
    direct.sync()
    assert texts(direct, direct.ha) == []


def test_who_turns_to_digests_gets_no_post_twice_and_misses_none(
    direct: BridgedCourse,
) -> None:
    blog = direct.post(direct.grace)
    direct.sync()
    direct.clock.move(minutes=1)
    # Written while single mails were wanted, and not carried yet.
    direct.reply(direct.jan, blog, "With a pen.")
    direct.clock.move(minutes=1)
    chooses(direct, direct.ha, DIGEST)
    direct.sync()
    at(direct, 18)
    direct.sync()
    single, digest = texts(direct, direct.ha)
    assert "How do I begin a blog?" in single
    assert "How do I begin a blog?" not in digest.replace("> ", "")[:60]
    assert "[1] Blog - Jan de Wit, 08:02" in digest
    assert "[2]" not in digest


def test_a_pause_ends_in_one_issue_and_not_in_a_flood(direct: BridgedCourse) -> None:
    until = direct.clock.now + timedelta(days=3)
    chooses(direct, direct.ha, Pause(until=until))
    for day in range(3):
        direct.post(direct.grace, f"Day {day}")
        direct.sync()
        direct.clock.move(hours=23)
    assert texts(direct, direct.ha) == []
    direct.clock.now = until + timedelta(minutes=1)
    direct.sync()
    (back,) = texts(direct, direct.ha)
    assert "[1] Day 0" in back
    assert "[3] Day 2" in back
    direct.post(direct.grace, "Day 3")
    direct.sync()
    assert len(texts(direct, direct.ha)) == 2


def test_a_paused_digest_goes_on_when_the_pause_is_broken_off(
    direct: BridgedCourse,
) -> None:
    later = direct.clock.now + timedelta(days=9)
    chooses(direct, direct.ha, DIGEST, Pause(until=later))
    direct.post(direct.grace)
    at(direct, 18, days=1)
    direct.sync()
    assert texts(direct, direct.ha) == []
    chooses(direct, direct.ha, Resume())
    direct.sync()
    assert len(texts(direct, direct.ha)) == 1


def test_who_does_not_want_to_wait_gets_what_waits_now(direct: BridgedCourse) -> None:
    chooses(direct, direct.ha, BUNDLE)
    direct.post(direct.grace)
    direct.sync()
    with writing(direct) as transaction:
        assert hasten(transaction, direct.ha.id)
        assert not hasten(transaction, direct.jan.id)
    direct.sync()
    assert len(texts(direct, direct.ha)) == 1


def test_everybody_of_a_pair_may_have_digests_unless_they_choose_otherwise(
    make_course: MakeCourse,
) -> None:
    direct = make_course(
        lists='\nplugin = "direct"\naddress = "bridge@lists.example"\nname = "FO26"\n'
    )
    direct.configure(channel='"digest"', mail='digest_at = "17:00"')
    direct.begin()
    chooses(direct, direct.jan, EACH)
    direct.post(direct.grace)
    direct.sync()
    assert [mail["To"] for mail in direct.mails()] == ["Jan de Wit <jan@nl.example>"]
    at(direct, 17)
    direct.sync()
    assert len(texts(direct, direct.ha)) == 1
    assert len(texts(direct, direct.aminata)) == 1
    assert len(texts(direct, direct.jan)) == 1


def test_what_a_backfill_lets_out_waits_for_digests_as_well(
    make_course: MakeCourse,
) -> None:
    direct = make_course(
        lists='\nplugin = "direct"\naddress = "bridge@lists.example"\nname = "FO26"\n'
    )
    direct.configure(channel='"digest"')
    direct.post(direct.grace)
    direct.clock.move(days=2)
    direct.begin("--backfill", "5")
    at(direct, 18)
    direct.sync()
    assert len(texts(direct, direct.ha)) == 1


def test_on_a_list_of_others_a_digest_holds_also_what_came_through_the_list(
    course: BridgedCourse,
) -> None:
    chooses(course, course.ha, DIGEST)
    blog = course.post(course.grace)
    course.sync()
    (mail,) = course.mails("fo26@lists.example")
    course.write(course.jan, "With a pen.", answers=str(mail["Message-ID"]))
    course.sync()
    assert len(course.posts(blog)) == 2
    at(course, 18)
    course.sync()
    (digest,) = texts(course, course.ha)
    assert "How do I begin a blog?" in digest
    assert "[2] Blog - Jan de Wit" in digest
    assert "With a pen." in digest


def test_back_on_the_list_one_last_issue_holds_what_the_list_did_not_send(
    course: BridgedCourse,
) -> None:
    chooses(course, course.ha, DIGEST)
    blog = course.post(course.grace)
    course.sync()
    course.clock.move(minutes=10)
    chooses(course, course.ha, EACH)
    course.clock.move(minutes=10)
    course.reply(course.jan, blog, "With a pen.")
    course.sync()
    (last,) = texts(course, course.ha)
    assert "How do I begin a blog?" in last
    assert "With a pen." not in last
    at(course, 18)
    course.sync()
    assert len(texts(course, course.ha)) == 1


def test_a_limit_keeps_the_answers_to_oneself_and_names_the_rest(
    direct: BridgedCourse,
) -> None:
    chooses(direct, direct.ha, DIGEST, LimitMail(budget=3000))
    mine = direct.post(direct.ha, "Mine")
    for number in range(3):
        direct.post(direct.jan, f"Long {number}", f"<p>{'word ' * 250}</p>")
    direct.reply(direct.jan, mine, "An answer to you. " + "word " * 150)
    direct.sync()
    at(direct, 18)
    direct.sync()
    (mail,) = [one for one in direct.sent() if direct.ha.email in one.recipients]
    assert len(mail.content) <= 3000
    (digest,) = texts(direct, direct.ha)
    assert "An answer to you." in digest
    assert "Left out for your limit of 3 KB a day:" in digest
    with direct.reading() as transaction:
        had = transaction.delivered.of_person(direct.ha.id)
        shown = [one.shown for one in had.values()]
        day = transaction.spent.of_day(direct.ha.id, "2026-03-01")
    assert Shown.NAMED in shown
    assert sum(day.values()) == len(mail.content)
    at(direct, 18, days=1)
    direct.sync()
    assert len(texts(direct, direct.ha)) == 1


def test_with_single_mails_a_limit_leaves_the_names_of_the_rest_to_the_next_day(
    direct: BridgedCourse,
) -> None:
    chooses(direct, direct.ha, LimitMail(budget=9000))
    mine = direct.post(direct.ha, "Mine")
    for number in range(3):
        direct.reply(direct.jan, direct.post(direct.grace, f"T{number}"), "x " * 400)
    direct.reply(direct.jan, mine, "An answer to you.")
    for _ in range(2):
        direct.sync()
        direct.clock.move(minutes=5)
    day = [mail for mail in direct.sent() if direct.ha.email in mail.recipients]
    assert sum(len(mail.content) for mail in day) <= 9000
    assert any("An answer to you." in text for text in texts(direct, direct.ha))
    at(direct, 18)
    direct.sync()
    assert not any("left out" in subject for subject in subjects(direct, direct.ha))
    at(direct, 18, days=1)
    direct.sync()
    rest = texts(direct, direct.ha)[-1]
    assert "left out" in subjects(direct, direct.ha)[-1]
    assert "Left out for your limit of 9 KB a day" in rest
    before = len(texts(direct, direct.ha))
    at(direct, 18, days=2)
    direct.sync()
    assert len(texts(direct, direct.ha)) == before


def test_a_channel_can_be_chosen_by_parts(direct: BridgedCourse) -> None:
    chooses(direct, direct.ha, DIGEST, LimitMail(budget=10), LimitPictures(size=0))
    later = ChooseChannel(kind=ChannelKind.DIGEST, at=time(7))
    chosen = chooses(direct, direct.ha, later)
    assert chosen.after.at == time(7)
    assert chosen.after.budget == 2000  # the least
    assert chosen.after.picture_limit == 0
    assert chosen.after.since == chosen.before.since
    assert not chooses(direct, direct.ha, later).changed


# What goes wrong.


def test_an_issue_that_could_not_be_sent_goes_with_the_next_run(
    direct: BridgedCourse,
) -> None:
    chooses(direct, direct.ha, DIGEST)
    blog = direct.post(direct.grace)
    answer = direct.reply(direct.jan, blog, "I am wrong.")
    direct.sync()
    at(direct, 18)
    direct.outbox.troubles.append(
        Transient("busy", item="smtp", advice="Wait.", code="451")
    )
    direct.sync()
    assert texts(direct, direct.ha) == []
    direct.moodle.delete(direct.grace, answer)
    direct.clock.move(hours=1)
    direct.sync()
    (digest,) = texts(direct, direct.ha)
    assert "[1] Blog - Grace" in digest
    assert "[2] (taken back)" in digest
    direct.clock.move(hours=3)
    direct.sync()
    assert len(texts(direct, direct.ha)) == 1


@pytest.mark.parametrize("went_out", [True, False])
def test_an_issue_in_doubt_is_looked_for_before_it_goes_again(
    direct: BridgedCourse, went_out: bool
) -> None:
    chooses(direct, direct.ha, DIGEST)
    blog = direct.post(direct.grace)
    direct.sync()
    at(direct, 18)
    direct.outbox.lost_after = went_out
    direct.outbox.troubles.append(InDoubt("no answer", item="smtp", advice="Look."))
    direct.sync()
    # While it is in doubt, nothing else is planned for the same reader.
    direct.reply(direct.jan, blog, "With a pen.")
    direct.clock.move(minutes=20)
    direct.sync()
    direct.clock.move(minutes=20)
    direct.sync()
    (digest,) = texts(direct, direct.ha)
    assert "How do I begin a blog?" in digest
    at(direct, 18, days=1)
    direct.sync()
    assert "With a pen." in texts(direct, direct.ha)[-1]
    assert len(texts(direct, direct.ha)) == 2


def test_an_issue_that_is_refused_is_held_and_can_be_released(
    direct: BridgedCourse,
) -> None:
    chooses(direct, direct.ha, DIGEST)
    direct.post(direct.grace)
    direct.sync()
    at(direct, 18)
    refusal = Permanent("no such user", item="smtp", advice="Look.", code="550")
    direct.outbox.troubles += [refusal, refusal]
    assert direct.sync().code == 3
    (held,) = direct.call("held").data["held"]
    direct.call("held", "release", held["id"])
    direct.sync()
    assert len(texts(direct, direct.ha)) == 1


def test_a_post_that_moodle_cannot_show_now_comes_with_a_later_digest(
    direct: BridgedCourse,
) -> None:
    chooses(direct, direct.ha, DIGEST)
    blog = direct.post(direct.grace)
    other = direct.post(direct.grace, "Pens", "<p>Which pen?</p>")
    direct.sync()
    at(direct, 18)
    with direct.failing_for(blog.id):
        direct.sync()
    (first,) = texts(direct, direct.ha)
    assert "Which pen?" in first
    assert other.id != blog.id
    at(direct, 18, days=1)
    direct.sync()
    assert "How do I begin a blog?" in texts(direct, direct.ha)[-1]
    assert len(texts(direct, direct.ha)) == 2


def test_who_had_a_post_in_a_digest_gets_no_mail_of_it_afterwards(
    direct: BridgedCourse,
) -> None:
    chooses(direct, direct.ha, DIGEST)
    direct.post(direct.grace)
    at(direct, 18)
    # One of the single mails is put off, so that the post goes on waiting.
    direct.outbox.troubles.append(
        Transient("busy", item="smtp", advice="Wait.", code="451")
    )
    direct.sync()
    assert len(texts(direct, direct.ha)) == 1
    chooses(direct, direct.ha, EACH)
    direct.clock.move(hours=3)
    direct.sync()
    assert len(texts(direct, direct.ha)) == 1


def test_a_dry_run_shows_the_issues_and_sends_none(direct: BridgedCourse) -> None:
    chooses(direct, direct.ha, DIGEST)
    direct.post(direct.grace)
    direct.sync()
    at(direct, 18)
    planned = direct.sync("--dry-run").data["planned"]
    assert [one["kind"] for one in planned] == ["mail.digest"]
    assert planned[0]["summary"] == "digest: 1 post -> Thị Hà Nguyễn"
    assert texts(direct, direct.ha) == []


def test_the_guard_counts_issues_too(direct: BridgedCourse) -> None:
    direct.configure(safety="max_mails = 1")
    for person in (direct.grace, direct.aminata, direct.ha, direct.jan):
        chooses(direct, person, DIGEST)
    direct.post(direct.grace)
    direct.sync()
    at(direct, 18)
    assert direct.sync().code == 4


def test_without_digests_nothing_more_is_asked_of_moodle(direct: BridgedCourse) -> None:
    direct.sync()
    direct.clock.move(hours=2)
    assert "core_enrol_get_enrolled_users" not in direct.asked_by_sync()
