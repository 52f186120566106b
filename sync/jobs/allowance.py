"""What may still be mailed to somebody today, where they set a limit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from mappings.importance import Importance
from mappings.moments import local_day
from sync.ledger.issues import Shown
from sync.ledger.links import Link

if TYPE_CHECKING:
    from sync.ledger import Ledger, Transaction

# The rest of a day's bytes is kept for what matters more, and for the names of the rest.
_UNIMPORTANT = 0.6

Record = Callable[["Transaction"], None]


class Allowance:
    """Counts the bytes of a day for each person, over one run."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._taken: dict[tuple[int, str], dict[str, int]] = {}

    def take(
        self,
        user_id: int,
        key: str,
        size: int,
        *,
        budget: int,
        day: str,
        importance: Importance,
    ) -> bool:
        """Take the bytes of a mail from what is left of a day; false: it fits not.

        Unimportant mail may use six tenths of a day's bytes. May be repeated for the
        same mail, which counts once.
        """
        taken = self._taken.setdefault((user_id, day), {})
        with self._ledger.reading() as transaction:
            # What this run took stands in the ledger only when it is recorded.
            before = transaction.spent.of_day(user_id, day)
        spent = {**before, **taken}
        spent.pop(key, None)
        most = budget * _UNIMPORTANT if importance is Importance.REST else budget
        if sum(spent.values()) + size > most:
            return False
        taken[key] = size
        return True


def day_of(moment: datetime, zone: str) -> str:
    """Return the day of a person as the ledger keeps it."""
    return local_day(moment, zone).isoformat()


def spent(user_id: int, key: str, day: str, size: int) -> Record:
    """Return what notes the cost of a mail, together with its intent."""

    def record(transaction: Transaction) -> None:
        transaction.spent.note(user_id, key, day=day, size=size)

    return record


def owed(user_id: int, link: Link) -> Record:
    """Return what notes that a post was too much for a day, and is to be named."""

    def record(transaction: Transaction) -> None:
        transaction.delivered.note(
            user_id, link.pair, link.post_id, shown=Shown.LEFT, issue_id=None
        )

    return record
