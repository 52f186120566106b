"""Who is in a course, and which courses somebody is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.functions.courses import found_course
from moodle_bridge.practice.parameters import (
    Presence,
    default,
    items,
    record,
    value,
)
from moodle_bridge.practice.refusals import (
    invalid_parameter,
    no_capability,
    refused,
)
from moodle_bridge.practice.returns import ARRAY
from moodle_bridge.practice.texts import one_line
from moodle_bridge.practice.user_shapes import PROFILE_FIELDS, user_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moodle_bridge.practice.records import Course, Enrolment

_SORTS = ("id", "firstname", "lastname", "siteorder")
# Both keep the profile fields a course shows by default out of the answer.
_NOT_SHOWN = {"auth", "confirmed", "lang", "theme", "timezone", "mailformat"}
_DEFAULT_FIELDS = [name for name in PROFILE_FIELDS if name not in _NOT_SHOWN]


def get_enrolled_users(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_enrol_get_enrolled_users.

    The limit cuts the rows before those the caller may not see are taken out, so a
    short page is not the last one.
    """
    options = _options(arguments["options"])
    course = found_course(call, arguments["courseid"])
    viewer = call.enter(course.id)
    if not viewer.can("moodle/course:viewparticipants"):
        raise no_capability("View participants")
    active, suspended = options["onlyactive"] == "1", options["onlysuspended"] == "1"
    if (active or suspended) and not viewer.can("moodle/course:enrolreview"):
        raise no_capability("Review course enrolments")
    if active and suspended:
        raise _both_states()
    fields = [name for name in options["userfields"].split(",") if name]
    for name in fields:
        if name not in PROFILE_FIELDS and name not in _ALSO_ASKED:
            raise refused("invaliduserfield", f"Invalid user field: {name}")
    rows = [
        row
        for row in call.state.enrolments_in(course.id)
        if _counted(call, row, active=active, suspended=suspended, options=options)
    ]
    _sort(call, rows, options)
    start, size = int(options["limitfrom"]), int(options["limitnumber"])
    page = rows[start : start + size] if size else rows[start:]
    shapes = [
        user_shape(
            call,
            call.state.users[row.userid],
            courseid=course.id,
            fields=fields or _DEFAULT_FIELDS,
        )
        for row in page
    ]
    return [shape for shape in shapes if shape is not None]


_ALSO_ASKED = [
    "address",
    "phone1",
    "phone2",
    "interests",
    "institution",
    "preferences",
    "description",
]
_OPTIONS: Mapping[str, str] = {
    "withcapability": "",
    "groupid": "0",
    "onlyactive": "0",
    "onlysuspended": "0",
    "userfields": "",
    "limitfrom": "0",
    "limitnumber": "0",
    "sortby": "id",
    "sortdirection": "ASC",
}


def _options(sent: Iterable[Mapping[str, str]]) -> dict[str, str]:
    # Moodle passes over the names it does not know.
    options = dict(_OPTIONS)
    for option in sent:
        options[option["name"]] = str(option["value"])
    for name in ("limitfrom", "limitnumber", "groupid"):
        if not options[name].isdigit():
            raise invalid_parameter(f"Invalid value for {name} option")
    if options["sortby"] not in _SORTS:
        raise invalid_parameter("Invalid value for sortby parameter")
    if options["sortdirection"].upper() not in {"ASC", "DESC"}:
        raise invalid_parameter("Invalid value for sortdirection parameter")
    return options


def _both_states() -> Exception:
    return refused(
        "invalidargument",
        "The parameters onlyactive and onlysuspended exclude each other",
    )


def _counted(
    call: Call,
    row: Enrolment,
    *,
    active: bool,
    suspended: bool,
    options: Mapping[str, str],
) -> bool:
    if call.state.users[row.userid].deleted:
        return False
    if active and not row.active(call.now):
        return False
    if suspended and row.active(call.now):
        return False
    groupid = int(options["groupid"])
    return not groupid or row.userid in call.state.groups[groupid].members


def _sort(call: Call, rows: list[Enrolment], options: Mapping[str, str]) -> None:
    users, by = call.state.users, options["sortby"]
    descending = options["sortdirection"].upper() == "DESC"
    if by == "firstname":
        rows.sort(key=lambda row: users[row.userid].firstname, reverse=descending)
    elif by in {"lastname", "siteorder"}:
        rows.sort(key=lambda row: users[row.userid].lastname, reverse=descending)
    elif descending:
        rows.reverse()


def get_users_courses(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_enrol_get_users_courses: the courses a user is active in."""
    userid = arguments["userid"]
    answer = []
    for row in call.state.enrolments.values():
        if row.userid != userid or not row.active(call.now):
            continue
        viewer = call.viewer(row.courseid)
        own = userid == call.user.id
        if not viewer.may_enter or not (
            own or viewer.can("moodle/course:viewparticipants")
        ):
            continue
        course = call.state.courses[row.courseid]
        count = len(call.state.enrolments_in(course.id))
        answer.append(
            _course_shape(call, course, count if arguments["returnusercount"] else None)
        )
    return answer


def _course_shape(call: Call, course: Course, count: int | None) -> dict[str, Any]:
    shaped: dict[str, Any] = {
        "id": course.id,
        "shortname": one_line(course.shortname),
        "fullname": one_line(course.fullname),
        "displayname": one_line(course.fullname),
    }
    if count is not None:
        shaped["enrolledusercount"] = count
    return shaped | {
        "idnumber": course.idnumber,
        "visible": int(course.visible),
        "summary": course.summary,
        "summaryformat": 1,
        "format": "topics",
        "courseimage": (
            f"{call.url}/pluginfile.php/{course.contextid}/course/generated/course.svg"
        ),
        "showgrades": True,
        "lang": course.lang,
        "enablecompletion": False,
        "completionhascriteria": False,
        "completionusertracked": False,
        "category": 1,
        "progress": None,
        "completed": None,
        "startdate": course.startdate,
        "enddate": 0,
        "marker": 0,
        "lastaccess": None,
        "isfavourite": False,
        "hidden": False,
        "overviewfiles": [],
        "showactivitydates": False,
        "showcompletionconditions": True,
        "timemodified": course.timecreated,
    }


FUNCTIONS = (
    Function(
        name="core_enrol_get_enrolled_users",
        parameters=record(
            courseid=value("int"),
            options=items(
                record(name=value("alphanumext"), value=value("raw")),
                presence=Presence.DEFAULT,
            ),
        ),
        run=get_enrolled_users,
        returns=ARRAY,
    ),
    Function(
        name="core_enrol_get_users_courses",
        parameters=record(
            userid=value("int"), returnusercount=default("bool", preset=True)
        ),
        run=get_users_courses,
        returns=ARRAY,
    ),
)
