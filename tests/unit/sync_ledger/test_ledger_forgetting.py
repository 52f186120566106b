"""Erasing a person, in both databases."""

from __future__ import annotations

import pytest

from moodle_bridge.model.channels import Channel
from moodle_bridge.model.intake import EntryState
from moodle_bridge.model.people import Person
from sync.ledger import Ledger
from sync.ledger.entries import SeenEntry
from sync.ledger.forgetting import FORGOTTEN, Forgetting
from sync.ledger.holdings import Holdings, Whom
from sync.ledger.inbound import InboundState
from sync.ledger.intents import IntentState
from tests.unit.sync_ledger.conftest import Hands

ID = "mb-01"
WHOM = Whom(
    user_id=7,
    participant_ids=frozenset({ID}),
    addresses=frozenset({"a_b@x.example"}),
    names=frozenset({"Ana Bá"}),
    streams=frozenset({"0123"}),
)


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    with ledger.writing() as transaction:
        for number, address in ((7, "A_b@x.example"), (8, "aab@x.example")):
            transaction.channels.set(number, Channel(), by="admin")
            transaction.contacts.noticed(address.lower())
            transaction.inbound.receive(
                key=f"mail:{number}",
                message_id=f"<{number}@x.example>",
                mailbox="box",
                raw=b"hello",
                size=5,
                received_at=ledger.clock(),
                sender=address,
                subject="Hello",
            )
            transaction.inbound.change(number - 6, state=InboundState.HELD.value)
        transaction.people.replace(
            3,
            [
                Person(
                    user_id=number,
                    username=f"u{number}",
                    fullname="Ana Bá",
                    addresses=(f"u{number}@x.example",),
                )
                for number in (7, 8)
            ],
        )
        transaction.participants.add(ID, address="a_b@x.example", source="form")
        transaction.entries.keep(
            "form",
            [
                SeenEntry(
                    key=key,
                    fingerprint=key,
                    answers={"mail": mail},
                    state=EntryState.COMPLETE,
                )
                for key, mail in (("1", "A_b@x.example"), ("2", "aab@x.example"))
            ],
        )
        for key, stream, summary in (
            ("theirs", "out:1:0123", "x -> Ana Bá"),
            ("others", "out:1:4567", "Ana Bá: hello -> aab@x.example"),
        ):
            transaction.intents.plan(
                key=key,
                job="out",
                kind="mail.post",
                source=f"post:{key}",
                stream=stream,
                summary=summary,
                details={"message_id": "<1@x.example>", "text": "by Ana Bá"},
            )
    return ledger


def forgetting(ledger: Ledger, clock: Hands, whom: Whom = WHOM) -> dict[str, int]:
    with ledger.writing() as transaction:
        found = Forgetting(
            transaction.connection, clock, hashed=lambda address: f"h{len(address)}"
        )
        return dict(found.forget(whom, tombstone="mb-tomb"))


def test_only_their_rows_are_found(filled: Ledger) -> None:
    with filled.reading() as transaction:
        held = Holdings(transaction.connection).of(WHOM)
    assert {row["user_id"] for row in held["person"]} == {7}
    assert [row["sender"] for row in held["inbound"]] == ["A_b@x.example"]
    assert [row["key"] for row in held["entry"]] == ["1"]
    assert "raw" not in held["inbound"][0]


def test_what_is_theirs_goes_and_what_is_of_others_stays(
    filled: Ledger, clock: Hands
) -> None:
    counts = forgetting(filled, clock)
    assert counts["entry"] == 1
    with filled.reading() as transaction:
        assert transaction.channels.get(7) is None
        assert transaction.channels.get(8) is not None
        first, second = (transaction.inbound.get(number) for number in (1, 2))
        mine, other = map(transaction.intents.get, ("theirs", "others"))
        known = transaction.participants.get(ID)
        entries = {one.key: one for one in transaction.entries.of("form")}
        left = Holdings(transaction.connection).of(WHOM)
    assert first is not None
    assert (first.raw, first.sender, first.state) == (None, "h13", InboundState.DROPPED)
    assert first.message_id == "<7@x.example>"
    assert second is not None
    assert second.raw == b"hello"
    assert mine is not None
    assert mine.state is IntentState.DROPPED
    assert mine.summary == f"x -> {FORGOTTEN}"
    # It is for somebody else, who is to get it; once it is sent it can be forgotten.
    assert other is not None
    assert other.state is IntentState.PLANNED
    assert known is not None
    assert known.forgotten_at == clock()
    assert known.person.email is None
    assert entries["1"].answers == {}
    assert entries["1"].participant_id == ID
    assert entries["2"].answers == {"mail": "aab@x.example"}
    assert "contact" not in left
    assert "person" not in left


def test_who_has_no_id_of_ours_gets_one_so_that_their_entry_is_known(
    filled: Ledger, clock: Hands
) -> None:
    stranger = Whom(addresses=frozenset({"aab@x.example"}))
    forgetting(filled, clock, stranger)
    with filled.reading() as transaction:
        entries = {one.key: one for one in transaction.entries.of("form")}
        tomb = transaction.participants.get("mb-tomb")
    assert entries["2"].participant_id == "mb-tomb"
    assert entries["2"].answers == {}
    assert tomb is not None
    assert tomb.forgotten_at == clock()
    assert entries["1"].answers == {"mail": "A_b@x.example"}


def test_it_may_be_repeated(filled: Ledger, clock: Hands) -> None:
    forgetting(filled, clock)
    again = forgetting(filled, clock)
    assert again.get("inbound", 0) <= 1
    assert "channel" not in again
