"""Hundreds of items: in few requests, and none of them spoilt by a limit of forms."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from moodle_bridge.moodle import Moodle
from moodle_bridge.moodle.accounts import NewUser
from moodle_bridge.moodle.functions import BATCH, PURPOSES_OF, Job
from moodle_bridge.moodle.outcomes import Outcome
from moodle_bridge.practice import PracticeMoodle, running
from moodle_bridge.practice.seed import practice_course

from .test_against_practice import Practice

MANY = 450


def somebody(number: int, *, language: str = "en") -> NewUser:
    return NewUser(
        username=f"learner{number}",
        first_name="Learner",
        last_name=f"Number {number}",
        email=f"learner{number}@home.example",
        idnumber=f"l-{number}",
        language=language,
        timezone="Africa/Kampala",
        country="UG",
        city="Gulu",
        password=SecretStr("A-long-Password-9"),
    )


@pytest.fixture(params=["rest", "soap"])
def practice(request: pytest.FixtureRequest) -> Iterator[Practice]:
    site = PracticeMoodle.empty(mount="/moodle")
    practice = Practice(site, practice_course(site), request.param)
    with running(practice) as practice.url:
        yield practice


def made(practice: Practice, people: list[NewUser], moodle: Moodle) -> list[Outcome]:
    outcomes = [one.outcome for one in moodle.users.create(people)]
    there = {user.username: user for user in practice.site.state.users.values()}
    for person, outcome in zip(people, outcomes, strict=True):
        found = there.get(person.username)
        assert (found is not None) == (outcome is Outcome.DONE)
        # What is over PHP's limit of form fields vanishes without a word.
        assert found is None or (found.idnumber, found.city) == (
            person.idnumber,
            person.city,
        )
    return outcomes


def test_hundreds_of_accounts_are_made_in_few_requests(practice: Practice) -> None:
    people = [somebody(number) for number in range(MANY)]
    with practice.seen_by(practice.course.bridge) as moodle:
        assert set(made(practice, people, moodle)) == {Outcome.DONE}
    assert practice.requests <= 3


def test_one_bad_account_among_hundreds_is_told_and_the_others_are_made(
    practice: Practice,
) -> None:
    people = [somebody(number) for number in range(MANY)]
    people[333] = somebody(333, language="xx")
    with practice.seen_by(practice.course.bridge) as moodle:
        outcomes = made(practice, people, moodle)
    assert outcomes.count(Outcome.DONE) == MANY - 1
    assert outcomes[333] is Outcome.REFUSED


def test_a_service_without_the_batch_function_takes_them_as_forms(
    practice: Practice,
) -> None:
    held = [name for name in PURPOSES_OF[Job.ENROL] if name != BATCH]
    people = [somebody(number) for number in range(MANY)]
    with practice.seen_by(practice.course.bridge, held) as moodle:
        assert set(made(practice, people, moodle)) == {Outcome.DONE}
        assert not moodle.client.can_wrap
