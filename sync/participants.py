"""Who takes part in a course, read from Moodle at most once a while."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mappings.addresses import folded
from moodle_bridge.errors import GuardTripped
from moodle_bridge.model.people import Person

if TYPE_CHECKING:
    from sync.ledger import Ledger

_MANY = 2
FRESH = timedelta(minutes=15)


class Participants:
    """The people of each course; `read` asks Moodle for those of one course.

    `problems` are what was odd about it, for people.
    """

    def __init__(self, ledger: Ledger, read: Callable[[int], Sequence[Person]]) -> None:
        self.problems: list[str] = []
        self._ledger = ledger
        self._read = read
        self._known: dict[int, tuple[Person, ...]] = {}

    def of_course(self, course_id: int) -> tuple[Person, ...]:
        """Return who is enrolled, at most a quarter of an hour old.

        Raises RemoteError when Moodle must be asked and does not answer.
        """
        if course_id not in self._known:
            with self._ledger.reading() as transaction:
                read_at = transaction.people.read_at(course_id)
                kept = transaction.people.of_course(course_id)
                further = transaction.addresses.confirmed()
            age = None if read_at is None else self._ledger.clock() - read_at
            if age is None or not timedelta() <= age <= FRESH:
                return self.read_again(course_id)
            self._known[course_id] = with_further(kept, further)
        return self._known[course_id]

    def read_again(self, course_id: int) -> tuple[Person, ...]:
        """Ask Moodle now, whatever is known; for a sender whom nobody knows.

        Raises GuardTripped when nobody has an address any more: then everybody who
        writes would be a stranger, and would be told so.
        """
        people = tuple(self._read(course_id))
        with self._ledger.writing() as transaction:
            before = transaction.people.of_course(course_id)
            reached = sum(bool(person.addresses) for person in before)
            if reached >= _MANY and not any(person.addresses for person in people):
                raise GuardTripped(
                    f"Moodle names {len(people)} participants without a single address;"
                    f" before, {reached} had one",
                    item=f"course {course_id}",
                    advice="Look whether the service account still may see addresses"
                    " (`moodle-bridge check`). Nothing was changed.",
                )
            transaction.people.replace(course_id, people)
            if not transaction.presences.note(course_id, people):
                self.problems.append(
                    f"course {course_id}: Moodle names nobody of those who were in it;"
                    " for reports they count as there until it names somebody again"
                )
            further = transaction.addresses.confirmed()
        self._known[course_id] = with_further(people, further)
        return self._known[course_id]


def with_further(
    people: Sequence[Person], further: Mapping[int, Sequence[str]]
) -> tuple[Person, ...]:
    """Return people with their further addresses behind those that Moodle has.

    `further` is by user id. An address that Moodle gives to anybody is theirs alone.
    """
    taken = {folded(one) for person in people for one in person.addresses}
    return tuple(
        replace(
            person,
            addresses=(
                *person.addresses,
                *(one for one in further[person.user_id] if folded(one) not in taken),
            ),
        )
        if person.user_id in further
        else person
        for person in people
    )


def with_address(people: Sequence[Person], address: str) -> list[Person]:
    """Return those to whom an address belongs; more than one is nobody's to guess."""
    wanted = folded(address)
    return [
        person
        for person in people
        if any(folded(known) == wanted for known in person.addresses)
    ]


def named(people: Sequence[Person], name: str) -> list[Person]:
    """Return those whom a name means: a username, an address, or a user id."""
    wanted = name.strip()
    if "@" in wanted:
        return with_address(people, wanted)
    return [
        person
        for person in people
        if person.username.casefold() == wanted.casefold()
        or str(person.user_id) == wanted
    ]
