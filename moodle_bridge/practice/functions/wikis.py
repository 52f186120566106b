"""Wikis of courses, and their subwikis."""

from __future__ import annotations

from typing import Any

from moodle_bridge.practice.activities import entered, rows_of_courses
from moodle_bridge.practice.activity_records import Subwiki, Wiki
from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import Presence, items, record, value
from moodle_bridge.practice.refusals import refused
from moodle_bridge.practice.returns import struct
from moodle_bridge.practice.texts import cleaned, one_line

_EDIT = "mod/wiki:editpage"


def get_wikis_by_courses(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_wiki_get_wikis_by_courses."""
    rows, warnings = rows_of_courses(call, call.state.wikis, arguments["courseids"])
    return {"wikis": [_shaped(call, row) for row in rows], "warnings": warnings}


def _shaped(call: Call, wiki: Wiki) -> dict[str, Any]:
    viewer = call.viewer(wiki.courseid)
    shaped: dict[str, Any] = {
        "id": wiki.id,
        "coursemodule": wiki.cmid,
        "course": wiki.courseid,
        "name": one_line(wiki.name),
        "intro": cleaned(wiki.intro),
        "introformat": 1,
        "introfiles": [],
        "section": 0,
        "visible": True,
        "groupmode": wiki.groupmode,
        "groupingid": 0,
        "lang": "",
        "firstpagetitle": wiki.firstpagetitle,
        "wikimode": wiki.wikimode,
        "defaultformat": "html",
        "forceformat": 1,
        "editbegin": 0,
        "editend": 0,
        "cancreatepages": viewer.can("mod/wiki:createpage"),
    }
    if viewer.can("moodle/course:manageactivities"):
        shaped |= {"timecreated": 0, "timemodified": wiki.timemodified}
    return shaped


def found_wiki(call: Call, wikiid: int | None) -> Wiki:
    """Return a wiki whose course the caller has entered, or refuse."""
    if wikiid not in call.state.wikis:
        raise refused("incorrectwikiid", "Wiki ID is incorrect.")
    return entered(call, call.state.wikis, "wiki", wikiid)


def subwiki_of(
    call: Call, wiki: Wiki, *, groupid: int = 0, userid: int = 0
) -> Subwiki | None:
    """Return the subwiki of a group or user, None when nobody has written there.

    A wiki that all share has one, a wiki of each user's own one for each.
    """
    if wiki.wikimode == "individual":
        userid = userid or call.user.id
        teaches = call.viewer(wiki.courseid).can("moodle/course:manageactivities")
        if userid != call.user.id and not teaches:
            raise refused("cannotviewpage", "You cannot view this page.")
    else:
        userid = 0
    group = max(groupid, 0) if wiki.groupmode else 0
    for row in call.state.subwikis.values():
        if (row.wikiid, row.groupid, row.userid) == (wiki.id, group, userid):
            return row
    return None


def made_subwiki(call: Call, wiki: Wiki, *, groupid: int, userid: int) -> Subwiki:
    """Return the subwiki of a group or user, made when it is not there yet."""
    found = subwiki_of(call, wiki, groupid=groupid, userid=userid)
    if found is not None:
        return found
    alone = wiki.wikimode == "individual"
    subwiki = Subwiki(
        id=call.state.next_id("subwiki"),
        wikiid=wiki.id,
        groupid=max(groupid, 0) if wiki.groupmode else 0,
        userid=(userid or call.user.id) if alone else 0,
    )
    call.state.subwikis[subwiki.id] = subwiki
    return subwiki


def may_edit(call: Call, wiki: Wiki) -> bool:
    """Tell whether the caller may write in a wiki."""
    return call.viewer(wiki.courseid).can(_EDIT)


def get_subwikis(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_wiki_get_subwikis: those that hold something."""
    wiki = found_wiki(call, arguments["wikiid"])
    rows = [
        {
            "id": row.id,
            "wikiid": wiki.id,
            "groupid": str(row.groupid),
            "userid": row.userid,
            "canedit": may_edit(call, wiki),
        }
        for row in call.state.subwikis.values()
        if row.wikiid == wiki.id
    ]
    return {"subwikis": rows, "warnings": []}


FUNCTIONS = (
    Function(
        name="mod_wiki_get_wikis_by_courses",
        parameters=record(courseids=items(value("int"), presence=Presence.DEFAULT)),
        run=get_wikis_by_courses,
        returns=struct("wikis[] warnings[]"),
    ),
    Function(
        name="mod_wiki_get_subwikis",
        parameters=record(wikiid=value("int")),
        run=get_subwikis,
        returns=struct("subwikis[] warnings[]"),
    ),
)
