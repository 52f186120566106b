"""A discussion that begins by mail in a forum that keeps its groups apart."""

from __future__ import annotations

import pytest

from tests.unit.sync_jobs.bridged import BridgedCourse

SEPARATE, VISIBLE = 1, 2


@pytest.fixture(params=[SEPARATE, VISIBLE])
def grouped(request: pytest.FixtureRequest, unbegun: BridgedCourse) -> BridgedCourse:
    """A course whose forum has the groups Red and Blue; nothing was synced yet."""
    moodle = unbegun.moodle
    unbegun.forum = moodle.add_forum(
        unbegun.course, "Group work", group_mode=request.param
    )
    moodle.add_group(unbegun.course, "Red", unbegun.aminata, unbegun.jan)
    moodle.add_group(unbegun.course, "Blue", unbegun.jan)
    unbegun.configure()
    unbegun.begin()
    return unbegun


def begun_for(course: BridgedCourse) -> list[int]:
    return [found.groupid for found in course.moodle.state.discussions.values()]


def held(course: BridgedCourse) -> list[str]:
    return [row["reason"] for row in course.call("held").data["held"]]


def test_what_a_member_writes_is_for_their_group(grouped: BridgedCourse) -> None:
    (red, _) = grouped.moodle.state.groups.values()
    grouped.write(grouped.aminata, "Only for us", subject="Red")
    assert grouped.sync().code == 0
    assert begun_for(grouped) == [red.id]


def test_what_a_facilitator_writes_is_for_everybody(grouped: BridgedCourse) -> None:
    grouped.write(grouped.grace, "For all of you", subject="Welcome")
    assert grouped.sync().code == 0
    assert begun_for(grouped) == [-1]


def test_who_is_in_several_groups_is_held_because_nobody_knows_for_which(
    grouped: BridgedCourse,
) -> None:
    grouped.write(grouped.jan, "For whom?", subject="Both")
    assert grouped.sync().code == 3
    assert held(grouped) == ["which-group"]
    assert begun_for(grouped) == []


def test_a_forum_without_groups_takes_it_for_everybody_whoever_is_in_a_group(
    unbegun: BridgedCourse,
) -> None:
    unbegun.moodle.add_group(unbegun.course, "Red", unbegun.jan)
    unbegun.moodle.add_group(unbegun.course, "Blue", unbegun.jan)
    unbegun.begin()
    unbegun.write(unbegun.jan, "For all", subject="Plan")
    assert unbegun.sync().code == 0
    assert begun_for(unbegun) == [-1]


def test_a_service_that_does_not_tell_the_mode_puts_nobody_in_front_of_all(
    unbegun: BridgedCourse,
) -> None:
    unbegun.moodle.add_group(unbegun.course, "Red", unbegun.jan)
    unbegun.moodle.add_group(unbegun.course, "Blue", unbegun.jan)
    with unbegun.refusing("core_course_get_course_module", "accessexception"):
        unbegun.begin()
        unbegun.write(unbegun.jan, "For all?", subject="Plan")
        unbegun.write(unbegun.ha, "I am in no group", subject="Free")
        assert unbegun.sync().code == 3
    assert held(unbegun) == ["which-group"]
    assert begun_for(unbegun) == [-1]


def test_who_is_in_no_group_is_held_where_groups_are_apart(
    unbegun: BridgedCourse,
) -> None:
    unbegun.forum = unbegun.moodle.add_forum(
        unbegun.course, "Group work", group_mode=SEPARATE
    )
    unbegun.configure()
    unbegun.begin()
    unbegun.write(unbegun.ha, "Where do I belong?", subject="Lost")
    assert unbegun.sync().code == 3
    assert held(unbegun) == ["which-group"]
