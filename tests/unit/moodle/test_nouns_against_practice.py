"""The nouns against the practice Moodle, over both protocols, with and without faults."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from pydantic import SecretStr

from moodle_bridge.errors import InDoubt
from moodle_bridge.moodle import (
    Connection,
    Enrolment,
    Membership,
    Moodle,
    NewCohort,
    NewEvent,
    NewMessage,
    NewUser,
    Outcome,
    Participation,
)
from moodle_bridge.moodle.functions import (
    CREATE_EVENTS,
    CREATE_USERS,
    PURPOSES,
    SEND_MESSAGES,
)
from moodle_bridge.practice import FaultKind, PracticeMoodle, running
from moodle_bridge.practice.seed import PracticeCourse, practice_course

DONE, ALREADY, REFUSED = Outcome.DONE, Outcome.ALREADY, Outcome.REFUSED
STUDENT = 5
NOW = datetime.now(UTC)


@dataclass
class Place:
    site: PracticeMoodle
    course: PracticeCourse
    moodle: Moodle

    @property
    def course_id(self) -> int:
        return self.course.course.id


@pytest.fixture(params=["rest", "soap"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    protocol: Literal["rest", "soap"] = request.param
    site = PracticeMoodle.empty(mount="/moodle")
    course = practice_course(site, discussions=1, replies=1)
    token = site.token_for(course.bridge, PURPOSES)
    with running(site) as url:
        connection = Connection(site_url=url, protocol=protocol)
        with Moodle.connect(
            connection, token, sleep=lambda _: None, jitter=lambda: 0.0
        ) as moodle:
            yield Place(site, course, moodle)


def person(name: str, **more: Any) -> NewUser:
    whole: dict[str, Any] = {
        "username": name, "first_name": "Ami", "last_name": "Diop",
        "email": f"{name}@example.org", "idnumber": f"sm-{name}",
        "password": SecretStr("Correct-horse-7"), "country": "SN", **more,
    }  # fmt: skip
    return NewUser(**whole)


def test_bad_rows_among_good_ones_stand_alone(place: Place) -> None:
    users = [person(f"a{number}") for number in range(12)]
    users[3] = person("a3", language="xx")
    users[5] = person("a5", email="a1@example.org")
    users[8] = person("part1")
    users[9] = person("a9", country="XX")

    found = place.moodle.users.verified_new(place.moodle.users.create(users))

    refused = {one.item.username: one.code for one in found if not one.is_so}
    assert refused == {
        "a3": "invalidparameter",
        "a5": "addresstaken",
        "part1": "usernametaken",
    }
    different = [one.item.username for one in found if one.stored_differently]
    assert different == ["a9"]
    again = place.moodle.users.create(users[:2])
    assert [one.outcome for one in again] == [ALREADY, ALREADY]


def test_accounts_whose_answer_was_lost_are_there_once(place: Place) -> None:
    place.site.faults.plan(FaultKind.DROP_AFTER, CREATE_USERS)

    found = place.moodle.users.create([person("a"), person("b")])

    assert [one.outcome for one in found] == [DONE, DONE]
    stored = place.moodle.users.by_ids([one.remote_id or 0 for one in found])
    assert sorted(account.username for account in stored.values()) == ["a", "b"]


def test_accounts_whose_request_was_lost_stay_in_doubt(place: Place) -> None:
    place.site.faults.plan(FaultKind.DROP_BEFORE, CREATE_USERS)

    found = place.moodle.users.create([person("a")])

    assert found[0].outcome is Outcome.IN_DOUBT


def test_who_stays_in_a_course_by_cohort_sync_is_told(place: Place) -> None:
    moodle, (one, two, *_) = place.moodle, place.course.participants
    (made,) = moodle.cohorts.create([NewCohort(name="R & D", idnumber="spring")])
    cohort_id = made.remote_id or 0
    members = [Membership(of=cohort_id, user_id=user) for user in (one.id, 99_999)]
    added = moodle.cohorts.add_members(members)
    assert [member.outcome for member in added] == [DONE, REFUSED]
    place.site.sync_cohort(place.site.state.cohorts[cohort_id], place.course.course)

    found = moodle.enrolments.unenrol(
        [
            Participation(user_id=user, course_id=place.course_id)
            for user in (one.id, two.id)
        ]
    )

    assert [(left.outcome, left.code) for left in found] == [
        (REFUSED, "stillenrolled"),
        (DONE, ""),
    ]


def test_an_enrolment_is_brought_to_what_is_asked(place: Place) -> None:
    user = place.course.participants[0]
    enrolment = Enrolment(
        user_id=user.id,
        course_id=place.course_id,
        role_id=STUDENT,
        starts=NOW - timedelta(days=1),
        ends=NOW + timedelta(days=40),
    )
    enrolments = place.moodle.enrolments

    for write in (enrolments.enrol, enrolments.suspend):
        (found,) = enrolments.verified(write([enrolment]))
        assert (found.outcome, found.stored_differently) == (DONE, ())

    assert place.moodle.enrolments.courses_of(user.id) == ()


def test_events_whose_answer_was_lost_are_found_and_made_once(place: Place) -> None:
    place.site.faults.plan(FaultKind.DROP_AFTER, CREATE_EVENTS)
    shifts = [
        NewEvent(
            name="Duty & co",
            starts=NOW + timedelta(hours=hours),
            course_id=place.course_id,
        )
        for hours in (1, 5)
    ]

    found = place.moodle.calendar.create(shifts)

    assert [one.outcome for one in found] == [DONE, DONE]
    standing = place.moodle.calendar.between(
        NOW, NOW + timedelta(days=1), course_ids=[place.course_id]
    )
    assert [event.id for event in standing] == [one.remote_id for one in found]
    gone = place.moodle.calendar.delete([*(event.id for event in standing), 99_999])
    assert [one.outcome for one in gone] == [DONE, DONE, ALREADY]


def test_a_message_whose_answer_was_lost_is_sent_once(place: Place) -> None:
    place.site.faults.plan(FaultKind.DROP_AFTER, SEND_MESSAGES)
    message = NewMessage(user_id=place.course.facilitators[0].id, text="Look, please.")

    with pytest.raises(InDoubt):
        place.moodle.messages.send(message)

    assert len(place.site.state.messages) == 1
