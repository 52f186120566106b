"""Hears what was said in a discussion that was just read, and which questions wait.

What came by mail is heard once, as the mail that it was: its copy in the forum has
another author and another time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mappings.html_text import html_text
from mappings.identity import marker_in
from mappings.mail_reading import read_mail
from mappings.response.tone import tone_of
from mappings.response.waits import waits_of
from moodle_bridge.model.forum import Discussion, DiscussionPosts, Post
from moodle_bridge.model.waits import Medium, Tone, Utterance

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.ledger.inbound import Inbound

_IN_TRANSIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """What is the same for everything heard of a pair in one look.

    `facilitators` are user ids, as of now. `account_id` is the service account: what
    it says of itself is automatic. What was said before `begun` is history. `taught`
    says whether somebody taught at a moment, None where that is not known; then it is
    as of now.
    """

    pair: str
    begun: datetime
    account_id: int
    facilitators: Collection[int]
    whole_thread: bool = False
    taught: Callable[[int, datetime], bool | None] = lambda _person, _at: None

    def is_facilitator(self, person: int | None, at: datetime) -> bool:
        """Say whether somebody taught when something was said."""
        if person is None:
            return False
        then = self.taught(person, at)
        return person in self.facilitators if then is None else then


def hear(
    transaction: Transaction,
    seen: DiscussionPosts,
    listener: Listener,
    *,
    read_before: datetime | None,
) -> None:
    """Write down what is new in a discussion, and its waits; may be repeated.

    `read_before` is when it was last read before, None when it never was.
    """
    pair, discussion = listener.pair, seen.discussion
    known = {
        one.post_id: one
        for one in transaction.utterances.of_discussion(pair, discussion.id)
    }
    for post in seen.posts:
        before = known.pop(post.id, None)
        if before is None:
            _hear_new(transaction, post, discussion, listener)
        else:
            _hear_again(transaction, post, before, read_before)
    # Moodle gives all posts of a discussion, or none: what is missing was deleted.
    for before in known.values() if seen.posts else ():
        _note_deleted(transaction, before, read_before)
    weigh(transaction, listener, discussion.id)


def hear_end(
    transaction: Transaction,
    listener: Listener,
    discussion_id: int,
    *,
    read_before: datetime | None,
) -> None:
    """Note that a whole discussion is gone; may be repeated. As `hear`."""
    for before in transaction.utterances.of_discussion(listener.pair, discussion_id):
        _note_deleted(transaction, before, read_before)
    weigh(transaction, listener, discussion_id)


def hear_gone(
    transaction: Transaction,
    pair: str,
    post_id: int,
    *,
    begun: datetime,
    whole_thread: bool,
) -> None:
    """Note that a post is gone, as somebody else has just seen; may be repeated."""
    before = transaction.utterances.get(pair, post_id)
    if before is None or before.deleted_at is not None:
        return
    checked = transaction.discussions.checked_at(pair, [before.discussion_id])
    _note_deleted(transaction, before, checked.get(before.discussion_id))
    listener = Listener(
        pair=pair,
        begun=begun,
        account_id=0,
        facilitators=(),
        whole_thread=whole_thread,
    )
    weigh(transaction, listener, before.discussion_id)


def weigh(transaction: Transaction, listener: Listener, discussion_id: int) -> None:
    """Work out anew which questions of a discussion wait; may be repeated."""
    said = transaction.utterances.of_discussion(listener.pair, discussion_id)
    marks = transaction.marks.of_posts(listener.pair, [one.post_id for one in said])
    waits = waits_of(said, marks, whole_thread=listener.whole_thread)
    transaction.waits.replace(listener.pair, discussion_id, waits, begun=listener.begun)


def _hear_new(
    transaction: Transaction, post: Post, discussion: Discussion, listener: Listener
) -> None:
    if post.created is None or not post.visible or post.deleted:
        return
    names = sorted(marker_in(post.message))
    mail = _mail_of(transaction, post, names)
    if names and mail is None and post.author.id == listener.account_id:
        # Its mail is not linked yet, or came to another pair; the next look knows.
        return
    author = post.author.id if mail is None else mail.user_id
    at, sent_at = _times(post, discussion, mail)
    text = html_text(post.message)
    begins = post.parent_id is None
    said = Utterance(
        pair=listener.pair,
        post_id=post.id,
        discussion_id=discussion.id,
        forum_id=discussion.forum_id,
        parent_post_id=post.parent_id,
        author_id=author,
        facilitator=listener.is_facilitator(author, at),
        medium=Medium.MOODLE if mail is None else Medium.MAIL,
        at=at,
        sent_at=sent_at,
        subject=post.subject,
        private=post.private,
        automatic=mail is None and author == listener.account_id,
        group_id=discussion.group_id,
        tone=tone_of(text, subject=post.subject if begins else ""),
    )
    transaction.utterances.add(said, words=len(text.split()))


def _hear_again(
    transaction: Transaction,
    post: Post,
    before: Utterance,
    read_before: datetime | None,
) -> None:
    if post.deleted:
        _note_deleted(transaction, before, read_before)
        return
    if post.created is None or not post.visible:
        return
    values: dict[str, object] = {}
    if before.deleted_at is not None:
        # The account could not see it for a while, or somebody restored it.
        values["deleted_at"] = None
    edited = post.modified
    news = edited is not None and edited > (before.edited_at or post.created)
    if news and before.medium is Medium.MOODLE:
        begins = post.parent_id is None
        tone = tone_of(html_text(post.message), subject=post.subject if begins else "")
        values |= {"edited_at": edited, "tone": tone.value, "subject": post.subject}
        if tone is Tone.ASKS and before.tone is not Tone.ASKS:
            values["asks_since"] = edited
    if values:
        transaction.utterances.change(before.pair, before.post_id, **values)


def _note_deleted(
    transaction: Transaction, before: Utterance, read_before: datetime | None
) -> None:
    """Note that a post is gone, as of when it was last seen to stand.

    When it was deleted nobody tells. A day may lie between two looks at a quiet
    discussion, and who took a question back did not wait for all of it.
    """
    if before.deleted_at is not None:
        return
    seen = transaction.utterances.seen_at(before.pair, before.post_id)
    stood = [one for one in (seen, read_before) if one is not None]
    transaction.utterances.change(
        before.pair,
        before.post_id,
        deleted_at=max(stood, default=transaction.clock()),
    )


def _mail_of(
    transaction: Transaction, post: Post, names: Sequence[str]
) -> Inbound | None:
    """Return the mail that a post was made from, None when there is none."""
    for name in names:
        intent = transaction.intents.with_marker(name)
        if intent is None or intent.result.get("post_id") != post.id:
            continue
        return transaction.inbound.get(int(intent.details["mail"]))
    return None


def _times(
    post: Post, discussion: Discussion, mail: Inbound | None
) -> tuple[datetime, datetime | None]:
    """Return when something was said, and its own Date where that is much earlier."""
    assert post.created is not None
    if mail is None:
        starts = discussion.time_start
        return (max(post.created, starts) if starts else post.created), None
    at = mail.received_at
    sent = read_mail(mail.raw).date if mail.raw else None
    late = sent is not None and at - sent > _IN_TRANSIT
    return at, sent if late else None
