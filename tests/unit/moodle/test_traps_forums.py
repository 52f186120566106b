"""Traps of forums: dropped files, cleaned texts, states that mean their opposite."""

from dataclasses import replace
from typing import Any

import pytest

from moodle_bridge.errors import InDoubt, Permanent
from moodle_bridge.model.forum import Attachment, Author, Post
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.forums import Forums
from moodle_bridge.moodle.functions import (
    ADD_DISCUSSION,
    CAN_ADD_DISCUSSION,
    DELETE_POST,
    LOCK_DISCUSSION,
    PIN_DISCUSSION,
    UPDATE_POST,
    UPDATES_SINCE,
)
from moodle_bridge.moodle.post_checks import differences
from moodle_bridge.moodle.updates import Updates
from moodle_bridge.runtime import from_unix

from .fakes import SERVED, FakeTransport
from .forum_fake import T0

MARKED = '<div class="ref-abc123">Hello</div>'


@pytest.fixture
def forums(client: MoodleClient) -> Forums:
    return Forums(client)


def post(**more: Any) -> Post:
    whole: dict[str, Any] = {
        "id": 1, "discussion_id": 2, "parent_id": None, "subject": "Blogs",
        "message": MARKED, "author": Author(id=3, fullname="Bridge"),
        "created": from_unix(T0), "modified": None, **more,
    }  # fmt: skip
    return Post(**whole)


def fields(stands: Post, **asked: Any) -> list[str]:
    return [one.field for one in differences(stands, **asked)]


def test_a_post_that_stands_as_it_was_written_has_no_difference() -> None:
    file = Attachment(filename="a.txt", url="", size=1)
    stands = post(attachments=(file,))

    assert not fields(stands, subject="Blogs", marker="ref-abc123", filenames=["a.txt"])


def test_attachments_that_moodle_dropped_without_a_word_are_told() -> None:
    file = Attachment(filename="a.txt", url="", size=1)
    stands = post(attachments=(file,))

    assert fields(stands, filenames=["a.txt", "too-large.mp4"]) == ["attachment"]


def test_a_private_reply_that_stands_publicly_is_told() -> None:
    (found,) = differences(post(), private=True)

    assert (found.asked, found.stored) == ("private", "public")


def test_a_marker_that_was_cleaned_away_is_told() -> None:
    assert fields(post(message="<p>Hello</p>"), marker="ref-abc123") == ["marker"]


def test_a_subject_that_was_cut_or_cleaned_is_told() -> None:
    assert fields(post(subject="Blo"), subject="Blogs") == ["subject"]


def test_of_a_placeholder_nothing_is_said_to_be_right() -> None:
    hidden = replace(post(), visible=False)

    assert fields(hidden, marker="ref-abc123") == ["post"]


def test_state_zero_locks_and_one_opens(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.functions[LOCK_DISCUSSION] = lambda given: {
        "id": 5,
        "locked": given["targetstate"] == 0,
        "times": {"locked": 0},
    }

    forums.lock(1, 5)
    forums.unlock(1, 5)

    assert [given["targetstate"] for _, given in transport.calls] == [0, 1]


def test_a_discussion_that_is_not_locked_after_all_is_told(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.functions[LOCK_DISCUSSION] = lambda _: {"id": 5, "locked": False}

    with pytest.raises(Permanent) as caught:
        forums.lock(1, 5)

    assert caught.value.code == "notlocked"


def test_pinning_says_which_state_is_meant(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.functions[PIN_DISCUSSION] = lambda given: {
        "id": 5,
        "pinned": bool(given["targetstate"]),
    }

    forums.pin(5)
    forums.pin(5, pinned=False)

    assert [given["targetstate"] for _, given in transport.calls] == [1, 0]


def test_an_empty_text_is_not_sent_for_moodle_takes_it_for_unchanged(
    forums: Forums, transport: FakeTransport
) -> None:
    with pytest.raises(ValueError, match="cannot be emptied"):
        forums.update_post(1, message="")

    assert transport.calls == []


def test_a_changed_post_keeps_the_files_that_it_is_not_told_to_change(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.functions[UPDATE_POST] = lambda _: {"status": True, "warnings": []}

    forums.update_post(1, message="x")
    forums.update_post(1, message="x", attachments_draft_id=9)

    assert [given["options"] for _, given in transport.calls] == [
        [],
        [{"name": "attachmentsid", "value": 9}],
    ]
    assert "subject" not in transport.calls[0][1]


def test_a_change_of_false_status_is_no_success(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.functions[UPDATE_POST] = lambda _: {"status": False, "warnings": []}

    with pytest.raises(Permanent) as caught:
        forums.update_post(1, message="x")

    assert caught.value.code == "notupdated"


def test_a_deletion_of_false_status_is_no_success(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.functions[DELETE_POST] = lambda _: {"status": False, "warnings": []}

    with pytest.raises(Permanent) as caught:
        forums.delete_post(1)

    assert caught.value.code == "notdeleted"


def test_a_deletion_in_doubt_is_not_repeated(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.errors[DELETE_POST] = [InDoubt("the answer was empty")]

    with pytest.raises(InDoubt):
        forums.delete_post(1)

    assert transport.asked == [DELETE_POST]


def test_no_group_means_everybody_and_not_the_group_last_looked_at(
    forums: Forums, transport: FakeTransport
) -> None:
    transport.functions[ADD_DISCUSSION] = lambda _: {"discussionid": 5}
    transport.functions[CAN_ADD_DISCUSSION] = lambda _: {"status": True}

    forums.add_discussion(1, "s", MARKED)
    assert forums.may_add(1).begin
    assert not forums.may_add(1, group_id=4).pin

    assert [given["groupid"] for _, given in transport.calls] == [-1, -1, 4]


def test_ids_of_updates_are_those_of_first_posts(
    client: MoodleClient, transport: FakeTransport
) -> None:
    update = {"name": "discussions", "itemids": [2011]}
    instance = {"contextlevel": "module", "id": 8, "updates": [update]}
    transport.functions[UPDATES_SINCE] = lambda _: {"instances": [instance]}

    found = Updates(client).updates_since({2: SERVED})[2]

    assert found.first_posts == {8: frozenset({2011})}
