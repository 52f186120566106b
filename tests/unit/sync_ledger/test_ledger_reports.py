"""What the ledger remembers of report sinks."""

from __future__ import annotations

from datetime import timedelta

from moodle_bridge.model.reports import Written
from sync.ledger import Ledger
from tests.unit.sync_ledger.conftest import Hands

FIRST = Written(target="post 7", fingerprints={"post": "a1"})


def test_what_a_sink_wrote_last_is_remembered(ledger: Ledger, clock: Hands) -> None:
    with ledger.writing() as transaction:
        transaction.reports.put("html-file page", FIRST)
        kept = transaction.reports.get("html-file page")
    assert kept is not None
    assert (kept.written, kept.written_at) == (FIRST, clock.now)
    assert (kept.problem, kept.tried_at) == ("", None)


def test_a_sink_that_was_never_tried_is_not_known(ledger: Ledger) -> None:
    with ledger.reading() as transaction:
        assert transaction.reports.get("html-file page") is None
        assert transaction.reports.everything() == []


def test_a_problem_leaves_what_was_written_before(ledger: Ledger, clock: Hands) -> None:
    written_at = clock.now
    with ledger.writing() as transaction:
        transaction.reports.put("mail all", FIRST)
    clock.move(timedelta(hours=3))
    with ledger.writing() as transaction:
        transaction.reports.failed("mail all", "away")
        (kept,) = transaction.reports.everything()
    assert (kept.written, kept.written_at) == (FIRST, written_at)
    assert (kept.problem, kept.tried_at) == ("away", clock.now)
    with ledger.writing() as transaction:
        transaction.reports.put("mail all", FIRST)
        kept_after = transaction.reports.get("mail all")
    assert kept_after is not None
    assert (kept_after.problem, kept_after.tried_at) == ("", None)


def test_a_sink_that_never_wrote_has_a_problem_and_nothing_else(
    ledger: Ledger, clock: Hands
) -> None:
    with ledger.writing() as transaction:
        transaction.reports.failed("moodle-wiki page", "no such wiki")
        kept = transaction.reports.get("moodle-wiki page")
    assert kept is not None
    assert (kept.written, kept.written_at) == (None, None)
    assert (kept.problem, kept.tried_at) == ("no such wiki", clock.now)
