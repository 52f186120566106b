from __future__ import annotations

from sync.ledger import Ledger


def test_what_was_said_before_an_edit_is_still_known(ledger: Ledger) -> None:
    for text in ("How many?", "How many of you?", "How many?"):
        with ledger.writing() as transaction:
            transaction.wordings.keep("fo26", 7, text)
    with ledger.reading() as transaction:
        assert transaction.wordings.get("fo26", 7) == "How many of you?\n\nHow many?"


def test_nothing_is_known_of_a_post_that_was_never_mailed(ledger: Ledger) -> None:
    with ledger.reading() as transaction:
        assert transaction.wordings.get("fo26", 8) is None


def test_what_no_text_can_hold_is_kept_as_far_as_it_goes(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        transaction.wordings.keep("fo26", 9, "Hỏi \ud800 " + "x" * 300_000)
        assert len(transaction.wordings.get("fo26", 9) or "") == 200_000
