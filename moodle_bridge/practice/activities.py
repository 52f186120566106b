"""The activities of a course, whatever their kind, as course modules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from moodle_bridge.practice.refusals import missing_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moodle_bridge.practice.activity_records import Database, Feedback, Wiki
    from moodle_bridge.practice.calls import Call
    from moodle_bridge.practice.records import Forum
    from moodle_bridge.practice.state import PracticeState

Row = TypeVar("Row", "Wiki", "Database", "Feedback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of activity: its number in the table of modules and its words."""

    modname: str
    number: int
    plural: str
    purpose: str = "collaboration"


KINDS: Mapping[str, Kind] = {
    "forum": Kind(modname="forum", number=9, plural="Forums"),
    "data": Kind(modname="data", number=6, plural="Databases"),
    "feedback": Kind(
        modname="feedback", number=7, plural="Feedback", purpose="communication"
    ),
    "wiki": Kind(modname="wiki", number=22, plural="Wikis"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One activity as a course module: its kind and its row."""

    kind: Kind
    row: Forum | Wiki | Database | Feedback


def modules(state: PracticeState) -> Iterator[Module]:
    """Yield every course module of the site, by kind."""
    tables: Mapping[str, Iterable[Forum | Wiki | Database | Feedback]] = {
        "forum": state.forums.values(),
        "data": state.databases.values(),
        "feedback": state.feedbacks.values(),
        "wiki": state.wikis.values(),
    }
    for modname, rows in tables.items():
        for row in rows:
            yield Module(kind=KINDS[modname], row=row)


def modules_in(state: PracticeState, courseid: int) -> list[Module]:
    """Return the course modules of a course in the order in which they were added."""
    found = [module for module in modules(state) if module.row.courseid == courseid]
    return sorted(found, key=lambda module: module.row.cmid)


def entered(call: Call, rows: Mapping[int, Row], table: str, number: int) -> Row:
    """Return an activity whose course the caller has entered, or refuse."""
    row = rows.get(number)
    if row is None:
        raise missing_record(table)
    call.enter(row.courseid)
    return row


def rows_of_courses(
    call: Call, rows: Mapping[int, Row], courseids: Iterable[int]
) -> tuple[list[Row], list[dict[str, object]]]:
    """Return the activities of courses, and a warning for each that is closed.

    No courses stands for those in which the caller is enrolled.
    """
    wanted = list(courseids) or [
        enrolment.courseid
        for enrolment in call.state.enrolments.values()
        if enrolment.userid == call.user.id and enrolment.active(call.now)
    ]
    open_ones, warnings = [], []
    for courseid in wanted:
        if courseid in call.state.courses and call.viewer(courseid).may_enter:
            open_ones.append(courseid)
        else:
            warnings.append(
                {
                    "item": "course",
                    "itemid": courseid,
                    "warningcode": "1",
                    "message": "No access rights in course context",
                }
            )
    found = [
        row
        for courseid in open_ones
        for row in rows.values()
        if row.courseid == courseid
    ]
    return found, warnings
