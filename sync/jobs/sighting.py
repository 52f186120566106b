"""What a post that was just read means for its link: pure, apart from the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mappings.audience import due_at
from mappings.identity import marker_in, post_message_id
from mappings.own_name import is_signed_as
from moodle_bridge.model.forum import Author, Discussion, DiscussionPosts, Post
from sync.ledger.intents import Intent
from sync.ledger.links import ELSEWHERE, PRIVATE, Link, LinkState, Origin

if TYPE_CHECKING:
    from sync.ledger import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchword:
    """What is the same for all sightings of a pair in one look.

    Posts written before `begun` are history. `begun` is the server's time.
    `account_id` is the user id of the service account, which writes what came by mail
    from people without a token; `secret` signs what the others wrote.
    """

    pair: str
    begun: datetime
    hold: timedelta
    corrections: bool
    site_tag: str
    domain: str
    account_id: int
    secret: bytes = field(repr=False)


def fingerprint(post: Post) -> str:
    """Return what changes when a reader would see another post."""
    names = "\0".join(sorted(file.filename for file in post.attachments))
    text = f"{post.subject}\0{post.message}\0{names}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def note_posts(
    transaction: Transaction,
    seen: DiscussionPosts,
    links: Sequence[Link],
    word: Watchword,
) -> int:
    """Bring the links of a discussion up to date; return how many posts are new.

    `links` are all those of the discussion. A post that is linked and was not read
    is gone: Moodle gives all posts of a discussion, or none. May be repeated.
    """
    known = {link.post_id: link for link in links}
    new = 0
    for post in seen.posts:
        link = known.pop(post.id, None)
        if link is None:
            new += _note_new(transaction, post, seen.discussion, word)
        elif post.deleted:
            _note_gone(transaction, link)
        else:
            _note_change(transaction, post, link, word)
    # No post at all is what Moodle answers where the token may not look.
    for link in known.values() if seen.posts else ():
        _note_gone(transaction, link)
    transaction.discussions.checked(word.pair, seen.discussion.id)
    return new


def note_gone(
    transaction: Transaction, pair: str, discussion_id: int, links: Sequence[Link]
) -> None:
    """Note that a whole discussion is gone; may be repeated."""
    for link in links:
        _note_gone(transaction, link)
    transaction.discussions.forget(pair, discussion_id)


def _note_new(
    transaction: Transaction, post: Post, discussion: Discussion, word: Watchword
) -> int:
    if post.created is None or not post.visible or post.deleted:
        return 0
    state, reason = LinkState.WAITING, ""
    origin, author = Origin.FORUM, post.author
    if post.created < word.begun:
        state, reason = LinkState.HISTORY, "written before the bridge began"
    elif post.private:
        state, reason = LinkState.WITHHELD, PRIVATE
    elif names := marker_in(post.message):
        intent = _writing(transaction, names)
        if intent is not None and not intent.result.get("post_id"):
            # The job that wrote it will find it, and link it under the mail's own id.
            return 0
        if intent is not None and intent.result["post_id"] == post.id:
            # It came by mail to another pair of this forum.
            origin = Origin.MAIL
            author = Author(
                id=intent.details.get("user_id"),
                fullname=str(intent.details.get("author_name", "")),
            )
        elif intent is None and _is_own(post, word):
            # Whoever wrote that mail has it, and so has everybody else: it was the
            # bridge, with a ledger that is lost.
            state, reason = LinkState.WITHHELD, ELSEWHERE
    return int(
        transaction.links.add(
            pair=word.pair,
            post_id=post.id,
            discussion_id=discussion.id,
            forum_id=discussion.forum_id,
            parent_post_id=post.parent_id,
            message_id=post_message_id(
                post.id, site_tag=word.site_tag, domain=word.domain
            ),
            origin=origin,
            state=state,
            reason=reason,
            created_at=post.created,
            author_user_id=author.id,
            author_name=author.fullname,
            subject=post.subject,
            fingerprint=fingerprint(post),
            due_at=due_at(post, discussion, word.hold),
        )
    )


def _is_own(post: Post, word: Watchword) -> bool:
    """Say whether the bridge made a post, with its own account or the author's token."""
    user_id = post.author.id
    return user_id == word.account_id or (
        user_id is not None
        and is_signed_as(post.message, secret=word.secret, user_id=user_id)
    )


def _writing(transaction: Transaction, names: Iterable[str]) -> Intent | None:
    """Return the intent of the post that bears one of these markers.

    One that is still open comes first: a marker that somebody copied out of a post
    belongs to an intent that is done.
    """
    found = [transaction.intents.with_marker(name) for name in sorted(names)]
    known = [intent for intent in found if intent is not None]
    return min(
        known, key=lambda intent: bool(intent.result.get("post_id")), default=None
    )


def _note_change(
    transaction: Transaction, post: Post, link: Link, word: Watchword
) -> None:
    now_is = fingerprint(post)
    if not post.visible or post.created is None:
        return
    if post.private and link.state is LinkState.WAITING:
        transaction.links.change(
            link.pair, link.post_id, state=LinkState.WITHHELD.value, reason=PRIVATE
        )
        return
    now = transaction.clock()
    if link.gone_at is not None:
        # The account could not see it for a while, or somebody restored it.
        back: dict[str, object] = {"gone_at": None}
        if link.state is LinkState.GONE:
            back |= {"state": LinkState.WAITING.value, "reason": "", "due_at": now}
        transaction.links.change(link.pair, link.post_id, **back)
    if link.fingerprint == now_is:
        return
    values: dict[str, object] = {
        "fingerprint": now_is,
        "subject": post.subject,
        "edited_at": post.modified or now,
    }
    # The first look at a post that came by mail is no edit: only now is it seen
    # as Moodle stored it.
    if link.state is LinkState.SENT and link.fingerprint and word.corrections:
        values |= {
            "state": LinkState.WAITING.value,
            "revision": link.revision + 1,
            "due_at": (post.modified or now) + word.hold,
        }
    if not link.fingerprint:
        del values["edited_at"]
    transaction.links.change(link.pair, link.post_id, **values)


def _note_gone(transaction: Transaction, link: Link) -> None:
    if link.gone_at is not None:
        return
    values: dict[str, object] = {"gone_at": transaction.clock()}
    if link.state is LinkState.WAITING:
        source = f"post:{link.pair}:{link.post_id}"
        transaction.intents.withdraw(source, keep=(), reason="the post was deleted")
        # A mail in doubt is settled first; then the job that sends meets it again.
        if not transaction.intents.in_doubt(source):
            values |= (
                {"state": LinkState.SENT.value, "reason": "deleted after it was sent"}
                if link.revision
                else {
                    "state": LinkState.GONE.value,
                    "reason": "deleted before it was due",
                }
            )
    transaction.links.change(link.pair, link.post_id, **values)
