"""People, decisions and plans in the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.enrolment.people import Decision, Owned, Verdict
from mappings.enrolment.plan import EnrolmentPlan
from moodle_bridge.runtime import from_unix
from sync.ledger import Ledger
from sync.ledger.participants import new_participant_id
from tests.unit.sync_ledger.conftest import Hands

PLAN = EnrolmentPlan(
    name="spring",
    made_at=datetime(2026, 3, 1, tzinfo=UTC),
    site="https://moodle.example.org",
    sources=(),
    steps=(),
    held=(),
    left_alone=(),
)


@given(
    st.integers(min_value=1_500_000_000, max_value=3_500_000_000),
    st.integers(min_value=1, max_value=10**9),
    st.binary(min_size=10, max_size=10),
    st.binary(min_size=10, max_size=10),
)
def test_ids_sort_by_when_they_were_made(
    seconds: int, later: int, one: bytes, other: bytes
) -> None:
    first = from_unix(seconds)
    before = new_participant_id(first, one)
    after = new_participant_id(first + timedelta(milliseconds=later), other)
    assert before < after
    assert len(before) == 29
    assert before.startswith("mb-")
    assert before == before.lower()


def test_somebody_is_found_by_every_address_that_they_had(
    ledger: Ledger, clock: Hands
) -> None:
    with ledger.writing() as transaction:
        people = transaction.participants
        people.add("mb-1", address="Ana@Example.org", source="sm25")
        clock.move(timedelta(days=1))
        people.at_address("mb-1", "ana@new.example", source="sm25")
        people.add("mb-2", address="ANA@example.org", source="sm26")
        found = people.with_addresses(["ana@EXAMPLE.org", "ana@new.example", "x@y.z"])
        history = people.addresses_of("mb-1")

    assert found == {
        "ana@example.org": frozenset({"mb-1", "mb-2"}),
        "ana@new.example": frozenset({"mb-1"}),
    }
    assert [(one.address, one.until is None) for one in history] == [
        ("ana@example.org", False),
        ("ana@new.example", True),
    ]


def test_to_go_back_to_an_address_is_no_new_one(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        people = transaction.participants
        people.add("mb-1", address="a@example.org", source="sm25")
        people.at_address("mb-1", "b@example.org", source="sm25")
        people.at_address("mb-1", "a@example.org", source="sm25")
        present = [one.address for one in people.addresses_of("mb-1") if not one.until]
        known = people.get("mb-1")

    assert present == ["a@example.org"]
    assert known is not None
    assert known.person.email == "a@example.org"


def test_what_the_bridge_set_and_where_it_put_people_is_kept(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        people = transaction.participants
        people.add("mb-1", address="a@example.org", source="sm25")
        people.has_account("mb-1", user_id=7, username="ana", owned=Owned.CREATED)
        people.applied("mb-1", {"country": "KE", "phone": "+1"})
        people.applied("mb-1", {"country": "UG", "phone": None})
        people.in_group("mb-1", "SM25", "Kenya", member=True)
        people.in_group("mb-1", "SM25", "Uganda", member=True)
        people.in_group("mb-1", "SM25", "Kenya", member=False)
        known = people.of_user(7)

    assert known is not None
    assert (known.person.id, known.person.owned) == ("mb-1", Owned.CREATED)
    assert known.person.applied == {"country": "UG"}
    assert known.person.groups == {"SM25": ("Uganda",)}


def test_who_has_an_account_keeps_its_username(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        people = transaction.participants
        people.add("mb-1", address="a@example.org", source="sm25")
        people.add("mb-2", address="b@example.org", source="sm25")
        people.has_account("mb-1", user_id=7, username="ana", owned=Owned.ADOPTED)
        people.meant({"mb-1": "other", "mb-2": "ben"})
        usernames = people.usernames()

    assert usernames == {"ana": "mb-1", "ben": "mb-2"}


def test_thousands_are_found_at_once(ledger: Ledger) -> None:
    ids = [f"mb-{number:04}" for number in range(1200)]
    with ledger.writing() as transaction:
        for one in ids:
            transaction.participants.add(
                one, address=f"{one}@example.org", source="sm25"
            )
        found = transaction.participants.of(ids)
        addressed = transaction.participants.with_addresses(
            [f"{one}@example.org" for one in ids]
        )

    assert sorted(found) == ids
    assert len(addressed) == 1200


def test_the_last_decision_about_an_entry_counts(ledger: Ledger, clock: Hands) -> None:
    with ledger.writing() as transaction:
        decisions = transaction.decisions
        decisions.decide("sm25", "1", Decision(verdict=Verdict.NEW))
        clock.move(timedelta(hours=1))
        decisions.decide(
            "sm25", "1", Decision(verdict=Verdict.ADOPT, user_id=7), reason="it is she"
        )
        decisions.decide("sm26", "1", Decision(verdict=Verdict.REFUSE))
        of_form = decisions.of("sm25")
        everything = decisions.all()
        taken = decisions.take_back("sm25", "1"), decisions.take_back("sm25", "1")

    assert of_form == {"1": Decision(verdict=Verdict.ADOPT, user_id=7)}
    assert [(one.source, one.reason) for one in everything] == [
        ("sm25", "it is she"),
        ("sm26", ""),
    ]
    assert taken == (True, False)


def test_a_plan_that_was_applied_is_never_replaced(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        plans = transaction.plans
        plans.save(PLAN, made_by="enrol plan")
        plans.save(PLAN, made_by="sync")
        plans.begun("spring")
        kept = plans.get("spring")
        with pytest.raises(ValueError, match="was applied"):
            plans.save(PLAN, made_by="enrol plan")

    assert kept is not None
    assert (kept.plan, kept.made_by, kept.state) == (PLAN, "sync", "begun")


def test_a_plan_is_ended_and_undone_once(ledger: Ledger, clock: Hands) -> None:
    with ledger.writing() as transaction:
        plans = transaction.plans
        plans.save(PLAN, made_by="enrol plan")
        plans.begun("spring")
        plans.ended("spring")
        at = clock()
        clock.move(timedelta(days=1))
        plans.ended("spring")
        plans.undone("spring")
        (kept,) = plans.latest()

    assert (kept.ended_at, kept.state) == (at, "undone")
