"""What the client is asked to do, of one item and of many."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from pydantic import SecretStr

from moodle_bridge.errors import BridgeError
from moodle_bridge.moodle import (
    Enrolment,
    Membership,
    Moodle,
    NewCohort,
    NewEvent,
    NewGroup,
    NewMessage,
    NewNote,
    NewUser,
    Participation,
    Upload,
    UserChange,
)
from tests.unit.moodle.every_call import NOW, _steps


def _looked_at(look: Callable[[Any], Any], outcomes: object) -> object:
    # What was written is known already, whether or not it can be looked at.
    with suppress(BridgeError):
        return look(outcomes)
    return outcomes


def steps(m: Moodle) -> Iterable[Callable[[], object]]:
    people = [
        NewUser(
            username=f"ami{number}",
            first_name="Aminata",
            last_name="Diop",
            email=f"ami{number}@example.org",
            idnumber=f"sm-{number}",
            password=SecretStr("x"),
        )
        for number in range(5)
    ]
    changes = [UserChange(user_id=number, city="Dakar") for number in range(20, 24)]
    members = [Membership(of=1, user_id=number) for number in range(20, 25)]
    enrolments = [
        Enrolment(user_id=number, course_id=number % 2 + 2, role_id=5, starts=NOW)
        for number in range(20, 26)
    ]
    gone = [Participation(user_id=number, course_id=2) for number in range(20, 23)]
    cohorts = [NewCohort(name=f"c{number}", idnumber=f"{number}") for number in "123"]
    groups = [NewGroup(course_id=2, name=name) for name in ("Red", "Blue")]
    events = [
        NewEvent(name=name, starts=NOW, course_id=2) for name in ("One", "Two", "Three")
    ]
    notes = [NewNote(user_id=number, course_id=2, text="x") for number in range(20, 23)]
    messages = [NewMessage(user_id=number, text="x") for number in range(20, 23)]
    files = [Upload(filename="a.txt", content=b"a")] * 2
    return [
        *_steps(m),
        lambda: m.users.create(people),
        lambda: _looked_at(m.users.verified_new, m.users.create(people)),
        lambda: _looked_at(m.users.verified, m.users.update(changes)),
        lambda: m.cohorts.add_members(members),
        lambda: m.cohorts.delete_members(members),
        lambda: m.cohorts.create(cohorts),
        lambda: _looked_at(m.enrolments.verified, m.enrolments.enrol(enrolments)),
        lambda: m.enrolments.unenrol(gone),
        lambda: m.groups.create(groups),
        lambda: m.groups.add_members(members),
        lambda: m.groups.delete_members(members),
        lambda: m.calendar.create(events),
        lambda: m.calendar.delete([1, 2, 3]),
        lambda: m.notes.create(notes),
        lambda: m.messages.send_all(messages),
        lambda: m.files.upload(files),
        lambda: m.files.download(
            "https://moodle.example.org/campus/webservice/pluginfile.php/1/a", limit=99
        ),
        lambda: m.people.by_ids(range(20, 350)),
        lambda: m.people.by_field("email", [f"a{n}@example.org" for n in range(250)]),
        lambda: list(m.completion.of_users(2, range(20, 50))),
        lambda: list(m.forums.discussions_of(range(1, 40))),
        lambda: m.courses.by_ids(range(2, 40)),
    ]
