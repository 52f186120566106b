"""What a plan for mail out writes into the ledger, with the intents or instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from moodle_bridge.errors import Rejection
from moodle_bridge.model.forum import Discussion, Post
from sync.jobs.sighting import fingerprint
from sync.ledger.links import Link, LinkState

if TYPE_CHECKING:
    from sync.ledger import Transaction

_LOOK_AGAIN = timedelta(hours=1)
# What may be otherwise in an hour; everything else stays withheld.
_MAY_CHANGE = frozenset({"timed", "placeholder", "nobody"})
_HOPE = timedelta(days=3)
PASSED_OVER = "nobody who may read it wants single mails"
"""Why a post counts as sent although no mail of it was made."""


def gone(link: Link) -> Callable[[Transaction], None]:
    """Return what notes that a post was deleted before it was mailed."""

    def record(transaction: Transaction) -> None:
        source = f"post:{link.pair}:{link.post_id}"
        transaction.intents.withdraw(source, keep=(), reason="the post was deleted")
        if transaction.intents.in_doubt(source):
            return
        transaction.links.change(
            link.pair,
            link.post_id,
            state=(LinkState.SENT if link.revision else LinkState.GONE).value,
            reason="deleted before it was sent",
            gone_at=transaction.clock(),
        )

    return record


def left_out(link: Link) -> Callable[[Transaction], None]:
    """Return what notes that the forum of a post has left the pair."""

    def record(transaction: Transaction) -> None:
        reason = "its forum is no longer part of the pair"
        transaction.intents.withdraw(
            f"post:{link.pair}:{link.post_id}", keep=(), reason=reason
        )
        transaction.links.change(
            link.pair, link.post_id, state=LinkState.WITHHELD.value, reason="forum"
        )

    return record


def withheld(
    link: Link, rejection: Rejection, discussion: Discussion
) -> Callable[[Transaction], None]:
    """Return what notes that a post is not mailed: for good, or for an hour."""

    def record(transaction: Transaction) -> None:
        source = f"post:{link.pair}:{link.post_id}"
        transaction.intents.withdraw(source, keep=(), reason=rejection.reason)
        if transaction.intents.open_count(source):
            return
        now = transaction.clock()
        begins = discussion.time_start
        again = now + _LOOK_AGAIN if begins is None or begins <= now else begins
        hopeful = again == begins or now - link.seen_at < _HOPE
        waits = rejection.reason in _MAY_CHANGE and hopeful
        transaction.links.change(
            link.pair,
            link.post_id,
            state=(LinkState.WAITING if waits else LinkState.WITHHELD).value,
            reason=rejection.reason,
            due_at=again if waits else link.due_at,
        )

    return record


def as_read(
    link: Link, post: Post, keys: Sequence[str]
) -> Callable[[Transaction], None]:
    """Note the text that goes out, so that what was edited before is no news later.

    Not when a mail of it was begun before: that may have gone out with the old text.
    """

    def record(transaction: Transaction) -> None:
        intents = [transaction.intents.get(key) for key in keys]
        now_is = fingerprint(post)
        if link.fingerprint == now_is or any(one and one.attempts for one in intents):
            return
        edited = {"edited_at": post.modified or transaction.clock()}
        transaction.links.change(
            link.pair,
            link.post_id,
            fingerprint=now_is,
            subject=post.subject,
            **(edited if link.fingerprint else {}),
        )

    return record


def worded(link: Link, text: str) -> Callable[[Transaction], None]:
    """Return what keeps the words that go out, so that answers may quote them."""

    def record(transaction: Transaction) -> None:
        transaction.wordings.keep(link.pair, link.post_id, text)

    return record


def only(source: str, link: Link, keys: Sequence[str]) -> Callable[[Transaction], None]:
    """Withdraw what was planned for readers who are no longer among the readers."""

    def record(transaction: Transaction) -> None:
        transaction.intents.withdraw(
            source, keep=frozenset(keys), reason="no longer among the readers"
        )
        if transaction.intents.open_count(source) == 0:
            transaction.links.change(
                link.pair,
                link.post_id,
                state=LinkState.SENT.value,
                reason="" if keys else PASSED_OVER,
                settled_at=transaction.clock(),
            )

    return record
