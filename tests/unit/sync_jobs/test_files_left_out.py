"""Moodle leaves out files over the limits of a forum, and says nothing."""

from __future__ import annotations

from sync.ledger.inbound import InboundState
from tests.unit.sync_jobs.bridged import BridgedCourse


def test_files_that_moodle_leaves_out_are_noted(unbegun: BridgedCourse) -> None:
    unbegun.forum = unbegun.moodle.add_forum(
        unbegun.course, "One picture each", maxattachments=1
    )
    unbegun.configure()
    unbegun.begin()
    pictures = [("hall.jpg", b"\xff\xd8 hall"), ("garden.jpg", b"\xff\xd8 garden")]
    sent = unbegun.write(unbegun.ha, "Two pictures", files=pictures)
    assert unbegun.sync().code == 0
    mail = unbegun.mail(sent)
    assert mail.state is InboundState.POSTED
    assert "left out 1 of its files" in mail.detail
    assert len(unbegun.moodle.state.posts) == 1


def test_files_that_moodle_takes_need_no_note(course: BridgedCourse) -> None:
    sent = course.write(course.ha, "A picture", files=[("hall.jpg", b"\xff\xd8 hall")])
    assert course.sync().code == 0
    assert "left out" not in course.mail(sent).detail
