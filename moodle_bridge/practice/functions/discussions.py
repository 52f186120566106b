"""Discussions: listed and started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice import writing
from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.file_shapes import listed_files
from moodle_bridge.practice.functions.forums import found_forum
from moodle_bridge.practice.options import OPTIONS, read_options
from moodle_bridge.practice.parameters import default, record, value
from moodle_bridge.practice.post_shapes import picture_url
from moodle_bridge.practice.refusals import invalid_parameter, refused
from moodle_bridge.practice.returns import struct
from moodle_bridge.practice.sight import (
    current_group,
    discussion_seen,
    listed,
    may_reply,
    may_start,
    shell_seen,
)
from moodle_bridge.practice.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from moodle_bridge.practice.records import Discussion, Forum
    from moodle_bridge.practice.rights import Viewer


def _last_post(call: Call, row: Discussion) -> int:
    del call
    return max(row.timemodified, row.timestart)


def _created(call: Call, row: Discussion) -> int:
    return call.state.posts[row.firstpost].created


def _replies(call: Call, row: Discussion) -> int:
    return len(call.state.posts_of[row.id])


_SORTS: Mapping[int, tuple[Callable[[Call, Discussion], int], bool]] = {
    1: (_last_post, True),
    2: (_last_post, False),
    3: (_created, True),
    4: (_created, False),
    5: (_replies, True),
    6: (_replies, False),
}


def get_forum_discussions(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_forum_get_forum_discussions; pinned ones come first.

    `id` is the id of the first post; `perpage` 0 means all.
    """
    order = arguments["sortorder"]
    if order == -1:
        order = 1
    if order not in _SORTS:
        raise invalid_parameter(f"Invalid value for sortorder parameter: {order}")
    forum = call.state.forums.get(arguments["forumid"])
    if forum is None:
        text = f"Unable to find forum with id {arguments['forumid']}"
        raise refused(text, f"error/{text}")
    viewer = call.enter(forum.courseid)
    if not viewer.can_forum("viewdiscussion"):
        raise refused(
            "noviewdiscussionspermission",
            "You do not have the permission to view discussions in this forum",
        )
    key, descending = _SORTS[order]
    rows = listed(call, viewer, forum, groupid=arguments["groupid"] or 0)
    rows.sort(key=lambda row: (key(call, row), row.id), reverse=descending)
    rows.sort(key=lambda row: not row.pinned)
    size = arguments["perpage"] or 0
    if size > 0:
        start = max(arguments["page"], 0) * size
        rows = rows[start : start + size]
    discussions, warnings = [], []
    for row in rows:
        if discussion_seen(viewer, forum, row, call.now):
            discussions.append(_listed_shape(call, viewer, forum, row))
        else:
            warnings.append(
                {
                    "item": "post",
                    "itemid": row.id,
                    "warningcode": "1",
                    "message": "You can't see this discussion",
                }
            )
    return {"discussions": discussions, "warnings": warnings}


def _listed_shape(
    call: Call, viewer: Viewer, forum: Forum, row: Discussion
) -> dict[str, Any]:
    state = call.state
    first = state.posts[row.firstpost]
    picture = picture_url(call, "f2")
    attachments = listed_files(
        call, (forum.contextid, "mod_forum", "attachment", first.id)
    )
    inline = listed_files(call, (forum.contextid, "mod_forum", "post", first.id))
    replies = sum(
        post.id != first.id and shell_seen(viewer, post)
        for post in state.posts_in(row.id)
    )
    shaped: dict[str, Any] = {
        "id": first.id,
        "name": row.name if call.raw else one_line(row.name),
        "groupid": row.groupid,
        "timemodified": row.timemodified,
        "usermodified": row.usermodified,
        "timestart": row.timestart,
        "timeend": row.timeend,
        "discussion": row.id,
        "parent": 0,
        "userid": first.userid,
        "created": first.created,
        "modified": first.modified,
        "mailed": 0,
        "subject": first.subject if call.raw else one_line(first.subject),
        "message": first.message if call.raw else first.shown,
        "messageformat": first.messageformat if call.raw else 1,
        "messagetrust": 0,
        "attachment": bool(attachments),
    }
    if attachments:
        shaped["attachments"] = attachments
    if inline:
        shaped["messageinlinefiles"] = inline
    shaped |= {
        "totalscore": 0,
        "mailnow": 0,
        "userfullname": state.users[first.userid].fullname,
        "usermodifiedfullname": state.users[row.usermodified].fullname,
        "userpictureurl": picture,
        "usermodifiedpictureurl": picture,
        "numreplies": replies,
        "numunread": 0,
        "pinned": row.pinned,
        "locked": bool(row.timelocked),
        "starred": False,
        "canreply": may_reply(viewer, forum, row, call.now),
        "canlock": viewer.can("moodle/course:manageactivities"),
        "canfavourite": viewer.can_forum("cantogglefavourite"),
    }
    return shaped


def add_discussion(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_forum_add_discussion; the token's user is the author."""
    forum = found_forum(call, arguments["forumid"])
    viewer = call.enter(forum.courseid)
    options = read_options(
        arguments["options"],
        bools={"discussionsubscribe", "discussionpinned"},
        ints={"inlineattachmentsid", "attachmentsid"},
    )
    if not forum.groupmode:
        groupid = -1
    else:
        # Zero means the group the forum shows the user first.
        groupid = arguments["groupid"] or current_group(viewer, forum)
    if not may_start(call, viewer, forum, groupid):
        raise refused("cannotcreatediscussion", "Could not create new discussion")
    discussion = writing.start_discussion(
        call,
        forum,
        subject=arguments["subject"],
        message=arguments["message"],
        # Zero is kept as it is: those who see only their groups do not find it.
        groupid=groupid,
        pinned=bool(options.get("discussionpinned"))
        and viewer.can_forum("pindiscussions"),
        drafts=writing.Drafts(
            attachments=(
                options.get("attachmentsid")
                if viewer.can_forum("createattachment")
                else None
            ),
            inline=options.get("inlineattachmentsid"),
        ),
    )
    return {"discussionid": discussion.id, "warnings": []}


FUNCTIONS = (
    Function(
        name="mod_forum_get_forum_discussions",
        parameters=record(
            forumid=value("int"),
            sortorder=default("int", -1),
            page=default("int", -1),
            perpage=default("int", 0),
            groupid=default("int", 0),
        ),
        run=get_forum_discussions,
        typed={"forumid": "int"},
        returns=struct("discussions[] warnings[]"),
    ),
    Function(
        name="mod_forum_add_discussion",
        parameters=record(
            forumid=value("int"),
            subject=value("text"),
            message=value("raw"),
            groupid=default("int", 0),
            options=OPTIONS,
        ),
        run=add_discussion,
        returns=struct("discussionid:int warnings[]"),
        writes=True,
    ),
)
