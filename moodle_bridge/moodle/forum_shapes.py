"""What the forum functions answer, and the model made of it.

Fields that are not named here are never read.
"""

from __future__ import annotations

from datetime import datetime
from mimetypes import guess_type
from typing import Annotated

from pydantic import BaseModel, Field, TypeAdapter

from moodle_bridge.model.forum import (
    Attachment,
    Author,
    Discussion,
    Forum,
    ForumKind,
    Post,
    Subscription,
)
from moodle_bridge.moodle.addresses import reader_addresses
from moodle_bridge.moodle.wire import unescaped
from moodle_bridge.runtime import from_unix

Seconds = Annotated[int, Field(ge=0, lt=1 << 37)]
"""A Moodle time: unix seconds, and no later than a datetime can hold."""

_KINDS = {kind.value: kind for kind in ForumKind}
_SUBSCRIPTIONS = {
    0: Subscription.CHOSEN,
    1: Subscription.FORCED,
    2: Subscription.INITIAL,
    3: Subscription.NONE,
}


class ForumRow(BaseModel):
    """A row of mod_forum_get_forums_by_courses."""

    id: int
    cmid: int
    course: int
    name: str
    type: str
    forcesubscribe: int | None = None

    def forum(self) -> Forum:
        """Return it as the model has it; an unknown type becomes OTHER."""
        return Forum(
            id=self.id,
            cmid=self.cmid,
            course_id=self.course,
            name=unescaped(self.name),
            kind=_KINDS.get(self.type, ForumKind.OTHER),
            subscription=_SUBSCRIPTIONS.get(
                -1 if self.forcesubscribe is None else self.forcesubscribe,
                Subscription.UNKNOWN,
            ),
        )


class DiscussionRow(BaseModel):
    """A row of mod_forum_get_forum_discussions; `id` is the first post's.

    What decides who may see it (group, times) has no default: a row that does not say
    it is not read.
    """

    id: int
    discussion: int
    name: str
    groupid: int
    userid: int | None = None
    created: Seconds
    timemodified: Seconds
    timestart: Seconds
    timeend: Seconds
    numreplies: int = 0
    pinned: bool | None = False
    locked: bool | None = False
    message: str = ""

    @property
    def activity(self) -> int:
        """The time by which Moodle sorts: a timed discussion counts from its start."""
        return max(self.timemodified, self.timestart)

    def model(self, forum_id: int) -> Discussion:
        """Return it as the model has it."""
        return Discussion(
            id=self.discussion,
            forum_id=forum_id,
            first_post_id=self.id,
            name=unescaped(self.name),
            author_id=self.userid,
            group_id=self.groupid if self.groupid > 0 else None,
            created=from_unix(self.created),
            modified=from_unix(self.timemodified),
            time_start=_moment(self.timestart),
            time_end=_moment(self.timeend),
            pinned=bool(self.pinned),
            locked=bool(self.locked),
            reply_count=self.numreplies,
        )


class Warned(BaseModel):
    """A warning; of a listing, `itemid` is a discussion that may not be seen."""

    itemid: int | None = None
    warningcode: str = ""
    message: str = ""


class Listing(BaseModel):
    """The answer of mod_forum_get_forum_discussions."""

    discussions: list[DiscussionRow]
    warnings: list[Warned] = []


class _FileRow(BaseModel):
    filename: str | None = ""
    url: str | None = None
    filesize: int | None = 0

    def attachment(self, site_url: str, *, inline: bool) -> Attachment:
        return Attachment(
            filename=self.filename or "",
            url=reader_addresses(self.url or "", site_url),
            size=self.filesize or 0,
            media_type=_media_type(self.filename or ""),
            inline=inline,
        )


class _AuthorRow(BaseModel):
    id: int | None = None
    fullname: str | None = ""
    isdeleted: bool | None = False


class _Capabilities(BaseModel):
    view: bool


class _Addresses(BaseModel):
    view: str | None = None


class PostRow(BaseModel):
    """A post as mod_forum_get_discussion_posts and the writing functions give it.

    What decides who may see it (private, view) has no default: a post that does not
    say it is not read.
    """

    id: int
    subject: str | None = ""
    message: str | None = ""
    author: _AuthorRow = Field(default_factory=_AuthorRow)
    discussionid: int
    parentid: int | None = None
    timecreated: Seconds | None
    timemodified: Seconds | None = None
    isdeleted: bool
    isprivatereply: bool
    capabilities: _Capabilities
    urls: _Addresses | None = None
    attachments: list[_FileRow] = []
    messageinlinefiles: list[_FileRow] = []

    def post(self, site_url: str) -> Post:
        """Return it as the model has it.

        A placeholder (hidden or deleted) keeps neither subject nor message: what
        Moodle writes there is a text of its own.
        """
        shown = (
            self.capabilities.view
            and not self.isdeleted
            and self.timecreated is not None
        )
        return Post(
            id=self.id,
            discussion_id=self.discussionid,
            parent_id=self.parentid or None,
            subject=unescaped(self.subject or "") if shown else "",
            message=reader_addresses(self.message or "", site_url) if shown else "",
            author=Author(
                id=self.author.id,
                fullname=self.author.fullname or "",
                deleted=bool(self.author.isdeleted),
            ),
            created=_moment(self.timecreated) if shown else None,
            modified=_moment(self.timemodified),
            deleted=self.isdeleted,
            private=self.isprivatereply,
            visible=shown,
            attachments=self._attachments(site_url) if shown else (),
            url=(self.urls.view or "") if self.urls else "",
        )

    def _attachments(self, site_url: str) -> tuple[Attachment, ...]:
        return (
            *(row.attachment(site_url, inline=False) for row in self.attachments),
            *(row.attachment(site_url, inline=True) for row in self.messageinlinefiles),
        )


class Posts(BaseModel):
    """The answer of mod_forum_get_discussion_posts."""

    posts: list[PostRow]
    forumid: int | None = None


class Added(BaseModel):
    """The answer of mod_forum_add_discussion."""

    discussionid: int


class Replied(BaseModel):
    """The answer of mod_forum_add_discussion_post."""

    postid: int
    post: PostRow


FORUMS = TypeAdapter(list[ForumRow])
LISTING = TypeAdapter(Listing)
POSTS = TypeAdapter(Posts)
ADDED = TypeAdapter(Added)
REPLIED = TypeAdapter(Replied)
ACCESS = TypeAdapter(dict[str, object])


def _media_type(filename: str) -> str:
    return guess_type(filename)[0] or "application/octet-stream"


def _moment(seconds: int | None) -> datetime | None:
    return from_unix(seconds) if seconds else None
