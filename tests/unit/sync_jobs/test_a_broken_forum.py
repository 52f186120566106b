"""A forum that breaks in Moodle keeps no other forum waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moodle_bridge.practice.calls import Arguments, Call
from moodle_bridge.practice.refusals import crash
from tests.unit.sync_jobs.bridged import BridgedCourse

LISTING = "mod_forum_get_forum_discussions"


@contextmanager
def breaking(course: BridgedCourse, forum_id: int) -> Iterator[None]:
    """Let Moodle fail to list one forum, as it does when a first post is lost."""
    whole = course.moodle.functions[LISTING]

    def broken(call: Call, arguments: Arguments) -> Any:
        if arguments["forumid"] == forum_id:
            raise crash("Argument #1 must be of type stdClass, bool given")
        return whole.run(call, arguments)

    with course._changed(LISTING, broken):
        yield


def test_the_other_forums_are_mailed_and_the_broken_one_is_named(
    unbegun: BridgedCourse,
) -> None:
    second = unbegun.moodle.add_forum(unbegun.course, "Case study")
    unbegun.configure(forum='"all"', new_discussions_to=str(unbegun.forum.cmid))
    unbegun.begin()
    unbegun.post(unbegun.aminata, "Seen")
    unbegun.post(unbegun.ha, "Broken", forum=second)
    with breaking(unbegun, second.id):
        ended = unbegun.sync()
    assert ended.code == 5
    assert any("Case study" in problem for problem in ended.data["problems"])
    assert [mail["Subject"] for mail in unbegun.mails()] == ["[FO26] Seen"]

    assert unbegun.sync().code == 0
    assert [mail["Subject"] for mail in unbegun.mails()] == [
        "[FO26] Seen",
        "[FO26] Broken",
    ]


def test_what_is_due_in_a_broken_forum_waits_and_is_not_taken_for_deleted(
    unbegun: BridgedCourse,
) -> None:
    second = unbegun.moodle.add_forum(unbegun.course, "Case study")
    unbegun.configure(
        forum='"all"', new_discussions_to=str(unbegun.forum.cmid), hold='"1h"'
    )
    unbegun.begin()
    unbegun.post(unbegun.ha, "Later", forum=second)
    unbegun.post(unbegun.aminata, "Also")
    assert unbegun.sync().code == 0
    unbegun.clock.move(hours=2)
    with breaking(unbegun, second.id):
        unbegun.sync()
    assert [mail["Subject"] for mail in unbegun.mails()] == ["[FO26] Also"]

    assert unbegun.sync().code == 0
    assert len(unbegun.mails()) == 2
