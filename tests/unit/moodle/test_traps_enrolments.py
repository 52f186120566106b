"""Traps of enrolments: what is not said is reset, and success says nothing."""

from datetime import timedelta

import pytest

from moodle_bridge.errors import InDoubt
from moodle_bridge.moodle import (
    Enrolment,
    Membership,
    NewGroup,
    Outcome,
    Participation,
    RoleAssignment,
)
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.enrolments import Enrolments
from moodle_bridge.moodle.functions import (
    ASSIGN_ROLES,
    CREATE_GROUPS,
    ENROL_USERS,
    ENROLLED_USERS,
    UNASSIGN_ROLES,
    UNENROL_USERS,
)
from moodle_bridge.moodle.groups import Groups
from moodle_bridge.moodle.roles import Level, Roles

from .fakes import SERVED, FakeTransport, refused
from .membership_fake import FakeCourse

DONE, ALREADY, REFUSED = Outcome.DONE, Outcome.ALREADY, Outcome.REFUSED


@pytest.fixture
def course(transport: FakeTransport) -> FakeCourse:
    return FakeCourse(transport)


@pytest.fixture
def enrolments(client: MoodleClient) -> Enrolments:
    return Enrolments(client)


@pytest.fixture
def groups(client: MoodleClient) -> Groups:
    return Groups(client)


def student(user: int, *, course: int = 2, suspended: bool = False) -> Enrolment:
    return Enrolment(
        user_id=user,
        course_id=course,
        role_id=5,
        starts=SERVED - timedelta(days=1),
        ends=SERVED + timedelta(days=60),
        suspended=suspended,
    )


def participations(*users: int) -> list[Participation]:
    return [Participation(user_id=user, course_id=2) for user in users]


def test_every_enrolment_says_its_dates_and_whether_it_is_suspended(
    enrolments: Enrolments, course: FakeCourse, transport: FakeTransport
) -> None:
    enrolments.enrol([student(1), Enrolment(user_id=2, course_id=2, role_id=5)])

    first, second = transport.calls[0][1]["enrolments"]
    assert first["timestart"] > 0
    assert first["timeend"] > first["timestart"]
    assert (second["timestart"], second["timeend"], second["suspend"]) == (0, 0, 0)


def test_suspending_keeps_the_dates(enrolments: Enrolments, course: FakeCourse) -> None:
    enrolments.enrol([student(1)])
    before = dict(course.enrolled[1])

    enrolments.suspend([student(1)])

    assert course.enrolled[1] == {**before, "suspend": 1}


def test_an_unknown_user_does_not_keep_the_others_out(
    enrolments: Enrolments, course: FakeCourse
) -> None:
    found = enrolments.enrol([student(1), student(999), student(2)])

    assert [one.outcome for one in found] == [DONE, REFUSED, DONE]
    assert found[1].code == "invaliduser"
    assert set(course.enrolled) == {1, 2}


def test_a_course_without_manual_enrolment_is_asked_once_and_named(
    enrolments: Enrolments, course: FakeCourse, transport: FakeTransport
) -> None:
    found = enrolments.enrol([student(n, course=3) for n in range(1, 9)])

    assert {one.code for one in found} == {"wsnoinstance"}
    assert transport.asked.count(ENROL_USERS) == 1


def test_an_enrolment_in_doubt_is_told_so(
    enrolments: Enrolments, course: FakeCourse, transport: FakeTransport
) -> None:
    transport.errors[ENROL_USERS] = [InDoubt("the answer was empty")]

    (found,) = enrolments.enrol([student(1)])

    assert found.outcome is Outcome.IN_DOUBT


def test_unenrolling_never_says_a_role(
    enrolments: Enrolments, course: FakeCourse, transport: FakeTransport
) -> None:
    enrolments.enrol([student(1)])
    enrolments.unenrol(participations(1))

    sent = [given for name, given in transport.calls if name == UNENROL_USERS]
    assert sent == [{"enrolments": [{"userid": 1, "courseid": 2}]}]


def test_who_stays_in_by_a_cohort_is_told_though_moodle_said_success(
    enrolments: Enrolments, course: FakeCourse
) -> None:
    enrolments.enrol([student(1), student(2)])
    course.by_cohort.add(2)

    found = enrolments.unenrol(participations(1, 2, 3))

    assert [(one.outcome, one.code) for one in found] == [
        (DONE, ""),
        (REFUSED, "stillenrolled"),
        (ALREADY, ""),
    ]


def test_one_whom_the_account_may_not_see_is_unenrolled_all_the_same(
    enrolments: Enrolments, course: FakeCourse
) -> None:
    enrolments.enrol([student(7)])
    course.unseen.add(7)

    (found,) = enrolments.unenrol(participations(7))

    assert found.outcome is ALREADY
    assert course.enrolled == {}


def test_a_short_page_of_participants_is_not_the_last(
    enrolments: Enrolments, course: FakeCourse
) -> None:
    course.by_cohort = set(range(1, 1201))
    course.unseen = set(range(1, 499))
    enrolments.enrol([student(850)])

    (found,) = enrolments.unenrol(participations(850))

    assert found.code == "stillenrolled"


def test_who_may_enter_although_suspended_is_told(
    enrolments: Enrolments, course: FakeCourse
) -> None:
    made = enrolments.enrol([student(1, suspended=True), student(2, suspended=True)])
    course.by_cohort.add(2)

    found = enrolments.verified(made)

    assert found[0].stored_differently == ()
    assert [one.field for one in found[1].stored_differently] == ["may enter now"]


def test_an_enrolment_that_is_not_there_or_has_another_role_is_told(
    enrolments: Enrolments, course: FakeCourse
) -> None:
    made = enrolments.enrol([student(1), student(2)])
    del course.enrolled[1]
    course.enrolled[2]["role"] = 3

    found = enrolments.verified(made)

    assert [one.stored_differently[0].field for one in found] == ["enrolment", "role"]


def test_an_enrolment_that_has_not_begun_lets_nobody_in_and_is_as_asked(
    enrolments: Enrolments, course: FakeCourse
) -> None:
    later = Enrolment(
        user_id=1, course_id=2, role_id=5, starts=SERVED + timedelta(days=9)
    )
    made = enrolments.enrol([later])
    course.enrolled[1]["suspend"] = 1  # as Moodle counts it: not active now

    assert enrolments.verified(made)[0].stored_differently == ()


def test_an_unenrolment_that_cannot_be_read_back_is_told_so(
    enrolments: Enrolments, course: FakeCourse, transport: FakeTransport
) -> None:
    course.enrolled[1] = {"suspend": 0, "role": 5}
    transport.functions[ENROLLED_USERS] = lambda _: _refuse("nopermissions")

    (found,) = enrolments.unenrol(participations(1))

    assert (found.outcome, found.code) == (DONE, "unverified")
    assert course.enrolled == {}


def test_one_who_is_not_enrolled_does_not_keep_the_others_out_of_a_group(
    groups: Groups, enrolments: Enrolments, course: FakeCourse
) -> None:
    enrolments.enrol([student(1), student(2), student(3)])
    (made,) = groups.create([NewGroup(course_id=2, name="Red")])
    group = made.remote_id or 0
    course.members[group].add(3)

    found = groups.add_members(
        [Membership(of=group, user_id=user) for user in (1, 9, 2, 3)]
    )

    assert [one.outcome for one in found] == [DONE, REFUSED, DONE, ALREADY]
    assert all(not one.stored_differently for one in groups.verified_members(found))
    left = groups.delete_members(
        [Membership(of=group, user_id=user) for user in (1, 9)]
    )
    assert [one.outcome for one in left] == [DONE, ALREADY]
    assert course.members[group] == {2, 3}


def test_a_group_whose_name_is_taken_is_already_there_and_the_others_are_made(
    groups: Groups, course: FakeCourse
) -> None:
    groups.create([NewGroup(course_id=2, name="Red")])

    found = groups.create(
        [
            NewGroup(course_id=2, name="Blue"),
            NewGroup(course_id=2, name="Red"),
            NewGroup(course_id=3, name="Red"),
        ]
    )

    assert [(one.outcome, one.remote_id) for one in found] == [
        (DONE, 2),
        (ALREADY, 1),
        (REFUSED, None),
    ]


def test_a_group_in_doubt_is_looked_for(
    groups: Groups, course: FakeCourse, transport: FakeTransport
) -> None:
    run = course.create_groups

    def run_and_lose(given: object) -> object:
        run(given)  # type: ignore[arg-type]
        raise InDoubt("the answer was empty")

    transport.functions[CREATE_GROUPS] = run_and_lose

    (found,) = groups.create([NewGroup(course_id=2, name="Red")])

    assert (found.outcome, found.remote_id) == (DONE, 1)


def test_a_role_is_given_and_taken_back_by_place(
    client: MoodleClient, transport: FakeTransport
) -> None:
    for function in (ASSIGN_ROLES, UNASSIGN_ROLES):
        transport.functions[function] = lambda _: None
    asked = RoleAssignment(user_id=1, role_id=3, level=Level.COURSE, instance_id=2)
    row = {"roleid": 3, "userid": 1, "contextlevel": "course", "instanceid": 2}

    assert Roles(client).assign([asked])[0].outcome is DONE
    assert Roles(client).unassign([asked])[0].outcome is DONE
    assert [given for _, given in transport.calls] == [
        {"assignments": [row]},
        {"unassignments": [row]},
    ]


def _refuse(code: str) -> object:
    raise refused(code)
