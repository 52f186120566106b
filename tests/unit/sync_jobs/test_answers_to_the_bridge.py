"""What somebody answers to the bridge itself is shown to nobody before an admin saw it."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from sync.ledger.inbound import InboundState
from tests.unit.sync_jobs.bridged import BRIDGE, DIRECT, LIST, BridgedCourse, MakeCourse

PRIVATE = "Between us: I may have to leave the course, my father is ill.\n"


@pytest.fixture(params=["remote", "direct"])
def course(request: pytest.FixtureRequest, make_course: MakeCourse) -> BridgedCourse:
    made = make_course(lists=DIRECT if request.param == "direct" else None)
    made.begin()
    return made


@pytest.fixture
def told(course: BridgedCourse) -> EmailMessage:
    """What the bridge answered to a command of Aminata's."""
    course.write(course.aminata, "help\n", to=BRIDGE, subject="")
    assert course.sync().code == 0
    return course.mails(course.aminata.email)[-1]


def test_an_answer_to_the_bridge_is_held_and_posted_nowhere(
    course: BridgedCourse, told: EmailMessage
) -> None:
    sent = len(course.mails())
    answer = course.write(
        course.aminata,
        PRIVATE,
        to=BRIDGE,
        subject=f"Re: {told['Subject']}",
        answers=str(told["Message-ID"]),
    )
    assert course.sync().code in {0, 3}
    mail = course.mail(answer)
    assert (mail.state, mail.reason) == (InboundState.HELD, "answers-bridge")
    assert course.posts() == []
    assert not any(
        "my father" in str(one.get_content()) for one in course.mails()[sent:]
    )


def test_released_it_begins_a_discussion(
    course: BridgedCourse, told: EmailMessage
) -> None:
    answer = course.write(
        course.aminata, "For all.\n", to=BRIDGE, answers=str(told["Message-ID"])
    )
    course.sync()
    assert course.call("held", "release", f"mail-{course.mail(answer).id}").code == 0
    course.sync()
    assert course.mail(answer).state is InboundState.POSTED


@pytest.mark.parametrize("course", ["remote"], indirect=True)
def test_who_answers_it_to_the_list_means_everybody(
    course: BridgedCourse, told: EmailMessage
) -> None:
    answer = course.write(
        course.aminata,
        "Hello to all of you.\n",
        to=LIST,
        subject="Hello",
        answers=str(told["Message-ID"]),
    )
    course.sync()
    assert course.mail(answer).state is InboundState.POSTED
