from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mappings.mail_reading import ReadMail
from mappings.mail_to_post import PostDraft, post_from_mail
from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.practice import FaultKind
from moodle_bridge.practice.records import Discussion
from sync.jobs import new_posts
from sync.ledger.inbound import InboundState
from sync.ledger.links import LinkState, Origin
from tests.unit.sync_jobs.bridged import (
    BRIDGE,
    DIRECT,
    LIST,
    BridgedCourse,
    MakeCourse,
    text_of,
)

MAILS = Path(__file__).parent / "mails"
ADD_REPLY = "mod_forum_add_discussion_post"
ADD_DISCUSSION = "mod_forum_add_discussion"


def asked_by_mail(course: BridgedCourse) -> tuple[Discussion, str]:
    """Let Aminata ask in the forum; return it and the Message-ID of its mail."""
    discussion = course.post(course.aminata)
    assert course.sync().code == 0
    return discussion, str(course.mails()[-1]["Message-ID"])


def held(course: BridgedCourse) -> list[tuple[str, str]]:
    rows = course.call("held").data["held"]
    return [(row["id"], row["reason"]) for row in rows]


def test_an_answer_by_mail_becomes_a_reply_in_its_authors_name(
    course: BridgedCourse,
) -> None:
    discussion, asked = asked_by_mail(course)
    text = "Use a pen.\n\n> How do I begin a blog?\n"
    answer = course.write(course.ha, text, subject="Re: [FO26] Blog", answers=asked)
    assert course.sync().code == 0
    first, reply = course.posts(discussion)
    assert reply.parent == first.id
    assert "Thị Hà Nguyễn" in reply.message
    assert "Use a pen." in reply.message
    mail = course.mail(answer)
    assert (mail.state, mail.post_id) == (InboundState.POSTED, reply.id)
    assert "How do I begin a blog?" in mail.cut
    link = course.link(reply)
    assert (link.origin, link.message_id) == (Origin.MAIL, answer)
    assert course.sync().counts == {}
    assert len(course.sent()) == 1


def test_a_mail_that_answers_nothing_begins_a_discussion(course: BridgedCourse) -> None:
    course.write(course.ha, "Which pen?", subject="Pens")
    assert course.sync().code == 0
    (discussion,) = course.moodle.state.discussions.values()
    assert discussion.name == "Pens"


def test_a_mail_to_the_bridge_alone_goes_on_to_the_list_under_its_own_id(
    course: BridgedCourse,
) -> None:
    _, asked = asked_by_mail(course)
    answer = course.write(course.ha, "Use a pen", to=BRIDGE, answers=asked)
    course.sync()
    _, mirrored = course.mails()
    assert LIST in mirrored["To"]
    assert mirrored["Message-ID"] == answer
    assert mirrored["In-Reply-To"] == asked


def test_a_reply_key_tells_the_post_whatever_the_headers_say(
    direct: BridgedCourse,
) -> None:
    discussion, _ = asked_by_mail(direct)
    (to_ha,) = direct.mails("ha@vn.example")
    reply_to = str(to_ha["Reply-To"])
    assert "+" in reply_to
    direct.write(direct.ha, "Use a pen", to=reply_to, subject="quite another")
    direct.sync()
    assert len(direct.posts(discussion)) == 2


def test_references_count_when_the_subject_is_the_same(course: BridgedCourse) -> None:
    discussion, asked = asked_by_mail(course)
    gone = "<gone@home.example>"
    course.write(
        course.ha,
        "On the same",
        subject="Re: [FO26] Blog",
        references=f"{asked} {gone}",
    )
    course.write(
        course.jan, "On another", subject="Lunch", references=f"{asked} {gone}"
    )
    course.sync()
    course.clock.move(minutes=11)
    course.sync()
    assert len(course.posts(discussion)) == 2
    assert {one.name for one in course.moodle.state.discussions.values()} == {
        "Blog",
        "Lunch",
    }


def test_a_mail_and_its_answer_in_one_go_become_one_discussion(
    course: BridgedCourse,
) -> None:
    asked = course.write(course.ha, "Which pen?", subject="Pens")
    course.write(course.jan, "This one", subject="Re: Pens", answers=asked)
    course.sync()
    (discussion,) = course.moodle.state.discussions.values()
    assert [post.parent for post in course.posts()] == [0, discussion.firstpost]


def test_an_answer_that_overtakes_its_mail_waits_for_it(course: BridgedCourse) -> None:
    asked = "<asked@home.example>"
    course.write(course.jan, "This one", subject="Re: Pens", answers=asked)
    course.sync()
    assert course.posts() == []
    course.clock.move(minutes=5)
    course.write(course.ha, "Which pen?", subject="Pens", message_id=asked)
    course.sync()
    assert [post.parent for post in course.posts()] == [0, course.posts()[0].id]


def test_an_answer_whose_mail_never_comes_begins_a_discussion(
    course: BridgedCourse,
) -> None:
    course.write(course.jan, "This one", subject="Re: Pens", answers="<n@x.example>")
    course.sync()
    course.clock.move(minutes=11)
    course.sync()
    assert len(course.moodle.state.discussions) == 1


def test_an_answer_waits_while_its_mail_cannot_be_posted(
    course: BridgedCourse,
) -> None:
    asked = course.write(course.ha, "Which pen?", subject="Pens")
    course.write(course.jan, "This one", subject="Re: Pens", answers=asked)
    course.moodle.faults.plan(FaultKind.DROP_BEFORE, ADD_DISCUSSION)
    course.sync()
    assert course.posts() == []
    course.clock.move(minutes=15)
    course.sync()
    course.clock.move(minutes=5)
    course.sync()
    assert [post.parent for post in course.posts()] == [0, course.posts()[0].id]


def test_an_answer_to_a_deleted_post_goes_to_what_is_left_above_it(
    course: BridgedCourse,
) -> None:
    discussion = course.post(course.aminata)
    gone = course.reply(course.jan, discussion, "Oops")
    course.sync()
    asked = str(course.mails()[-1]["Message-ID"])
    course.moodle.delete(course.grace, gone)
    course.write(course.ha, "What did you say?", answers=asked)
    assert course.sync().code == 0
    assert course.posts(discussion)[-1].parent == discussion.firstpost


def test_an_answer_to_a_deleted_discussion_is_held_and_may_begin_anew(
    course: BridgedCourse,
) -> None:
    discussion, asked = asked_by_mail(course)
    course.moodle.delete(course.grace, course.posts(discussion)[0])
    course.write(course.ha, "Where is it?", subject="Re: Blog", answers=asked)
    assert course.sync().code == 3
    ((name, reason),) = held(course)
    assert reason == "discussion-gone"
    course.call("held", "release", name)
    # It is put off, and still begins anew when its turn comes.
    course.moodle.faults.plan(FaultKind.MAINTENANCE, ADD_DISCUSSION, count=2)
    course.sync()
    course.clock.move(minutes=10)
    course.sync()
    (anew,) = course.moodle.state.discussions.values()
    assert anew.name == "Blog"


def test_an_answer_that_moodle_refuses_is_held_with_the_reason(
    course: BridgedCourse,
) -> None:
    discussion, asked = asked_by_mail(course)
    course.write(course.ha, "Too late?", answers=asked)
    with course.refusing(ADD_REPLY, "nopostforum"):
        assert course.sync().code == 3
    ((name, _),) = held(course)
    shown = course.call("held", "show", name).said
    assert "nopostforum" in shown
    assert "locked" in shown
    course.call("held", "release", name)
    assert course.sync().code == 0
    assert len(course.posts(discussion)) == 2


def test_a_stranger_is_held_and_told_once_a_day(course: BridgedCourse) -> None:
    stranger = "Sam <sam@out.example>"
    for number in range(3):
        course.write(stranger, f"Hello {number}", to=BRIDGE)
    assert course.sync().code == 3
    assert course.posts() == []
    (notice,) = course.sent()
    assert notice.recipients == ("sam@out.example", BRIDGE)
    assert notice.sender == ""
    assert [reason for _, reason in held(course)] == ["unknown-sender"] * 3
    course.clock.move(hours=23)
    course.write(stranger, "Hello again", to=BRIDGE)
    course.sync()
    assert len(course.sent()) == 1
    course.clock.move(hours=2)
    course.write(stranger, "Hello once more", to=BRIDGE)
    course.sync()
    assert len(course.sent()) == 2


def test_no_more_notices_go_out_in_a_day_than_may(unbegun: BridgedCourse) -> None:
    unbegun.configure(safety="max_notices_per_day = 2")
    unbegun.begin()
    for number in range(5):
        unbegun.write(f"s{number}@out.example", "Hello", to=BRIDGE)
    unbegun.sync()
    assert len(unbegun.sent()) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Precedence": "bulk"},
        {"List-Id": "<news.out.example>"},
        {"Auto-Submitted": "auto-generated"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_what_a_program_wrote_gets_no_answer(
    course: BridgedCourse, headers: dict[str, str]
) -> None:
    course.write("robot@out.example", "Hello", to=BRIDGE, headers=headers)
    course.write("robot@out.example", "Hello", to=BRIDGE, sender="")
    course.sync()
    assert course.sent() == []
    assert course.posts() == []


def test_a_notice_that_could_not_be_sent_is_sent_by_a_later_run(
    course: BridgedCourse,
) -> None:
    course.write("sam@out.example", "Hello", to=BRIDGE)
    course.write(course.ha, "Which pen?")
    course.outbox.troubles.append(Transient("no connection"))
    course.sync()
    assert len(course.posts()) == 1
    assert course.sent() == []
    course.clock.move(minutes=10)
    refused = Permanent("550 not here", code="550")
    course.outbox.troubles.extend([refused, refused])
    assert course.sync().code == 3
    (effect,) = [name for name, _ in held(course) if name.startswith("effect")]
    course.call("held", "release", effect)
    course.sync()
    assert [mail.recipients[0] for mail in course.sent()] == ["sam@out.example"]


def test_who_is_enrolled_a_minute_ago_is_known(course: BridgedCourse) -> None:
    course.write(course.ha, "Hello")
    course.sync()
    new = course.moodle.add_user("sam", "Sam", "Otieno", "Sam@Out.example")
    course.moodle.enrol(new, course.course, "student")
    course.write("sam@out.example", "Hello from Sam", subject="Sam")
    course.sync()
    assert "Sam Otieno" in course.posts()[-1].message


def test_a_mail_of_a_shared_address_is_held_and_nobody_is_told(
    course: BridgedCourse,
) -> None:
    course.jan.email = course.ha.email
    course.write(course.ha, "Who am I?", to=BRIDGE)
    assert course.sync().code == 3
    assert [reason for _, reason in held(course)] == ["shared-address"]
    assert course.sent() == []


def test_a_mail_of_somebody_suspended_is_held(course: BridgedCourse) -> None:
    course.moodle.state.enrolments[course.ha.id, course.course.id].suspended = True
    course.write(course.ha, "Let me in")
    assert course.sync().code == 3
    assert course.posts() == []


def test_an_answer_to_another_group_is_held(course: BridgedCourse) -> None:
    south = course.moodle.add_group(course.course, "South", course.aminata)
    course.forum.groupmode = 1
    discussion = course.post(course.grace, "For South", group=south)
    course.sync()
    link = course.link(discussion.firstpost)
    for person in (course.ha, course.aminata):
        course.write(person, f"I am {person.firstname}", answers=link.message_id)
    assert course.sync().code == 3
    assert [reason for _, reason in held(course)] == ["not-their-group"]
    assert len(course.posts(discussion)) == 2


def test_a_private_reply_cannot_be_answered_by_mail(course: BridgedCourse) -> None:
    discussion = course.post(course.aminata)
    private = course.reply(course.grace, discussion, "Between us", private=True)
    course.sync()
    link = course.link(private)
    course.write(course.ha, "I guessed your number", answers=link.message_id)
    assert course.sync().code == 3
    assert [reason for _, reason in held(course)] == ["not-their-group"]


def test_two_copies_of_one_mail_are_one_post(course: BridgedCourse) -> None:
    copies = ("by-the-list.eml", "to-the-list-and-to-the-bridge.eml")
    for name in copies:
        course.box.lay((MAILS / name).read_bytes())
    course.sync()
    course.sync()
    assert len(course.posts()) == 1
    with course.reading() as transaction:
        states = [
            mail.state for mail in transaction.inbound.find("<pencil@vn.example>")
        ]
    assert states == [InboundState.POSTED, InboundState.IGNORED]


def test_another_mail_under_the_same_id_is_held_until_it_is_released(
    course: BridgedCourse,
) -> None:
    course.write(course.ha, "The first", message_id="<same@x.example>")
    course.write(course.ha, "Something else", message_id="<same@x.example>")
    course.sync()
    assert course.sync().code == 3
    ((name, reason),) = held(course)
    assert reason == "same-message-id"
    course.call("held", "release", name)
    course.clock.move(minutes=1)
    assert course.sync().code == 0
    assert len(course.posts()) == 2


def test_what_a_stranger_sends_under_a_known_id_keeps_nobody_out(
    course: BridgedCourse,
) -> None:
    course.write("eve@out.example", "Hello", message_id="<same@x.example>")
    course.sync()
    course.write(course.ha, "Hello", message_id="<same@x.example>")
    course.sync()
    (post,) = course.posts()
    assert "Thị Hà Nguyễn" in post.message


def test_words_of_another_under_the_same_id_are_no_copy(course: BridgedCourse) -> None:
    course.write(course.jan, "Hello", message_id="<same@x.example>")
    course.sync()
    course.write(course.ha, "Hello all of you", message_id="<same@x.example>")
    assert course.sync().code == 3
    assert [reason for _, reason in held(course)] == ["same-message-id"]


def test_what_came_by_the_list_does_not_go_back_to_it(course: BridgedCourse) -> None:
    course.box.lay((MAILS / "by-the-list.eml").read_bytes())
    assert course.sync().code == 0
    (post,) = course.posts()
    assert "Thị Hà Nguyễn" in post.message
    link = course.link(post)
    assert (link.state, link.via_list) == (LinkState.WITHHELD, True)
    course.clock.move(hours=1)
    course.sync()
    assert course.sent() == []
    course.reply(course.jan, post, "A good one")
    course.sync()
    (mail,) = course.mails()
    assert mail["In-Reply-To"] == "<pencil@vn.example>"
    assert "A pencil is the best beginning" in text_of(mail)


def test_what_nobody_wrote_is_kept_and_not_posted(course: BridgedCourse) -> None:
    course.box.lay((MAILS / "out-of-office.eml").read_bytes())
    assert course.sync().code == 0
    assert course.posts() == []
    assert course.sent() == []
    with course.reading() as transaction:
        assert transaction.inbound.counts() == {"ignored": 1}


def test_the_first_report_of_a_dead_address_is_shown_to_a_person(
    course: BridgedCourse,
) -> None:
    report = (MAILS / "bounce.eml").read_bytes()
    for number in range(1, 3):
        course.box.lay(report.replace(b"dsn-1@", b"dsn-%d@" % number))
    assert course.sync().code == 3
    course.clock.move(minutes=5)
    course.box.lay(report.replace(b"dsn-1@", b"dsn-3@"))
    assert course.sync().code == 0
    assert course.sent() == []
    ((name, reason),) = held(course)
    assert reason == "bounce"
    assert "fo26@lists.example 5.1.1" in course.call("held", "show", name).said
    with course.reading() as transaction:
        assert transaction.inbound.counts() == {"held": 1, "ignored": 2}


def test_files_come_through_the_draft_area(course: BridgedCourse) -> None:
    course.write(course.ha, "Look", files=[("photo.jpg", b"jpeg" * 50)])
    assert course.sync().code == 0
    (post,) = course.posts()
    areas = course.moodle.state.files.items()
    names = [
        file.filename
        for (_, component, _, item), files in areas
        for file in files
        if component == "mod_forum" and item == post.id
    ]
    assert names == ["photo.jpg"]


def test_a_file_that_moodle_does_not_take_holds_the_mail(course: BridgedCourse) -> None:
    course.moodle.site = replace(course.moodle.site, max_upload_bytes=100)
    course.write(course.ha, "Look", files=[("photo.jpg", b"jpeg" * 50)])
    assert course.sync().code == 3
    assert course.posts() == []
    assert "photo.jpg" in course.call("held", "show", held(course)[0][0]).said


@pytest.mark.parametrize("fault", [FaultKind.DROP_AFTER, FaultKind.CUT])
@pytest.mark.parametrize("answers", [True, False])
def test_a_post_whose_answer_was_lost_is_found_again(
    course: BridgedCourse, fault: FaultKind, *, answers: bool
) -> None:
    _, asked = asked_by_mail(course)
    before = len(course.posts())
    course.moodle.faults.plan(fault, ADD_REPLY if answers else ADD_DISCUSSION)
    mail = course.write(course.ha, "Use a pen", answers=asked if answers else None)
    done = course.sync()
    assert done.counts["found again"] == 1
    assert len(course.posts()) == before + 1
    assert course.mail(mail).state is InboundState.POSTED
    assert course.link(course.posts()[-1]).message_id == mail


def test_a_discussion_that_cannot_be_read_back_is_found_again(
    course: BridgedCourse,
) -> None:
    course.write(course.ha, "Use a pen", subject="Pens")
    course.moodle.faults.plan(
        FaultKind.UNAVAILABLE, "mod_forum_get_discussion_posts", retry_after=600
    )
    assert course.sync().counts["found again"] == 1
    assert len(course.posts()) == 1


def test_a_post_that_was_lost_before_it_was_made_is_made_later(
    course: BridgedCourse,
) -> None:
    discussion, asked = asked_by_mail(course)
    course.moodle.faults.plan(FaultKind.DROP_BEFORE, ADD_REPLY)
    course.write(course.ha, "Use a pen", answers=asked)
    assert "in doubt" in course.sync().said
    course.clock.move(minutes=5)
    course.sync()
    assert len(course.posts(discussion)) == 1
    course.clock.move(minutes=6)
    course.sync()
    assert len(course.posts(discussion)) == 2


def test_another_account_finds_what_the_first_one_wrote(
    course: BridgedCourse,
) -> None:
    course.write(course.ha, "First")
    course.sync()
    other = course.moodle.add_user("two", "Bridge", "Two", "two@x.example")
    other.systemrole = "manager"
    course.moodle.enrol(other, course.course, "editingteacher")
    course.token = course.moodle.token_for(other)
    course.moodle.faults.plan(FaultKind.DROP_AFTER, ADD_DISCUSSION)
    course.write(course.ha, "Second", subject="Second")
    course.sync()
    course.clock.move(hours=1)
    course.sync()
    assert len(course.posts()) == 2


def test_a_discussion_gone_while_in_doubt_settles_the_doubt(
    course: BridgedCourse,
) -> None:
    discussion, asked = asked_by_mail(course)
    course.moodle.faults.plan(FaultKind.DROP_BEFORE, ADD_REPLY)
    course.write(course.ha, "Use a pen", answers=asked)
    course.sync()
    course.moodle.delete(course.grace, course.posts(discussion)[0])
    course.clock.move(minutes=5)
    course.sync()
    course.clock.move(minutes=20)
    assert course.sync().code == 3
    assert [reason for _, reason in held(course)] == ["discussion-gone"]


def test_a_site_under_maintenance_ends_the_run_and_loses_nothing(
    course: BridgedCourse,
) -> None:
    course.write(course.ha, "First")
    course.moodle.faults.plan(FaultKind.MAINTENANCE, ADD_DISCUSSION, count=None)
    for _ in range(3):
        assert course.sync().code == 5
        course.clock.move(days=3)
    course.moodle.faults.clear()
    assert course.sync().code == 0
    assert len(course.posts()) == 1


def test_a_mail_waits_while_the_service_lacks_the_function(
    course: BridgedCourse,
) -> None:
    discussion, asked = asked_by_mail(course)
    answer = course.write(course.ha, "Use a pen.", answers=asked)
    with course.refusing(ADD_REPLY, "missingfunction"):
        assert course.sync().code == 2
    assert held(course) == []
    assert course.sync().code == 0
    assert len(course.posts(discussion)) == 2
    assert course.mail(answer).state is InboundState.POSTED


def test_a_refusal_without_a_code_is_tried_again(course: BridgedCourse) -> None:
    course.write(course.ha, "First")
    with course.refusing(ADD_DISCUSSION, ""):
        assert "later" in course.sync().said
    course.clock.move(minutes=5)
    assert course.sync().code == 0
    assert len(course.posts()) == 1


def test_too_many_mails_stop_the_run_and_strangers_do_not(
    unbegun: BridgedCourse,
) -> None:
    unbegun.configure(safety="max_posts = 2\nmax_notices_per_day = 0")
    unbegun.begin()
    for number in range(4):
        unbegun.write(f"s{number}@out.example", "Buy this", to=BRIDGE)
    assert unbegun.sync().code == 3
    for number in range(3):
        unbegun.write(unbegun.ha, f"Hello {number}")
    stopped = unbegun.sync()
    assert stopped.code == 4
    assert "max_posts" in stopped.said
    assert unbegun.posts() == []
    unbegun.clock.move(minutes=1)
    unbegun.configure(safety="max_posts = 3")
    assert unbegun.sync().code == 0
    assert len(unbegun.posts()) == 3


def test_a_mail_that_makes_the_program_fail_keeps_nobody_out(
    course: BridgedCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(mail: ReadMail, **given: Any) -> PostDraft:
        if "poison" in mail.subject:
            raise RecursionError
        return post_from_mail(mail, **given)

    monkeypatch.setattr(new_posts, "post_from_mail", failing)
    course.write(course.ha, "First", subject="poison")
    course.write(course.jan, "Second")
    assert course.sync().code == 3
    assert len(course.posts()) == 1
    assert [reason for _, reason in held(course)] == ["fault"]


def test_a_mail_for_no_pair_is_held(unbegun: BridgedCourse) -> None:
    unbegun.configure(pairs=two_pairs(unbegun))
    unbegun.begin()
    unbegun.write(unbegun.ha, "For whom?", to="somebody@lists.example")
    assert unbegun.sync().code == 3
    assert [reason for _, reason in held(unbegun)] == ["no-pair"]


def two_pairs(course: BridgedCourse) -> str:
    other = course.moodle.add_forum(course.course, "Other")
    return "".join(
        f"""
[[pair]]
name = "{name}"
course = "FO26"
forum = {forum.cmid}
hold = "0s"
[pair.list]
plugin = "remote"
address = "{name}@lists.example"
name = "{name}"
list_id = "{name}.lists.example"
"""
        for name, forum in (("one", course.forum), ("two", other))
    )


def test_each_of_several_pairs_gets_the_mails_of_its_list(
    unbegun: BridgedCourse,
) -> None:
    unbegun.configure(pairs=two_pairs(unbegun))
    unbegun.begin()
    unbegun.write(unbegun.ha, "For one", subject="one", to="one@lists.example")
    unbegun.write(unbegun.ha, "For two", subject="two", to="TWO@lists.example")
    unbegun.write(
        unbegun.ha,
        "By list two",
        subject="three",
        to="x@y.example",
        headers={"List-Id": "Two <two.lists.example>"},
    )
    unbegun.sync()
    forums = {
        one.name: one.forumid for one in unbegun.moodle.state.discussions.values()
    }
    assert forums["one"] == unbegun.forum.id
    assert forums["two"] == forums["three"] != unbegun.forum.id


def test_what_was_dropped_is_not_posted(course: BridgedCourse) -> None:
    course.write("sam@out.example", "Hello")
    course.sync()
    ((name, _),) = held(course)
    assert course.call("held", "drop", "--yes", name, "--reason", "spam").code == 0
    assert held(course) == []
    course.sync()
    assert course.posts() == []
    assert course.call("held", "release", name).code == 2


def test_a_mail_given_up_and_dropped_is_not_posted(course: BridgedCourse) -> None:
    mail = course.write(course.ha, "First")
    with course.refusing(ADD_DISCUSSION, ""):
        for _ in range(3):
            course.sync()
            course.clock.move(days=3)
    ((name, _),) = held(course)
    course.call("held", "drop", "--yes", name)
    course.sync()
    assert course.posts() == []
    assert course.mail(mail).state is InboundState.DROPPED


def test_what_became_of_a_mail_and_a_post_is_explained(course: BridgedCourse) -> None:
    _, asked = asked_by_mail(course)
    answer = course.write(course.ha, "Use a pen\n\n> quoted\n", answers=asked)
    course.write("sam@out.example", "Hello", message_id="<sam@out.example>", to=BRIDGE)
    course.sync()
    told = course.call("explain", answer.strip("<>")).data
    assert told["mails"][0]["state"] == "posted"
    post = told["posts"][0]
    assert course.call("explain", str(post["post_id"])).data["posts"] == [post]
    assert "unknown-sender" in course.call("explain", "<sam@out.example>").said
    assert course.call("explain", "<nothing@x>").code == 2
    assert course.call("status").data["mails"] == {"held": 1, "posted": 1}
    runs = course.call("runs").data["runs"]
    assert [run["exit_code"] for run in runs[:2]] == [3, 0]


def test_a_direct_list_hands_a_mail_to_all_others_and_threads_it(
    make_course: MakeCourse,
) -> None:
    course = make_course(lists=DIRECT)
    course.begin()
    asked = course.write(course.ha, "Which pen?", to=BRIDGE, subject="Pens")
    course.sync()
    (to_jan,) = course.mails("jan@nl.example")
    course.write(
        course.jan,
        "This one",
        to=str(to_jan["Reply-To"]),
        subject=f"Re: {to_jan['Subject']}",
        answers=str(to_jan["Message-ID"]),
    )
    course.sync()
    (to_ha,) = course.mails("ha@vn.example")
    assert asked in str(to_ha["References"])
    assert "This one" in text_of(to_ha)
    assert len(course.moodle.state.discussions) == 1
