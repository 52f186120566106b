"""Cohorts of the site: made, found, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import (
    Presence,
    default,
    items,
    optional,
    record,
    value,
)
from moodle_bridge.practice.refusals import (
    coding_error,
    invalid_parameter,
    no_capability,
)
from moodle_bridge.practice.returns import ARRAY, struct
from moodle_bridge.practice.rights import SYSTEM_CONTEXT, site_capabilities
from moodle_bridge.practice.site_records import Cohort
from moodle_bridge.practice.texts import cleaned

if TYPE_CHECKING:
    from collections.abc import Mapping


def create_cohorts(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_cohort_create_cohorts: all of them or none.

    The idnumber must be one that no cohort has; an empty one counts as well.
    """
    taken = {cohort.idnumber for cohort in call.state.cohorts.values()}
    for sent in arguments["cohorts"]:
        kind = sent["categorytype"]["type"]
        if kind not in {"system", "id", "idnumber"}:
            raise invalid_parameter("category type must be id, idnumber or system")
        if kind != "system":
            raise invalid_parameter("category not exists")
        if sent["idnumber"] in taken:
            raise invalid_parameter("record already exists: idnumber")
        if "moodle/cohort:manage" not in site_capabilities(call.user):
            raise no_capability("Create, delete and move cohorts")
        taken.add(sent["idnumber"])
    return [_created(call, sent) for sent in arguments["cohorts"]]


def _created(call: Call, sent: Mapping[str, Any]) -> dict[str, Any]:
    cohort = Cohort(
        id=call.state.next_id("cohort"),
        name=sent["name"],
        idnumber=sent["idnumber"],
        description=cleaned(sent.get("description") or ""),
        descriptionformat=sent["descriptionformat"],
        visible=sent.get("visible", True),
    )
    call.state.cohorts[cohort.id] = cohort
    return _shaped(cohort)


def _shaped(cohort: Cohort) -> dict[str, Any]:
    return {
        "id": cohort.id,
        "name": cohort.name,
        "idnumber": cohort.idnumber,
        "description": cohort.description,
        "descriptionformat": cohort.descriptionformat,
        "visible": cohort.visible,
        "theme": "",
    }


def may_view_cohorts(call: Call) -> None:
    """Refuse who may not see the cohorts of the site."""
    needed = {"moodle/cohort:view", "moodle/cohort:manage"}
    if not needed & site_capabilities(call.user):
        raise no_capability("View site-wide cohorts")


def get_cohorts(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_cohort_get_cohorts; no ids means all, unknown ids are left out."""
    wanted = arguments["cohortids"]
    found = [
        cohort
        for cohort in call.state.cohorts.values()
        if not wanted or cohort.id in wanted
    ]
    if found:
        may_view_cohorts(call)
    return [_shaped(cohort) | {"customfields": []} for cohort in found]


def search_cohorts(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_cohort_search_cohorts.

    `limitfrom` is taken for the number of a page, although its name says otherwise.
    """
    context = arguments["context"]
    if not _known_context(context):
        raise invalid_parameter("Context does not exist")
    may_view_cohorts(call)
    if arguments["includes"] not in {"self", "parents", "all"}:
        raise coding_error("Invalid parameter value for 'includes'.")
    sought = (arguments["query"] or "").casefold()
    found = [
        cohort
        for cohort in call.state.cohorts.values()
        if any(
            sought in text.casefold()
            for text in (cohort.name, cohort.idnumber, cohort.description)
        )
    ]
    if context["contextlevel"] == "coursecat" and arguments["includes"] == "self":
        found = []
    found.sort(key=lambda cohort: (cohort.name, cohort.idnumber))
    size = arguments["limitnum"]
    start = arguments["limitfrom"] * size
    page = found[start : start + size] if size else found
    return {"cohorts": [_shaped(cohort) | {"customfields": []} for cohort in page]}


def _known_context(context: Mapping[str, Any]) -> bool:
    if context["contextid"]:
        return bool(context["contextid"] == SYSTEM_CONTEXT)
    if context["contextlevel"] == "system":
        return True
    # There is one category, and all courses lie in it.
    level, instance = context["contextlevel"], context["instanceid"]
    return bool(level == "coursecat" and instance == 1)


FUNCTIONS = (
    Function(
        name="core_cohort_create_cohorts",
        parameters=record(
            cohorts=items(
                record(
                    categorytype=record(type=value("text"), value=value("raw")),
                    name=value("raw"),
                    idnumber=value("raw"),
                    description=optional("raw"),
                    descriptionformat=default("int", 1),
                    visible=optional("bool"),
                    theme=optional("theme"),
                    customfields=items(
                        record(shortname=value("alphanumext"), value=value("raw")),
                        presence=Presence.OPTIONAL,
                    ),
                )
            )
        ),
        run=create_cohorts,
        returns=ARRAY,
        writes=True,
    ),
    Function(
        name="core_cohort_get_cohorts",
        parameters=record(cohortids=items(value("int"), presence=Presence.DEFAULT)),
        run=get_cohorts,
        returns=ARRAY,
    ),
    Function(
        name="core_cohort_search_cohorts",
        parameters=record(
            query=value("raw"),
            context=record(
                contextid=default("int", 0),
                contextlevel=default("alphanum", ""),
                instanceid=default("int", 0),
            ),
            includes=default("alpha", "parents"),
            limitfrom=default("int", 0),
            limitnum=default("int", 25),
        ),
        run=search_cohorts,
        returns=struct("cohorts[]"),
    ),
)
