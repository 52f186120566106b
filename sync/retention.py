"""Once a day the ledger lets go of what [ledger] keeps no longer."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.ledger import Ledger
    from sync.settings.sections import LedgerSettings

_CURSOR = "retention:at"
_EVERY = timedelta(days=1)


def purge_if_due(ledger: Ledger, kept: LedgerSettings) -> Counter[str]:
    """Empty what is old, at most once a day; return how much of what.

    A time of zero keeps for ever. May be repeated.
    """
    now = ledger.clock()
    counts: Counter[str] = Counter()
    with ledger.writing() as transaction:
        before = transaction.cursors.get(_CURSOR)
        if before and timedelta() <= now - datetime.fromisoformat(before) < _EVERY:
            return counts
        transaction.cursors.move(_CURSOR, now.isoformat())
        retention = transaction.retention
        if kept.keep_raw:
            since = now - kept.keep_raw
            counts["mails emptied"] = retention.empty_mails(since)
            counts["own mails emptied"] = retention.empty_sent(since)
            counts["wordings forgotten"] = retention.forget_wordings(since)
        if kept.keep_entries:
            since = now - kept.keep_entries
            counts["entries emptied"] = retention.empty_entries(since)
    return +counts
