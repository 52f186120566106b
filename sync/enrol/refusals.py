"""Whom to tell what is wrong with their entry: the steps of a plan for that."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mappings.enrolment.plan import Step, StepKind
from mappings.intake.fields import Subject
from mappings.one_line import cut, one_line
from mappings.refused import to_be_told
from moodle_bridge.model.intake import EntryState

if TYPE_CHECKING:
    from mappings.intake.understanding import Understood
    from sync.intake import IntakeRead
    from sync.ledger import Transaction

_QUESTION_LONGEST = 200
_MOST_OF_AN_ENTRY = 3


def refusal_steps(transaction: Transaction, read: IntakeRead) -> tuple[Step, ...]:
    """Return the steps that tell people what to mend in their entries.

    One for each version of an entry that was not told yet, and never more than three
    for one entry; none at all unless the form's `tell_refused` is on. Who did not
    agree, or whose address is in question, is not told. Reads the ledger only.
    """
    if not read.settings.tell_refused:
        return ()
    return tuple(_steps(transaction, read))


def refusal_key(source: str, entry: str, version: str) -> str:
    """Return the key of the intent: one mail for one version of an entry."""
    return f"refused:{source}:{_short(entry)}:{version[:16]}"


def refusal_source(source: str, entry: str) -> str:
    """Return what such intents come from: all mails about one entry."""
    return f"entry:{source}:{_short(entry)}"


def _steps(transaction: Transaction, read: IntakeRead) -> Iterator[Step]:
    versions = {one.key: one.fingerprint for one in read.seen}
    for row in read.rows:
        entry, draft = row.entry, row.draft
        if draft is None or not _may_be_told(row, read):
            continue
        told = to_be_told(row.problems)
        source = read.settings.name
        key = refusal_key(source, entry.key, versions[entry.key])
        before = transaction.intents.of_source(refusal_source(source, entry.key))
        known = any(one.key == key for one in before)
        if not told or known or len(before) >= _MOST_OF_AN_ENTRY:
            continue
        yield Step(
            key=f"{StepKind.TELL_REFUSED}:{source}:{_short(entry.key)}",
            kind=StepKind.TELL_REFUSED,
            person="",
            shown=draft.fullname or draft.email,
            target=draft.email,
            sets={
                "source": source,
                "entry": entry.key,
                "version": versions[entry.key],
                "language": draft.language or read.settings.language,
                "problems": [
                    {
                        "code": one.code.value,
                        "field": one.field,
                        "question": cut(one_line(one.question), _QUESTION_LONGEST),
                    }
                    for one in told
                ],
            },
        )


def _may_be_told(row: Understood, read: IntakeRead) -> bool:
    draft = row.draft
    if row.applicant is not None or draft is None or not draft.email:
        return False
    if draft.withdrawn or row.entry.state is not EntryState.COMPLETE:
        return False
    asked = Subject.CONSENT in read.reading.sources
    return not asked or (draft.consent is not None and draft.consent.given)


def _short(entry: str) -> str:
    """Return what stands for an entry in a key, however long its own is."""
    return hashlib.sha256(entry.encode()).hexdigest()[:16]
