"""Who was told of which open questions when they came on duty."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.ledger import Transaction


def note_told(transaction: Transaction, user_id: int, pair: str, post_id: int) -> None:
    """Note that somebody was told of a question; may be repeated."""
    transaction.told.once(user_id, _name(pair, post_id))


def was_told(transaction: Transaction, user_id: int, pair: str, post_id: int) -> bool:
    """Say whether somebody was told of a question as they came on duty."""
    return transaction.told.was(user_id, _name(pair, post_id))


def _name(pair: str, post_id: int) -> str:
    # Names of pairs may be longer than what the table takes.
    digest = hashlib.sha256(f"{pair}:{post_id}".encode()).hexdigest()[:32]
    return f"handed-over:{digest}"
