"""What is new in the activities of a course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.activities import Module, modules_in
from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.functions.courses import found_course
from moodle_bridge.practice.parameters import Presence, items, record, value
from moodle_bridge.practice.records import Forum
from moodle_bridge.practice.returns import struct
from moodle_bridge.practice.sight import listed

if TYPE_CHECKING:
    from moodle_bridge.practice.records import Discussion


def get_updates_since(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_course_get_updates_since: modules with something newer.

    The item ids of `discussions` are ids of first posts; edits do not show.
    """
    course = found_course(call, arguments["courseid"])
    call.enter(course.id)
    since, wanted = arguments["since"], arguments["filter"]
    instances = []
    for module in modules_in(call.state, course.id):
        updates = _updates(call, module, since, wanted)
        if updates:
            instances.append(_instance(module, updates))
    return {"instances": instances, "warnings": []}


def check_updates(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_course_check_updates: for some modules, each with its own time."""
    course = found_course(call, arguments["courseid"])
    call.enter(course.id)
    known = {module.row.cmid: module for module in modules_in(call.state, course.id)}
    instances, warnings = [], []
    for sent in arguments["tocheck"]:
        if sent["contextlevel"] != "module":
            warnings.append(
                _warned(sent["id"], "contextlevelnotsupported", "Context level not yet")
            )
            continue
        module = known.get(sent["id"])
        if module is None:
            warnings.append(
                _warned(
                    sent["id"],
                    "cmidnotincourse",
                    "This module id does not belong to this course.",
                )
            )
            continue
        updates = _updates(call, module, sent["since"], arguments["filter"])
        if updates:
            instances.append(_instance(module, updates))
    return {"instances": instances, "warnings": warnings}


def _warned(cmid: int, code: str, message: str) -> dict[str, Any]:
    return {
        "item": "module",
        "itemid": cmid,
        "warningcode": code,
        "message": message,
    }


def _instance(module: Module, updates: list[dict[str, Any]]) -> dict[str, Any]:
    return {"contextlevel": "module", "id": module.row.cmid, "updates": updates}


def _updates(
    call: Call, module: Module, since: int, wanted: list[str]
) -> list[dict[str, Any]]:
    row = module.row
    viewer = call.viewer(row.courseid)
    if isinstance(row, Forum) and not viewer.can_forum("viewdiscussion"):
        return []
    updates: list[dict[str, Any]] = []
    if row.timemodified > since and (not wanted or "configuration" in wanted):
        updates.append({"name": "configuration", "timeupdated": row.timemodified})
    # The names asked for narrow the general updates; a forum adds its own.
    changed = _changed(call, row, since) if isinstance(row, Forum) else []
    if changed:
        posts = [discussion.firstpost for discussion in changed]
        updates.append({"name": "discussions", "itemids": posts})
    return updates


def _changed(call: Call, forum: Forum, since: int) -> list[Discussion]:
    rows = listed(call, call.viewer(forum.courseid), forum)
    changed = [row for row in rows if row.timemodified > since]
    return sorted(
        changed, key=lambda row: (row.pinned, row.timemodified, row.id), reverse=True
    )


_FILTER = items(value("alphanum"), presence=Presence.DEFAULT)

FUNCTIONS = (
    Function(
        name="core_course_get_updates_since",
        parameters=record(courseid=value("int"), since=value("int"), filter=_FILTER),
        run=get_updates_since,
        returns=struct("instances[] warnings[]"),
    ),
    Function(
        name="core_course_check_updates",
        parameters=record(
            courseid=value("int"),
            tocheck=items(
                record(contextlevel=value("alpha"), id=value("int"), since=value("int"))
            ),
            filter=_FILTER,
        ),
        run=check_updates,
        returns=struct("instances[] warnings[]"),
    ),
)
