"""Posts: read, written, edited, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice import writing
from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.options import OPTIONS, read_options
from moodle_bridge.practice.parameters import default, record, value
from moodle_bridge.practice.post_shapes import POST_FIELDS, PostShapes
from moodle_bridge.practice.refusals import (
    coding_error,
    crash,
    invalid_parameter,
    refused,
)
from moodle_bridge.practice.returns import struct
from moodle_bridge.practice.sight import may_reply, post_seen
from moodle_bridge.practice.texts import HTML, cleaned_before_it_is_kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from moodle_bridge.practice.records import Discussion, Forum, Post
    from moodle_bridge.practice.rights import Viewer

_SORTS: Mapping[str, Callable[[Post], tuple[int, ...]]] = {
    "id": lambda post: (post.id,),
    "created": lambda post: (post.created, post.id),
    "modified": lambda post: (post.modified, post.id),
}


def get_discussion_posts(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_forum_get_discussion_posts; posts nobody may see are left out."""
    discussion = call.state.discussions.get(arguments["discussionid"])
    if discussion is None:
        raise crash("Call to a member function get_forum_id() on null")
    forum = call.state.forums[discussion.forumid]
    viewer = call.enter(forum.courseid)
    key = _SORTS.get((arguments["sortby"] or "").lower())
    direction = (arguments["sortdirection"] or "").upper()
    if key is None:
        raise invalid_parameter("Invalid value for sortby parameter")
    if direction not in {"ASC", "DESC"}:
        raise invalid_parameter("Invalid value for sortdirection parameter")
    posts = sorted(
        call.state.posts_in(discussion.id), key=key, reverse=direction == "DESC"
    )
    shapes = PostShapes(call, viewer, forum, discussion)
    return {
        "posts": shapes.seen(posts, inline=bool(arguments["includeinlineattachments"])),
        "forumid": forum.id,
        "courseid": forum.courseid,
        "ratinginfo": {
            "contextid": forum.contextid,
            "component": "mod_forum",
            "ratingarea": "post",
            "canviewall": None,
            "canviewany": None,
            "scales": [],
            "ratings": [],
        },
        "warnings": [],
    }


def get_discussion_post(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_forum_get_discussion_post."""
    post, discussion, forum, viewer = _found(call, arguments["postid"])
    if not post_seen(call, viewer, forum, discussion, post):
        raise refused(
            "noviewdiscussionspermission",
            "You do not have the permission to view discussions in this forum",
        )
    shapes = PostShapes(call, viewer, forum, discussion)
    return {"post": shapes.shaped(post), "warnings": []}


def _found(call: Call, postid: int) -> tuple[Post, Discussion, Forum, Viewer]:
    post = call.state.posts.get(postid)
    if post is None:
        raise refused("invalidpostid", "Invalid post ID - {$a}")
    discussion = call.state.discussions[post.discussionid]
    forum = call.state.forums[discussion.forumid]
    return post, discussion, forum, call.enter(forum.courseid)


def add_discussion_post(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_forum_add_discussion_post.

    A private reply by somebody without the right to it is posted publicly.
    """
    parent = call.state.posts.get(arguments["postid"])
    if parent is None:
        raise refused("invalidparentpostid", "Parent post ID was incorrect")
    discussion = call.state.discussions[parent.discussionid]
    forum = call.state.forums[discussion.forumid]
    viewer = call.enter(forum.courseid)
    options = read_options(
        arguments["options"],
        bools={"discussionsubscribe", "private", "topreferredformat"},
        ints={"inlineattachmentsid", "attachmentsid"},
    )
    if not may_reply(viewer, forum, discussion, call.now):
        raise refused("nopostforum", "Sorry, you are not allowed to post to this forum")
    if parent.privatereplyto:
        raise coding_error("It should not be possible to reply to a private reply")
    post = writing.add_reply(
        call,
        forum,
        parent,
        subject=arguments["subject"],
        message=arguments["message"],
        messageformat=arguments["messageformat"],
        private=bool(options.get("private")) and viewer.can_forum("postprivatereply"),
        drafts=writing.Drafts(
            attachments=(
                options.get("attachmentsid")
                if viewer.can_forum("createattachment")
                else None
            ),
            inline=options.get("inlineattachmentsid"),
        ),
    )
    minutes = call.site.max_editing_time // 60
    return {
        "postid": post.id,
        "warnings": [],
        "post": PostShapes(call, viewer, forum, discussion).shaped(post),
        "messages": [
            {"type": "success", "message": "Your post was successfully added."},
            {
                "type": "success",
                "message": f"You have {minutes} mins to edit it if you want to make "
                "any changes.",
            },
        ],
    }


def update_discussion_post(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_forum_update_discussion_post; empty texts leave what is there."""
    options = read_options(
        arguments["options"],
        bools={"pinned", "discussionsubscribe"},
        ints={"inlineattachmentsid", "attachmentsid"},
    )
    post, discussion, forum, viewer = _found(call, arguments["postid"])
    if not PostShapes(call, viewer, forum, discussion).may_edit(post):
        raise refused("cannotupdatepost", "You can not update this post")
    writing.change_post(
        call,
        forum,
        post,
        subject=arguments["subject"],
        message=(
            cleaned_before_it_is_kept(arguments["message"])
            if arguments["messageformat"] == HTML
            else arguments["message"]
        ),
        messageformat=arguments["messageformat"],
        drafts=writing.Drafts(
            attachments=(
                options.get("attachmentsid")
                if viewer.can_forum("createattachment")
                else None
            ),
            inline=options.get("inlineattachmentsid"),
        ),
    )
    if "pinned" in options and not post.parent and viewer.can_forum("pindiscussions"):
        discussion.pinned = bool(options["pinned"])
    return {"status": True, "warnings": []}


def delete_post(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_forum_delete_post; the first post takes its discussion along."""
    post, discussion, forum, viewer = _found(call, arguments["postid"])
    first = post.id == discussion.firstpost
    allowed = PostShapes(call, viewer, forum, discussion).may_delete(post)
    if not allowed or (first and forum.type == "single"):
        raise refused("cannotdeletepost", "You can't delete this post!")
    if writing.replies_to(call, post) and not viewer.can_forum("deleteanypost"):
        raise refused(
            "couldnotdeletereplies",
            "Sorry, that cannot be deleted as people have already responded to it",
        )
    writing.remove_post(call, forum, post)
    return {"status": True, "warnings": []}


FUNCTIONS = (
    Function(
        name="mod_forum_get_discussion_posts",
        parameters=record(
            discussionid=value("int"),
            sortby=default("alpha", "created"),
            sortdirection=default("alpha", "DESC"),
            includeinlineattachments=default("bool", preset=False),
        ),
        run=get_discussion_posts,
        typed={"discussionid": "int", "includeinlineattachments": "bool"},
        returns=struct(
            "posts[] forumid:int courseid:int ratinginfo{contextid:int "
            "component ratingarea canviewall:int canviewany:int scales[] "
            "ratings[]} warnings[]"
        ),
    ),
    Function(
        name="mod_forum_get_discussion_post",
        parameters=record(postid=value("int")),
        run=get_discussion_post,
        returns=struct(f"post{{{POST_FIELDS}}} warnings[]"),
    ),
    Function(
        name="mod_forum_add_discussion_post",
        parameters=record(
            postid=value("int"),
            subject=value("text"),
            message=value("raw"),
            options=OPTIONS,
            messageformat=default("int", HTML),
        ),
        run=add_discussion_post,
        returns=struct(f"postid:int warnings[] post{{{POST_FIELDS}}} messages[]"),
        writes=True,
    ),
    Function(
        name="mod_forum_update_discussion_post",
        parameters=record(
            postid=value("int"),
            subject=default("text", ""),
            message=default("raw", ""),
            messageformat=default("int", HTML),
            options=OPTIONS,
        ),
        run=update_discussion_post,
        returns=struct("status:int warnings[]"),
        writes=True,
    ),
    Function(
        name="mod_forum_delete_post",
        parameters=record(postid=value("int")),
        run=delete_post,
        returns=struct("status:int warnings[]"),
        writes=True,
    ),
)
