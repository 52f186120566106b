"""Compares what stands in the forums with what the ledger knows of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from mappings.identity import marker_in
from moodle_bridge.errors import Permanent
from moodle_bridge.model.forum import Discussion, DiscussionPosts, Post
from moodle_bridge.moodle.functions import MISSING
from moodle_bridge.redact import masked
from sync.actions import Done
from sync.jobs.audit import Complete, Finding, Mend
from sync.ledger.intents import Intent, IntentState
from sync.ledger.links import Link

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.jobs.audit_readers import ReadersAudit
    from sync.jobs.watch import Watch
    from sync.ledger import Ledger, Transaction
    from sync.pairs import Pair

_AT_ONCE = 50


class SiteAudit:
    """What only a look at the forums can tell."""

    def __init__(
        self,
        *,
        moodle: Moodle,
        ledger: Ledger,
        complete: Complete,
        watch: Watch,
        account_id: Callable[[], int],
        readers: ReadersAudit,
    ) -> None:
        self._moodle = moodle
        self._ledger = ledger
        self._complete = complete
        self._watch = watch
        self._account_id = account_id
        self._readers = readers

    def look(self, pair: Pair, since: datetime) -> list[Finding]:
        """Return what is otherwise in a pair's forums than in the ledger.

        Reads every discussion with a post since a moment; changes nothing. Raises
        RemoteError when the site does not answer.
        """
        begun = self._watch.begun(pair.name)
        if begun is None:
            return []
        findings: list[Finding] = []
        wanted = list(self._discussions(pair, since, findings).values())
        bearing: dict[str, list[Post]] = defaultdict(list)
        for start in range(0, len(wanted), _AT_ONCE):
            page = wanted[start : start + _AT_ONCE]
            with self._ledger.reading() as transaction:
                links = transaction.links.of_discussions(
                    pair.name, [one.id for one in page]
                )
            for read in self._moodle.forums.posts(page):
                if isinstance(read, DiscussionPosts) and read.posts:
                    known = links[read.discussion.id]
                    findings += self._compared(pair, read, known, begun)
                    findings += self._readers.look(pair, read, known)
                    for post in read.posts:
                        for name in marker_in(post.message):
                            bearing[name].append(post)
        findings += self._marked(bearing)
        return findings

    def _discussions(
        self, pair: Pair, since: datetime, findings: list[Finding]
    ) -> dict[int, Discussion]:
        with self._ledger.reading() as transaction:
            numbers = {
                link.discussion_id for link in transaction.links.since(pair.name, since)
            }
            wanted = dict(transaction.discussions.get(pair.name, sorted(numbers)))
        for forum in pair.place.forums.values():
            try:
                listed = list(self._moodle.forums.discussions(forum.id, since=since))
            except Permanent as error:
                if error.concerns_all or error.code == MISSING:
                    raise
                findings.append(
                    Finding(
                        code="forum-unread",
                        item=f"forum {forum.cmid}",
                        what=masked(str(error)),
                        advice=error.advice,
                    )
                )
                continue
            wanted |= {one.id: one for one in listed}
        return wanted

    def _compared(
        self, pair: Pair, read: DiscussionPosts, links: Sequence[Link], begun: datetime
    ) -> Iterator[Finding]:
        known = {link.post_id: link for link in links}
        there = {post.id for post in read.posts if not post.deleted}
        for post in read.posts:
            new = post.created is not None and post.created >= begun
            if post.id in known or not new or not post.visible or post.deleted:
                continue
            with self._ledger.reading() as transaction:
                if _being_written(transaction, post):
                    continue
            yield Finding(
                code="post-unseen",
                item=str(post.id),
                what=f"stands in the forum ({post.subject}), and was never seen",
                advice="The next sync mails it.",
                mend=self._reread(pair, read.discussion),
            )
        for link in links:
            if link.post_id not in there and link.gone_at is None:
                yield Finding(
                    code="post-gone",
                    item=str(link.post_id),
                    what=f"is no longer in the forum ({link.subject})",
                    advice="",
                    mend=self._reread(pair, read.discussion),
                )

    def _reread(self, pair: Pair, discussion: Discussion) -> Mend:
        return lambda: self._watch.reread(pair, [discussion])

    def _marked(self, bearing: dict[str, list[Post]]) -> Iterator[Finding]:
        account = self._account_id() if bearing else 0
        for name, posts in bearing.items():
            with self._ledger.reading() as transaction:
                intent = transaction.intents.with_marker(name)
            if intent is None:
                continue
            ours = {account, intent.details.get("user_id")}
            own = sorted(
                (post for post in posts if post.author.id in ours),
                key=lambda post: post.id,
            )
            if len(own) > 1:
                numbers = ", ".join(str(post.id) for post in own)
                yield Finding(
                    code="posted-twice",
                    item=str(own[0].id),
                    what=f"one mail stands in the forum more than once: {numbers}",
                    advice="Look at them in Moodle, and delete what is too much.",
                )
            elif own and not intent.result.get("post_id"):
                yield Finding(
                    code="post-unowned",
                    item=str(own[0].id),
                    what=f"was made from a mail ({intent.summary}), which does not know"
                    f" ({intent.state.value})",
                    advice="",
                    mend=self._adopt(intent, own[0]),
                )

    def _adopt(self, intent: Intent, post: Post) -> Mend:
        result = {"post_id": post.id, "discussion_id": post.discussion_id}

        def mend() -> None:
            with self._ledger.writing() as transaction:
                transaction.intents.change(
                    intent.id,
                    state=IntentState.DONE.value,
                    result=result,
                    reason="found by an audit",
                    advice="",
                )
                self._complete(transaction, intent, Done(result=result))

        return mend


def _being_written(transaction: Transaction, post: Post) -> bool:
    """Say whether a post is one that came by mail and waits for its mail to know."""
    found = [transaction.intents.with_marker(name) for name in marker_in(post.message)]
    return any(one is not None and not one.result.get("post_id") for one in found)
