"""The parts of a mail that answers a digest, as the ledger keeps them."""

from __future__ import annotations

from sync.ledger import Ledger
from sync.ledger.parts import REST, Part, PartState

FIRST = Part(
    inbound_id=3,
    position=1,
    item=2,
    pair="sm25",
    parent_post_id=417,
    discussion_id=12,
    subject="Rivers",
    text="Yes",
    state=PartState.PLANNED,
)
LEFT = Part(inbound_id=3, position=REST, text="Hm", state=PartState.UNPLACED)


def test_parts_are_given_back_in_the_order_of_the_mail_with_the_rest_last(
    ledger: Ledger,
) -> None:
    with ledger.writing() as transaction:
        for part in (LEFT, FIRST, FIRST):
            transaction.parts.set(part)
    with ledger.reading() as transaction:
        assert transaction.parts.of_mail(3) == [FIRST, LEFT]
        assert transaction.parts.of_mail(4) == []
        assert FIRST.is_open
        assert not LEFT.is_open


def test_what_became_of_a_part_is_noted(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        transaction.parts.set(FIRST)
        transaction.parts.change(3, 1, state=PartState.POSTED.value, post_id=500)
    with ledger.reading() as transaction:
        (found,) = transaction.parts.of_mail(3)
    assert (found.state, found.post_id) == (PartState.POSTED, 500)
