"""Forums and what the caller may do in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import (
    Presence,
    default,
    items,
    record,
    value,
)
from moodle_bridge.practice.refusals import missing_record
from moodle_bridge.practice.returns import ARRAY, struct
from moodle_bridge.practice.rights import FORUM_CAPABILITIES
from moodle_bridge.practice.sight import may_start
from moodle_bridge.practice.texts import one_line

if TYPE_CHECKING:
    from moodle_bridge.practice.records import Forum


def found_forum(call: Call, forumid: int) -> Forum:
    """Return a forum, or refuse as the look-up in its table does."""
    forum = call.state.forums.get(forumid)
    if forum is None:
        raise missing_record("forum")
    return forum


def get_forums_by_courses(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer mod_forum_get_forums_by_courses; no ids means the caller's courses.

    Courses the caller may not enter are left out without a word.
    """
    wanted = arguments["courseids"] or [
        row.courseid
        for row in call.state.enrolments.values()
        if row.userid == call.user.id and row.active(call.now)
    ]
    return [
        _shaped(call, forum)
        for courseid in dict.fromkeys(wanted)
        if courseid in call.state.courses and call.viewer(courseid).may_enter
        for forum in call.state.forums_in(courseid)
        if call.viewer(courseid).can_forum("viewdiscussion")
    ]


def _shaped(call: Call, forum: Forum) -> dict[str, Any]:
    viewer = call.viewer(forum.courseid)
    return {
        "id": forum.id,
        "course": forum.courseid,
        "type": forum.type,
        "name": forum.name if call.raw else one_line(forum.name),
        "intro": forum.intro,
        "introformat": 1,
        "introfiles": [],
        "lang": "",
        "duedate": 0,
        "cutoffdate": forum.cutoffdate,
        "assessed": 0,
        "assesstimestart": 0,
        "assesstimefinish": 0,
        "scale": 0,
        "grade_forum": 0,
        "grade_forum_notify": 0,
        "maxbytes": forum.maxbytes,
        "maxattachments": forum.maxattachments,
        "forcesubscribe": forum.forcesubscribe,
        "trackingtype": 1,
        "rsstype": 0,
        "rssarticles": 0,
        "timemodified": forum.timemodified,
        "warnafter": 0,
        "blockafter": 0,
        "blockperiod": 0,
        "completiondiscussions": 0,
        "completionreplies": 0,
        "completionposts": 0,
        "cmid": forum.cmid,
        "numdiscussions": len(call.state.discussions_in(forum.id)),
        "cancreatediscussions": may_start(call, viewer, forum, None),
        "lockdiscussionafter": 0,
        "istracked": False,
    }


def get_forum_access_information(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_forum_get_forum_access_information."""
    forum = found_forum(call, arguments["forumid"])
    viewer = call.enter(forum.courseid)
    flags = {f"can{name}": viewer.can_forum(name) for name in FORUM_CAPABILITIES}
    return {"warnings": [], **flags}


def can_add_discussion(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_forum_can_add_discussion."""
    forum = found_forum(call, arguments["forumid"])
    viewer = call.enter(forum.courseid)
    return {
        "status": may_start(call, viewer, forum, arguments["groupid"]),
        "canpindiscussions": viewer.can_forum("pindiscussions"),
        "cancreateattachment": bool(forum.maxattachments)
        and viewer.can_forum("createattachment"),
        "warnings": [],
    }


FUNCTIONS = (
    Function(
        name="mod_forum_get_forums_by_courses",
        parameters=record(
            courseids=items(value("int", null=False), presence=Presence.DEFAULT)
        ),
        run=get_forums_by_courses,
        returns=ARRAY,
    ),
    Function(
        name="mod_forum_get_forum_access_information",
        parameters=record(forumid=value("int")),
        run=get_forum_access_information,
        returns=struct(
            "warnings[] " + " ".join(f"can{name}:int" for name in FORUM_CAPABILITIES)
        ),
    ),
    Function(
        name="mod_forum_can_add_discussion",
        parameters=record(forumid=value("int"), groupid=default("int", None)),
        run=can_add_discussion,
        returns=struct(
            "status:int canpindiscussions:int cancreateattachment:int warnings[]"
        ),
    ),
)
