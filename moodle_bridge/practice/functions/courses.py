"""Courses, and what is new in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import (
    Presence,
    Record,
    default,
    items,
    record,
    value,
)
from moodle_bridge.practice.refusals import (
    invalid_parameter,
    missing_record,
    no_capability,
)
from moodle_bridge.practice.returns import ARRAY, struct
from moodle_bridge.practice.texts import one_line

if TYPE_CHECKING:
    from moodle_bridge.practice.records import Course

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
        "enrollmentmethods": list(course.methods),
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


def get_courses(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_course_get_courses; no ids means every course."""
    wanted = arguments["options"].get("ids")
    answer = []
    for course in call.state.courses.values():
        if wanted is not None and course.id not in wanted:
            continue
        if not call.viewer(course.id).can("moodle/course:view"):
            raise no_capability("View courses without participation")
        answer.append(_whole(course))
    return answer


def _whole(course: Course) -> dict[str, Any]:
    return {
        "id": course.id,
        "shortname": one_line(course.shortname),
        "categoryid": 1,
        "categorysortorder": 10000 + course.id - 1,
        "fullname": one_line(course.fullname),
        "displayname": one_line(course.fullname),
        "idnumber": course.idnumber,
        "summary": course.summary,
        "summaryformat": 1,
        "format": "topics",
        "showgrades": 1,
        "newsitems": 0,
        "startdate": course.startdate,
        "enddate": 0,
        "numsections": 0,
        "maxbytes": 0,
        "showreports": 0,
        "visible": int(course.visible),
        "hiddensections": 1,
        "groupmode": 0,
        "groupmodeforce": 0,
        "defaultgroupingid": 0,
        "timecreated": course.timecreated,
        "timemodified": course.timecreated,
        "enablecompletion": 0,
        "completionnotify": 0,
        "lang": course.lang,
        "forcetheme": "",
        "courseformatoptions": [
            {"name": "hiddensections", "value": 1},
            {"name": "coursedisplay", "value": 0},
        ],
        "showactivitydates": False,
        "showcompletionconditions": True,
    }


def get_course_enrolment_methods(
    call: Call, arguments: Arguments
) -> list[dict[str, Any]]:
    """Answer core_enrol_get_course_enrolment_methods.

    It tells of methods by which a user gets in unaided; enrolment by hand and cohort
    sync are none of them.
    """
    found_course(call, arguments["courseid"])
    return []


FUNCTIONS = (
    Function(
        name="core_course_get_courses_by_field",
        parameters=record(field=default("alpha", ""), value=default("raw", "")),
        run=get_courses_by_field,
        returns=struct("courses[] warnings[]"),
    ),
    Function(
        name="core_course_get_courses",
        parameters=record(
            options=Record(
                fields={"ids": items(value("int"), presence=Presence.OPTIONAL)},
                presence=Presence.DEFAULT,
                default={},
            )
        ),
        run=get_courses,
        returns=ARRAY,
    ),
    Function(
        name="core_enrol_get_course_enrolment_methods",
        parameters=record(courseid=value("int")),
        run=get_course_enrolment_methods,
        returns=ARRAY,
    ),
)
