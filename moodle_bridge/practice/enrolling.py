"""How users get into courses and out of them, by which method.

What a cohort's members get by cohort sync is kept apart from what was done by hand;
who loses the last way into a course loses the groups there as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moodle_bridge.practice.records import Enrolment

if TYPE_CHECKING:
    from moodle_bridge.practice.state import PracticeState

MANUAL = "manual"
COHORT = "cohort"


def enrol(
    state: PracticeState,
    userid: int,
    courseid: int,
    role: str,
    *,
    method: str = MANUAL,
    timestart: int = 0,
    timeend: int = 0,
    suspended: bool = False,
) -> Enrolment:
    """Enrol a user, or change an enrolment: dates and state are set, roles added."""
    row = state.enrolments.get((userid, courseid))
    if row is None:
        row = Enrolment(userid=userid, courseid=courseid, roles=[], methods=[])
        state.enrolments[userid, courseid] = row
    if method not in row.methods:
        row.methods.append(method)
    if role not in row.roles:
        row.roles.append(role)
    row.timestart, row.timeend, row.suspended = timestart, timeend, suspended
    return row


def unenrol(
    state: PracticeState, userid: int, courseid: int, *, method: str = MANUAL
) -> None:
    """Take one way into a course from a user; nothing happens if there is none."""
    row = state.enrolments.get((userid, courseid))
    if row is None or method not in row.methods:
        return
    row.methods.remove(method)
    if row.methods:
        return
    del state.enrolments[userid, courseid]
    for group in state.groups_of(userid, courseid):
        group.members.remove(userid)


def cohort_joined(state: PracticeState, cohortid: int, userid: int) -> None:
    """Enrol a new member of a cohort wherever cohort sync is on."""
    for course in state.courses.values():
        if cohortid in course.synced:
            enrol(state, userid, course.id, "student", method=COHORT)


def cohort_left(state: PracticeState, cohortid: int, userid: int) -> None:
    """Unenrol who is no longer a member, which is what cohort sync does."""
    for course in state.courses.values():
        if cohortid in course.synced:
            unenrol(state, userid, course.id, method=COHORT)
