"""What commands say of mails and posts, word for word where words went wrong."""

from __future__ import annotations

import pytest

from sync.ledger.inbound import InboundState
from tests.unit.sync_jobs.bridged import BridgedCourse

AWAY = b"""\
From: Jan de Wit <jan@nl.example>
To: bridge@lists.example
Message-ID: <away@nl.example>
Date: Sun, 01 Mar 2026 08:00:00 +0000
Subject: My ink
Auto-Submitted: auto-replied

I am out of ink.
"""


def test_no_list_gives_back_what_went_to_each_reader(direct: BridgedCourse) -> None:
    discussion = direct.post(direct.aminata)
    direct.sync()
    mail = direct.sent()[0]
    direct.box.lay(b"List-Id: <bridge.lists.example>\r\n" + mail.content)
    direct.sync()
    said = direct.printed("explain", str(discussion.firstpost))
    assert "its copy came back" in said
    assert "the list gave it back" not in said


def test_a_list_gives_back_what_went_to_it(course: BridgedCourse) -> None:
    discussion = course.post(course.aminata)
    course.sync()
    mail = course.sent()[0]
    course.box.lay(b"List-Id: <fo26.lists.example>\r\n" + mail.content)
    course.sync()
    assert "the list gave it back" in course.printed(
        "explain", str(discussion.firstpost)
    )


def test_one_is_told_as_one(direct: BridgedCourse) -> None:
    direct.post(direct.aminata)
    direct.sync()
    assert "1 post seen" in direct.printed("runs")
    assert "ended with exit code 0" in direct.printed("status")
    assert "mail arrives, as far as is known" in direct.printed(
        "explain", direct.ha.email
    )


@pytest.mark.parametrize("released", [True, False])
def test_what_was_taken_for_an_auto_reply_can_be_released_as_explain_says(
    direct: BridgedCourse, *, released: bool
) -> None:
    written = "<away@nl.example>"
    direct.box.lay(AWAY)
    direct.sync()
    mail = direct.mail(written)
    assert mail.state is InboundState.IGNORED
    assert "release it if a person did write it" in direct.printed("explain", written)
    assert "I am out of ink." in direct.printed("held", "show", f"mail-{mail.id}")
    if released:
        direct.printed("held", "release", f"mail-{mail.id}")
    direct.sync()
    direct.sync()
    said = [post.message for post in direct.moodle.state.posts.values()]
    assert sum("out of ink" in one for one in said) == released


def test_what_the_bridge_wrote_itself_cannot_be_released(
    direct: BridgedCourse,
) -> None:
    direct.post(direct.aminata)
    direct.sync()
    direct.box.lay(direct.sent()[0].content)
    direct.sync()
    for number in range(1, 4):
        assert direct.call("held", "release", f"mail-{number}").code == 2
