"""Discussions: locked and pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import record, value
from moodle_bridge.practice.refusals import crash, refused
from moodle_bridge.practice.returns import struct
from moodle_bridge.practice.sight import discussion_seen, may_reply
from moodle_bridge.practice.texts import one_line

if TYPE_CHECKING:
    from moodle_bridge.practice.records import Discussion, Forum
    from moodle_bridge.practice.rights import Viewer


def set_lock_state(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_forum_set_lock_state: target state 0 locks, anything else unlocks."""
    forum = call.state.forums.get(arguments["forumid"])
    if forum is None:
        raise crash("Call to a member function get_context() on null")
    if not call.viewer(forum.courseid).can("moodle/course:manageactivities"):
        raise refused(
            "errorcannotlock", "You do not have the permission to lock discussions."
        )
    call.enter(forum.courseid)
    discussion = call.state.discussions.get(arguments["discussionid"])
    if discussion is None:
        raise crash("Call to a member function toggle_locked_state() on null")
    discussion.timelocked = 0 if arguments["targetstate"] else call.now
    return {
        "id": discussion.id,
        "locked": bool(discussion.timelocked),
        "times": {"locked": discussion.timelocked},
    }


def set_pin_state(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_forum_set_pin_state: 1 pins, 0 lets go."""
    discussion = call.state.discussions.get(arguments["discussionid"])
    if discussion is None:
        raise crash("Call to a member function get_forum_id() on null")
    forum = call.state.forums[discussion.forumid]
    viewer = call.enter(forum.courseid)
    if not viewer.can_forum("pindiscussions") or forum.type == "single":
        raise refused(
            "cannotpindiscussions",
            "Sorry, you do not have permission to pin discussions.",
        )
    discussion.pinned = bool(arguments["targetstate"])
    return _exported(call, viewer, forum, discussion)


def _exported(
    call: Call, viewer: Viewer, forum: Forum, discussion: Discussion
) -> dict[str, Any]:
    here = f"{call.url}/mod/forum"
    number = discussion.id
    return {
        "id": number,
        "forumid": forum.id,
        "pinned": discussion.pinned,
        "locked": bool(discussion.timelocked),
        "istimelocked": False,
        "name": one_line(discussion.name),
        "firstpostid": discussion.firstpost,
        "times": {
            "modified": discussion.timemodified,
            "start": discussion.timestart,
            "end": discussion.timeend,
            "locked": discussion.timelocked,
        },
        "userstate": {"subscribed": False, "favourited": False},
        "capabilities": {
            "subscribe": True,
            "move": viewer.can_forum("movediscussions"),
            "pin": viewer.can_forum("pindiscussions"),
            "post": may_reply(viewer, forum, discussion, call.now),
            "manage": viewer.can("moodle/course:manageactivities"),
            "favourite": viewer.can_forum("cantogglefavourite"),
        },
        "urls": {
            "view": f"{here}/discuss.php?d={number}",
            "viewfirstunread": f"{here}/discuss.php?d={number}#unread",
            "markasread": f"{here}/markposts.php?f={forum.id}&d={number}&mark=read",
            "subscribe": f"{here}/subscribe.php?id={forum.id}&d={number}",
            "pin": f"{here}/discuss.php?d={number}",
        },
        "timed": {
            "istimed": bool(discussion.timestart or discussion.timeend),
            "visible": discussion_seen(viewer, forum, discussion, call.now),
        },
    }


FUNCTIONS = (
    Function(
        name="mod_forum_set_lock_state",
        parameters=record(
            forumid=value("int"), discussionid=value("int"), targetstate=value("int")
        ),
        run=set_lock_state,
        returns=struct("id:int locked:int times{locked:int}"),
        writes=True,
    ),
    Function(
        name="mod_forum_set_pin_state",
        parameters=record(
            discussionid=value("int", null=False), targetstate=value("int", null=False)
        ),
        run=set_pin_state,
        returns=struct(
            "id:int forumid:int pinned:int locked:int istimelocked:int name "
            "firstpostid:int group{name urls{picture userlist}} "
            "times{modified:int start:int end:int locked:int} "
            "userstate{subscribed:int favourited:int} "
            "capabilities{subscribe:int move:int pin:int post:int manage:int "
            "favourite:int} urls{view viewlatest viewfirstunread markasread "
            "subscribe pin} timed{istimed:int visible:int}"
        ),
        writes=True,
    ),
)
