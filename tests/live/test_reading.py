"""What is read: the site, courses, forums, people, activities."""

from __future__ import annotations

from datetime import timedelta

import pytest

from moodle_bridge.errors import Permanent
from moodle_bridge.moodle import Connection, Moodle
from moodle_bridge.moodle import functions as named
from moodle_bridge.moodle.calls import Call
from tests.live.site import LiveSite, NotHere

needs = pytest.mark.needs
NO_ID = 2_000_000_000


def test_the_site_tells_whose_token_it_is(site: LiveSite) -> None:
    info = site.moodle.site.info()

    assert (info.user_id, info.username) == (site.info.user_id, site.info.username)
    assert named.SITE_INFO in info.functions
    assert info.release
    assert info.version > 0


def test_a_wrong_token_is_refused_by_its_meaning(site: LiveSite) -> None:
    connection = Connection(site_url=site.url, protocol=site.protocol)
    with (
        Moodle.connect(connection, "0" * 32) as stranger,
        pytest.raises(Permanent) as caught,
    ):
        stranger.site.info()

    assert caught.value.code == "invalidtoken"
    assert caught.value.concerns_all


def test_a_function_that_is_not_in_the_service_is_told_as_that(site: LiveSite) -> None:
    with pytest.raises(Permanent) as caught:
        site.moodle.client.read("mod_forum_mb_live_none")

    assert caught.value.code == "missingfunction"


@needs(named.COURSES_BY_FIELD)
def test_a_course_is_found_by_its_short_name_and_its_number(site: LiveSite) -> None:
    by_number = site.moodle.courses.by_ids([site.course.id, NO_ID])

    assert by_number == {site.course.id: site.course}
    assert site.moodle.courses.by_shortname("mb-live-no such course") is None


@needs(named.BATCH, named.COURSES_BY_FIELD, named.FORUM_ACCESS)
def test_many_reads_keep_their_order_around_one_that_is_refused(
    site: LiveSite,
) -> None:
    good = Call(
        function=named.COURSES_BY_FIELD,
        arguments={"field": "shortname", "value": site.course.shortname},
    )
    bad = Call(function=named.FORUM_ACCESS, arguments={"forumid": NO_ID})

    results = site.moodle.client.batch([good, bad, good])

    assert isinstance(results[1], Permanent)
    for result in (results[0], results[2]):
        assert not isinstance(result, Exception)
        assert result.value["courses"][0]["id"] == site.course.id


@needs(named.UPDATES_SINCE, named.COURSES_BY_FIELD)
def test_a_course_tells_what_changed_with_the_time_of_the_site(site: LiveSite) -> None:
    now = site.moodle.client.clock()
    told = site.moodle.updates.updates_since(
        {site.course.id: now + timedelta(days=1), NO_ID: now}
    )

    assert told[site.course.id].is_quiet
    assert told[site.course.id].seen_until is not None
    assert told[NO_ID].error is not None


@needs(named.FORUMS_BY_COURSES, named.FORUM_ACCESS, named.COURSES_BY_FIELD)
def test_the_forums_of_a_course_tell_what_may_be_done_in_them(site: LiveSite) -> None:
    found = site.moodle.forums.of_courses([site.course.id, NO_ID])

    assert found.forums
    assert found.silent == (NO_ID,)
    for forum in found.forums:
        assert site.moodle.forums.access(forum.id).rights


@needs(named.FORUM_DISCUSSIONS, named.DISCUSSION_POSTS, named.FORUMS_BY_COURSES)
def test_discussions_are_read_with_their_posts_parents_first(site: LiveSite) -> None:
    forums = site.moodle.forums.of_courses([site.course.id]).forums
    begun = [
        discussion
        for page in site.moodle.forums.discussions_of([forum.id for forum in forums])
        for discussion in page.discussions
    ]
    if not begun:
        raise NotHere("the course has no discussion")

    for discussion in begun[:5]:
        told: set[int] = set()
        for post in site.moodle.forums.posts_of(discussion.id):
            assert post.parent_id is None or post.parent_id in told
            told.add(post.id)


@needs(named.FORUM_DISCUSSIONS, named.CAN_ADD_DISCUSSION, named.FORUMS_BY_COURSES)
def test_pages_of_a_forum_hold_each_discussion_once(site: LiveSite) -> None:
    forums = site.moodle.forums
    whole = [one.id for one in forums.discussions(site.forum.id, since=None)]
    paged = [
        one.id for one in forums.discussions(site.forum.id, since=None, per_page=2)
    ]

    assert sorted(paged) == sorted(set(whole))


@needs(named.ENROLLED_USERS, named.USERS_BY_FIELD, named.COURSES_BY_FIELD)
def test_a_participant_is_found_again_by_address(site: LiveSite) -> None:
    people = list(site.moodle.people.enrolled(site.course.id))
    shown = next((person for person in people if person.addresses), None)
    if shown is None:
        raise NotHere("the account sees no address")
    address, nobody = shown.addresses[0], "mb-live-nobody@example.invalid"

    found = site.moodle.people.by_field("email", [f" {address} ", nobody, "no address"])

    assert shown.user_id in {person.user_id for person in found[f" {address} "]}
    assert (found[nobody], found["no address"]) == ((), ())


@needs(named.USERS_BY_FIELD)
def test_the_account_sees_itself_and_nobody_of_no_number(site: LiveSite) -> None:
    found = site.moodle.people.by_ids([site.info.user_id, NO_ID])

    assert list(found) == [site.info.user_id]


@needs(named.COURSES_OF_USER, named.COURSES_BY_FIELD)
def test_the_courses_of_a_user_are_read(site: LiveSite) -> None:
    courses = site.moodle.enrolments.courses_of(site.info.user_id)

    assert len({course.id for course in courses}) == len(courses)


@needs(named.COURSE_GROUPS, named.GROUP_MEMBERS, named.COURSES_BY_FIELD)
def test_groups_are_read_with_their_members(site: LiveSite) -> None:
    groups = site.moodle.groups.of_course(site.course.id)
    members = site.moodle.groups.members([group.id for group in groups])

    assert members.keys() == {group.id for group in groups}


@needs(named.FEEDBACKS_BY_COURSES, named.FEEDBACK_ITEMS, named.FEEDBACK_RESPONSES)
def test_a_feedback_activity_tells_its_questions_and_answers(site: LiveSite) -> None:
    activities = site.moodle.feedbacks.of_courses([site.course.id])
    if not activities:
        raise NotHere("the course has no feedback activity")
    questions = site.moodle.feedbacks.questions(activities[0].id)

    known = {question.id for question in questions}
    for response in site.moodle.feedbacks.responses(activities[0].id):
        assert {answer.question_id for answer in response.answers} <= known


@needs(named.COMPLETION_STATUS, named.ENROLLED_USERS, named.COURSES_BY_FIELD)
def test_completion_is_told_of_each_participant_in_order(site: LiveSite) -> None:
    people = [one.user_id for one in site.moodle.people.enrolled(site.course.id)][:3]

    told = list(site.moodle.completion.of_users(site.course.id, [*people, NO_ID]))

    assert [one.user_id for one in told] == [*people, NO_ID]
    assert told[-1].error is not None
