"""People who agreed once, and say in the same entry now that they do not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mappings.intake.problems import Code
from mappings.intake.understanding import Understood, understood
from moodle_bridge.model.intake import EntryState
from sync.intake import IntakeRead, customs_of

if TYPE_CHECKING:
    from sync.ledger import Transaction


def with_consent_taken_back(transaction: Transaction, read: IntakeRead) -> IntakeRead:
    """Return a form in which who agrees no more has withdrawn; nothing is written.

    Only of an entry whose person has an account: for everybody else not to agree is a
    reason not to begin, and stays a problem of the entry.
    """
    refused = [
        row
        for row in read.rows
        if row.applicant is None
        and any(one.code is Code.CONSENT_REFUSED for one in row.problems)
    ]
    if not refused:
        return read
    owners = {
        one.key: one.participant_id
        for one in transaction.entries.of(read.settings.name)
        if one.participant_id is not None
    }
    people = transaction.participants.of(set(owners.values()))
    taken_back: dict[str, Understood] = {}
    for row in refused:
        known = people.get(owners.get(row.entry.key, ""))
        if known is None or known.person.user_id is None:
            continue
        gone = replace(row.entry, state=EntryState.WITHDRAWN)
        again = understood(gone, read.reading, customs_of(read.settings))
        if again.applicant is not None:
            taken_back[row.entry.key] = again
    return replace(
        read, rows=tuple(taken_back.get(row.entry.key, row) for row in read.rows)
    )
