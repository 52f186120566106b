"""Mails that an admin, or the bridge itself, has to write."""

from __future__ import annotations

import pytest

from moodle_bridge.errors import InDoubt
from sync.ledger.inbound import InboundState
from tests.unit.sync_jobs.bridged import BRIDGE, BridgedCourse, text_of

ADMIN = "admin@lists.example"


def held_mail(course: BridgedCourse, text: str = "Which pen?") -> tuple[str, str]:
    """Let a stranger write; return the mail's name among the held, and its id."""
    written = course.write("stranger@out.example", text, subject="Pens")
    assert course.sync().code == 3
    return f"mail-{course.mail(written).id}", written


def test_the_sender_of_a_held_mail_is_written_to_and_the_mail_stays_held(
    course: BridgedCourse,
) -> None:
    name, written = held_mail(course)
    said = course.call("held", "reply", name, "--text", "Who are you?")
    assert (said.code, said.data["to"]) == (0, "stranger@out.example")
    course.outbox.sent.clear()
    course.sync()
    (mail,) = course.mails("stranger@out.example")
    assert text_of(mail).strip() == "Who are you?"
    assert mail["In-Reply-To"] == written
    assert mail["Subject"] == "Re: Pens"
    assert BRIDGE in str(mail["From"])
    assert "Auto-Submitted" not in mail
    kept = course.mail(written)
    assert kept.state is InboundState.HELD
    assert "answered 2026-03-01" in kept.detail
    course.clock.move(minutes=1)
    assert course.sync().counts == {}


def test_what_they_answer_to_that_is_never_posted_by_itself(
    course: BridgedCourse,
) -> None:
    course.moodle.add_user("other", "Other", "Person", "stranger@out.example")
    name, _ = held_mail(course)
    sent = course.call("held", "reply", name, "--text", "Who are you?")
    course.moodle.enrol(
        course.moodle.state.users[max(course.moodle.state.users)],
        course.course,
        "student",
    )
    course.sync()
    answer = course.write(
        "stranger@out.example",
        "I am ill, tell nobody.",
        to=BRIDGE,
        subject="Re: Pens",
        answers=sent.data["message_id"],
    )
    course.sync()
    course.clock.move(minutes=11)
    course.sync()
    kept = course.mail(answer)
    assert (kept.state, kept.reason) == (InboundState.HELD, "answers-admin")
    assert course.posts() == []


def test_an_answer_whose_sending_is_in_doubt_goes_once(course: BridgedCourse) -> None:
    name, _ = held_mail(course)
    course.call("held", "reply", name, "--text", "Who are you?")
    course.outbox.sent.clear()
    course.outbox.troubles.append(InDoubt("the connection broke"))
    course.sync()
    course.clock.move(minutes=1)
    course.sync()
    course.clock.move(minutes=20)
    course.sync()
    assert len(course.mails("stranger@out.example")) == 1


@pytest.mark.parametrize("name", ["mail-99", "effect-1", "12"])
def test_only_a_held_mail_is_answered(course: BridgedCourse, name: str) -> None:
    assert course.call("held", "reply", name, "--text", "Hello").code == 2


def test_an_empty_answer_and_one_to_a_program_are_not_sent(
    course: BridgedCourse,
) -> None:
    name, _ = held_mail(course)
    assert course.call("held", "reply", name, "--text", "  ").code == 2
    written = course.write("robot@out.example", "Beep", sender="")
    course.sync()
    robot = course.mail(written)
    if robot.state is InboundState.HELD:
        said = course.call("held", "reply", f"mail-{robot.id}", "--text", "Hello")
        assert said.code == 2


@pytest.fixture
def summed(course: BridgedCourse) -> BridgedCourse:
    """A course whose admin gets a mail at nine in the morning."""
    course.configure(mail=f'admin = "{ADMIN}"\nsummary_at = "09:00"')
    return course


def test_the_admin_gets_one_mail_a_day_while_something_waits(
    summed: BridgedCourse,
) -> None:
    name, _ = held_mail(summed, "x" * 300)
    assert summed.mails(ADMIN) == []
    summed.clock.move(hours=1)
    for _ in range(3):
        summed.sync()
        summed.clock.move(hours=1)
    (mail,) = summed.mails(ADMIN)
    text = text_of(mail)
    assert name in text
    assert "held show" in text
    assert max(map(len, text.splitlines())) <= 80
    assert mail["Auto-Submitted"] == "auto-generated"
    summed.clock.move(days=1)
    summed.sync()
    assert len(summed.mails(ADMIN)) == 2
    assert summed.call("held", "drop", name, "--yes").code == 0
    summed.clock.move(days=1)
    summed.sync()
    assert len(summed.mails(ADMIN)) == 2


def test_no_mail_comes_when_nothing_waits(summed: BridgedCourse) -> None:
    summed.clock.move(hours=2)
    summed.sync()
    assert summed.mails(ADMIN) == []


def test_a_report_that_cannot_be_written_is_told_of_every_day(
    summed: BridgedCourse,
) -> None:
    path = summed.folder / "bridge.toml"
    sound = path.read_text("utf-8")
    tables = "".join(
        f'\n[[report.sink]]\nname = "{name}"\nevery = "daily 06:00"\n'
        f'[report.sink.to]\nplugin = "html-file"\npath = "{name}.html"\n'
        for name in ("page", "whole")
    )
    path.write_text(sound + tables, "utf-8")
    # What is no file cannot be replaced by one.
    (summed.folder / "page.html").mkdir()
    summed.sync()
    summed.clock.move(hours=1)
    summed.sync()

    text = text_of(summed.mails(ADMIN)[-1])

    assert "Reports with a problem: 1" in text
    assert "report page" in text
    assert "never written" in text
    assert "report whole" not in text
    assert max(map(len, text.splitlines())) <= 80

    # A place that is no longer in bridge.toml troubles nobody.
    path.write_text(sound, "utf-8")
    before = len(summed.mails(ADMIN))
    summed.clock.move(days=1)
    summed.sync()
    assert len(summed.mails(ADMIN)) == before
