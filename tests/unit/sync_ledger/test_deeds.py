"""What was done of a plan is kept, and what was undone is told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sync.ledger import Ledger
from sync.ledger.deeds import Deed, DeedState, deed_key

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DEED = Deed(
    plan="spring",
    step="cohort.add:mb-1:SM25",
    position=3,
    kind="cohort.add",
    participant_id="mb-1",
    target="SM25",
    before={"in_cohort": False},
    after={"in_cohort": True},
    done_at=NOON,
)


def test_deeds_of_a_plan_come_in_its_order(ledger: Ledger) -> None:
    first = replace(DEED, step="user.create:mb-1:ama", position=0)
    with ledger.writing() as transaction:
        transaction.deeds.write([DEED, first])
        transaction.deeds.write([replace(DEED, plan="other")])
    with ledger.reading() as transaction:
        found = transaction.deeds.of_plan("spring")
    assert list(found.values()) == [first, DEED]


def test_the_last_word_about_a_step_counts(ledger: Ledger) -> None:
    refused = replace(DEED, state=DeedState.REFUSED, field="in_cohort")
    with ledger.writing() as transaction:
        transaction.deeds.write([DEED])
        transaction.deeds.write([refused])
    with ledger.reading() as transaction:
        assert transaction.deeds.of_plan("spring") == {DEED.step: refused}


def test_what_was_undone_or_refused_is_no_deed_of_a_person(ledger: Ledger) -> None:
    undone = replace(DEED, step="group.add:mb-1:SM25/Kenya", kind="group.add")
    refused = replace(DEED, step="x", state=DeedState.REFUSED)
    with ledger.writing() as transaction:
        transaction.deeds.write([DEED, undone, refused])
        transaction.deeds.undo("spring", [undone.step])
        transaction.deeds.undo("other", [DEED.step])
    with ledger.reading() as transaction:
        assert transaction.deeds.of_people(["mb-1", "mb-2"]) == [DEED]
        kept = transaction.deeds.of_plan("spring")[undone.step]
    assert kept.undone_at is not None


def test_a_very_long_key_is_cut_and_still_its_own(ledger: Ledger) -> None:
    keys = [f"group.add:mb-1:SM25/{'é' * 254}{end}" for end in "ab"]
    with ledger.writing() as transaction:
        transaction.deeds.write([replace(DEED, step=key) for key in keys])
    with ledger.reading() as transaction:
        found = transaction.deeds.of_plan("spring")
    assert set(found) == {deed_key(key) for key in keys}
    assert all(len(key) <= 200 for key in found)


def test_nothing_of_a_forgotten_person_is_left_but_that_it_was_done(
    ledger: Ledger,
) -> None:
    with ledger.writing() as transaction:
        transaction.deeds.write([DEED])
        transaction.deeds.forget("mb-1")
    with ledger.reading() as transaction:
        (kept,) = transaction.deeds.of_plan("spring").values()
    assert (kept.before, kept.after, kept.target) == ({}, {}, "")
    assert kept.state is DeedState.DONE
