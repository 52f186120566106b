"""Who is in a cohort; cohort sync follows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.enrolling import cohort_joined, cohort_left
from moodle_bridge.practice.functions.cohorts import may_view_cohorts
from moodle_bridge.practice.parameters import items, record, value
from moodle_bridge.practice.refusals import (
    missing_record,
    missing_user,
    no_capability,
    refused,
)
from moodle_bridge.practice.returns import ARRAY, struct
from moodle_bridge.practice.rights import site_capabilities

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moodle_bridge.practice.site_records import Cohort

_INVALID, _ABSENT, _ALREADY = "1", "2", "3"


def add_cohort_members(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_cohort_add_cohort_members.

    What cannot be done becomes a warning that says in words alone whom it is about.
    """
    warnings: list[dict[str, Any]] = []
    joining: list[tuple[Cohort, int]] = []
    for sent in arguments["members"]:
        warning = _planned(call, sent, joining)
        if warning is not None:
            warnings.append(warning)
    for cohort, userid in joining:
        cohort.members.append(userid)
        cohort_joined(call.state, cohort.id, userid)
    return {"warnings": warnings}


def _planned(
    call: Call, sent: Mapping[str, Any], joining: list[tuple[Cohort, int]]
) -> dict[str, Any] | None:
    cohorttype, usertype = sent["cohorttype"], sent["usertype"]
    if cohorttype["type"] not in {"id", "idnumber"}:
        return _warned(_INVALID, f"invalid parameter: cohortype={cohorttype['type']}")
    if usertype["type"] not in {"id", "username"}:
        return _warned(_INVALID, f"invalid parameter: usertype={usertype['type']}")
    which = f"{cohorttype['type']}={cohorttype['value']}"
    who = f"{usertype['type']}={usertype['value']}"
    cohort = _found(call.state.cohorts, cohorttype)
    if cohort is None:
        return _warned(_ABSENT, f"cohort {which} not exists")
    user = _found(call.state.users, usertype)
    if user is None or user.deleted:
        return _warned(_ABSENT, f"user {who} not exists")
    if user.id in cohort.members or (cohort, user.id) in joining:
        return _warned(_ALREADY, f"record already exists: cohort({which} {who})")
    _may_assign(call)
    joining.append((cohort, user.id))
    return None


def _found(table: Mapping[int, Any], wanted: Mapping[str, Any]) -> Any:
    if wanted["type"] != "id":
        return next(
            (
                row
                for row in table.values()
                if getattr(row, wanted["type"]) == wanted["value"]
            ),
            None,
        )
    if not str(wanted["value"]).isdigit():
        # The database will not compare a number with a word.
        raise refused("Error", "cohort/Error")
    return table.get(int(wanted["value"]))


def _warned(code: str, message: str) -> dict[str, Any]:
    return {"warningcode": code, "message": message}


def _may_assign(call: Call) -> None:
    needed = {"moodle/cohort:assign", "moodle/cohort:manage"}
    if not needed & site_capabilities(call.user):
        raise no_capability("Add and remove cohort members")


def delete_cohort_members(call: Call, arguments: Arguments) -> None:
    """Answer core_cohort_delete_cohort_members: all or none; no member is no error."""
    leaving: list[tuple[Cohort, int]] = []
    for sent in arguments["members"]:
        cohort = call.state.cohorts.get(sent["cohortid"])
        if cohort is None:
            raise missing_record("cohort")
        user = call.state.users.get(sent["userid"])
        if user is None or user.deleted:
            raise missing_user()
        _may_assign(call)
        leaving.append((cohort, user.id))
    for cohort, userid in leaving:
        if userid in cohort.members:
            cohort.members.remove(userid)
            cohort_left(call.state, cohort.id, userid)


def get_cohort_members(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_cohort_get_cohort_members: every id, however many."""
    answer = []
    for cohortid in arguments["cohortids"]:
        cohort = call.state.cohorts.get(cohortid)
        if cohort is None:
            raise missing_record("cohort")
        may_view_cohorts(call)
        answer.append({"cohortid": cohort.id, "userids": sorted(cohort.members)})
    return answer


FUNCTIONS = (
    Function(
        name="core_cohort_add_cohort_members",
        parameters=record(
            members=items(
                record(
                    cohorttype=record(type=value("alphanumext"), value=value("raw")),
                    usertype=record(type=value("alphanumext"), value=value("raw")),
                )
            )
        ),
        run=add_cohort_members,
        returns=struct("warnings[]"),
        writes=True,
    ),
    Function(
        name="core_cohort_delete_cohort_members",
        parameters=record(
            members=items(record(cohortid=value("int"), userid=value("int")))
        ),
        run=delete_cohort_members,
        writes=True,
    ),
    Function(
        name="core_cohort_get_cohort_members",
        parameters=record(cohortids=items(value("int"))),
        run=get_cohort_members,
        returns=ARRAY,
    ),
)
