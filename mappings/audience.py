"""Who may read a post now, and when it may go out.

Everything here errs on the side of silence: what goes to a list cannot be called
back, and what is withheld today can still be sent tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from moodle_bridge.errors import Rejection
from moodle_bridge.model.forum import Discussion, Forum, ForumKind, Post
from moodle_bridge.model.people import Person

NEVER = datetime.max.replace(tzinfo=UTC)

EDITING_TIME = timedelta(minutes=30)
"""How long a post may be edited, where a site does not say otherwise."""


class Withheld(StrEnum):
    """Why a post does not go out; the value is the `reason` of the Rejection."""

    PRIVATE = "private"
    DELETED = "deleted"
    PLACEHOLDER = "placeholder"
    TIMED = "timed"
    GROUP = "group"
    QANDA = "qanda"


_ADVICE = {
    Withheld.PRIVATE: "Nothing to do: a private reply never leaves Moodle.",
    Withheld.DELETED: "Nothing to do: its author or a facilitator took it back.",
    Withheld.PLACEHOLDER: "Nothing to do: Moodle does not show this post.",
    Withheld.TIMED: "Nothing to do: it is looked at again while the discussion is shown.",
    Withheld.GROUP: "Join that group to a list of its own, or leave it in Moodle.",
    Withheld.QANDA: "Nothing to do: in a Q&A forum answers stay hidden until one's own.",
}


def may_go_to_list(
    post: Post,
    discussion: Discussion,
    forum: Forum,
    now: datetime,
    *,
    group_id: int | None,
) -> Rejection | None:
    """Return why a post may not go to a list whose members are not known; None: it may.

    Only what everybody in the course may read now goes there. `group_id` is the
    group that the pair is for, None when it is for the whole course. Raises
    ValueError when post, discussion and forum do not belong together.
    """
    withheld = _withheld_from_all(post, discussion, forum, now)
    if withheld is None and discussion.group_id not in {None, group_id}:
        withheld = Withheld.GROUP
    if withheld is None and _is_hidden_answer(post, discussion, forum):
        withheld = Withheld.QANDA
    return _rejection(withheld, post, discussion)


def may_go_to_people(
    post: Post,
    discussion: Discussion,
    forum: Forum,
    now: datetime,
    *,
    group_id: int | None,
) -> Rejection | None:
    """Return why a post may go to nobody of a pair, by name; None: see `readers`.

    As `may_go_to_list`, save for what depends on the reader: membership of the
    discussion's group where the pair is for the whole course, and Q&A answers.
    """
    withheld = _withheld_from_all(post, discussion, forum, now)
    theirs = discussion.group_id is None or group_id in {None, discussion.group_id}
    if withheld is None and not theirs:
        withheld = Withheld.GROUP
    return _rejection(withheld, post, discussion)


def readers(
    post: Post,
    discussion: Discussion,
    forum: Forum,
    people: Iterable[Person],
    now: datetime,
    *,
    group_id: int | None = None,
    answered: frozenset[int] = frozenset(),
) -> tuple[Person, ...]:
    """Return those of the people who may read the post now, in their order.

    The author is among them. `answered` are the user ids of those whose own answer
    stands in this discussion of a Q&A forum (see `answered_by`). Somebody suspended
    reads nothing. A facilitator reads what every group writes, and nobody reads a
    private reply by mail. Raises ValueError as `may_go_to_list` does.
    """
    if may_go_to_people(post, discussion, forum, now, group_id=group_id) is not None:
        return ()
    hidden_answer = _is_hidden_answer(post, discussion, forum)
    return tuple(
        person
        for person in people
        if not person.suspended
        and (person.facilitator or _is_of_group(person, discussion))
        and (
            not hidden_answer
            or person.facilitator
            or person.user_id in answered
            or person.user_id in {post.author.id, discussion.author_id}
        )
    )


def answered_by(
    posts: Iterable[Post], discussion: Discussion, *, now: datetime
) -> frozenset[int]:
    """Return who has answered in a Q&A discussion, by user id.

    An answer counts when it is older than `EDITING_TIME`: Moodle shows the others
    only when one's own can no longer be changed (`forum_user_can_see_post`).
    """
    before = now - EDITING_TIME
    return frozenset(
        post.author.id
        for post in posts
        if post.author.id is not None
        and post.discussion_id == discussion.id
        and post.id != discussion.first_post_id
        and not (post.deleted or post.private)
        and post.created is not None
        and post.created <= before
    )


def due_at(post: Post, discussion: Discussion, hold: timedelta) -> datetime:
    """Return when a post may go out: after the hold, and not before it is shown.

    The hold counts from writing, as Moodle's own time for editing does; an edit does
    not begin it again. NEVER for a placeholder, which has no time.
    """
    if post.created is None:
        return NEVER
    held = post.created + hold
    return max(held, discussion.time_start) if discussion.time_start else held


def _withheld_from_all(
    post: Post, discussion: Discussion, forum: Forum, now: datetime
) -> Withheld | None:
    if post.discussion_id != discussion.id or discussion.forum_id != forum.id:
        raise ValueError(
            f"post {post.id}, discussion {discussion.id} and forum {forum.id}"
            " do not belong together"
        )
    if post.private:
        return Withheld.PRIVATE
    if post.deleted:
        return Withheld.DELETED
    if not post.visible or post.created is None:
        return Withheld.PLACEHOLDER
    if discussion.time_start is not None and now < discussion.time_start:
        return Withheld.TIMED
    if discussion.time_end is not None and now >= discussion.time_end:
        return Withheld.TIMED
    return None


def _is_hidden_answer(post: Post, discussion: Discussion, forum: Forum) -> bool:
    first = post.id == discussion.first_post_id and post.parent_id is None
    return forum.kind is ForumKind.QANDA and not first


def _is_of_group(person: Person, discussion: Discussion) -> bool:
    return discussion.group_id is None or discussion.group_id in person.group_ids


def _rejection(
    withheld: Withheld | None, post: Post, discussion: Discussion
) -> Rejection | None:
    if withheld is None:
        return None
    return Rejection(
        reason=withheld.value,
        advice=_ADVICE[withheld],
        detail=f"post {post.id} in discussion {discussion.id}",
    )
