"""Calendar events: made, read, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.functions.courses import found_course
from moodle_bridge.practice.parameters import (
    Presence,
    Record,
    default,
    items,
    record,
    value,
)
from moodle_bridge.practice.refusals import missing_record, no_capability
from moodle_bridge.practice.returns import struct
from moodle_bridge.practice.rights import site_capabilities
from moodle_bridge.practice.site_records import CalendarEvent
from moodle_bridge.practice.texts import cleaned, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_MANAGE = "moodle/calendar:manageentries"
_WEEK = 7 * 24 * 3600


def create_events(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_calendar_create_calendar_events.

    What the caller may not create becomes a warning that names the event.
    """
    shapes: list[dict[str, Any]] = []
    warnings: list[dict[str, Any]] = []
    allowed = []
    for sent in arguments["events"]:
        if _may_create(call, sent):
            allowed.append(sent)
        else:
            warnings.append(
                {
                    "item": sent["name"],
                    "warningcode": "nopermissions",
                    "message": "you do not have permissions to create this event",
                }
            )
    for sent in allowed:
        made = [_created(call, sent, turn) for turn in range(max(1, sent["repeats"]))]
        series = made[0].id if len(made) > 1 else 0
        for event in made:
            event.repeatid = series
            shapes.append(_shaped(event) | _as_made(event))
    return {"events": shapes, "warnings": warnings}


def _may_create(call: Call, sent: Mapping[str, Any]) -> bool:
    match sent["eventtype"]:
        case "user":
            return True
        case "site":
            return _MANAGE in site_capabilities(call.user)
        case "course" | "group":
            course = found_course(call, sent["courseid"])
            if sent["eventtype"] == "group" and not sent["groupid"]:
                return False
            return call.viewer(course.id).can(_MANAGE)
        case _:
            return False


def _created(call: Call, sent: Mapping[str, Any], turn: int) -> CalendarEvent:
    event = CalendarEvent(
        id=call.state.next_id("event"),
        name=sent["name"],
        description=sent["description"],
        format=sent["format"],
        eventtype=sent["eventtype"],
        timestart=(sent["timestart"] or call.now) + turn * _WEEK,
        timeduration=sent["timeduration"],
        userid=call.user.id,
        timemodified=call.now,
        courseid=sent["courseid"],
        groupid=sent["groupid"],
        visible=sent["visible"],
        sequence=sent["sequence"],
    )
    call.state.events[event.id] = event
    return event


def _shaped(event: CalendarEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "name": one_line(event.name),
        "description": cleaned(event.description or ""),
        "format": event.format,
        "courseid": event.courseid,
        "userid": event.userid,
        "eventtype": event.eventtype,
        "timestart": event.timestart,
        "timeduration": event.timeduration,
        "visible": event.visible,
        "sequence": event.sequence,
        "timemodified": event.timemodified,
        "subscriptionid": None,
    }


def _as_made(event: CalendarEvent) -> dict[str, Any]:
    series = {"repeatid": event.repeatid} if event.repeatid else {}
    return {
        "groupid": event.groupid,
        "modulename": "",
        "instance": 0,
        "uuid": "",
        **series,
    }


def get_events(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_calendar_get_calendar_events: of courses, groups, users, by id."""
    wanted, options = arguments["events"], arguments["options"]
    manages = _MANAGE in site_capabilities(call.user)
    warnings = []
    courses = []
    for courseid in wanted["courseids"]:
        known = courseid in call.state.courses
        if manages or (known and call.viewer(courseid).may_enter):
            courses.append(courseid)
        else:
            warnings.append(_no_rights(courseid))
    until = options["timeend"] or None
    found = [
        event
        for event in call.state.events.values()
        if event.id in wanted["eventids"]
        or (
            event.timestart + event.timeduration >= options["timestart"]
            and (until is None or event.timestart <= until)
            and (event.visible or not options["ignorehidden"])
            and _asked(call, event, courses, wanted["groupids"], options)
        )
    ]
    found.sort(key=lambda event: (event.timestart, event.id))
    shapes = [
        _shaped(event)
        | {
            "categoryid": None,
            "groupid": event.groupid or None,
            "repeatid": event.repeatid or None,
            "modulename": None,
            "instance": None,
        }
        for event in found
    ]
    return {"events": shapes, "warnings": warnings}


def _no_rights(courseid: int) -> dict[str, Any]:
    return {
        "item": "course",
        "itemid": courseid,
        "warningcode": "nopermissions",
        "message": "No access rights in course context",
    }


def _asked(
    call: Call,
    event: CalendarEvent,
    courses: list[int],
    groups: list[int],
    options: Mapping[str, Any],
) -> bool:
    match event.eventtype:
        case "course":
            return event.courseid in courses
        case "group":
            return event.groupid in groups
        case "site":
            return bool(options["siteevents"])
        case _:
            return bool(options["userevents"]) and event.userid == call.user.id


def delete_events(call: Call, arguments: Arguments) -> None:
    """Answer core_calendar_delete_calendar_events: all or none, or whole series."""
    doomed: set[int] = set()
    for sent in arguments["events"]:
        event = call.state.events.get(sent["eventid"])
        if event is None:
            raise missing_record("event")
        if not _may_delete(call, event):
            raise no_capability("Delete event")
        doomed.add(event.id)
        if sent["repeat"] and event.repeatid:
            doomed |= {
                row.id
                for row in call.state.events.values()
                if row.repeatid == event.repeatid
            }
    for number in doomed:
        del call.state.events[number]


def _may_delete(call: Call, event: CalendarEvent) -> bool:
    if event.eventtype == "user":
        return event.userid == call.user.id
    if event.courseid:
        return call.viewer(event.courseid).can(_MANAGE)
    return _MANAGE in site_capabilities(call.user)


_IDS = items(value("int"), presence=Presence.DEFAULT)
_EVENTS = Record(
    fields={
        "eventids": _IDS,
        "courseids": _IDS,
        "groupids": _IDS,
        "categoryids": _IDS,
    },
    presence=Presence.DEFAULT,
    default={},
)
_OPTIONS = Record(
    fields={
        "userevents": default("bool", preset=True),
        "siteevents": default("bool", preset=True),
        "timestart": default("int", 0),
        "timeend": default("int", 0),
        "ignorehidden": default("bool", preset=True),
    },
    presence=Presence.DEFAULT,
    default={},
)

FUNCTIONS = (
    Function(
        name="core_calendar_create_calendar_events",
        parameters=record(
            events=items(
                record(
                    name=value("text", null=False),
                    description=default("raw", None),
                    format=default("int", 1),
                    courseid=default("int", 0, null=False),
                    groupid=default("int", 0, null=False),
                    repeats=default("int", 0, null=False),
                    eventtype=default("text", "user", null=False),
                    # Left out it is now, which nothing but the call can know.
                    timestart=default("int", 0, null=False),
                    timeduration=default("int", 0, null=False),
                    visible=default("int", 1, null=False),
                    sequence=default("int", 1, null=False),
                )
            )
        ),
        run=create_events,
        returns=struct("events[] warnings[]"),
        writes=True,
    ),
    Function(
        name="core_calendar_get_calendar_events",
        parameters=record(events=_EVENTS, options=_OPTIONS),
        run=get_events,
        returns=struct("events[] warnings[]"),
    ),
    Function(
        name="core_calendar_delete_calendar_events",
        parameters=record(
            events=items(record(eventid=value("int", null=False), repeat=value("bool")))
        ),
        run=delete_events,
        writes=True,
    ),
)
