"""Finds what an [[intake]] is for: courses, cohort, role and list, as the site has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moodle_bridge.errors import ConfigError, Problem
from moodle_bridge.interfaces import IListMembers
from moodle_bridge.moodle.enrolled import EnrolledPeople, Seen

if TYPE_CHECKING:
    from moodle_bridge.model.forum import Course
    from moodle_bridge.moodle import Moodle
    from moodle_bridge.moodle.cohorts import Cohort
    from sync.bridge import Bridge
    from sync.settings.intake import IntakeSettings

# The ids with which Moodle is installed; used only where nothing speaks against them.
_SHIPPED_ROLES = {"editingteacher": 3, "teacher": 4, "student": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePlace:
    """What the people of one form take part in, found on the site.

    `participants` is who is in each course, by course id, as it was just read.
    `cohort` and `list_members` are None where the form is for none. `list_address` is
    what the list is called in a plan.
    """

    intake: str
    courses: tuple[Course, ...]
    role_ids: Mapping[int, int]
    participants: Mapping[int, Seen]
    cohort: Cohort | None = None
    list_address: str | None = None
    list_members: IListMembers | None = None

    def role_id(self, course_id: int) -> int:
        """Return the id of the role that people get in a course."""
        return self.role_ids[course_id]

    def course(self, shortname: str) -> Course:
        """Return the course of this short name; KeyError if it is none of the form's."""
        return {one.shortname: one for one in self.courses}[shortname]


def place_of(bridge: Bridge, intake: IntakeSettings) -> IntakePlace:
    """Return what a form is for; may be repeated.

    Raises ConfigError with everything that is not there, RemoteError when the site
    does not answer.
    """
    problems: list[Problem] = []
    where = f"[[intake]] {intake.name}"
    moodle = bridge.moodle
    courses = _courses(moodle, intake.course, where, problems)
    cohort = _cohort(moodle, intake, where, problems)
    seen = EnrolledPeople(moodle.client).of_courses(
        [course.id for course in courses], active=True
    )
    roles: dict[int, int] = {}
    for course in courses:
        if course.id not in seen:
            problems.append(
                Problem(
                    where=f"{where}.course",
                    what=f"who is in {course.shortname} is not told to the account",
                    advice="Enrol the service account there, with"
                    " moodle/course:viewparticipants and moodle/course:enrolreview.",
                )
            )
            continue
        role_id = role_id_of(intake.role, seen[course.id])
        if role_id is None:
            problems.append(_no_role(intake, course, seen[course.id], where))
        else:
            roles[course.id] = role_id
    address, members = _list(bridge, intake)
    if problems:
        raise ConfigError(
            "something that bridge.toml names is not on the site", problems=problems
        )
    return IntakePlace(
        intake=intake.name,
        courses=tuple(courses),
        role_ids=roles,
        participants=seen,
        cohort=cohort,
        list_address=address,
        list_members=members,
    )


def role_id_of(role: str, seen: Seen) -> int | None:
    """Return the id of a role by its short name or number; None when it is not known.

    Moodle has no function that tells of roles: they are known by those who have them,
    and `student` and the teachers by the ids with which Moodle is installed, unless
    somebody shows that these mean something else here.
    """
    if role in seen.role_ids:
        return seen.role_ids[role]
    if role.isdecimal():
        return int(role)
    shipped = _SHIPPED_ROLES.get(role)
    return None if shipped in seen.role_ids.values() else shipped


def _courses(
    moodle: Moodle,
    wanted: Sequence[int | str],
    where: str,
    problems: list[Problem],
) -> list[Course]:
    found: list[Course] = []
    by_id = moodle.courses.by_ids([one for one in wanted if isinstance(one, int)])
    for one in wanted:
        course = (
            by_id.get(one) if isinstance(one, int) else moodle.courses.by_shortname(one)
        )
        if course is not None:
            found.append(course)
            continue
        problems.append(
            Problem(
                where=f"{where}.course",
                what=f"there is no course {one!r}, or the account may not see it",
                advice="Write its short name as Moodle shows it, and enrol the service"
                " account.",
            )
        )
    return found


def _cohort(
    moodle: Moodle, intake: IntakeSettings, where: str, problems: list[Problem]
) -> Cohort | None:
    if intake.cohort is None:
        return None
    near = list(moodle.cohorts.search(intake.cohort))
    for cohort in near:
        if cohort.idnumber == intake.cohort:
            return cohort
    there = ", ".join(f"{one.name} (idnumber {one.idnumber!r})" for one in near[:5])
    problems.append(
        Problem(
            where=f"{where}.cohort",
            what=f"there is no cohort with the idnumber {intake.cohort!r}, or the"
            " account may not see it",
            advice=(f"Near it: {there}. " if there else "")
            + "Make it in Moodle under Users > Cohorts, with this Cohort ID; the"
            " bridge makes none, so that a slip of the pen makes none either.",
        )
    )
    return None


def _no_role(intake: IntakeSettings, course: Course, seen: Seen, where: str) -> Problem:
    known = ", ".join(sorted(seen.role_ids)) or "none yet"
    return Problem(
        where=f"{where}.role",
        what=f"no role {intake.role!r} is known in {course.shortname}",
        advice=f"Roles of people there: {known}. Write one of these, or the number of"
        " the role, as the address of its page shows it under Users > Define roles.",
    )


def _list(
    bridge: Bridge, intake: IntakeSettings
) -> tuple[str | None, IListMembers | None]:
    pair = bridge.settings.pair(intake.pair) if intake.pair else None
    if pair is None or intake.list == "leave":
        return None, None
    listed = bridge.list_of(pair)
    if not IListMembers.providedBy(listed):
        # Who is on it cannot be seen; with a direct list it is who is in the course.
        return None, None
    return listed.address.address, IListMembers(listed)
