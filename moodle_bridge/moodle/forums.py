"""Forums, their discussions and posts, read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.interfaces.transport import Answer
from moodle_bridge.model.forum import Discussion, DiscussionPosts, Forum, Post
from moodle_bridge.moodle import listing, posting
from moodle_bridge.moodle.calls import Call
from moodle_bridge.moodle.forum_shapes import ACCESS, FORUMS, POSTS, ForumRow, Posts
from moodle_bridge.moodle.functions import (
    DISCUSSION_POSTS,
    FORUM_ACCESS,
    FORUMS_BY_COURSES,
)
from moodle_bridge.moodle.markers import bears
from moodle_bridge.moodle.moderation import Moderation
from moodle_bridge.moodle.post_order import parents_first

_GONE = frozenset({"", "generalexceptionmessage", "invalidrecord", "notfound"})
# A day costs a page at most, and forgives a clock that is hours off.
_SKEW = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseForums:
    """The forums that the account sees in the courses asked for.

    `silent` are the courses of which nothing came: Moodle says neither that a course
    is unknown, nor that it is closed to the account, nor that it has no forum.
    """

    forums: tuple[Forum, ...]
    silent: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumAccess:
    """What the account may do in a forum.

    `rights` are capabilities without their prefix (`replypost`).
    """

    forum_id: int
    rights: frozenset[str]

    def may(self, right: str) -> bool:
        """Say whether the account has `mod/forum:<right>` here."""
        return right in self.rights


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumDiscussions:
    """The first page of a forum's discussions, or why it could not be read.

    `complete` is true when the forum has no further page.
    """

    forum_id: int
    discussions: tuple[Discussion, ...] = ()
    complete: bool = False
    error: RemoteError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDiscussion:
    """A discussion as its forum lists it.

    `active` is false where nothing new was written since the moment asked for.
    """

    discussion: Discussion
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingDiscussion:
    """A discussion as it stands now, parents before their children.

    `forum_id` is None where the site does not tell.
    """

    id: int
    forum_id: int | None
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscussionFailure:
    """A discussion whose posts could not be read, and why.

    `perhaps_gone` is true when Moodle answered as it does for a discussion that was
    deleted; it gives no certain sign.
    """

    discussion: Discussion
    error: RemoteError

    @property
    def perhaps_gone(self) -> bool:
        """Whether the discussion may have been deleted."""
        return self.error.code in _GONE


class Forums(Moderation):
    """The forums of the site, as the account sees them."""

    def of_courses(self, course_ids: Sequence[int]) -> CourseForums:
        """Return the forums of these courses (`mod_forum_get_forums_by_courses`).

        No course ids give no forums; Moodle would take them for "all I am in".
        """
        if not course_ids:
            return CourseForums(forums=())
        found: list[ForumRow] = self._client.read(
            FORUMS_BY_COURSES, {"courseids": list(course_ids)}, FORUMS
        ).value
        forums = tuple(row.forum() for row in found)
        spoke = {forum.course_id for forum in forums}
        silent = tuple(course for course in course_ids if course not in spoke)
        return CourseForums(forums=forums, silent=silent)

    def access(self, forum_id: int) -> ForumAccess:
        """Return what the account may do here.

        `mod_forum_get_forum_access_information`; Permanent with code `invalidrecord`
        for a forum that is not there.
        """
        flags: Mapping[str, object] = self._client.read(
            FORUM_ACCESS, {"forumid": forum_id}, ACCESS
        ).value
        # SOAP knows no booleans at this place and gives 1 and 0.
        rights = frozenset(
            name.removeprefix("can")
            for name, value in flags.items()
            if value in (True, "1")
        )
        return ForumAccess(forum_id=forum_id, rights=rights)

    def discussions(
        self, forum_id: int, *, since: datetime | None, per_page: int = 100
    ) -> Iterator[Discussion]:
        """Yield the discussions with activity at or after `since`, newest first.

        Pinned discussions come first, whenever they were active. Each comes once,
        of all groups that the account sees, a page at a time. None reads them all.
        `mod_forum_get_forum_discussions`.
        """
        rows = listing.rows(self._client, forum_id, since=since, per_page=per_page)
        for row in rows:
            yield row.model(forum_id)

    def looked_over(
        self, forum_id: int, *, since: datetime, per_page: int = 100
    ) -> Iterator[ListedDiscussion]:
        """Yield the discussions as `discussions` does, and the rest of the last page.

        For the number of replies of quiet ones: a deletion makes no news, and Moodle
        puts the discussion back to where it stood before. Asks no more than
        `discussions`.
        """
        order = listing.LAST_POST_DESC
        for row in listing.rows(
            self._client, forum_id, since=since, per_page=per_page, whole_pages=True
        ):
            yield ListedDiscussion(
                discussion=row.model(forum_id),
                active=not listing.is_past(row, since, order),
            )

    def discussions_of(
        self, forum_ids: Sequence[int], *, per_page: int = 100
    ) -> Iterator[ForumDiscussions]:
        """Yield the first page of each forum, in order, in as few requests as can be.

        A forum that cannot be read yields its error and does not stop the others.
        """
        calls = (
            listing.listing_call(forum_id, per_page=per_page) for forum_id in forum_ids
        )
        results = self._client.stream(calls)
        for forum_id, result in zip(forum_ids, results, strict=True):
            if isinstance(result, RemoteError):
                yield ForumDiscussions(forum_id=forum_id, error=result)
                continue
            page = result.value
            yield ForumDiscussions(
                forum_id=forum_id,
                discussions=tuple(row.model(forum_id) for row in page.discussions),
                complete=len(page.discussions) + len(page.warnings) < per_page,
            )

    def posts(
        self, discussions: Iterable[Discussion]
    ) -> Iterator[DiscussionPosts | DiscussionFailure]:
        """Yield each discussion with all its posts, in order, as they come.

        Parents stand before their children. What cannot be read yields a failure and
        does not stop the others. No more is held than is under way, so `discussions`
        may be endless. `mod_forum_get_discussion_posts`.
        """
        asked: list[Discussion] = []

        def calls() -> Iterator[Call]:
            for discussion in discussions:
                asked.append(discussion)
                yield _posts_call(discussion)

        for result in self._client.stream(calls()):
            discussion = asked.pop(0)
            if isinstance(result, RemoteError):
                yield DiscussionFailure(discussion=discussion, error=result)
            else:
                yield DiscussionPosts(discussion=discussion, posts=self._told(result))

    def posts_of(self, discussion_id: int) -> tuple[Post, ...]:
        """Return the posts of one discussion, parents before their children.

        Raises Permanent when the discussion is not there, often with an empty code.
        """
        call = _posts_call_of(discussion_id, rows=1)
        return self._told(self._client.read(call.function, call.arguments, call.shape))

    def standing(self, discussion_id: int) -> StandingDiscussion | None:
        """Return a discussion with its posts, and in which forum it stands now.

        None when Moodle answers as it does for one that was deleted; it gives no
        certain sign. Raises as `posts_of` for any other refusal.
        """
        call = _posts_call_of(discussion_id, rows=1)
        try:
            answer = self._client.read(call.function, call.arguments, call.shape)
        except Permanent as error:
            if error.code in _GONE:
                return None
            raise
        found: Posts = answer.value
        return StandingDiscussion(
            id=discussion_id, forum_id=found.forumid, posts=self._told(answer)
        )

    def find_reply(
        self,
        marker: str,
        *,
        discussion_id: int,
        author_id: int | Collection[int] | None = None,
    ) -> Post | None:
        """Return the post in this discussion that bears the marker, or None.

        `author_id` is who must have written it, or any of several: everybody can copy
        a marker. Settles whether a reply in doubt was made. Raises Permanent when the discussion cannot
        be read: then nothing is settled.
        """
        for post in self.posts_of(discussion_id):
            if _is_by(post.author.id, author_id) and bears(post.message, marker):
                return post
        return None

    def find_discussion(
        self,
        marker: str,
        *,
        forum_id: int,
        created_after: datetime | None,
        author_id: int | Collection[int] | None = None,
    ) -> Discussion | None:
        """Return the discussion whose first post bears the marker, or None.

        Looks at those created since `created_after`, less a day, for clocks differ;
        None looks at all there are.
        Settles whether a discussion in doubt was begun.
        """
        rows = listing.rows(
            self._client,
            forum_id,
            since=created_after - _SKEW if created_after else None,
            per_page=25,
            order=listing.CREATED_DESC,
        )
        for row in rows:
            if _is_by(row.userid, author_id) and bears(row.message, marker):
                return row.model(forum_id)
        return None

    def add_discussion(
        self,
        forum_id: int,
        subject: str,
        message: str,
        *,
        group_id: int | None = None,
        attachments_draft_id: int | None = None,
        inline_draft_id: int | None = None,
        subscribe: bool = False,
        pinned: bool = False,
    ) -> int:
        """Begin a discussion and return its id. See `posting.add_discussion`."""
        return posting.add_discussion(
            self._client,
            forum_id,
            subject,
            message,
            group_id=group_id,
            attachments_draft_id=attachments_draft_id,
            inline_draft_id=inline_draft_id,
            subscribe=subscribe,
            pinned=pinned,
        )

    def add_reply(
        self,
        post_id: int,
        subject: str,
        message: str,
        *,
        attachments_draft_id: int | None = None,
        inline_draft_id: int | None = None,
        subscribe: bool = False,
        private_by: ForumAccess | None = None,
    ) -> Post:
        """Answer a post and return the answer. See `posting.add_reply`.

        `private_by` makes it a private reply, and is the proof that the account may
        write one: what `access` said of the post's forum.
        """
        return posting.add_reply(
            self._client,
            post_id,
            subject,
            message,
            attachments_draft_id=attachments_draft_id,
            inline_draft_id=inline_draft_id,
            subscribe=subscribe,
            private=private_by is not None,
            may_be_private=private_by is not None
            and private_by.may("postprivatereply"),
        )

    def _told(self, answer: Answer) -> tuple[Post, ...]:
        found: Posts = answer.value
        return parents_first([row.post(self._client.site_url) for row in found.posts])


def _posts_call(discussion: Discussion) -> Call:
    return _posts_call_of(discussion.id, rows=discussion.reply_count + 1)


def _posts_call_of(discussion_id: int, *, rows: int) -> Call:
    return Call(
        function=DISCUSSION_POSTS,
        arguments={
            "discussionid": discussion_id,
            "sortby": "created",
            "sortdirection": "ASC",
            "includeinlineattachments": True,
        },
        shape=POSTS,
        rows=rows,
    )


def _is_by(author_id: int | None, wanted: int | Collection[int] | None) -> bool:
    # A forum of the single kind hides who began its discussion.
    if wanted is None or author_id is None:
        return True
    return author_id == wanted if isinstance(wanted, int) else author_id in wanted
