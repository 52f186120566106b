"""Links a post that was made from a mail: under which Message-ID readers know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.ledger.intents import Intent
from sync.ledger.links import LinkState, Origin

if TYPE_CHECKING:
    from sync.ledger import Transaction


def link_post(
    transaction: Transaction,
    intent: Intent,
    *,
    post_id: int,
    discussion_id: int,
    parent_post_id: int | None,
    message_id: str,
    subject: str,
) -> None:
    """Write the link of a post down; may be repeated.

    Whoever looked at the forum in between may have linked it already, not knowing
    whose it is.
    """
    details = intent.details
    pair, by_list = details["pair"], bool(details["by_list"])
    above = transaction.links.by_post(parent_post_id, pair) if parent_post_id else []
    values = {
        "discussion_id": discussion_id,
        "forum_id": above[0].forum_id if above else details["forum_id"],
        "parent_post_id": parent_post_id,
        "message_id": message_id,
        "state": LinkState.WITHHELD if by_list else LinkState.WAITING,
        "reason": "readers have it from the list" if by_list else "",
        "author_user_id": details["user_id"],
        "author_name": details["author_name"],
        "subject": subject,
        "due_at": transaction.clock(),
    }
    new = transaction.links.add(
        pair=pair,
        post_id=post_id,
        origin=Origin.MAIL,
        via_list=by_list,
        created_at=transaction.clock(),
        **values,
    )
    if not new:
        transaction.links.change(
            pair,
            post_id,
            **{**values, "state": values["state"].value},
            origin=Origin.MAIL.value,
            via_list=int(by_list),
        )
