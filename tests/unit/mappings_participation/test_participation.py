"""Who takes part, among whom, and who has gone quiet."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from mappings.participation.activity import (
    Member,
    Said,
    active_between,
    gone_quiet,
)
from mappings.participation.exchange import Answered, exchange, front_runners

START = datetime(2026, 3, 2, tzinfo=UTC)
AMINA, BAO, CLARA, DIALLO, EVA, FAC = 11, 12, 13, 14, 15, 1
EVERYBODY = [
    Member(person=one, since=START) for one in (AMINA, BAO, CLARA, DIALLO, EVA)
]
MEMBERS = [*EVERYBODY, Member(person=FAC, since=START, facilitator=True)]


def day(number: int) -> date:
    return START.date() + timedelta(days=number)


def test_mail_and_moodle_count_alike() -> None:
    said = [
        Said(person=AMINA, day=day(1), in_moodle=3),
        Said(person=BAO, day=day(2), by_mail=1),
        Said(person=CLARA, day=day(8), in_moodle=1),
        Said(person=FAC, day=day(1), in_moodle=9),
    ]
    found = active_between(said, MEMBERS, day(0), day(6))
    assert (found.active, found.enrolled, found.by_mail, found.posts) == (2, 5, 1, 4)
    assert found.share == 0.4
    assert found.shown


def test_few_people_are_not_shown() -> None:
    assert not active_between([], MEMBERS[:4], day(0), day(6)).shown


def test_who_left_before_does_not_count() -> None:
    left = Member(person=16, since=START, until=START + timedelta(days=3))
    found = active_between([], [*MEMBERS, left], day(7), day(13))
    assert found.enrolled == 5


def test_who_has_said_nothing_for_long_is_quiet_and_who_just_came_is_not() -> None:
    said = [
        Said(person=AMINA, day=day(18), in_moodle=1),
        Said(person=BAO, day=day(5), by_mail=1),
    ]
    late = Member(person=16, since=START + timedelta(days=15))
    found = gone_quiet(said, [*MEMBERS, late], day(20))
    assert [(one.person, one.days) for one in found] == [
        (CLARA, 20),
        (DIALLO, 20),
        (EVA, 20),
        (BAO, 15),
    ]
    assert found[0].last_day is None


def answered(person: int, other: int, answers: int = 1, on: int = 1) -> Answered:
    return Answered(
        person=person,
        other=other,
        answers=answers,
        first_at=START + timedelta(days=on),
    )


def test_a_talk_that_all_goes_through_one_facilitator_is_a_star() -> None:
    talk = [answered(FAC, one) for one in (AMINA, BAO, CLARA, DIALLO, EVA)]
    found = exchange(talk, {one.person for one in EVERYBODY}, {FAC})
    assert (found.star, found.peer_share, found.isolates) == (1.0, 0.0, frozenset())


def test_a_talk_among_peers_is_none() -> None:
    people = [AMINA, BAO, CLARA, DIALLO, EVA, FAC]
    ring = [answered(one, two) for one in people for two in people if one != two]
    found = exchange(ring, set(people) - {FAC}, {FAC})
    assert found.star == pytest.approx(0)
    # Each of five is answered by four peers and one facilitator.
    assert found.peer_share == pytest.approx(20 / 25)


def test_with_whom_nobody_talks_is_alone() -> None:
    found = exchange([answered(FAC, AMINA)], {AMINA, BAO}, {FAC})
    assert found.isolates == {BAO}


def test_front_runners_are_those_who_help_many_early_not_those_who_post_much() -> None:
    talk = [
        answered(AMINA, BAO, answers=20),
        answered(CLARA, AMINA),
        answered(CLARA, BAO, on=9),
        answered(DIALLO, AMINA, on=11),
        answered(DIALLO, BAO, on=12),
        answered(FAC, AMINA),
        answered(FAC, BAO),
    ]
    people = {AMINA, BAO, CLARA, DIALLO}
    assert front_runners(talk, people, START) == ((CLARA, 2),)


def test_who_leads_now_is_not_quiet_and_nobody_is_named_twice() -> None:
    members = [
        Member(person=AMINA, since=START),
        Member(person=AMINA, since=START + timedelta(days=15)),
        Member(person=BAO, since=START),
        Member(person=BAO, since=START + timedelta(days=2), facilitator=True),
    ]
    found = gone_quiet([], members, day(20))
    assert [(one.person, one.days) for one in found] == [(AMINA, 20)]
