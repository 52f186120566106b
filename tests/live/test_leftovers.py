"""What a run leaves behind that was stopped in its middle is taken away by the next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from moodle_bridge.moodle import NewCohort, NewEvent, NewGroup
from moodle_bridge.moodle import functions as named
from tests.live.leftovers import take_away
from tests.live.site import LiveSite

needs = pytest.mark.needs
pytestmark = needs(named.COURSES_BY_FIELD)


@needs(
    named.FORUMS_BY_COURSES,
    named.CAN_ADD_DISCUSSION,
    named.ADD_DISCUSSION,
    named.FORUM_DISCUSSIONS,
    named.DELETE_POST,
)
def test_a_discussion_that_was_left_is_taken_away_and_no_other(site: LiveSite) -> None:
    forums = site.moodle.forums
    before = {one.id for one in forums.discussions(site.forum.id, since=None)}
    name = site.name()
    left = forums.add_discussion(site.forum.id, name, "<p>x</p>")

    told = take_away(site)

    assert f"taken away: discussion {name}" in told
    after = {one.id for one in forums.discussions(site.forum.id, since=None)}
    assert left not in after
    assert before <= after


@needs(named.CREATE_EVENTS, named.GET_EVENTS, named.DELETE_EVENTS)
def test_an_event_that_was_left_is_taken_away(site: LiveSite) -> None:
    starts = site.moodle.client.clock() + timedelta(days=30)
    event = NewEvent(name=site.name(), starts=starts, course_id=site.course.id)
    site.done(site.moodle.calendar.create([event])[0])

    assert f"taken away: event {event.name}" in take_away(site)


@needs(
    named.CREATE_USERS,
    named.USERS_BY_FIELD,
    named.SEARCH_USERS,
    removal="core_user_delete_users",
)
def test_an_account_that_was_left_is_taken_away(site: LiveSite) -> None:
    name = site.name()
    site.done(site.moodle.users.create([site.newcomer(name)])[0])

    if not site.thrown_away:
        assert f"taken away: user {name}" in take_away(site)
        assert site.moodle.users.search(last_name=name) == ()


@needs(named.CREATE_COHORTS, named.SEARCH_COHORTS, removal="core_cohort_delete_cohorts")
def test_a_cohort_that_was_left_is_taken_away(site: LiveSite) -> None:
    name = site.name()
    site.done(site.moodle.cohorts.create([NewCohort(name=name, idnumber=name)])[0])

    if not site.thrown_away:
        assert f"taken away: cohort {name}" in take_away(site)
        assert site.moodle.cohorts.by_idnumber(name) is None


@needs(named.CREATE_GROUPS, named.COURSE_GROUPS, removal="core_group_delete_groups")
def test_a_group_that_was_left_is_taken_away(site: LiveSite) -> None:
    group = NewGroup(course_id=site.course.id, name=site.name())
    site.done(site.moodle.groups.create([group])[0])

    if not site.thrown_away:
        assert f"taken away: group {group.name}" in take_away(site)
        assert group.name not in {
            one.name for one in site.moodle.groups.of_course(site.course.id)
        }
