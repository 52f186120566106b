"""Who may read a post now, and when it may go out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.audience import (
    NEVER,
    answered_by,
    due_at,
    may_go_to_list,
    may_go_to_people,
    readers,
)
from moodle_bridge.model.forum import Author, Discussion, Forum, ForumKind, Post
from moodle_bridge.model.people import Person

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FORUM = Forum(id=3, cmid=31, course_id=2, name="Questions", kind=ForumKind.GENERAL)
DISCUSSION = Discussion(
    id=20,
    forum_id=3,
    first_post_id=200,
    name="Starting up",
    author_id=11,
    group_id=None,
    created=NOW - 3 * HOUR,
    modified=NOW - HOUR,
)
FIRST = Post(
    id=200,
    discussion_id=20,
    parent_id=None,
    subject="Starting up",
    message="<p>How?</p>",
    author=Author(id=11, fullname="Aminata Diop"),
    created=NOW - 3 * HOUR,
    modified=NOW - 3 * HOUR,
)
ANSWER = replace(
    FIRST, id=201, parent_id=200, author=Author(id=12, fullname="Nguyễn Thị Hoa")
)
AMINATA = Person(user_id=11, username="aminata", fullname="Aminata Diop")
HOA = Person(
    user_id=12, username="hoa", fullname="Nguyễn Thị Hoa", group_ids=frozenset({5})
)
OKELLO = Person(
    user_id=13, username="okello", fullname="Okello", group_ids=frozenset({6})
)
SANNE = Person(user_id=14, username="sanne", fullname="Sanne", facilitator=True)
PEOPLE = (AMINATA, HOA, OKELLO, SANNE)


def reason(
    post: Post,
    discussion: Discussion = DISCUSSION,
    forum: Forum = FORUM,
    group_id: int | None = None,
) -> str | None:
    rejection = may_go_to_list(post, discussion, forum, NOW, group_id=group_id)
    return rejection.reason if rejection else None


def names(
    post: Post,
    discussion: Discussion = DISCUSSION,
    forum: Forum = FORUM,
    group_id: int | None = None,
    answered: frozenset[int] = frozenset(),
) -> list[str]:
    found = readers(
        post, discussion, forum, PEOPLE, NOW, group_id=group_id, answered=answered
    )
    return [person.username for person in found]


def test_an_ordinary_post_goes_to_the_list_and_to_everybody() -> None:
    assert reason(FIRST) is None
    assert reason(ANSWER) is None
    assert names(ANSWER) == ["aminata", "hoa", "okello", "sanne"]


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        (replace(ANSWER, private=True), "private"),
        (replace(ANSWER, deleted=True), "deleted"),
        (replace(ANSWER, visible=False), "placeholder"),
        (replace(ANSWER, created=None), "placeholder"),
    ],
)
def test_what_moodle_does_not_show_to_all_goes_to_nobody(
    post: Post, expected: str
) -> None:
    assert reason(post) == expected
    assert names(post) == []
    rejection = may_go_to_people(post, DISCUSSION, FORUM, NOW, group_id=None)
    assert rejection is not None
    assert rejection.reason == expected
    assert rejection.advice
    assert rejection.detail == "post 201 in discussion 20"


@pytest.mark.parametrize(
    "discussion",
    [
        replace(DISCUSSION, time_start=NOW + timedelta(seconds=1)),
        replace(DISCUSSION, time_end=NOW),
        replace(DISCUSSION, time_start=NOW - 9 * HOUR, time_end=NOW - HOUR),
    ],
)
def test_a_timed_discussion_goes_to_nobody_outside_its_time(
    discussion: Discussion,
) -> None:
    assert reason(ANSWER, discussion) == "timed"
    assert names(ANSWER, discussion) == []


def test_a_timed_discussion_goes_out_within_its_time() -> None:
    discussion = replace(DISCUSSION, time_start=NOW, time_end=NOW + HOUR)
    assert reason(ANSWER, discussion) is None


def test_a_group_is_read_by_its_members_and_the_facilitators() -> None:
    discussion = replace(DISCUSSION, group_id=5)
    assert names(ANSWER, discussion) == ["hoa", "sanne"]
    assert names(ANSWER, discussion, group_id=5) == ["hoa", "sanne"]


def test_a_group_goes_to_the_list_of_that_group_only() -> None:
    discussion = replace(DISCUSSION, group_id=5)
    assert reason(ANSWER, discussion) == "group"
    assert reason(ANSWER, discussion, group_id=6) == "group"
    assert reason(ANSWER, discussion, group_id=5) is None
    assert names(ANSWER, discussion, group_id=6) == []
    assert may_go_to_people(ANSWER, discussion, FORUM, NOW, group_id=6) is not None


def test_what_is_for_all_goes_to_the_list_of_a_group_too() -> None:
    assert reason(ANSWER, group_id=5) is None
    assert names(ANSWER, group_id=5) == ["aminata", "hoa", "okello", "sanne"]


def test_answers_in_a_qanda_forum_wait_for_ones_own() -> None:
    forum = replace(FORUM, kind=ForumKind.QANDA)
    assert reason(FIRST, forum=forum) is None
    assert reason(ANSWER, forum=forum) == "qanda"
    assert names(FIRST, forum=forum) == ["aminata", "hoa", "okello", "sanne"]
    # Who asked, who answered, and the facilitators.
    assert names(ANSWER, forum=forum) == ["aminata", "hoa", "sanne"]
    assert names(ANSWER, forum=forum, answered=frozenset({13})) == [
        "aminata",
        "hoa",
        "okello",
        "sanne",
    ]


def test_an_answer_counts_when_it_can_no_longer_be_changed() -> None:
    late = replace(ANSWER, id=203, author=Author(id=13, fullname=""), created=NOW)
    gone = replace(ANSWER, id=204, author=Author(id=15, fullname=""), deleted=True)
    unknown = replace(ANSWER, id=205, author=Author(id=None, fullname=""))
    posts = [FIRST, ANSWER, late, gone, unknown, replace(late, created=None)]
    assert answered_by(posts, DISCUSSION, now=NOW) == {12}


def test_somebody_suspended_reads_nothing() -> None:
    suspended = replace(SANNE, suspended=True)
    assert readers(ANSWER, DISCUSSION, FORUM, [suspended], NOW) == ()


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(ValueError, match="belong together"):
        reason(replace(ANSWER, discussion_id=21))
    with pytest.raises(ValueError, match="belong together"):
        reason(ANSWER, forum=replace(FORUM, id=4))


def test_a_post_is_due_after_the_hold_that_an_edit_does_not_begin_again() -> None:
    edited = replace(FIRST, modified=NOW)
    assert due_at(edited, DISCUSSION, HOUR) == NOW - 2 * HOUR


def test_a_timed_post_is_due_when_it_is_shown() -> None:
    discussion = replace(DISCUSSION, time_start=NOW + HOUR)
    assert due_at(FIRST, discussion, HOUR) == NOW + HOUR
    earlier = replace(DISCUSSION, time_start=NOW - 9 * HOUR)
    assert due_at(FIRST, earlier, HOUR) == NOW - 2 * HOUR


def test_a_placeholder_is_never_due() -> None:
    assert due_at(replace(FIRST, created=None), DISCUSSION, HOUR) == NEVER


groups = st.sampled_from([None, 5, 6])
times = st.one_of(st.none(), st.sampled_from([NOW - HOUR, NOW, NOW + HOUR]))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Post, Discussion, Forum, int | None]:
    forum = replace(FORUM, kind=draw(st.sampled_from(list(ForumKind))))
    discussion = replace(
        DISCUSSION,
        group_id=draw(groups),
        time_start=draw(times),
        time_end=draw(times),
    )
    post = replace(
        draw(st.sampled_from([FIRST, ANSWER])),
        private=draw(st.booleans()),
        deleted=draw(st.booleans()),
        visible=draw(st.booleans()),
        created=draw(st.sampled_from([None, NOW - HOUR])),
    )
    return post, discussion, forum, draw(groups)


@given(situations(), st.frozensets(st.sampled_from([11, 12, 13, 14])))
def test_no_post_reaches_a_reader_who_may_not_see_it(
    situation: tuple[Post, Discussion, Forum, int | None], answered: frozenset[int]
) -> None:
    post, discussion, forum, group_id = situation
    withheld = (
        post.private
        or post.deleted
        or not post.visible
        or post.created is None
        or (discussion.time_start is not None and discussion.time_start > NOW)
        or (discussion.time_end is not None and discussion.time_end <= NOW)
    )
    found = readers(
        post, discussion, forum, PEOPLE, NOW, group_id=group_id, answered=answered
    )
    to_list = may_go_to_list(post, discussion, forum, NOW, group_id=group_id)
    hidden = forum.kind is ForumKind.QANDA and post.id != discussion.first_post_id
    if withheld:
        assert found == ()
        assert to_list is not None
    if to_list is None:
        assert discussion.group_id in {None, group_id}
        assert not hidden
    for person in found:
        if person.facilitator:
            continue
        assert discussion.group_id is None or discussion.group_id in person.group_ids
        if hidden:
            assert person.user_id in answered | {post.author.id, discussion.author_id}
