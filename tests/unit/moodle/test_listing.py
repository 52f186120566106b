from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moodle_bridge.errors import Transient
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.forums import Forums
from moodle_bridge.moodle.functions import FORUM_DISCUSSIONS
from moodle_bridge.runtime import from_unix

from .fakes import FakeClock, FakeTransport
from .forum_fake import T0, FakeForum, discussion


def reading(forum: FakeForum) -> Forums:
    clock, transport = FakeClock(), FakeTransport()
    transport.functions[FORUM_DISCUSSIONS] = forum.discussions
    return Forums(
        MoodleClient(transport, clock=clock, sleep=clock.sleep, jitter=lambda: 0.0)
    )


def numbers(
    forum: FakeForum, since: int | None = None, per_page: int = 10
) -> list[int]:
    moment = None if since is None else from_unix(since)
    found = reading(forum).discussions(1, since=moment, per_page=per_page)
    return [row.id for row in found]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 19, 20, 99, 100, 101, 350])
def test_every_discussion_comes_once_newest_first(count: int) -> None:
    forum = FakeForum(*map(discussion, range(count)))
    assert numbers(forum) == list(reversed(range(count)))


def test_two_hundred_discussions_are_three_requests() -> None:
    forum = FakeForum(*map(discussion, range(200)))
    assert len(numbers(forum, per_page=100)) == 200
    assert len(forum.pages) <= 3


@settings(max_examples=30, deadline=None)
@given(st.integers(10, 120), st.integers(0, 1_200))
def test_reading_costs_hardly_more_than_the_pages(per_page: int, count: int) -> None:
    forum = FakeForum(*map(discussion, range(count)))
    assert len(numbers(forum, per_page=per_page)) == count
    assert len(forum.pages) <= 2 * count / per_page + 2
    assert all(size >= per_page // 2 for _, size in forum.pages)


def test_reading_ends_at_what_is_older() -> None:
    forum = FakeForum(*map(discussion, range(100)))
    assert numbers(forum, since=T0 + 95) == [99, 98, 97, 96, 95]
    assert len(forum.pages) == 1


def test_what_is_older_is_given_to_the_end_of_its_page_for_nothing() -> None:
    forum = FakeForum(*map(discussion, range(100)))
    found = list(reading(forum).looked_over(1, since=from_unix(T0 + 95), per_page=10))
    assert [one.discussion.id for one in found] == list(range(99, 89, -1))
    assert [one.active for one in found] == [True] * 5 + [False] * 5
    assert len(forum.pages) == 1


def test_an_old_pinned_discussion_does_not_end_it() -> None:
    forum = FakeForum(*map(discussion, range(5)), discussion(50, pinned=True))
    forum.rows[-1]["timemodified"] = T0 - 9999
    assert numbers(forum, since=T0 + 3) == [50, 4, 3]


def test_a_timed_discussion_counts_from_its_start() -> None:
    forum = FakeForum(discussion(1, timestart=T0 + 60), discussion(50))
    assert numbers(forum, since=T0 + 55) == [1]


def test_a_deletion_between_two_pages_hides_nothing() -> None:
    forum = FakeForum(*map(discussion, range(60)))
    forum.after_page[1] = lambda: forum.delete(59, 58, 57, 56, 55)
    forum.after_page[3] = lambda: forum.delete(*range(30, 50))
    assert set(range(30)) <= set(numbers(forum))


def test_a_deletion_that_shortens_the_last_page_hides_nothing() -> None:
    forum = FakeForum(*map(discussion, range(11)))
    forum.after_page[1] = lambda: forum.delete(10, 9)
    assert numbers(forum) == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]


def test_new_posts_between_two_pages_repeat_nothing() -> None:
    forum = FakeForum(*map(discussion, range(30)))

    def answered() -> None:
        forum.rows.append(discussion(99))
        forum.rows[0]["timemodified"] = T0 + 500

    forum.after_page[1] = answered
    found = numbers(forum)
    assert len(found) == len(set(found))
    assert set(range(29)) <= set(found)


def test_what_may_not_be_seen_does_not_end_the_reading() -> None:
    forum = FakeForum(*map(discussion, range(40)))
    forum.forbidden = set(range(8, 35))
    assert numbers(forum) == [39, 38, 37, 36, 35, *reversed(range(8))]


def test_a_listing_that_never_holds_still_is_left_to_the_next_run() -> None:
    forum = FakeForum(*map(discussion, range(900)))

    def shrink() -> None:
        first = [row["discussion"] for row in forum.rows[:40]]
        forum.delete(*first)
        forum.after_page[len(forum.pages) + 1] = shrink

    forum.after_page[1] = shrink
    with pytest.raises(Transient):
        numbers(forum)


def test_first_pages_of_several_forums_are_one_request(
    client_of: Callable[..., MoodleClient], transport: FakeTransport
) -> None:
    forum = FakeForum(*map(discussion, range(15)))
    transport.functions[FORUM_DISCUSSIONS] = forum.discussions
    pages = list(Forums(client_of(transport)).discussions_of([1, 404, 2], per_page=10))
    assert [page.forum_id for page in pages] == [1, 404, 2]
    assert [len(page.discussions) for page in pages] == [10, 0, 10]
    assert pages[1].error
    assert pages[1].error.code == "invalidrecord"
    assert not pages[0].complete
    assert len(transport.calls) == 2
