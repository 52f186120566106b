"""Posts that go out once more by word of an admin, each mail under a new key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.addresses import folded
from sync.ledger.links import Link, LinkState

if TYPE_CHECKING:
    from moodle_bridge.interfaces import Delivery
    from sync.ledger import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """How a post goes out again: for the how-manieth time, and to whom.

    `whom` holds folded addresses, hashed; None for everybody who gets it now.
    """

    number: int = 0
    whom: frozenset[str] | None = None

    def key(self, key: str) -> str:
        """Return the key of this time's mail, from that of the first."""
        if not self.number:
            return key
        front, _, whom = key.rpartition(":")
        return f"{front}+{self.number}:{whom}"

    def among(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return those deliveries that are meant."""
        if self.whom is None:
            return deliveries
        return [one for one in deliveries if _hashed(one.recipient) in self.whom]


def send_again(
    transaction: Transaction, link: Link, addresses: Collection[str] | None
) -> None:
    """Let a post that went out wait once more; None is for all who get it now.

    The job that mails does the rest: it reads the post again, asks who may read it,
    and mails it under the same Message-ID. May not be repeated: each time counts.
    """
    before = times_again(transaction, link)
    whom = None if addresses is None else sorted(map(_hashed, addresses))
    kept = {"revision": link.revision, "number": before.number + 1, "whom": whom}
    transaction.cursors.move(_name(link), json.dumps(kept))
    transaction.links.change(
        link.pair,
        link.post_id,
        state=LinkState.WAITING.value,
        due_at=transaction.clock(),
    )


def times_again(transaction: Transaction, link: Link) -> Again:
    """Return how a post goes out again; number 0 when nobody asked for it."""
    text = transaction.cursors.get(_name(link))
    kept = json.loads(text) if text else None
    # A correction is a new mail, which everybody gets.
    if kept is None or kept["revision"] != link.revision:
        return Again()
    whom = kept["whom"]
    return Again(number=kept["number"], whom=None if whom is None else frozenset(whom))


def _name(link: Link) -> str:
    return f"again:{link.pair}:{link.post_id}"


def _hashed(address: str) -> str:
    return hashlib.sha256(folded(address).encode()).hexdigest()[:16]
