"""What a Moodle forum holds, as the bridge speaks of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ForumKind(StrEnum):
    """The types of forum that Moodle knows (`mod_forum` column `type`)."""

    GENERAL = "general"
    NEWS = "news"
    QANDA = "qanda"
    SINGLE = "single"
    EACHUSER = "eachuser"
    BLOG = "blog"
    SOCIAL = "social"
    OTHER = "other"


class Subscription(StrEnum):
    """Whom Moodle itself mails the posts of a forum (`forcesubscribe`).

    CHOSEN: who asked for it. FORCED: everybody in the course. INITIAL: everybody, until
    they take themselves out. NONE: nobody. UNKNOWN: a setting that Moodle has not had.
    """

    CHOSEN = "chosen"
    FORCED = "forced"
    INITIAL = "initial"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course; `shortname` is unique on a site.

    `language` is the one that it forces on everybody, None when it leaves the choice
    or the account may not know.
    """

    id: int
    shortname: str
    fullname: str
    visible: bool = True
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """A forum: `id` is the instance, `cmid` the course module; they differ."""

    id: int
    cmid: int
    course_id: int
    name: str
    kind: ForumKind
    subscription: Subscription = Subscription.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Discussion:
    """A discussion as the listing shows it.

    `group_id` is None when it is for all participants. `time_start` and `time_end`
    are None when it is always shown. `modified` is the time of the newest post; an
    edit does not move it. `author_id` is None where Moodle hides who began it (a forum
    of the single kind).
    """

    id: int
    forum_id: int
    first_post_id: int
    name: str
    author_id: int | None
    group_id: int | None
    created: datetime
    modified: datetime
    time_start: datetime | None = None
    time_end: datetime | None = None
    pinned: bool = False
    locked: bool = False
    reply_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a post. `url` never holds a token; `size` is in bytes.

    `inline` is true for a picture that stands in the text.
    """

    filename: str
    url: str
    size: int
    media_type: str = "application/octet-stream"
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote a post; `id` is None when Moodle does not say (hidden, deleted)."""

    id: int | None
    fullname: str
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post as the token's user sees it.

    `message` is HTML as Moodle gives it. `parent_id` is None for the first post of a
    discussion. `created` is None for a placeholder (hidden or deleted): then neither
    `subject` nor `message` may be used. `visible` is false for a placeholder.
    `private` marks a reply to its parent's author alone. `modified` is None where the
    site does not tell (before Moodle 3.11).
    """

    id: int
    discussion_id: int
    parent_id: int | None
    subject: str
    message: str
    author: Author
    created: datetime | None
    modified: datetime | None
    deleted: bool = False
    private: bool = False
    visible: bool = True
    attachments: tuple[Attachment, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscussionPosts:
    """A discussion with all its posts, parents before children."""

    discussion: Discussion
    posts: tuple[Post, ...]
