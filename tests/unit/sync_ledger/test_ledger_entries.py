from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from moodle_bridge.model.intake import EntryState
from sync.ledger import Ledger, schema
from sync.ledger.entries import EntryChanges, SeenEntry
from tests.unit.sync_ledger.conftest import Hands

SENT = datetime(2026, 2, 1, tzinfo=UTC)


def seen(
    key: str, answer: str = "Ana", state: EntryState = EntryState.COMPLETE
) -> SeenEntry:
    return SeenEntry(
        key=key,
        fingerprint=f"{answer}-{state}",
        answers={"name": answer, "several": ["a", "b"]},
        state=state,
        submitted=SENT,
    )


def test_what_is_read_the_first_time_is_new_and_then_unchanged(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        first = transaction.entries.keep("sm25", [seen("1"), seen("2")])
        again = transaction.entries.keep("sm25", [seen("1"), seen("2")])
        other = transaction.entries.keep("other", [seen("1")])

    assert first == EntryChanges(new=("1", "2"))
    assert again == EntryChanges(unchanged=2)
    assert not again
    assert other.new == ("1",)


def test_what_was_edited_gone_and_back_is_told(ledger: Ledger, clock: Hands) -> None:
    with ledger.writing() as transaction:
        transaction.entries.keep("sm25", [seen("1"), seen("2"), seen("3")])
        clock.move(timedelta(hours=1))
        edited = transaction.entries.keep("sm25", [seen("1", "Rui"), seen("3")])
        gone = transaction.entries.get("sm25", "2")
        clock.move(timedelta(hours=1))
        back = transaction.entries.keep("sm25", [seen("1", "Rui"), seen("2")])
        kept = {one.key: one for one in transaction.entries.of("sm25")}

    assert edited == EntryChanges(edited=("1",), gone=("2",), unchanged=1)
    assert gone is not None
    assert gone.gone_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert gone.answers["name"] == "Ana"
    assert back == EntryChanges(gone=("3",), reappeared=("2",), unchanged=1)
    assert kept["2"].gone_at is None
    assert kept["1"].answers == {"name": "Rui", "several": ["a", "b"]}
    assert kept["1"].seen_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert kept["1"].submitted == SENT


def test_looking_tells_the_same_and_changes_nothing(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        transaction.entries.keep("sm25", [seen("1"), seen("2")])
        now = [seen("2", "Rui"), seen("3")]
        looked = transaction.entries.changes("sm25", now)
        still = transaction.entries.changes("sm25", now)
        kept = transaction.entries.keep("sm25", now)

    assert looked == still == kept


def test_entries_that_count_are_counted(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        before = transaction.entries.counting("sm25")
        transaction.entries.keep(
            "sm25",
            [
                seen("1"),
                seen("2", state=EntryState.WITHDRAWN),
                seen("3", state=EntryState.TEST),
                seen("4"),
            ],
        )
        transaction.entries.keep("sm25", [seen("1"), seen("2"), seen("3")])
        after = transaction.entries.counting("sm25")

    assert (before, after) == (None, 3)


def test_whose_an_entry_is_stays_known(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        transaction.entries.keep("sm25", [seen("1"), seen("2")])
        transaction.entries.belong_to("sm25", {"1": "mb-1"})
        transaction.entries.keep("sm25", [seen("1", "Rui")])
        (kept,) = transaction.entries.of_participant("mb-1")

    assert (kept.key, kept.answers["name"]) == ("1", "Rui")


def test_answers_of_who_was_forgotten_are_not_kept_again(
    ledger: Ledger, clock: Hands
) -> None:
    with ledger.writing() as transaction:
        transaction.entries.keep("sm25", [seen("1"), seen("2")])
        transaction.entries.belong_to("sm25", {"1": "mb-1"})
        transaction.connection.execute(
            insert(schema.participant).values(
                id="mb-1",
                owned="",
                fields={},
                consent_text="",
                forgotten_at=clock(),
                created_at=clock(),
                updated_at=clock(),
            )
        )
        emptied = transaction.entries.forget("mb-1")
        again = transaction.entries.keep("sm25", [seen("1"), seen("2")])
        answers = {one.key: dict(one.answers) for one in transaction.entries.of("sm25")}

    assert emptied == 1
    assert again == EntryChanges(unchanged=2)
    assert answers["1"] == {}
    assert answers["2"]["name"] == "Ana"
