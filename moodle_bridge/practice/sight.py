"""What a user may see and do in a forum (mod_forum's capability rules)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.practice.calls import Call
    from moodle_bridge.practice.records import Discussion, Forum, Post
    from moodle_bridge.practice.rights import Viewer

SEPARATE = 1
VISIBLE = 2
EVERYBODY = -1


def timely(viewer: Viewer, discussion: Discussion, now: int) -> bool:
    """Tell whether a timed discussion is within its time, or the user is exempt."""
    hidden = discussion.timestart > now or (
        discussion.timeend != 0 and discussion.timeend < now
    )
    return not hidden or viewer.can_forum("viewhiddentimedposts")


def discussion_seen(
    viewer: Viewer, forum: Forum, discussion: Discussion, now: int
) -> bool:
    """Tell whether the user may see a discussion (forum_user_can_see_discussion)."""
    if not viewer.can_forum("viewdiscussion") or not timely(viewer, discussion, now):
        return False
    if forum.groupmode == SEPARATE and discussion.groupid > 0:
        return in_group(viewer, discussion.groupid)
    return True


def in_group(viewer: Viewer, groupid: int) -> bool:
    """Tell whether a group is the user's own, or all groups are."""
    return groupid in viewer.groups or viewer.can("moodle/site:accessallgroups")


def shell_seen(viewer: Viewer, post: Post) -> bool:
    """Tell whether a private reply is meant for, or by, or readable to the user."""
    return (
        not post.privatereplyto
        or viewer.userid in {post.userid, post.privatereplyto}
        or viewer.can_forum("readprivatereplies")
    )


def answered(call: Call, discussion: Discussion, userid: int) -> bool:
    """Tell whether a Q&A opens: the user's answer is there and can no longer change."""
    own = [
        post.created
        for post in call.state.posts_in(discussion.id)
        if post.userid == userid
    ]
    return bool(own) and call.now - min(own) >= call.site.max_editing_time


def post_seen(
    call: Call, viewer: Viewer, forum: Forum, discussion: Discussion, post: Post
) -> bool:
    """Tell whether the user may read a post (forum_user_can_see_post)."""
    if not shell_seen(viewer, post):
        return False
    if not discussion_seen(viewer, forum, discussion, call.now):
        return False
    if forum.type != "qanda":
        return True
    return (
        viewer.can_forum("viewqandawithoutposting")
        or viewer.userid in {post.userid, discussion.userid}
        or post.id == discussion.firstpost
        or answered(call, discussion, viewer.userid)
    )


def may_reply(viewer: Viewer, forum: Forum, discussion: Discussion, now: int) -> bool:
    """Tell whether the user may post in a discussion (forum_user_can_post)."""
    if _past_cutoff(viewer, forum, now):
        return False
    if discussion.timelocked and not viewer.can_forum("canoverridediscussionlock"):
        return False
    needed = "replynews" if forum.type == "news" else "replypost"
    if not viewer.may_enter or not viewer.can_forum(needed):
        return False
    if not forum.groupmode or viewer.can("moodle/site:accessallgroups"):
        return True
    if discussion.groupid == EVERYBODY:
        return forum.groupmode == VISIBLE
    return discussion.groupid in viewer.groups


def may_start(call: Call, viewer: Viewer, forum: Forum, groupid: int | None) -> bool:
    """Tell whether the user may start a discussion for a group.

    `groupid` None stands for the group the forum shows the user now.
    """
    if _past_cutoff(viewer, forum, call.now) or forum.type == "single":
        return False
    needed = {"news": "addnews", "qanda": "addquestion"}.get(
        forum.type, "startdiscussion"
    )
    if not viewer.can_forum(needed):
        return False
    if forum.type == "eachuser" and any(
        discussion.userid == viewer.userid
        for discussion in call.state.discussions_in(forum.id)
    ):
        return False
    if not forum.groupmode or viewer.can("moodle/site:accessallgroups"):
        return True
    group = current_group(viewer, forum) if groupid is None else groupid
    return group in viewer.groups


def current_group(viewer: Viewer, forum: Forum) -> int:
    """Return the group the forum shows first to the user: 0 for all."""
    if not forum.groupmode or viewer.can("moodle/site:accessallgroups"):
        return 0
    return min(viewer.groups, default=0)


def _past_cutoff(viewer: Viewer, forum: Forum, now: int) -> bool:
    return bool(
        forum.cutoffdate
        and now > forum.cutoffdate
        and not viewer.can_forum("canoverridecutoff")
    )


def listed(
    call: Call, viewer: Viewer, forum: Forum, *, groupid: int = 0
) -> list[Discussion]:
    """Return the discussions of a forum that its list shows to the user.

    The author of a discussion that is not yet due sees it, as Moodle's list does.
    """
    every = call.state.discussions_in(forum.id)
    exempt = viewer.can_forum("viewhiddentimedposts")
    due = [
        row
        for row in every
        if exempt
        or row.userid == viewer.userid
        or (row.timestart <= call.now and (not row.timeend or row.timeend > call.now))
    ]
    if not forum.groupmode:
        return due
    if groupid > 0:
        return [row for row in due if row.groupid in {groupid, EVERYBODY}]
    if forum.groupmode == VISIBLE or viewer.can("moodle/site:accessallgroups"):
        return due
    return [
        row for row in due if row.groupid == EVERYBODY or row.groupid in viewer.groups
    ]
