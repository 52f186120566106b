from __future__ import annotations

from mappings.identity import native_message_id
from moodle_bridge.practice.records import Discussion, User
from sync.ledger.inbound import InboundState
from tests.unit.sync_jobs.bridged import BRIDGE, LIST, BridgedCourse, text_of


def told_of(course: BridgedCourse, discussion: Discussion, person: User) -> str:
    """Return the Message-ID of Moodle's own mail of a post to somebody."""
    return native_message_id(discussion.firstpost, person.id, course.url)


def asked(course: BridgedCourse) -> Discussion:
    discussion = course.post(course.aminata)
    assert course.sync().code == 0
    return discussion


def twice_told(course: BridgedCourse, address: str) -> list[str]:
    return [
        text_of(mail)
        for mail in course.mails(address)
        if "notificationpreferences" in text_of(mail)
    ]


def test_an_answer_to_moodles_own_mail_goes_to_its_post(direct: BridgedCourse) -> None:
    discussion = asked(direct)
    direct.write(
        direct.ha,
        "Use a pen.",
        to=BRIDGE,
        subject="Re: FO26: Blog",
        answers=told_of(direct, discussion, direct.ha),
    )
    assert direct.sync().code == 0
    first, reply = direct.posts(discussion)
    assert (reply.parent, reply.subject) == (first.id, "Re: Blog")


def test_it_may_be_answered_from_where_it_was_forwarded_to(
    course: BridgedCourse,
) -> None:
    discussion = asked(course)
    course.write(
        course.jan,
        "Use a pen.",
        subject="Re: FO26: Blog",
        answers=told_of(course, discussion, course.ha),
    )
    assert course.sync().code == 0
    assert len(course.posts(discussion)) == 2


def test_an_answer_to_what_the_bridge_does_not_carry_is_held(
    course: BridgedCourse,
) -> None:
    asked(course)
    other = native_message_id(9999, course.ha.id, course.url)
    digest = f"<65f1c0a1b2c3d4.12345678@{course.url.split('/')[2].split(':')[0]}>"
    first = course.write(course.ha, "Not for all.", subject="Re: x", answers=other)
    second = course.write(course.ha, "Nor this.", subject="Re: y", answers=digest)
    course.sync()
    course.clock.move(minutes=11)
    course.sync()
    for message_id in (first, second):
        mail = course.mail(message_id)
        assert (mail.state, mail.reason) == (InboundState.HELD, "moodle-mail")
    assert len(course.posts()) == 1


def test_an_answer_to_a_private_reply_is_not_made_public(course: BridgedCourse) -> None:
    discussion = asked(course)
    private = course.reply(course.grace, discussion, "For you alone", private=True)
    course.sync()
    answer = course.write(
        course.aminata,
        "Thank you, I am ill.",
        subject="Re: FO26: Re: Blog",
        answers=native_message_id(private.id, course.aminata.id, course.url),
    )
    course.sync()
    course.clock.move(minutes=11)
    course.sync()
    assert course.mail(answer).state is InboundState.HELD


def test_who_has_both_mails_is_told_once_how_to_have_one(direct: BridgedCourse) -> None:
    direct.ha.lang = "fr"
    discussion = asked(direct)
    native = told_of(direct, discussion, direct.ha)
    for text in ("Use a pen.", "Or a pencil."):
        direct.write(direct.ha, text, to=BRIDGE, answers=native)
        assert direct.sync().code == 0
        direct.clock.move(days=2)
    (text,) = twice_told(direct, "ha@vn.example")
    assert f"{direct.url}/message/notificationpreferences.php" in text
    assert "canal moodle" in text
    assert "Bonjour" in text
    assert len(direct.posts(discussion)) == 3


def test_where_the_bridge_cannot_stop_the_list_only_moodle_is_named(
    course: BridgedCourse,
) -> None:
    discussion = asked(course)
    native = told_of(course, discussion, course.ha)
    course.write(course.ha, "Use a pen.", to=LIST, answers=native)
    course.sync()
    (text,) = twice_told(course, "ha@vn.example")
    assert "channel" not in text


def test_nobody_is_told_beyond_the_limit_of_a_day(direct: BridgedCourse) -> None:
    direct.configure(safety="max_notices_per_day = 1")
    discussion = asked(direct)
    for person in (direct.ha, direct.jan):
        native = told_of(direct, discussion, person)
        direct.write(person, "Use a pen.", to=BRIDGE, answers=native)
    assert direct.sync().code == 0
    told = [twice_told(direct, who.email) for who in (direct.ha, direct.jan)]
    assert sorted(map(len, told)) == [0, 1]


def test_who_answers_the_bridges_mail_is_told_nothing(direct: BridgedCourse) -> None:
    asked(direct)
    (mail,) = direct.mails("ha@vn.example")
    direct.write(
        direct.ha, "Use a pen.", to=str(mail["Reply-To"]), answers=mail["Message-ID"]
    )
    assert direct.sync().code == 0
    assert twice_told(direct, "ha@vn.example") == []


def test_an_automatic_answer_is_not_answered(course: BridgedCourse) -> None:
    discussion = asked(course)
    course.write(
        course.ha,
        "Use a pen.",
        to=LIST,
        answers=told_of(course, discussion, course.ha),
        headers={"Precedence": "list"},
    )
    course.sync()
    assert twice_told(course, "ha@vn.example") == []


def test_where_moodle_mails_to_everybody_each_is_told_once_and_few_in_a_run(
    direct: BridgedCourse,
) -> None:
    direct.forum.forcesubscribe = 1
    people = (direct.aminata, direct.ha, direct.jan, direct.grace)
    direct.configure(safety="max_notices_per_day = 2")
    told: list[int] = []
    for _ in range(5):
        assert direct.sync().code == 0
        told.append(sum(len(twice_told(direct, one.email)) for one in people))
        direct.clock.move(hours=25)
    assert told == [0, 2, 4, 4, 4]
    assert {len(twice_told(direct, one.email)) for one in people} == {1}
    (text,) = twice_told(direct, direct.ha.email)
    assert "Questions" in text
    assert "You answered" not in text


def test_who_gets_no_single_mails_or_may_say_no_to_moodle_is_not_told(
    direct: BridgedCourse,
) -> None:
    direct.clock.move(days=2)
    direct.forum.forcesubscribe = 2
    assert direct.sync().code == 0
    assert twice_told(direct, direct.ha.email) == []
    direct.forum.forcesubscribe = 1
    direct.write(direct.ha, "channel digest 18:00", to=BRIDGE)
    direct.clock.move(days=2)
    assert direct.sync().code == 0
    assert twice_told(direct, direct.ha.email) == []
    assert len(twice_told(direct, direct.jan.email)) == 1
