"""What matters most to one reader."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mappings.importance import Importance, importance
from moodle_bridge.model.forum import Author, Discussion, Post
from moodle_bridge.model.people import Person

NOW = datetime(2026, 5, 3, tzinfo=UTC)
READER = Person(user_id=7, username="r", fullname="R", group_ids=frozenset({3}))


def discussion(group_id: int | None = None) -> Discussion:
    return Discussion(
        id=1,
        forum_id=1,
        first_post_id=10,
        name="Rivers",
        author_id=8,
        group_id=group_id,
        created=NOW,
        modified=NOW,
    )


def post(author: int, *, parent: int | None = None) -> Post:
    return Post(
        id=11,
        discussion_id=1,
        parent_id=parent,
        subject="Rivers",
        message="<p>x</p>",
        author=Author(id=author, fullname="Somebody"),
        created=NOW,
        modified=NOW,
    )


@pytest.mark.parametrize(
    ("written", "answered", "group_id", "expected"),
    [
        (post(8, parent=10), post(7), 3, Importance.ANSWER),
        (post(8, parent=10), post(9), 3, Importance.GROUP),
        (post(2, parent=10), post(9), 4, Importance.FACILITATOR),
        (post(8), None, None, Importance.DISCUSSION),
        (post(8, parent=10), post(9), None, Importance.REST),
    ],
)
def test_answers_come_before_the_group_before_facilitators_before_new_discussions(
    written: Post, answered: Post | None, group_id: int | None, expected: Importance
) -> None:
    assert (
        importance(
            written,
            discussion(group_id),
            READER,
            parent=answered,
            facilitators={2},
        )
        is expected
    )
    assert list(Importance) == sorted(Importance)
