"""Who takes part, as a report tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.participation.activity import Active, Member, Said
from mappings.participation.exchange import Answered
from mappings.report.facts import ReportFacts
from mappings.report.figures import Participation
from mappings.report.reckoning import figures_of
from tests.unit.mappings_report.histories import MONDAY, NOW, asked, facts, phase

FAC = 100
DAY = timedelta(days=1)


def day(number: int) -> date:
    return (MONDAY + number * DAY).date()


def people(number: int, **more: Any) -> list[Member]:
    return [Member(person=one, since=MONDAY, **more) for one in range(1, number + 1)]


def part(
    members: Sequence[Member],
    said: Sequence[Said] = (),
    answered: Sequence[Answered] = (),
    **more: Any,
) -> Participation:
    found: ReportFacts = facts([], members=members, said=said, answered=answered)
    return figures_of(replace(found, **more)).participation


def test_weeks_tell_how_many_of_those_enrolled_said_something_in_either_way() -> None:
    said = [
        Said(person=1, day=day(0), in_moodle=2),
        Said(person=2, day=day(6), by_mail=1),
        Said(person=2, day=day(7), in_moodle=1, by_mail=1),
        Said(person=FAC, day=day(7), in_moodle=9),
    ]
    members = [*people(6), Member(person=FAC, since=MONDAY, facilitator=True)]
    found = part(members, said)
    assert [(row.key, row.active) for row in found.weeks] == [
        ("2026-W10", Active(active=2, enrolled=6, by_mail=1, posts=3)),
        ("2026-W11", Active(active=1, enrolled=6, by_mail=0, posts=2)),
        ("2026-W12", Active(active=0, enrolled=6)),
        ("2026-W13", Active(active=0, enrolled=6)),
    ]
    assert [row.provisional for row in found.weeks] == [False, False, False, True]


def test_weeks_of_questions_and_of_people_are_the_same_weeks() -> None:
    found = facts(
        [asked(1, 9 * 24 * 60)],
        members=people(5),
        said=[Said(person=1, day=day(1), in_moodle=1)],
    )
    figures = figures_of(found)
    keys = [row.key for row in figures.participation.weeks]
    assert keys == [row.key for row in figures.weeks]
    assert keys[0] == "2026-W10"


def test_phases_count_the_days_that_are_theirs() -> None:
    said = [
        Said(person=1, day=day(1), in_moodle=1),
        Said(person=2, day=day(8), in_moodle=1),
        Said(person=3, day=day(20), in_moodle=1),
    ]
    left = Member(person=9, since=MONDAY, until=MONDAY + 3 * DAY)
    plan = [phase("online", 0, 6), phase("coaching", 7, 60), phase("later", 61, 70)]
    found = part([*people(5), left], said, phases=plan)
    assert [
        (row.key, row.active.active, row.active.enrolled, row.provisional)
        for row in found.phases
    ] == [("online", 1, 6, False), ("coaching", 2, 5, True)]


def test_days_of_membership_are_those_of_the_reports_zone() -> None:
    # 22:00 UTC on Sunday is Monday in Kampala: the next week.
    late = datetime(2026, 3, 8, 22, tzinfo=UTC)
    members = [*people(5), Member(person=6, since=late)]
    said = [Said(person=1, day=day(0), in_moodle=1)]
    enrolled = [
        row.active.enrolled for row in part(members, said, zone="Africa/Kampala").weeks
    ]
    assert enrolled[:2] == [5, 6]


def test_what_the_form_asked_parts_people_and_few_are_not_shown() -> None:
    members = [
        *people(5, traits=(("bandwidth", "low"), ("country", "UG"))),
        Member(person=6, since=MONDAY, traits=(("bandwidth", "high"),)),
    ]
    said = [
        Said(person=1, day=day(0), in_moodle=1),
        Said(person=1, day=day(1), by_mail=2),
        Said(person=2, day=day(1), by_mail=2),
        Said(person=6, day=day(1), in_moodle=1),
    ]
    traits = part(members, said).traits
    assert {
        trait: [(row.key, row.active, row.active.shown) for row in rows]
        for trait, rows in traits.items()
    } == {
        "bandwidth": [
            ("high", Active(active=1, enrolled=1, by_mail=0, posts=1), False),
            ("low", Active(active=2, enrolled=5, by_mail=1, posts=5), True),
        ],
        "country": [("UG", Active(active=2, enrolled=5, by_mail=1, posts=5), True)],
    }


def test_a_report_of_a_period_counts_what_was_said_in_it() -> None:
    said = [Said(person=1, day=day(at), in_moodle=1) for at in (1, 8, 15)]
    members = people(5, traits=(("country", "UG"),))
    found = part(members, said, first=day(7), last=day(13))
    assert [(row.key, row.active.posts) for row in found.weeks] == [("2026-W11", 1)]
    assert found.traits["country"][0].active.posts == 1


def answered(person: int, other: int, on: int) -> Answered:
    return Answered(person=person, other=other, answers=1, first_at=MONDAY + on * DAY)


def test_front_runners_are_counted_from_the_first_phase_or_the_first_enrolment() -> (
    None
):
    talk = [
        answered(1, 2, 12),
        answered(1, 3, 13),
        answered(4, 2, 1),
        answered(4, 3, 2),
    ]
    members = people(5)
    assert part(members, answered=talk).front_runners == ((4, 2),)
    begun = [phase("online", 5, 20)]
    assert part(members, answered=talk, phases=begun).front_runners == ((1, 2),)
    # Before anybody was there the course had not begun, whatever the plan says.
    early = [phase("intake", -30, -1)]
    assert part(members, answered=talk, phases=early).front_runners == ((4, 2),)
    assert part([], answered=talk).front_runners == ()


def test_who_was_promoted_answered_as_a_participant() -> None:
    promoted = [
        Member(person=1, since=MONDAY, until=MONDAY + 10 * DAY),
        Member(person=1, since=MONDAY + 10 * DAY, facilitator=True),
    ]
    others = [one for one in people(5) if one.person != 1]
    found = part([*promoted, *others], answered=[answered(1, 2, 1), answered(3, 2, 2)])
    assert found.exchange.peer_share == 1
    # Those who left, or lead now, are nobody's to look for.
    assert found.exchange.isolates == {4, 5}


def test_who_has_left_is_no_isolate() -> None:
    left = Member(person=9, since=MONDAY, until=MONDAY + 3 * DAY)
    found = part([*people(2), left], answered=[answered(1, 2, 1)])
    assert found.exchange.isolates == frozenset()


def test_answers_after_the_period_are_not_counted() -> None:
    talk = [answered(1, 2, 1), answered(3, 4, 12)]
    found = part(people(4), answered=talk, first=day(0), last=day(6))
    assert found.exchange.isolates == {3, 4}


def test_the_quiet_are_told_as_of_now() -> None:
    said = [Said(person=1, day=day(18), in_moodle=1)]
    found = part(people(2), said, quiet_after=timedelta(days=14))
    assert [(one.person, one.days) for one in found.quiet] == [(2, 21)]
    assert NOW.date() == day(21)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.builds(
            Said,
            person=st.integers(1, 8),
            day=st.integers(0, 21).map(day),
            in_moodle=st.integers(0, 2),
            by_mail=st.integers(0, 2),
        ),
        max_size=30,
    ),
    st.randoms(use_true_random=False),
)
def test_weeks_add_up_and_the_order_does_not_matter(
    said: list[Said], chance: Any
) -> None:
    members = people(8, traits=(("country", "UG"),))
    found = part(members, said)
    posts = sum(one.in_moodle + one.by_mail for one in said)
    assert sum(row.active.posts for row in found.weeks) == posts
    assert found.traits["country"][0].active.posts == posts
    shuffled, mixed = list(said), list(members)
    chance.shuffle(shuffled)
    chance.shuffle(mixed)
    assert part(mixed, shuffled) == found


def test_a_phase_that_comes_twice_is_one_row() -> None:
    said = [Said(person=1, day=day(at), in_moodle=1) for at in (1, 9, 15)]
    plan = [phase("online", 0, 6), phase("coaching", 7, 13), phase("online", 14, 16)]
    found = part(people(5), said, phases=plan)
    assert [(row.key, row.active.posts) for row in found.phases] == [
        ("online", 2),
        ("coaching", 1),
    ]
    assert found.phases[0].active.share == pytest.approx(0.2)
