"""What people ask of the bridge by mail is done, answered, and never posted."""

from __future__ import annotations

from datetime import UTC, datetime, time
from io import BytesIO

import pytest
from PIL import Image

from mappings.phrases import phrase
from moodle_bridge.errors import InDoubt
from moodle_bridge.model.channels import Channel, ChannelKind
from moodle_bridge.practice.records import User
from sync.ledger.inbound import InboundState
from tests.unit.sync_jobs.bridged import (
    BRIDGE,
    DIRECT,
    LIST,
    BridgedCourse,
    MakeCourse,
    text_of,
)
from tests.unit.sync_jobs.test_mirroring_in import two_pairs


def answers(course: BridgedCourse, user: User) -> list[str]:
    """Return the texts of what the bridge itself wrote to somebody."""
    return [
        text_of(mail).replace("\r\n", "\n")
        for mail in course.mails(user.email)
        if mail["Auto-Submitted"] == "auto-replied"
    ]


def channel(course: BridgedCourse, user: User) -> Channel | None:
    with course.reading() as transaction:
        return transaction.channels.get(user.id)


def test_a_channel_is_chosen_by_mail_and_the_answer_says_what_is_set(
    direct: BridgedCourse,
) -> None:
    asked = direct.write(
        direct.aminata,
        "channel digest 18:00\nlimit 20 KB/day\n\nThank you\nAminata\n",
        to=BRIDGE,
        subject="",
    )
    assert direct.sync().code == 0
    chosen = channel(direct, direct.aminata)
    assert chosen is not None
    assert (chosen.kind, chosen.at) == (ChannelKind.DIGEST, time(18))
    assert chosen.budget == 20_000
    mail = direct.mail(asked)
    assert (mail.state, mail.reason) == (InboundState.ANSWERED, "command")
    assert mail.detail == "channel, limit"
    assert direct.posts() == []
    (answer,) = direct.mails(direct.aminata.email)
    assert answer["In-Reply-To"] == asked
    assert answer["Auto-Submitted"] == "auto-replied"
    assert direct.sent()[-1].sender == ""
    text = text_of(answer)
    assert "at 18:00" in text
    assert "At most 20 KB" in text
    assert "The next mail comes on 1 March 2026, 18:00" in text
    assert direct.sync().counts == {}


def test_the_answer_is_in_the_persons_language(direct: BridgedCourse) -> None:
    direct.moodle.state.users[direct.aminata.id].lang = "fr"
    direct.write(direct.aminata, "pause jusqu'au 3 mai", to=BRIDGE)
    direct.sync()
    (text,) = answers(direct, direct.aminata)
    assert "Vous êtes en pause" in text
    chosen = channel(direct, direct.aminata)
    assert chosen is not None
    assert chosen.paused_until == datetime(2026, 5, 3, tzinfo=UTC)


def test_a_command_counts_also_as_an_answer_to_a_post_or_to_the_list(
    course: BridgedCourse,
) -> None:
    discussion = course.post(course.jan)
    course.sync()
    asked = str(course.mails()[-1]["Message-ID"])
    course.write(course.ha, "channel bundle", answers=asked, subject="Re: [FO26] Blog")
    course.write(course.aminata, "help", answers=asked, subject="Re: [FO26] Blog")
    course.sync()
    chosen = channel(course, course.ha)
    assert chosen is not None
    assert chosen.kind is ChannelKind.BUNDLE
    assert len(answers(course, course.ha)) == 1
    # A word that people say to each other is one of them.
    assert len(course.posts(discussion)) == 2
    assert answers(course, course.aminata) == []


def test_help_and_near_misses_are_answered(course: BridgedCourse) -> None:
    course.write(course.ha, "HELP!", to=BRIDGE, subject="?")
    course.write(course.jan, "chanel digest", to=BRIDGE)
    course.sync()
    assert phrase("en", "command_help") in answers(course, course.ha)[0]
    assert 'Did you mean "channel digest"?' in answers(course, course.jan)[0]
    assert course.posts() == []
    assert channel(course, course.jan) is None


def test_a_post_that_is_asked_for_comes_whole_and_can_be_answered(
    direct: BridgedCourse,
) -> None:
    direct.write(direct.aminata, "channel moodle", to=BRIDGE)
    direct.sync()
    blog = direct.post(direct.jan, text="<p>How do I begin?</p>")
    direct.sync()
    direct.write(direct.aminata, f"get {blog.firstpost}", to=BRIDGE)
    assert direct.sync().code == 0
    post = direct.mails(direct.aminata.email)[-1]
    assert "How do I begin?" in text_of(post)
    assert "Jan de Wit" in post["From"]
    # What comes says enough.
    assert len(answers(direct, direct.aminata)) == 1
    direct.write(
        direct.aminata,
        "With a pen",
        to=str(post["Reply-To"]),
        subject="Re: Blog",
        answers=str(post["Message-ID"]),
    )
    direct.sync()
    assert len(direct.posts(blog)) == 2


def test_a_post_that_may_not_be_read_now_does_not_come(
    make_course: MakeCourse,
) -> None:
    course = make_course(lists=DIRECT)
    course.forum = course.moodle.add_forum(course.course, "Groups", group_mode=1)
    group = course.moodle.add_group(course.course, "Red", course.jan)
    course.configure()
    course.begin()
    theirs = course.post(course.jan, "Ours", group=group)
    course.sync()
    course.write(course.ha, f"get {theirs.firstpost} 99999", to=BRIDGE)
    assert course.sync().code == 0
    told = " ".join(answers(course, course.ha))
    assert "There is no post 99999 that you may read." in told
    assert f"There is no post {theirs.firstpost} that you may read." in told
    assert not any(
        "How do I begin" in text_of(one) for one in course.mails("ha@vn.example")
    )


def picture(width: int = 2000) -> bytes:
    image = Image.effect_noise((width, width), 60).convert("RGB")
    into = BytesIO()
    image.save(into, "JPEG", quality=90)
    return into.getvalue()


def test_a_photo_that_is_asked_for_is_made_small_enough(
    direct: BridgedCourse,
) -> None:
    photo = picture()
    assert len(photo) > 500_000
    direct.write(
        direct.jan, "Look", to=BRIDGE, subject="Cat", files=[("cat.jpg", photo)]
    )
    direct.sync()
    (post,) = direct.posts()
    direct.write(
        direct.aminata,
        f"pictures 50 KB\nget photo {post.id}-1\nget photo {post.id}-2",
        to=BRIDGE,
    )
    direct.sync()
    mails = direct.mails(direct.aminata.email)
    files = [
        part
        for mail in mails
        if str(mail["Subject"]).endswith(f"{post.id}-1")
        for part in mail.iter_attachments()
    ]
    assert len(files) == 1
    content = files[0].get_payload(decode=True)
    assert isinstance(content, bytes)
    assert len(content) <= 50_000
    assert any(
        f"There is no file {post.id}-2" in text
        for text in answers(direct, direct.aminata)
    )


def test_all_that_waits_comes_at_once_when_it_is_asked_for(
    direct: BridgedCourse,
) -> None:
    direct.write(direct.aminata, "channel bundle 20:00", to=BRIDGE)
    direct.sync()
    direct.post(direct.jan)
    direct.clock.move(minutes=2)
    direct.sync()
    before = len(direct.mails(direct.aminata.email))
    direct.write(direct.aminata, "get new", to=BRIDGE)
    direct.sync()
    new = [text_of(mail) for mail in direct.mails(direct.aminata.email)[before:]]
    assert any("How do I begin a blog?" in text for text in new)


def test_a_mail_that_comes_twice_is_carried_out_once(direct: BridgedCourse) -> None:
    for _ in range(2):
        direct.write(
            direct.aminata,
            "channel each",
            to=BRIDGE,
            message_id="<once@home.example>",
        )
        direct.sync()
    assert len(answers(direct, direct.aminata)) == 1


def test_nobody_gets_more_than_twenty_answers_a_day(direct: BridgedCourse) -> None:
    for _ in range(23):
        direct.write(direct.aminata, "status", to=BRIDGE)
    direct.sync()
    assert len(answers(direct, direct.aminata)) == 20
    direct.clock.move(days=1, hours=1)
    direct.write(direct.aminata, "status", to=BRIDGE)
    direct.sync()
    assert len(answers(direct, direct.aminata)) == 21


@pytest.mark.parametrize(
    "headers", [{"Auto-Submitted": "auto-replied"}, {"Precedence": "auto_reply"}]
)
def test_a_program_gets_no_answer(
    direct: BridgedCourse, headers: dict[str, str]
) -> None:
    direct.write(direct.aminata, "help", to=BRIDGE, headers=headers)
    direct.sync()
    assert direct.sent() == []


def test_a_stranger_sets_nothing(direct: BridgedCourse) -> None:
    asked = direct.write("who@else.example", "channel digest", to=BRIDGE)
    direct.sync()
    assert direct.mail(asked).state is InboundState.HELD


def test_what_is_said_with_a_file_or_at_length_is_posted(
    course: BridgedCourse,
) -> None:
    course.write(course.ha, "get 12", files=[("a.jpg", b"x")], subject="Look")
    course.write(course.jan, "I shall pause until Friday, and you?", subject="A pause")
    course.sync()
    assert len(course.posts()) == 2


def test_an_answer_in_doubt_is_not_sent_twice(direct: BridgedCourse) -> None:
    direct.outbox.troubles.append(InDoubt("lost", advice=""))
    direct.write(direct.aminata, "channel digest", to=BRIDGE)
    direct.sync()
    direct.clock.move(minutes=1)
    direct.sync()
    direct.clock.move(minutes=30)
    direct.sync()
    assert len(answers(direct, direct.aminata)) == 1


def test_in_several_courses_it_needs_no_list(make_course: MakeCourse) -> None:
    course = make_course()
    course.configure(pairs=two_pairs(course))
    course.begin()
    asked = course.write(course.ha, "channel digest", to=BRIDGE)
    talk = course.write(course.ha, "A question for all of you", to=BRIDGE)
    course.sync()
    assert course.mail(asked).state is InboundState.ANSWERED
    assert course.mail(talk).reason == "no-pair"


def test_explain_tells_what_was_asked_and_answered(direct: BridgedCourse) -> None:
    asked = direct.write(direct.aminata, "channel digest", to=BRIDGE)
    direct.sync()
    told = direct.call("explain", asked).said
    assert "command" in told
    assert "answer to aminata@sn.example" in told


def test_the_list_itself_is_not_the_bridge(course: BridgedCourse) -> None:
    course.write(course.ha, "stop", to=LIST, subject="stop")
    course.sync()
    assert len(course.posts()) == 1
