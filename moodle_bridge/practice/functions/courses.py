"""Courses, and what is new in one."""

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
from moodle_bridge.practice.refusals import invalid_parameter, missing_record
from moodle_bridge.practice.returns import struct
from moodle_bridge.practice.sight import listed
from moodle_bridge.practice.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moodle_bridge.practice.records import Course, Discussion, Forum

_FILTERS = (
    "displayh5p",
    "activitynames",
    "mathjaxloader",
    "emoticon",
    "urltolink",
    "mediaplugin",
)
_FIELDS = ("", "id", "ids", "shortname", "idnumber", "category")


def found_course(call: Call, courseid: int) -> Course:
    """Return a course, or refuse as the look-up in its table does."""
    course = call.state.courses.get(courseid)
    if course is None:
        raise missing_record("course")
    return course


def get_courses_by_field(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_course_get_courses_by_field; no field means every course."""
    name, wanted = arguments["field"], arguments["value"]
    if name not in _FIELDS:
        raise invalid_parameter("Invalid field name")
    if name == "id":
        wanted = [wanted]
    elif name == "ids":
        wanted = wanted.split(",")
    courses = [
        _shaped(call, course)
        for course in call.state.courses.values()
        if _matches(course, name, wanted)
    ]
    return {"courses": courses, "warnings": []}


def _matches(course: Course, name: str, wanted: Any) -> bool:
    if name in {"id", "ids"}:
        return str(course.id) in wanted
    if name == "shortname":
        return bool(course.shortname == wanted)
    if name == "idnumber":
        return bool(course.idnumber == wanted)
    return name == "" or wanted == "1"


def _shaped(call: Call, course: Course) -> dict[str, Any]:
    viewer = call.viewer(course.id)
    contacts = [
        {"id": user.id, "fullname": user.fullname}
        for row in call.state.enrolments_in(course.id)
        if "editingteacher" in row.roles
        for user in [call.state.users[row.userid]]
    ]
    shaped: dict[str, Any] = {
        "id": course.id,
        "fullname": one_line(course.fullname),
        "displayname": one_line(course.fullname),
        "shortname": one_line(course.shortname),
        "courseimage": (
            f"{call.url}/pluginfile.php/{course.contextid}/course/generated/course.svg"
        ),
        "categoryid": 1,
        "categoryname": "Category 1",
        "sortorder": 10000 + course.id - 1,
        "summary": course.summary,
        "summaryformat": 1,
        "summaryfiles": [],
        "overviewfiles": [],
        "showactivitydates": False,
        "showcompletionconditions": True,
        "contacts": contacts,
        "enrollmentmethods": ["manual"],
    }
    if viewer.can("moodle/course:update"):
        shaped["idnumber"] = course.idnumber
    shaped |= {
        "format": "topics",
        "showgrades": 1,
        "newsitems": 0,
        "startdate": course.startdate,
        "enddate": 0,
        "maxbytes": 0,
        "showreports": 0,
        "visible": int(course.visible),
        "groupmode": 0,
        "groupmodeforce": 0,
        "defaultgroupingid": 0,
        "enablecompletion": 0,
        "completionnotify": 0,
        "lang": course.lang,
        "theme": "",
        "marker": 0,
        "legacyfiles": 0,
        "calendartype": "",
        "timecreated": course.timecreated,
        "timemodified": course.timecreated,
        "requested": 0,
        "cacherev": course.timecreated,
        "filters": [
            {"filter": name, "localstate": 0, "inheritedstate": 1} for name in _FILTERS
        ],
        "courseformatoptions": [
            {"name": "hiddensections", "value": 1},
            {"name": "coursedisplay", "value": 0},
            {"name": "indentation", "value": "1"},
        ],
    }
    return shaped


def get_updates_since(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_course_get_updates_since: modules with something newer.

    The item ids of `discussions` are ids of first posts; edits do not show.
    """
    course = found_course(call, arguments["courseid"])
    viewer = call.enter(course.id)
    since, wanted = arguments["since"], arguments["filter"]
    instances = []
    for forum in call.state.forums_in(course.id):
        if not viewer.can_forum("viewdiscussion"):
            continue
        updates: list[Mapping[str, Any]] = []
        if forum.timemodified > since and _asked(wanted, "configuration"):
            updates.append({"name": "configuration", "timeupdated": forum.timemodified})
        # The names asked for narrow the general updates; a forum adds its own.
        changed = _changed(call, forum, since)
        if changed:
            updates.append(
                {"name": "discussions", "itemids": [row.firstpost for row in changed]}
            )
        if updates:
            instances.append(
                {"contextlevel": "module", "id": forum.cmid, "updates": updates}
            )
    return {"instances": instances, "warnings": []}


def _asked(wanted: list[str], name: str) -> bool:
    return not wanted or name in wanted


def _changed(call: Call, forum: Forum, since: int) -> list[Discussion]:
    rows = listed(call, call.viewer(forum.courseid), forum)
    changed = [row for row in rows if row.timemodified > since]
    return sorted(
        changed, key=lambda row: (row.pinned, row.timemodified, row.id), reverse=True
    )


FUNCTIONS = (
    Function(
        name="core_course_get_courses_by_field",
        parameters=record(field=default("alpha", ""), value=default("raw", "")),
        run=get_courses_by_field,
        returns=struct("courses[] warnings[]"),
    ),
    Function(
        name="core_course_get_updates_since",
        parameters=record(
            courseid=value("int"),
            since=value("int"),
            filter=items(value("alphanum"), presence=Presence.DEFAULT),
        ),
        run=get_updates_since,
        returns=struct("instances[] warnings[]"),
    ),
)
