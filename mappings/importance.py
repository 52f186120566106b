"""What matters most to one reader, when not everything fits."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum

from moodle_bridge.model.forum import Discussion, Post
from moodle_bridge.model.people import Person


class Importance(IntEnum):
    """The smaller the number, the more it matters."""

    ANSWER = 0
    GROUP = 1
    FACILITATOR = 2
    DISCUSSION = 3
    REST = 4


def importance(
    post: Post,
    discussion: Discussion,
    reader: Person,
    *,
    parent: Post | None,
    facilitators: Collection[int],
) -> Importance:
    """Return how much a post matters to a reader.

    An answer to the reader's own post comes first, then what the reader's group says
    among itself, then facilitators, then what begins a discussion. `post` and
    `parent` are under the names of who wrote them, also where a service account
    posted; `parent` is None for the first post. `facilitators` are user ids.
    """
    if parent is not None and parent.author.id == reader.user_id:
        return Importance.ANSWER
    if discussion.group_id is not None and discussion.group_id in reader.group_ids:
        return Importance.GROUP
    if post.author.id is not None and post.author.id in facilitators:
        return Importance.FACILITATOR
    if post.parent_id is None:
        return Importance.DISCUSSION
    return Importance.REST
