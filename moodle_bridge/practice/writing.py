"""How discussions and posts are written, changed and removed.

The web services, the pages and the builder all write through here; whoever calls
has already asked whether the user may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moodle_bridge.practice.file_shapes import rewritten, take_drafts
from moodle_bridge.practice.records import Discussion, Forum, Post
from moodle_bridge.practice.refusals import write_error
from moodle_bridge.practice.texts import HTML, rendered

if TYPE_CHECKING:
    from moodle_bridge.practice.calls import Call

_SUBJECT_COLUMN = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """The draft areas a post takes its files from; None leaves what is there."""

    attachments: int | None = None
    inline: int | None = None


NO_DRAFTS = Drafts()


def start_discussion(
    call: Call,
    forum: Forum,
    *,
    subject: str,
    message: str,
    groupid: int,
    pinned: bool = False,
    drafts: Drafts = NO_DRAFTS,
) -> Discussion:
    """Store a discussion with its first post (forum_add_discussion)."""
    _fits(subject)
    number = call.state.next_id("discussion")
    post = _stored(
        call, forum, number, 0, subject=subject, message=message, messageformat=HTML,
        privatereplyto=0, drafts=drafts,
    )  # fmt: skip
    discussion = Discussion(
        id=number,
        forumid=forum.id,
        firstpost=post.id,
        name=subject,
        userid=call.user.id,
        usermodified=call.user.id,
        timemodified=call.now,
        groupid=groupid,
        pinned=pinned,
    )
    call.state.put_discussion(discussion)
    return discussion


def add_reply(
    call: Call,
    forum: Forum,
    parent: Post,
    *,
    subject: str,
    message: str,
    messageformat: int,
    private: bool = False,
    drafts: Drafts = NO_DRAFTS,
) -> Post:
    """Store a reply (forum_add_new_post) and move the discussion's time."""
    _fits(subject)
    post = _stored(
        call, forum, parent.discussionid, parent.id, subject=subject, message=message,
        messageformat=messageformat, privatereplyto=parent.userid if private else 0,
        drafts=drafts,
    )  # fmt: skip
    discussion = call.state.discussions[parent.discussionid]
    discussion.timemodified = call.now
    discussion.usermodified = call.user.id
    return post


def _stored(
    call: Call,
    forum: Forum,
    discussionid: int,
    parent: int,
    *,
    subject: str,
    message: str,
    messageformat: int,
    privatereplyto: int,
    drafts: Drafts,
) -> Post:
    post = Post(
        id=call.state.next_id("post"),
        discussionid=discussionid,
        parent=parent,
        userid=call.user.id,
        created=call.now,
        modified=call.now,
        subject=subject,
        message=message,
        messageformat=messageformat,
        shown="",
        privatereplyto=privatereplyto,
    )
    _keep_files(call, forum, post, drafts)
    post.shown = rendered(post.message, messageformat)
    call.state.put_post(post)
    return post


def change_post(
    call: Call,
    forum: Forum,
    post: Post,
    *,
    subject: str = "",
    message: str = "",
    messageformat: int = HTML,
    drafts: Drafts = NO_DRAFTS,
) -> None:
    """Change a post (forum_update_post); an empty text leaves the old one.

    The post's own time moves, the discussion's does not.
    """
    _fits(subject)
    if subject:
        post.subject = subject
        if not post.parent:
            call.state.discussions[post.discussionid].name = subject
    if message:
        post.message, post.messageformat = message, messageformat
    _keep_files(call, forum, post, drafts)
    post.shown = rendered(post.message, post.messageformat)
    post.modified = call.now


def remove_post(call: Call, forum: Forum, post: Post) -> None:
    """Remove a post with all that answers it; the first post ends the discussion.

    The discussion's time becomes that of the last post which remains.
    """
    discussion = call.state.discussions[post.discussionid]
    if not post.parent:
        call.state.drop_discussion(discussion, forum.contextid)
        return
    for child in replies_to(call, post):
        remove_post(call, forum, child)
    call.state.drop_post(post, forum.contextid)
    last = max(
        call.state.posts_in(discussion.id), key=lambda row: (row.modified, row.id)
    )
    discussion.timemodified = last.modified
    discussion.usermodified = last.userid


def replies_to(call: Call, post: Post) -> list[Post]:
    """Return the direct replies to a post."""
    thread = call.state.posts_in(post.discussionid)
    return [child for child in thread if child.parent == post.id]


def _keep_files(call: Call, forum: Forum, post: Post, drafts: Drafts) -> None:
    here = (forum.contextid, "mod_forum")
    if drafts.attachments:
        take_drafts(call, forum, drafts.attachments, (*here, "attachment", post.id))
    if drafts.inline:
        post.message = rewritten(call, drafts.inline, post.message)
        take_drafts(call, forum, drafts.inline, (*here, "post", post.id))


def _fits(subject: str) -> None:
    if len(subject) > _SUBJECT_COLUMN:
        raise write_error()
