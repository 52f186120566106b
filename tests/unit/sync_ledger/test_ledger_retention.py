"""What is old is emptied, and stays known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from moodle_bridge.model.intake import EntryState
from sync.ledger import Ledger
from sync.ledger.entries import SeenEntry
from sync.ledger.inbound import InboundState
from sync.retention import purge_if_due
from sync.settings.sections import LedgerSettings
from tests.unit.sync_ledger.conftest import Hands

KEPT = LedgerSettings(keep_raw=timedelta(days=30), keep_entries=timedelta(days=60))


def receive(ledger: Ledger, key: str, state: InboundState) -> None:
    with ledger.writing() as transaction:
        transaction.inbound.receive(
            key=key,
            message_id=f"<{key}@x.example>",
            mailbox="box",
            raw=b"From: a@x.example\r\n\r\nHello",
            size=27,
            received_at=ledger.clock(),
            sender="a@x.example",
            subject="Hello",
        )
        (mail,) = transaction.inbound.find(key)
        transaction.inbound.change(mail.id, state=state.value, cut="quoted")


@pytest.mark.parametrize(
    ("state", "emptied"),
    [
        (InboundState.POSTED, True),
        (InboundState.ANSWERED, True),
        (InboundState.IGNORED, True),
        (InboundState.DROPPED, True),
        (InboundState.HELD, False),
        (InboundState.NEW, False),
        (InboundState.ACCEPTED, False),
    ],
)
def test_only_mails_that_are_done_with_are_emptied(
    ledger: Ledger, clock: Hands, state: InboundState, emptied: bool
) -> None:
    receive(ledger, "old", state)
    clock.move(timedelta(days=31))
    receive(ledger, "young", state)
    counts = purge_if_due(ledger, KEPT)
    assert counts == ({"mails emptied": 1} if emptied else {})
    with ledger.reading() as transaction:
        (old,), (young,) = map(transaction.inbound.find, ("old", "young"))
    assert young.raw is not None
    assert young.cut == "quoted"
    assert (old.raw is None) == emptied
    assert (old.cut == "") == emptied
    assert old.sender == "a@x.example"


def test_a_mail_that_was_emptied_is_not_new_when_it_comes_again(
    ledger: Ledger, clock: Hands
) -> None:
    receive(ledger, "old", InboundState.POSTED)
    clock.move(timedelta(days=31))
    purge_if_due(ledger, KEPT)
    with ledger.writing() as transaction:
        new = transaction.inbound.receive(
            key="old",
            message_id="<old@x.example>",
            mailbox="box",
            raw=b"again",
            size=5,
            received_at=clock(),
            sender="a@x.example",
            subject="Hello",
        )
    assert not new


def test_what_the_bridge_wrote_is_emptied_once_it_was_sent(
    ledger: Ledger, clock: Hands
) -> None:
    details = {
        "message_id": "<note@x.example>",
        "content": 'a "quoted" mail',
        "to": "a",
    }
    with ledger.writing() as transaction:
        for key, state in (("sent", "done"), ("waiting", "planned")):
            intent = transaction.intents.plan(
                key=key,
                job="own-mails",
                kind="mail.notice",
                source="x",
                stream=key,
                summary=key,
                details=details,
            )
            transaction.intents.change(intent.id, state=state)
    clock.move(timedelta(days=31))
    assert purge_if_due(ledger, KEPT) == {"own mails emptied": 1}
    with ledger.reading() as transaction:
        sent, waiting = map(transaction.intents.get, ("sent", "waiting"))
    assert sent is not None
    assert sent.details == {"message_id": "<note@x.example>", "to": "a"}
    assert waiting is not None
    assert waiting.details == details


def test_answers_go_when_no_form_has_had_them_for_long(
    ledger: Ledger, clock: Hands
) -> None:
    def read(*keys: str) -> None:
        with ledger.writing() as transaction:
            transaction.entries.keep(
                "form",
                [
                    SeenEntry(
                        key=key,
                        fingerprint=key,
                        answers={"name": key},
                        state=EntryState.COMPLETE,
                    )
                    for key in keys
                ],
            )

    read("stays", "goes")
    clock.move(timedelta(days=1))
    read("stays")
    clock.move(timedelta(days=61))
    read("stays")
    assert purge_if_due(ledger, KEPT) == {"entries emptied": 1}
    with ledger.reading() as transaction:
        answers = {one.key: one.answers for one in transaction.entries.of("form")}
    assert answers == {"stays": {"name": "stays"}, "goes": {}}
    clock.move(timedelta(days=2))
    assert purge_if_due(ledger, KEPT) == {}


def test_it_is_done_once_a_day_and_never_where_things_are_kept_for_ever(
    ledger: Ledger, clock: Hands
) -> None:
    receive(ledger, "old", InboundState.POSTED)
    clock.move(timedelta(days=400))
    for_ever = LedgerSettings(keep_raw=timedelta(), keep_entries=timedelta())
    assert purge_if_due(ledger, for_ever) == {}
    assert purge_if_due(ledger, KEPT) == {}
    clock.move(timedelta(days=1))
    assert purge_if_due(ledger, KEPT) == {"mails emptied": 1}
