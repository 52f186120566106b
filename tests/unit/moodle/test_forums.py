import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moodle_bridge.errors import InDoubt, Permanent
from moodle_bridge.model.forum import (
    Author,
    Discussion,
    DiscussionPosts,
    ForumKind,
    Post,
)
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.forums import DiscussionFailure, ForumAccess, Forums
from moodle_bridge.moodle.functions import (
    ADD_DISCUSSION,
    ADD_POST,
    BATCH,
    DELETE_POST,
    DISCUSSION_POSTS,
    FORUM_ACCESS,
    FORUM_DISCUSSIONS,
    FORUMS_BY_COURSES,
)
from moodle_bridge.moodle.markers import bears
from moodle_bridge.moodle.post_order import parents_first
from moodle_bridge.runtime import from_unix

from .fakes import FakeTransport, refused
from .forum_fake import T0, FakeForum, discussion

POSTS = json.loads(
    (Path(__file__).parent / "answers" / "posts.json").read_text("utf-8")
)
CAMPUS = "https://moodle.example.org/campus"


@pytest.fixture
def forums(client: MoodleClient, transport: FakeTransport) -> Forums:
    def posts(arguments: Mapping[str, Any]) -> object:
        if arguments["discussionid"] == 404:
            raise refused("")
        return POSTS

    transport.functions[DISCUSSION_POSTS] = posts
    return Forums(client)


def a_discussion(number: int, replies: int = 0) -> Discussion:
    moment = from_unix(T0)
    return Discussion(
        id=number, forum_id=1, first_post_id=1, name="x", author_id=7, group_id=None,
        created=moment, modified=moment, reply_count=replies,
    )  # fmt: skip


def a_post(number: int, parent: int | None) -> Post:
    return Post(
        id=number, discussion_id=1, parent_id=parent, subject="", message="",
        author=Author(id=1, fullname=""), created=None, modified=None,
    )  # fmt: skip


def test_forums_have_readable_names_and_silent_courses_are_told(
    forums: Forums, transport: FakeTransport
) -> None:
    row = {"id": 1, "cmid": 9, "course": 2, "name": "Q&amp;A", "type": "qanda"}
    other = {**row, "id": 2, "type": "hologram"}
    transport.functions[FORUMS_BY_COURSES] = lambda _: [row, other]
    found = forums.of_courses([2, 3])
    assert [(forum.name, forum.kind) for forum in found.forums] == [
        ("Q&A", ForumKind.QANDA), ("Q&A", ForumKind.OTHER),
    ]  # fmt: skip
    assert found.silent == (3,)


def test_no_courses_have_no_forums(forums: Forums, transport: FakeTransport) -> None:
    assert forums.of_courses([]).forums == ()
    assert transport.calls == []


def test_a_post_is_read_with_its_files(forums: Forums) -> None:
    post = forums.posts_of(3)[0]
    assert post.subject == "Radio & &lt;blogs"
    assert post.message == (
        f'<p>R&amp;D <img src="{CAMPUS}/pluginfile.php/30/mod_forum/post/10/'
        'b%20%C3%A9.png"></p>'
    )
    assert post.created == from_unix(1795394205)
    assert post.modified == from_unix(1795394300)
    assert post.url.endswith("discuss.php?d=3#p10")
    text, picture = post.attachments
    assert (text.filename, text.size, text.inline) == ("héllo.txt", 5, False)
    assert (picture.media_type, picture.inline) == ("image/png", True)
    assert "webservice" not in picture.url


def test_placeholders_keep_nothing_of_what_moodle_writes_there(forums: Forums) -> None:
    deleted, hidden = forums.posts_of(3)[1:3]
    assert (deleted.deleted, deleted.visible) == (True, False)
    assert (hidden.deleted, hidden.visible) == (False, False)
    for placeholder in (deleted, hidden):
        assert placeholder.subject == placeholder.message == ""
        assert placeholder.created is None
        assert placeholder.author.id is None


def test_a_private_reply_is_marked_so(forums: Forums) -> None:
    post = forums.posts_of(3)[3]
    assert post.private
    assert post.author.deleted
    assert post.modified is None


@pytest.mark.parametrize("field", ["isprivatereply", "capabilities", "isdeleted"])
def test_a_post_that_does_not_say_who_may_see_it_is_not_read(
    forums: Forums, transport: FakeTransport, field: str
) -> None:
    post = {key: value for key, value in POSTS["posts"][0].items() if key != field}
    transport.functions[DISCUSSION_POSTS] = lambda _: {"posts": [post]}
    with pytest.raises(Permanent) as caught:
        forums.posts_of(3)
    assert caught.value.code == "shape"
    assert field in caught.value.what


@pytest.mark.parametrize("field", ["groupid", "timestart", "timeend"])
def test_a_discussion_that_does_not_say_who_may_see_it_is_not_read(
    forums: Forums, transport: FakeTransport, field: str
) -> None:
    row = {key: value for key, value in discussion(1).items() if key != field}
    transport.functions[FORUM_DISCUSSIONS] = lambda _: {"discussions": [row]}
    with pytest.raises(Permanent) as caught:
        list(forums.discussions(1, since=None))
    assert caught.value.code == "shape"


def test_a_time_beyond_all_calendars_is_no_crash(
    forums: Forums, transport: FakeTransport
) -> None:
    rows = [discussion(1, timemodified=10**15)]
    transport.functions[FORUM_DISCUSSIONS] = lambda _: {"discussions": rows}
    with pytest.raises(Permanent):
        list(forums.discussions(1, since=None))


def test_a_vanished_discussion_does_not_stop_the_others(
    forums: Forums, transport: FakeTransport
) -> None:
    asked = [a_discussion(1), a_discussion(404), a_discussion(3)]
    first, vanished, third = forums.posts(iter(asked))
    assert isinstance(first, DiscussionPosts)
    assert isinstance(third, DiscussionPosts)
    assert isinstance(vanished, DiscussionFailure)
    assert vanished.discussion.id == 404
    assert vanished.perhaps_gone
    assert transport.asked == [BATCH, BATCH]


def test_two_hundred_discussions_are_eight_requests(
    forums: Forums, transport: FakeTransport
) -> None:
    asked = [a_discussion(number, replies=9) for number in range(200)]
    assert len(list(forums.posts(asked))) == 200
    assert len(transport.calls) == 8


def test_long_discussions_are_not_read_many_at_once(
    forums: Forums, transport: FakeTransport
) -> None:
    asked = [a_discussion(number, replies=1500) for number in range(3)]
    assert len(list(forums.posts(asked))) == 3
    assert transport.asked == [DISCUSSION_POSTS] * 3


@given(st.data())
def test_parents_come_before_their_children(data: st.DataObject) -> None:
    count = data.draw(st.integers(0, 12))
    posts = [a_post(n, data.draw(st.none() | st.integers(0, 14))) for n in range(count)]
    posts = data.draw(st.permutations(posts))
    told = parents_first(posts)
    assert sorted(post.id for post in told) == list(range(count))
    place = {post.id: index for index, post in enumerate(told)}
    parents = {post.id: post.parent_id for post in posts}
    for post in told:
        if post.parent_id in place and not in_a_ring(post.id, parents):
            assert place[post.parent_id] < place[post.id]


def in_a_ring(number: int, parents: Mapping[int, int | None]) -> bool:
    seen: set[int] = set()
    step: int | None = number
    while step is not None and step in parents:
        if step in seen:
            return True
        seen.add(step)
        step = parents[step]
    return False


def test_posts_in_order_stay_as_they_are() -> None:
    posts = [a_post(1, None), a_post(2, 1), a_post(3, 1), a_post(4, 2), a_post(5, 77)]
    assert parents_first(posts) == tuple(posts)


def test_what_the_account_may_do_is_known(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.functions[FORUM_ACCESS] = lambda _: {
        "canreplypost": True, "canpostprivatereply": False, "warnings": [],
    }  # fmt: skip
    access = forums.access(1)
    assert access.may("replypost")
    assert not access.may("postprivatereply")


def test_a_discussion_is_begun_for_all_and_without_mail_to_the_account(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.functions[ADD_DISCUSSION] = lambda _: {"discussionid": 5}
    assert forums.add_discussion(1, "Hi", "<p>x</p>") == 5
    assert transport.calls[-1][1] == {
        "forumid": 1,
        "subject": "Hi",
        "message": "<p>x</p>",
        "groupid": -1,
        "options": [{"name": "discussionsubscribe", "value": False}],
    }


def test_a_discussion_of_a_group_takes_its_files_along(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.functions[ADD_DISCUSSION] = lambda _: {"discussionid": 5}
    forums.add_discussion(
        1, "Hi", "x", group_id=4, attachments_draft_id=77, inline_draft_id=78
    )
    sent = transport.calls[-1][1]
    assert sent["groupid"] == 4
    assert {"name": "attachmentsid", "value": 77} in sent["options"]
    assert {"name": "inlineattachmentsid", "value": 78} in sent["options"]


def reply_answer(*, private: bool) -> object:
    post = {**POSTS["posts"][0], "id": 20, "parentid": 10, "isprivatereply": private}
    return {"postid": 20, "post": post, "warnings": [], "messages": []}


def test_a_reply_is_given_back_as_it_stands(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.functions[ADD_POST] = lambda _: reply_answer(private=False)
    post = forums.add_reply(10, "Re: x", "<p>y</p>")
    assert (post.id, post.parent_id, post.private) == (20, 10, False)
    sent = transport.calls[-1][1]
    assert sent["messageformat"] == 1
    assert sent["options"] == [{"name": "discussionsubscribe", "value": False}]


def test_a_private_reply_needs_proof_of_the_right(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.functions[ADD_POST] = lambda _: reply_answer(private=True)
    without = ForumAccess(forum_id=1, rights=frozenset({"replypost"}))
    with pytest.raises(Permanent) as caught:
        forums.add_reply(10, "Re: x", "y", private_by=without)
    assert caught.value.code == "noprivatereply"
    assert transport.calls == []
    proof = ForumAccess(forum_id=1, rights=frozenset({"postprivatereply"}))
    assert forums.add_reply(10, "Re: x", "y", private_by=proof).private
    assert {"name": "private", "value": True} in transport.calls[-1][1]["options"]


@pytest.mark.parametrize("deleted", [True, False])
def test_a_private_reply_made_public_is_taken_back_at_once(
    forums: Forums, transport: FakeTransport, deleted: bool
) -> None:
    transport.functions[ADD_POST] = lambda _: reply_answer(private=False)
    if deleted:
        transport.functions[DELETE_POST] = lambda _: {"status": True}
    proof = ForumAccess(forum_id=1, rights=frozenset({"postprivatereply"}))
    with pytest.raises(Permanent) as caught:
        forums.add_reply(10, "Re: x", "y", private_by=proof)
    assert caught.value.code == "postedpublicly"
    assert (DELETE_POST, {"postid": 20}) in transport.calls
    assert ("NOW" in caught.value.advice) is not deleted


def test_a_reply_whose_answer_is_misshapen_is_in_doubt(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.functions[ADD_POST] = lambda _: {"postid": 20}
    with pytest.raises(InDoubt):
        forums.add_reply(10, "Re: x", "y")


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ('<div class="via-mail ref-ab12">x</div>', True),
        ("<p>a</p><div CLASS='ref-ab12'>x", True),
        ('<div class="ref-ab123">x</div>', False),
        ('<div class="xref-ab12">x</div>', False),
        ('<p title="ref-ab12">look for ref-ab12</p>', False),
        ('&lt;div class="ref-ab12"&gt;', False),
        ("", False),
    ],
)
def test_a_marker_is_a_class_of_an_element(message: str, found: bool) -> None:
    assert bears(message, "ref-ab12") is found


def test_what_is_no_marker_is_not_looked_for() -> None:
    with pytest.raises(ValueError, match="no marker"):
        bears("x", "")


def test_a_reply_in_doubt_is_found_by_its_marker(
    forums: Forums, transport: FakeTransport
) -> None:
    marked = {**POSTS["posts"][3], "message": '<div class="via ref-ab12">x</div>'}
    transport.functions[DISCUSSION_POSTS] = lambda _: {"posts": [marked]}
    found = forums.find_reply("ref-ab12", discussion_id=3, author_id=4)
    assert found
    assert found.id == 13
    assert forums.find_reply("ref-ab12", discussion_id=3, author_id=5) is None
    assert forums.find_reply("ref-other", discussion_id=3) is None


def test_a_discussion_in_doubt_is_found_by_its_marker(
    forums: Forums, transport: FakeTransport
) -> None:
    marked = discussion(3, message='<div class="ref-ab12">x</div>', timemodified=T0)
    pinned = discussion(0, pinned=True)
    forum = FakeForum(pinned, *map(discussion, range(4, 60)), marked)
    transport.functions[FORUM_DISCUSSIONS] = forum.discussions
    begun = datetime.fromtimestamp(T0, UTC)
    found = forums.find_discussion("ref-ab12", forum_id=1, created_after=begun)
    assert found
    assert (found.id, found.name, found.first_post_id) == (3, "No 3 & so on", 1003)
    nobody = forums.find_discussion(
        "ref-ab12", forum_id=1, created_after=begun, author_id=1
    )
    assert nobody is None
