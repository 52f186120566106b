"""Who is or was in a course, in both databases."""

from __future__ import annotations

from datetime import timedelta

from moodle_bridge.model.people import Person
from sync.ledger import Ledger
from sync.ledger.presence import Presence, taught
from tests.unit.sync_ledger.conftest import Hands

HOUR = timedelta(hours=1)


def person(
    number: int, *, teaches: bool = False, groups: tuple[int, ...] = ()
) -> Person:
    return Person(
        user_id=number,
        username=f"u{number}",
        fullname=f"Person {number}",
        facilitator=teaches,
        group_ids=frozenset(groups),
    )


def look(ledger: Ledger, *people: Person, course: int = 3) -> bool:
    with ledger.writing() as transaction:
        return transaction.presences.note(course, people)


def rows(ledger: Ledger, number: int) -> list[Presence]:
    with ledger.reading() as transaction:
        found = transaction.presences.of_courses([3])
    return [one for one in found if one.user_id == number]


def test_who_leaves_and_comes_back_was_not_there_between(
    ledger: Ledger, clock: Hands
) -> None:
    began = clock.now
    look(ledger, person(1), person(2))
    clock.move(HOUR)
    look(ledger, person(1))
    clock.move(HOUR)
    look(ledger, person(1), person(2))
    assert [(one.since, one.until) for one in rows(ledger, 2)] == [
        (began, began + HOUR),
        (began + 2 * HOUR, None),
    ]
    assert [(one.since, one.until) for one in rows(ledger, 1)] == [(began, None)]


def test_history_keeps_a_role_as_it_was(ledger: Ledger, clock: Hands) -> None:
    began = clock.now
    look(ledger, person(1), person(2))
    clock.move(HOUR)
    look(ledger, person(1), person(2, teaches=True))
    first, second = rows(ledger, 2)
    assert (first.facilitator, first.until) == (False, began + HOUR)
    assert (second.facilitator, second.since, second.until) == (
        True,
        began + HOUR,
        None,
    )
    assert taught(rows(ledger, 2), began - HOUR) is False
    assert taught(rows(ledger, 2), began) is False
    assert taught(rows(ledger, 2), began + HOUR) is True


def test_nobody_knows_the_role_of_who_was_not_there(
    ledger: Ledger, clock: Hands
) -> None:
    look(ledger, person(1), person(2, teaches=True))
    clock.move(HOUR)
    look(ledger, person(1))
    assert taught(rows(ledger, 2), clock.now) is None
    assert taught(rows(ledger, 9), clock.now) is None


def test_groups_are_those_of_the_last_look(ledger: Ledger, clock: Hands) -> None:
    look(ledger, person(1, groups=(5,)))
    clock.move(HOUR)
    look(ledger, person(1, groups=(6, 7)))
    (row,) = rows(ledger, 1)
    assert row.group_ids == {6, 7}


def test_a_reading_that_names_nobody_closes_nothing(
    ledger: Ledger, clock: Hands
) -> None:
    look(ledger, person(1), person(2))
    clock.move(HOUR)
    assert not look(ledger)
    assert not look(ledger, person(9))
    assert [one.until for one in rows(ledger, 1)] == [None]
    assert rows(ledger, 9) == []


def test_a_course_without_anybody_is_none_to_be_suspicious_of(ledger: Ledger) -> None:
    assert look(ledger)
    assert look(ledger, person(1))


def test_courses_do_not_touch_each_other(ledger: Ledger) -> None:
    look(ledger, person(1))
    assert look(ledger, person(2), course=4)
    assert [one.until for one in rows(ledger, 1)] == [None]


def test_several_looks_at_one_moment_are_told_apart(ledger: Ledger) -> None:
    """The clock of a machine may stand still, or be put back."""
    look(ledger, person(1), person(2))
    look(ledger, person(1, teaches=True), person(2))
    look(ledger, person(1), person(2))
    assert [one.facilitator for one in rows(ledger, 1)] == [False, True, False]
    assert [one.until is None for one in rows(ledger, 1)] == [False, False, True]


def test_a_suspended_account_is_not_there(ledger: Ledger, clock: Hands) -> None:
    look(ledger, person(1), person(2))
    clock.move(HOUR)
    look(
        ledger,
        person(1),
        Person(user_id=2, username="u2", fullname="Person 2", suspended=True),
    )
    assert [one.until for one in rows(ledger, 2)] == [clock.now]
