"""Finds discussions in which a reply was deleted, by what the list of a forum counts.

Moodle lists no deletions, but says of each discussion how many replies it has. What it
counts may differ from what the bridge knows to stand, for good: posts that the account
may not see count, and so does what a person deleted with their account. Then the number
is remembered, and only another one is news.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from moodle_bridge.model.forum import Discussion

if TYPE_CHECKING:
    from sync.ledger import Transaction


def recounted(
    transaction: Transaction, pair: str, listed: Iterable[Discussion]
) -> list[Discussion]:
    """Return those that have another number of replies than is known.

    Not those of which no post is known to stand: they were never read, or are gone.
    """
    discussions = list(listed)
    standing = transaction.links.standing(pair, [one.id for one in discussions])
    kept = transaction.cursors.several([_cursor(pair, one) for one in standing])
    known = {
        number: int(kept.get(_cursor(pair, number), posts - 1))
        for number, posts in standing.items()
    }
    return [
        one
        for one in discussions
        if one.reply_count != known.get(one.id, one.reply_count)
    ]


def remember(transaction: Transaction, pair: str, listed: Iterable[Discussion]) -> None:
    """Note the numbers of discussions that were read since; may be repeated."""
    for one in recounted(transaction, pair, listed):
        transaction.cursors.move(_cursor(pair, one.id), str(one.reply_count))


def _cursor(pair: str, number: int) -> str:
    return f"replies:{pair}:{number}"
