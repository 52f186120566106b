from __future__ import annotations

from email.header import decode_header

import pytest

from moodle_bridge.errors import InDoubt, Permanent, Transient
from moodle_bridge.practice import FaultKind
from moodle_bridge.practice.records import Group
from sync.ledger.intents import IntentState
from sync.ledger.links import LinkState
from tests.unit.sync_jobs.bridged import (
    BRIDGE,
    DIRECT,
    LIST,
    BridgedCourse,
    MakeCourse,
    text_of,
)


def everybody(course: BridgedCourse) -> set[str]:
    return {mail.recipients[0] for mail in course.sent()}


def subjects(course: BridgedCourse, address: str | None = None) -> list[str]:
    return [str(mail["Subject"]) for mail in course.mails(address)]


def group_of(course: BridgedCourse, name: str, *members: object) -> Group:
    return course.moodle.add_group(course.course, name, *members)  # type: ignore[arg-type]


def test_a_post_goes_to_the_list_once_and_to_the_bridge_as_a_receipt(
    course: BridgedCourse,
) -> None:
    discussion = course.post(course.aminata)
    done = course.sync()
    assert done.counts["done"] == 1
    (mail,) = course.sent()
    assert mail.recipients == (LIST, BRIDGE)
    assert mail.sender == BRIDGE
    assert mail.message_id.startswith(f"<post.{discussion.firstpost}.")
    assert course.sync().counts == {}
    assert course.link(discussion.firstpost).state is LinkState.SENT


def test_answers_name_the_whole_chain_above_them(course: BridgedCourse) -> None:
    discussion = course.post(course.aminata)
    first = course.reply(course.ha, discussion, "one")
    course.reply(course.jan, first, "two")
    course.sync()
    top, middle, bottom = course.mails()
    assert bottom["In-Reply-To"] == middle["Message-ID"]
    assert bottom["References"].split()[:2] == [top["Message-ID"], middle["Message-ID"]]
    assert "one" in text_of(bottom)


def test_files_go_along_up_to_the_limit_and_as_links_beyond(
    unbegun: BridgedCourse,
) -> None:
    unbegun.configure(mail="attach_limit = 1000")
    unbegun.begin()
    for name, size in (("small.jpg", 400), ("large.jpg", 4000), ("gone.jpg", 300)):
        unbegun.write(
            unbegun.aminata,
            f"Look: {name}",
            to=BRIDGE,
            subject=name,
            files=[(name, b"x" * size)],
        )
    unbegun.moodle.faults.plan(FaultKind.HTML, "pluginfile.php", count=0)
    assert unbegun.sync().code == 0
    small, large, _ = unbegun.mails()
    assert [part.get_filename() for part in small.iter_attachments()] == ["small.jpg"]
    assert [part.get_filename() for part in large.iter_attachments()] == []
    assert "large.jpg" in text_of(large)


def test_all_mail_is_redirected_where_that_is_said(make_course: MakeCourse) -> None:
    course = make_course(lists=DIRECT)
    course.configure(safety='redirect_all_mail_to = "admin@example.org"')
    course.begin()
    course.post(course.aminata)
    course.sync()
    assert len(course.sent()) == 4
    assert everybody(course) == {"admin@example.org"}


def test_each_reader_has_a_mail_and_the_service_account_none(
    direct: BridgedCourse,
) -> None:
    direct.post(direct.aminata)
    direct.sync()
    assert everybody(direct) == {
        "grace@ug.example",
        "aminata@sn.example",
        "ha@vn.example",
        "jan@nl.example",
    }


def test_who_wrote_by_mail_is_not_sent_their_own_mail(direct: BridgedCourse) -> None:
    direct.write(direct.ha, "Hello all", to=BRIDGE)
    assert direct.sync().code == 0
    assert everybody(direct) == {
        "grace@ug.example",
        "aminata@sn.example",
        "jan@nl.example",
    }
    assert "Thị Hà Nguyễn" in str(direct.mails()[0]["From"])


def test_a_private_reply_is_mailed_to_nobody(make_course: MakeCourse) -> None:
    for lists in (None, DIRECT):
        course = make_course(lists=lists)
        (course.folder / "ledger.db").unlink(missing_ok=True)
        course.begin()
        discussion = course.post(course.aminata)
        course.reply(course.grace, discussion, "Between us", private=True)
        course.sync()
        assert set(subjects(course)) == {"[FO26] Blog"}
        with course.reading() as transaction:
            (private,) = [
                link
                for link in transaction.links.of_discussions("fo26", [discussion.id])[
                    discussion.id
                ]
                if link.state is LinkState.WITHHELD
            ]
        assert private.reason == "private"


def test_what_is_for_a_group_stays_off_the_list_and_goes_to_its_members(
    make_course: MakeCourse,
) -> None:
    course = make_course(lists=DIRECT)
    south = group_of(course, "South", course.aminata)
    course.forum.groupmode = 1
    course.begin()
    course.post(course.grace, "For South", group=south)
    course.sync()
    assert everybody(course) == {"grace@ug.example", "aminata@sn.example"}

    (course.folder / "ledger.db").unlink()
    course = make_course()
    south = group_of(course, "South", course.aminata)
    course.forum.groupmode = 1
    course.begin()
    course.post(course.grace, "For South", group=south)
    done = course.sync()
    assert course.sent() == []
    assert done.counts["withheld"] == 1


def test_a_pair_of_a_group_takes_what_is_for_that_group(unbegun: BridgedCourse) -> None:
    course = unbegun
    south = group_of(course, "South", course.aminata)
    north = group_of(course, "North", course.ha)
    course.forum.groupmode = 1
    course.configure(group='"South"')
    course.begin()
    course.post(course.grace, "For South", group=south)
    course.post(course.grace, "For North", group=north)
    course.sync()
    assert subjects(course) == ["[FO26] For South"]


def test_a_timed_discussion_waits_until_it_is_shown(course: BridgedCourse) -> None:
    discussion = course.post(course.grace, "Surprise")
    shown = int(course.clock.now.timestamp()) + 7200
    course.moodle.schedule(discussion, timestart=shown)
    course.sync()
    course.clock.move(hours=1)
    course.sync()
    assert course.sent() == []
    course.clock.move(hours=1)
    course.sync()
    assert subjects(course) == ["[FO26] Surprise"]


def test_a_discussion_that_is_hidden_while_it_waits_is_not_sent(
    unbegun: BridgedCourse,
) -> None:
    unbegun.configure(hold='"30m"')
    unbegun.begin()
    discussion = unbegun.post(unbegun.grace, "Oops, next week")
    unbegun.sync()
    unbegun.clock.move(minutes=20)
    unbegun.moodle.schedule(
        discussion, timestart=int(unbegun.clock.now.timestamp()) + 86400
    )
    unbegun.clock.move(minutes=11)
    unbegun.sync()
    assert unbegun.sent() == []
    unbegun.clock.move(days=1)
    unbegun.sync()
    assert subjects(unbegun) == ["[FO26] Oops, next week"]


def test_answers_of_a_question_forum_go_to_who_has_answered(
    make_course: MakeCourse,
) -> None:
    course = make_course(lists=DIRECT, kind="qanda")
    course.begin()
    question = course.post(course.grace, "Why?")
    course.reply(course.aminata, question, "Because of one")
    course.sync()
    assert {mail.recipients[0] for mail in course.sent()[4:]} == {
        "grace@ug.example",
        "aminata@sn.example",
    }
    course.clock.move(minutes=31)
    course.reply(course.ha, question, "Because of two")
    before = len(course.sent())
    course.sync()
    assert {mail.recipients[0] for mail in course.sent()[before:]} == {
        "grace@ug.example",
        "aminata@sn.example",
        "ha@vn.example",
    }


def test_answers_of_a_question_forum_stay_off_the_list(
    make_course: MakeCourse,
) -> None:
    course = make_course(kind="qanda")
    course.begin()
    question = course.post(course.grace, "Why?")
    answer = course.reply(course.aminata, question, "Because")
    course.sync()
    assert subjects(course) == ["[FO26] Why?"]
    assert course.link(answer).reason == "qanda"


def test_who_has_no_address_and_who_is_suspended_gets_nothing(
    make_course: MakeCourse,
) -> None:
    course = make_course(lists=DIRECT)
    course.ha.email = ""
    course.moodle.state.enrolments[course.jan.id, course.course.id].suspended = True
    course.begin()
    course.post(course.aminata)
    course.sync()
    assert everybody(course) == {"grace@ug.example", "aminata@sn.example"}


def test_a_post_for_nobody_is_looked_at_again_for_some_days(
    make_course: MakeCourse,
) -> None:
    course = make_course(lists=DIRECT)
    people = (course.grace, course.aminata, course.ha, course.jan)
    kept = [person.email for person in people]
    for person in people:
        person.email = ""
    course.begin()
    discussion = course.post(course.aminata)
    course.sync()
    assert course.link(discussion.firstpost).state is LinkState.WAITING
    for person, address in zip(people, kept, strict=True):
        person.email = address
    course.clock.move(hours=1)
    course.sync()
    assert len(course.sent()) == 4


def test_addresses_that_all_vanish_stop_the_run(direct: BridgedCourse) -> None:
    direct.post(direct.aminata)
    direct.sync()
    before = len(direct.sent())
    for person in direct.moodle.state.users.values():
        person.email = ""
    direct.clock.move(hours=1)
    direct.post(direct.ha, "Is anybody there?")
    stopped = direct.sync()
    assert stopped.code == 4
    assert "addresses" in stopped.said
    assert len(direct.sent()) == before


def test_too_many_mails_stop_the_run_before_the_first(
    make_course: MakeCourse,
) -> None:
    course = make_course(lists=DIRECT)
    course.configure(safety="max_mails = 11")
    course.begin()
    for name in ("one", "two", "three"):
        course.post(course.aminata, name)
    stopped = course.sync()
    assert stopped.code == 4
    assert "[safety].max_mails" in stopped.said
    assert course.sent() == []
    course.configure(safety="max_mails = 16")
    assert course.sync().code == 0
    assert len(course.sent()) == 12


def test_a_backfill_that_was_asked_for_passes_the_guard(
    make_course: MakeCourse,
) -> None:
    course = make_course(lists=DIRECT)
    course.configure(safety="max_mails = 2")
    for name in ("one", "two"):
        course.post(course.aminata, name)
    course.begin("--backfill", "2")
    assert len(course.sent()) == 8


BUSY = Transient("451 try later", code="451", retry_after=120.0)
AWAY = Transient("no connection")
NO = Permanent("550 no such list", code="550")
LOST = InDoubt("the connection broke after the content")


def test_a_mail_put_off_holds_up_its_discussion_alone(course: BridgedCourse) -> None:
    discussion = course.post(course.aminata, "one")
    course.reply(course.ha, discussion, "after one")
    course.post(course.jan, "two")
    course.outbox.troubles.append(BUSY)
    done = course.sync()
    assert subjects(course) == ["[FO26] two"]
    assert "451" in done.said
    course.clock.move(minutes=1)
    course.sync()
    assert subjects(course) == ["[FO26] two"]
    course.clock.move(minutes=2)
    course.sync()
    assert subjects(course) == ["[FO26] two", "[FO26] one", "Re: [FO26] one"]


def test_a_mail_server_that_is_away_ends_the_run_and_nothing_is_given_up(
    course: BridgedCourse,
) -> None:
    course.post(course.aminata, "one")
    course.post(course.jan, "two")
    for _ in range(3):
        course.outbox.troubles.append(AWAY)
        course.clock.move(days=3)
        assert course.sync().code == 5
    assert course.outbox.tried == 3
    assert course.sync().code == 0
    assert subjects(course) == ["[FO26] one", "[FO26] two"]


def test_a_mail_that_is_put_off_for_days_is_held_for_a_person(
    course: BridgedCourse,
) -> None:
    course.post(course.aminata, "one")
    codes = []
    for _ in range(3):
        course.outbox.troubles.append(BUSY)
        codes.append(course.sync().code)
        course.clock.move(days=3)
    assert codes[-1] == 3
    assert course.sync().code == 0
    (held,) = course.call("held").data["held"]
    assert "451" in held["what"]
    assert course.call("held", "release", held["id"]).code == 0
    assert course.sync().code == 0
    assert subjects(course) == ["[FO26] one"]


def test_a_mail_that_is_refused_is_told_and_can_be_released(
    course: BridgedCourse,
) -> None:
    discussion = course.post(course.aminata, "one")
    course.outbox.troubles.extend([NO, NO])
    done = course.sync()
    assert done.code == 3
    assert "550" in done.said
    course.clock.move(minutes=1)
    assert course.sync().code == 0
    (held,) = course.call("held").data["held"]
    shown = course.call("held", "show", held["id"])
    assert "550" in shown.said
    course.call("held", "release", held["id"])
    course.sync()
    assert subjects(course) == ["[FO26] one"]
    assert course.link(discussion.firstpost).state is LinkState.SENT


def test_what_was_dropped_is_never_sent_though_its_post_still_waits(
    direct: BridgedCourse,
) -> None:
    direct.post(direct.aminata, "one")
    direct.outbox.troubles.extend([NO, NO, BUSY, BUSY])
    direct.sync()
    (held,) = direct.call("held").data["held"]
    assert direct.call("held", "drop", "--yes", held["id"]).code == 0
    direct.clock.move(minutes=10)
    direct.sync()
    assert len(direct.sent()) == 3
    assert direct.call("held").data["held"] == []
    direct.clock.move(hours=1)
    direct.sync()
    assert len(direct.sent()) == 3


def test_a_refused_receipt_does_not_keep_a_mail_back(course: BridgedCourse) -> None:
    course.post(course.aminata)
    course.outbox.troubles.append(NO)
    assert course.sync().code == 0
    assert [mail.recipients for mail in course.sent()] == [(LIST,)]


def test_a_mail_in_doubt_that_went_out_is_known_by_its_copy(
    course: BridgedCourse,
) -> None:
    discussion = course.post(course.aminata)
    course.outbox.troubles.append(LOST)
    assert "in doubt" in course.sync().said
    assert course.sync().counts["found again"] == 1
    assert len(course.sent()) == 1
    assert course.link(discussion.firstpost).state is LinkState.SENT


def test_a_mail_in_doubt_that_did_not_go_out_is_repeated_after_a_while(
    course: BridgedCourse,
) -> None:
    course.post(course.aminata)
    course.outbox.lost_after = False
    course.outbox.troubles.append(LOST)
    course.sync()
    course.clock.move(minutes=9)
    course.sync()
    assert course.sent() == []
    course.clock.move(minutes=2)
    course.sync()
    assert len(course.sent()) == 1


def test_a_mail_in_doubt_is_not_repeated_while_the_mailbox_cannot_be_read(
    course: BridgedCourse,
) -> None:
    course.post(course.aminata)
    course.outbox.troubles.append(LOST)
    course.sync()
    course.box.trouble = Transient("the mailbox is away")
    for _ in range(3):
        course.clock.move(hours=1)
        assert course.sync().code == 5
    assert len(course.sent()) == 1
    course.box.trouble = None
    assert course.sync().code == 0
    assert len(course.sent()) == 1


def test_without_receipts_a_mail_in_doubt_is_repeated_under_its_own_id(
    unbegun: BridgedCourse,
) -> None:
    unbegun.configure(mail="receipts = false")
    unbegun.begin()
    unbegun.post(unbegun.aminata)
    unbegun.outbox.troubles.append(LOST)
    unbegun.sync()
    unbegun.sync()
    first, again = unbegun.sent()
    assert first.message_id == again.message_id
    assert first.recipients == (LIST,)


def test_what_is_lost_again_and_again_is_held_in_the_end(
    course: BridgedCourse,
) -> None:
    course.post(course.aminata)
    course.outbox.lost_after = False
    for _ in range(8):
        course.outbox.troubles.append(LOST)
        course.sync()
        course.clock.move(days=1)
    (held,) = course.call("held").data["held"]
    with course.reading() as transaction:
        assert len(transaction.intents.with_state(IntentState.HELD)) == 1
    course.outbox.troubles.clear()
    course.call("held", "release", held["id"])
    course.sync()
    assert len(course.sent()) == 1


def test_a_reader_whose_address_makes_no_mail_stops_nobody_else(
    direct: BridgedCourse,
) -> None:
    direct.ha.email = "hà nguyễn@vn.example"
    direct.jan.email = "jän@nl.example"
    direct.clock.move(minutes=20)
    direct.post(direct.aminata)
    direct.sync()
    assert {"grace@ug.example", "aminata@sn.example"} <= everybody(direct)
    assert not any("vn.example" in address for address in everybody(direct))


def test_a_file_that_cannot_be_had_now_puts_its_mail_off(
    course: BridgedCourse,
) -> None:
    course.write(course.aminata, "Look", to=BRIDGE, files=[("a.jpg", b"x" * 100)])
    course.moodle.faults.plan(FaultKind.UNAVAILABLE, "pluginfile.php", count=1)
    course.sync()
    assert course.sent() == []
    course.clock.move(minutes=10)
    course.sync()
    (mail,) = course.mails()
    assert [part.get_filename() for part in mail.iter_attachments()] == ["a.jpg"]


def test_a_discussion_moved_to_a_forum_outside_the_pair_is_withheld(
    unbegun: BridgedCourse,
) -> None:
    other = unbegun.moodle.add_forum(unbegun.course, "Other")
    unbegun.configure(
        forum=f"[{unbegun.forum.cmid}, {other.cmid}]",
        new_discussions_to=str(unbegun.forum.cmid),
        hold='"30m"',
    )
    unbegun.begin()
    discussion = unbegun.post(unbegun.aminata, forum=other)
    unbegun.sync()
    unbegun.configure(hold='"30m"')
    unbegun.clock.move(minutes=31)
    assert unbegun.sync().code == 0
    assert unbegun.sent() == []
    link = unbegun.link(discussion.firstpost)
    assert (link.state, link.reason) == (LinkState.WITHHELD, "forum")


def test_a_discussion_moved_within_the_pair_still_goes_out(
    unbegun: BridgedCourse,
) -> None:
    other = unbegun.moodle.add_forum(unbegun.course, "Other")
    unbegun.configure(
        forum=f"[{unbegun.forum.cmid}, {other.cmid}]",
        new_discussions_to=str(unbegun.forum.cmid),
        hold='"30m"',
    )
    unbegun.begin()
    discussion = unbegun.post(unbegun.aminata)
    unbegun.sync()
    discussion.forumid = other.id
    unbegun.clock.move(minutes=29)
    unbegun.reply(unbegun.ha, discussion, "Still here")
    unbegun.clock.move(minutes=2)
    assert unbegun.sync().code == 0
    unbegun.clock.move(minutes=29)
    assert unbegun.sync().code == 0
    assert subjects(unbegun) == ["[FO26] Blog", "Re: [FO26] Blog"]


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(
    course: BridgedCourse,
) -> None:
    course.post(course.aminata)
    course.write("stranger@out.example", "Buy this")
    course.write(course.ha, "Hello", to=BRIDGE)
    posts = len(course.posts())
    planned = course.sync("--dry-run")
    assert {row["kind"] for row in planned.data["planned"]} == {
        "mail.post",
        "mail.notice",
        "post.discussion",
    }
    assert course.sent() == []
    assert len(course.posts()) == posts
    with course.reading() as transaction:
        assert transaction.intents.counts() == {}
    assert len(course.box.waiting) == 2
    course.sync()
    assert len(course.posts()) == posts + 1


@pytest.mark.parametrize("language", ["vi", "ar"])
def test_a_reader_of_any_language_has_a_mail_that_can_be_read(
    direct: BridgedCourse, language: str
) -> None:
    direct.ha.lang = language
    direct.clock.move(minutes=20)
    direct.post(direct.aminata, "Thảo luận về العربية")
    assert direct.sync().code == 0
    (mail,) = direct.mails("ha@vn.example")
    assert "Thảo luận về العربية" in str(mail["Subject"])
    assert decode_header(str(mail["References"] or ""))[0][1] is None
