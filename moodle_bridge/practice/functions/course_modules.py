"""The activities of a course, one by one and section by section."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.activities import Module, modules, modules_in
from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.functions.courses import found_course
from moodle_bridge.practice.parameters import Presence, items, record, value
from moodle_bridge.practice.refusals import missing_record, refused
from moodle_bridge.practice.returns import ARRAY, struct
from moodle_bridge.practice.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_MANAGE = "moodle/course:manageactivities"
_OPTIONS = {
    "excludemodules", "excludecontents", "includestealthmodules", "sectionid",
    "sectionnumber", "cmid", "modname", "modid",
}  # fmt: skip


def get_course_module(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_course_get_course_module; who manages activities is told more."""
    for module in modules(call.state):
        if module.row.cmid == arguments["cmid"]:
            return {"cm": _shaped(call, module), "warnings": []}
    raise missing_record()


def _shaped(call: Call, module: Module) -> dict[str, Any]:
    row = module.row
    viewer = call.enter(row.courseid)
    shaped: dict[str, Any] = {
        "id": row.cmid,
        "course": row.courseid,
        "module": module.kind.number,
        "name": one_line(row.name),
        "modname": module.kind.modname,
        "instance": row.id,
        "section": 1,
        "sectionnum": 0,
        "groupmode": row.groupmode,
        "groupingid": 0,
        "completion": 0,
        "downloadcontent": 1,
    }
    if not viewer.can(_MANAGE):
        return shaped
    shaped |= {
        "idnumber": "",
        "added": row.timemodified,
        "score": 0,
        "indent": 0,
        "visible": 1,
        "visibleoncoursepage": 1,
        "visibleold": 1,
        "completiongradeitemnumber": None,
        "completionpassgrade": 0,
        "completionview": 0,
        "completionexpected": 0,
        "showdescription": 0,
        "availability": None,
    }
    if module.kind.modname == "forum":
        shaped["advancedgrading"] = [{"area": "forum", "method": None}]
    return shaped


def get_contents(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_course_get_contents; every course has one section here.

    The options narrow what is in it; `modid` and `cmid` mean nothing by themselves,
    as in Moodle, where the one needs `modname` and the other is an id of a module.
    """
    course = found_course(call, arguments["courseid"])
    call.enter(course.id)
    options = {}
    for option in arguments["options"]:
        if option["name"] not in _OPTIONS:
            raise refused(
                "errorinvalidparam", f'The param "{option["name"]}" is invalid.'
            )
        options[option["name"]] = str(option["value"] or "")
    if options.get("sectionnumber", "0") != "0":
        return []
    excluded = options.get("excludemodules") in {"1", "true"}
    return [
        {
            "id": course.id,
            "name": "General",
            "visible": 1,
            "summary": "",
            "summaryformat": 1,
            "section": 0,
            "hiddenbynumsections": 0,
            "uservisible": True,
            "component": None,
            "itemid": None,
            "modules": [
                _listed(call, module)
                for module in modules_in(call.state, course.id)
                if not excluded and _asked(module, options)
            ],
        }
    ]


def _asked(module: Module, options: Mapping[str, str]) -> bool:
    if "cmid" in options and options["cmid"] != str(module.row.cmid):
        return False
    if "modname" not in options:
        return True
    if options["modname"] != module.kind.modname:
        return False
    return "modid" not in options or options["modid"] == str(module.row.id)


def _listed(call: Call, module: Module) -> dict[str, Any]:
    row, kind = module.row, module.kind
    teaches = call.viewer(row.courseid).can(_MANAGE)
    told: dict[str, Any] = {"availability": None} if teaches else {}
    # What a forum tells of itself here is that its posts can be tracked.
    custom = {"trackingtype": "1"} if kind.modname == "forum" else ""
    return {
        "id": row.cmid,
        "url": f"{call.url}/mod/{kind.modname}/view.php?id={row.cmid}",
        "name": one_line(row.name),
        "instance": row.id,
        "contextid": row.contextid,
        "visible": 1,
        "uservisible": True,
        "visibleoncoursepage": 1,
        "modicon": (
            f"{call.url}/theme/image.php/boost/{kind.modname}/1/monologo?filtericon=1"
        ),
        "modname": kind.modname,
        "purpose": kind.purpose,
        "branded": False,
        "modplural": kind.plural,
        **told,
        "indent": 0,
        "onclick": "",
        "afterlink": None,
        "activitybadge": [],
        "customdata": json.dumps(custom, separators=(",", ":")),
        "noviewlink": False,
        "completion": 0,
        "downloadcontent": 1,
        "dates": [],
        "groupmode": row.groupmode,
    }


FUNCTIONS = (
    Function(
        name="core_course_get_course_module",
        parameters=record(cmid=value("int")),
        run=get_course_module,
        returns=struct(
            "cm{id:int course:int module:int name modname instance:int section:int "
            "sectionnum:int groupmode:int groupingid:int completion:int idnumber "
            "added:int score:int indent:int visible:int visibleoncoursepage:int "
            "visibleold:int completiongradeitemnumber:int completionpassgrade:int "
            "completionview:int completionexpected:int showdescription:int "
            "downloadcontent:int availability grade:double scale gradepass "
            "gradecat:int advancedgrading[] outcomes[]} warnings[]"
        ),
    ),
    Function(
        name="core_course_get_contents",
        parameters=record(
            courseid=value("int"),
            options=items(
                record(name=value("alphanum"), value=value("raw")),
                presence=Presence.DEFAULT,
            ),
        ),
        run=get_contents,
        returns=ARRAY,
    ),
)
