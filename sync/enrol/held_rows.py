"""Which entries stood in which rows, of those that the last plan held."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mappings.enrolment.plan import EnrolmentPlan
    from sync.ledger import Transaction


def remember_rows(transaction: Transaction, plan: EnrolmentPlan) -> None:
    """Keep the rows of the entries that a plan holds, form by form."""
    for mark in plan.sources:
        rows: dict[str, list[str]] = {}
        for held in plan.held:
            if held.source == mark.name and held.row is not None:
                keys = rows.setdefault(str(held.row), [])
                if held.entry not in keys:
                    keys.append(held.entry)
        transaction.cursors.move(_cursor(mark.name), json.dumps(rows))


def keys_of_row(transaction: Transaction, source: str, row: str) -> tuple[str, ...]:
    """Return the keys of the entries that the last plan held in this row of a form."""
    kept = transaction.cursors.get(_cursor(source))
    rows: dict[str, list[str]] = json.loads(kept) if kept else {}
    return tuple(rows.get(row, ()))


def _cursor(source: str) -> str:
    return f"intake:{source}:held-rows"
