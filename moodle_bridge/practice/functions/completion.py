"""How far a user has come in the activities of a course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.activities import Module, modules_in
from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.functions.courses import found_course
from moodle_bridge.practice.parameters import record, value
from moodle_bridge.practice.refusals import missing_user, no_capability
from moodle_bridge.practice.returns import struct

if TYPE_CHECKING:
    from moodle_bridge.practice.site_records import Completion

_BY_HAND = 1


def get_activities_completion_status(
    call: Call, arguments: Arguments
) -> dict[str, Any]:
    """Answer core_completion_get_activities_completion_status.

    Activities of which nothing is tracked are left out.
    """
    course = found_course(call, arguments["courseid"])
    user = call.state.users.get(arguments["userid"])
    if user is None:
        raise missing_user()
    viewer = call.enter(course.id)
    if user.id != call.user.id and not viewer.can("report/progress:view"):
        raise no_capability("View activity completion reports")
    rows = {(row.cmid, row.userid): row for row in call.state.completions.values()}
    tracked = {cmid for cmid, _ in rows}
    statuses = [
        _shaped(module, rows.get((module.row.cmid, user.id)))
        for module in modules_in(call.state, course.id)
        if module.row.cmid in tracked
    ]
    return {"statuses": statuses, "warnings": []}


def _shaped(module: Module, row: Completion | None) -> dict[str, Any]:
    state = row.state if row else 0
    return {
        "cmid": module.row.cmid,
        "modname": module.kind.modname,
        "instance": module.row.id,
        "state": state,
        "timecompleted": row.timecompleted if row else 0,
        "tracking": _BY_HAND,
        "overrideby": None,
        "valueused": False,
        "hascompletion": True,
        "isautomatic": False,
        "istrackeduser": True,
        "uservisible": True,
        "details": [],
        "isoverallcomplete": state > 0,
    }


FUNCTIONS = (
    Function(
        name="core_completion_get_activities_completion_status",
        parameters=record(courseid=value("int"), userid=value("int")),
        run=get_activities_completion_status,
        returns=struct("statuses[] warnings[]"),
    ),
)
