"""What facilitators say of a question: that it is theirs, that it needs no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.jobs.hearing import Listener, weigh
from sync.jobs.watch import begun_in

if TYPE_CHECKING:
    from moodle_bridge.model.waits import Mark
    from sync.ledger import Transaction
    from sync.settings.pair import PairSettings


def mark_post(
    transaction: Transaction,
    pair: PairSettings,
    post_id: int,
    mark: Mark,
    *,
    by: str,
    source: str,
) -> bool:
    """Mark a post, and work out anew which questions wait; may be repeated.

    `by` is who says so, `source` by which way (mail, command). False when the pair has
    heard no such post.
    """
    said = transaction.utterances.get(pair.name, post_id)
    if said is None:
        return False
    transaction.marks.set(pair.name, post_id, mark, by=by, source=source)
    listener = Listener(
        pair=pair.name,
        begun=begun_in(transaction, pair.name) or said.at,
        # Nothing is heard here, only weighed.
        account_id=0,
        facilitators=(),
        whole_thread=pair.whole_thread,
    )
    weigh(transaction, listener, said.discussion_id)
    return True
