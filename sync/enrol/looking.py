"""Reads again what steps of a plan touch, in few requests, just before they are done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mappings.addresses import folded
from mappings.enrolment.people import Accounts
from mappings.enrolment.plan import Step, StepKind
from mappings.enrolment.planning import channel_words
from moodle_bridge.moodle.enrolled import EnrolledPeople
from sync.enrol.present import (
    Present,
    PresentCohort,
    PresentCourse,
    PresentGroup,
)
from sync.enrol.waves import split_place
from sync.enrol.world import Sought, World

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.enrol.places import IntakePlace
    from sync.ledger import Ledger

_ENROLMENTS = {StepKind.ENROL, StepKind.REACTIVATE, StepKind.SUSPEND}
_COHORTS = {StepKind.ADD_TO_COHORT, StepKind.REMOVE_FROM_COHORT}
_GROUPS = {StepKind.CREATE_GROUP, StepKind.ADD_TO_GROUP, StepKind.REMOVE_FROM_GROUP}
_LISTS = {StepKind.SUBSCRIBE, StepKind.UNSUBSCRIBE}


class Looking:
    """What is there of the places that a plan is for; each look asks anew."""

    def __init__(
        self, moodle: Moodle, ledger: Ledger, places: Sequence[IntakePlace]
    ) -> None:
        self._moodle = moodle
        self._ledger = ledger
        self._places = places
        self._world = World(moodle, ledger)
        self._courses = {
            course.shortname: course for place in places for course in place.courses
        }

    @property
    def course_names(self) -> frozenset[str]:
        """The courses that the plan may be for, by short name."""
        return frozenset(self._courses)

    def at(self, steps: Sequence[Step], user_ids: Mapping[str, int]) -> Present:
        """Return what these steps touch, as it is now.

        `user_ids` are those of the persons of the steps, where they are known. Raises
        RemoteError when somebody does not answer.
        """
        kinds = {step.kind for step in steps}
        return Present(
            accounts=self._accounts(steps, user_ids),
            courses=self._courses_of(steps) if kinds & (_ENROLMENTS | _GROUPS) else {},
            cohorts=self._cohorts(steps) if kinds & _COHORTS else {},
            lists=self._lists(steps) if kinds & _LISTS else {},
            channels=self._channels() if StepKind.SET_CHANNEL in kinds else {},
        )

    def _accounts(self, steps: Sequence[Step], user_ids: Mapping[str, int]) -> Accounts:
        new = [step for step in steps if step.kind is StepKind.CREATE_USER]
        known = {
            user_ids[step.person]
            for step in steps
            if "user_id" in step.expects and step.person in user_ids
        }
        if not new and not known:
            return Accounts(())
        return self._world.accounts(
            Sought(
                user_ids=known,
                idnumbers=[step.person for step in new],
                usernames=[step.sets["username"] for step in new],
                addresses=[step.sets["email"] for step in new],
            )
        )

    def _courses_of(self, steps: Sequence[Step]) -> dict[str, PresentCourse]:
        enrolling = {step.target for step in steps if step.kind in _ENROLMENTS}
        groups: dict[str, set[str]] = {}
        for step in steps:
            if step.kind in _GROUPS:
                name, group = split_place(step.target, self._courses)
                groups.setdefault(name, set()).add(group)
        seen = EnrolledPeople(self._moodle.client).of_courses(
            [self._courses[name].id for name in enrolling if name in self._courses],
            active=True,
        )
        found: dict[str, PresentCourse] = {}
        for name in enrolling | groups.keys():
            course = self._courses.get(name)
            if course is None or (name in enrolling and course.id not in seen):
                continue
            there = seen.get(course.id)
            found[name] = PresentCourse(
                id=course.id,
                everybody=frozenset(there.everybody if there else ()),
                active=there.active if there else frozenset(),
                role_ids=there.role_ids if there else {},
                groups=self._groups(course.id, groups.get(name, set())),
            )
        return found

    def _groups(self, course_id: int, names: set[str]) -> dict[str, PresentGroup]:
        if not names:
            return {}
        there = {
            group.name: group.id
            for group in self._moodle.groups.of_course(course_id)
            if group.name in names
        }
        members = self._moodle.groups.members(there.values())
        return {
            name: PresentGroup(id=number, members=members[number])
            for name, number in there.items()
            if number in members
        }

    def _cohorts(self, steps: Sequence[Step]) -> dict[str, PresentCohort]:
        wanted = {step.target for step in steps if step.kind in _COHORTS}
        there = {
            place.cohort.idnumber: place.cohort.id
            for place in self._places
            if place.cohort is not None and place.cohort.idnumber in wanted
        }
        members = self._moodle.cohorts.members(there.values())
        return {
            idnumber: PresentCohort(id=number, members=members[number])
            for idnumber, number in there.items()
            if number in members
        }

    def _lists(self, steps: Sequence[Step]) -> dict[str, frozenset[str]]:
        wanted = {step.target for step in steps if step.kind in _LISTS}
        return {
            place.list_address: frozenset(
                folded(member.address) for member in place.list_members.members()
            )
            for place in self._places
            if place.list_address in wanted and place.list_members is not None
        }

    def _channels(self) -> dict[int, dict[str, Any]]:
        with self._ledger.reading() as transaction:
            everyone = transaction.channels.everyone()
        return {user_id: channel_words(one) for user_id, one in everyone.items()}


def people_of(steps: Iterable[Step]) -> dict[str, int]:
    """Return the user ids that the steps themselves know, by person."""
    return {
        step.person: step.expects["user_id"]
        for step in steps
        if step.person and step.expects.get("user_id") is not None
    }
