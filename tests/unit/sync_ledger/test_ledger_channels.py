"""Channels, issues, what was delivered and what it cost, as the ledger keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from moodle_bridge.model.channels import Channel, ChannelKind, Frequency
from sync.ledger import Ledger
from sync.ledger.issues import IssueKind, Item, Shown

NOW = datetime(2026, 5, 3, 16, tzinfo=UTC)
DIGEST = Channel(
    kind=ChannelKind.DIGEST,
    every=Frequency.WEEKLY,
    weekday=4,
    at=time(7, 30),
    paused_until=NOW + timedelta(days=2),
    budget=20_000,
    picture_limit=0,
    since=NOW,
)
ITEM = Item(
    number=1, pair="sm25", post_id=417, discussion_id=12, subject="Rivers", author="Ana"
)


def test_a_channel_is_given_back_as_it_was_chosen(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        transaction.channels.set(7, DIGEST, by="mail")
        transaction.channels.set(8, Channel(), by="admin")
    with ledger.reading() as transaction:
        assert transaction.channels.get(7) == DIGEST
        assert transaction.channels.get(9) is None
        assert transaction.channels.of([7, 9]) == {7: DIGEST}
        assert set(transaction.channels.everyone()) == {7, 8}


def test_the_last_choice_counts(ledger: Ledger) -> None:
    later = replace(DIGEST, kind=ChannelKind.BUNDLE, budget=None)
    with ledger.writing() as transaction:
        transaction.channels.set(7, DIGEST, by="mail")
        transaction.channels.set(7, later, by="admin")
        assert transaction.channels.get(7) == later


def test_posts_wait_from_the_first_beginning_on(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        assert transaction.gatherings.begin(7)
        assert not transaction.gatherings.begin(7)
        first = transaction.gatherings.everyone()[7]
        transaction.gatherings.served(7, NOW)
        assert transaction.gatherings.everyone()[7].since == first.since
        assert transaction.gatherings.everyone()[7].served_at == NOW
        transaction.gatherings.end(7)
        assert transaction.gatherings.everyone() == {}


def test_an_issue_is_found_by_its_number_and_by_its_message_id(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        number = transaction.issues.next_id()
        transaction.issues.add(
            number,
            user_id=7,
            kind=IssueKind.DIGEST,
            message_id="<digest.1.abc@x.org>",
            items=[ITEM],
            left_out=[replace(ITEM, number=0, post_id=418)],
            text="[1] Rivers – Ana",
        )
        issue = transaction.issues.get(number)
        assert issue is not None
        assert issue.item(1) == ITEM
        assert issue.item(2) is None
        assert issue.left_out[0].post_id == 418
        assert issue.text == "[1] Rivers – Ana"
        assert issue.sent_at is None
        transaction.issues.sent(number)
        assert transaction.issues.by_message_id(["<digest.1.abc@x.org>", "<b@x>"]) == [
            transaction.issues.get(number)
        ]
        assert transaction.issues.of_person(7, limit=1)[0].sent_at is not None
        assert transaction.issues.next_id() == number + 1


def test_a_number_is_given_to_one_issue_alone(ledger: Ledger) -> None:
    def add() -> None:
        with ledger.writing() as transaction:
            transaction.issues.add(
                1,
                user_id=7,
                kind=IssueKind.BUNDLE,
                message_id="<digest.1.abc@x.org>",
                items=[ITEM],
                left_out=[],
                text="",
            )

    add()
    with pytest.raises(IntegrityError):
        add()


def test_what_was_delivered_is_known_by_person_and_by_post(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        note = transaction.delivered.note
        note(7, "sm25", 417, shown=Shown.FULL, issue_id=1)
        note(7, "sm25", 418, shown=Shown.LEFT, issue_id=None)
        note(8, "sm25", 417, shown=Shown.NAMED, issue_id=2)
        assert set(transaction.delivered.of_person(7)) == {("sm25", 417), ("sm25", 418)}
        assert transaction.delivered.of_posts("sm25", [417, 419]) == {
            417: {7, 8},
            419: set(),
        }
        (owed,) = transaction.delivered.owed()[7]
        assert owed.post_id == 418
        note(7, "sm25", 418, shown=Shown.NAMED, issue_id=3)
        assert transaction.delivered.owed() == {}


def test_bytes_are_counted_once_for_each_mail_and_by_day(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        transaction.spent.note(7, "issue:1", day="2026-05-03", size=900)
        transaction.spent.note(7, "issue:1", day="2026-05-03", size=1000)
        transaction.spent.note(7, "mail:2", day="2026-05-03", size=500)
        transaction.spent.note(8, "mail:2", day="2026-05-03", size=500)
        assert transaction.spent.on(7, "2026-05-03") == 1500
        assert transaction.spent.on(7, "2026-05-03", but="mail:2") == 1000
        assert transaction.spent.on(7, "2026-05-04") == 0
