"""Looks whether each reader of a post has a mail of it, where the bridge mails to each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sync.jobs.again import send_again
from sync.jobs.audit import Finding, Mend
from sync.jobs.authorship import in_own_names
from sync.jobs.mail_keys import is_to_person, revision_of, was_mailed
from sync.jobs.outbound_records import PASSED_OVER
from sync.ledger.intents import Intent, IntentState
from sync.ledger.links import LinkState

if TYPE_CHECKING:
    from moodle_bridge.model.forum import DiscussionPosts, Post
    from moodle_bridge.model.people import Person
    from sync.jobs.recipients import Recipients
    from sync.ledger import Ledger, Transaction
    from sync.ledger.links import Link
    from sync.pairs import Pair

UNSURE = "reader-unsure"
"""The code of a finding that may well be as it should be."""

_OPEN = {IntentState.PLANNED, IntentState.SENDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A discussion as it stands, with what the ledger knows of it."""

    pair: Pair
    read: DiscussionPosts
    posts: Mapping[int, Post]
    links: Mapping[int, Link]
    mails: Mapping[int, Sequence[Intent]]
    recipients: Recipients


class ReadersAudit:
    """Who should have had a mail of a post, and has none.

    Only who was a reader when the post was mailed misses it: nobody who came, or chose
    each post, after that. `recipients` are those of a pair as they stand now.
    """

    def __init__(
        self, *, ledger: Ledger, recipients: Callable[[Pair], Recipients]
    ) -> None:
        self._ledger = ledger
        self._recipients = recipients
        self._known: dict[str, Recipients] = {}

    def look(
        self, pair: Pair, read: DiscussionPosts, links: Sequence[Link]
    ) -> Iterator[Finding]:
        """Give the posts of a discussion with the readers who have no mail of them.

        Changes nothing. Raises RemoteError when Moodle must be asked who takes part.
        """
        if not pair.mailing_list.traits.knows_members:
            return
        if pair.name not in self._known:
            self._known[pair.name] = self._recipients(pair)
        with self._ledger.reading() as transaction:
            mails = {link.post_id: _mails(transaction, link) for link in links}
        seen = _Seen(
            pair=pair,
            read=read,
            posts={post.id: post for post in read.posts},
            links={link.post_id: link for link in links},
            mails=mails,
            recipients=self._known[pair.name],
        )
        for link in links:
            if link.post_id in seen.posts and _went_out(link):
                yield from self._of_post(seen, link)

    def _of_post(self, seen: _Seen, link: Link) -> Iterator[Finding]:
        mails = _of_revision(seen.mails[link.post_id], link)
        # None at all, or some that are still to go, is for the audit of the ledger.
        if not mails or any(one.state in _OPEN for one in mails):
            return
        went_at = link.settled_at or link.created_at
        expected = self._expected(seen, link, went_at)
        missing = [person for person in expected if not _has(mails, person)]
        sure = [one for one in missing if _is_sure(seen, link, one)]
        if 2 * len(missing) > len(expected):
            # Then it is rather the pair that was set otherwise.
            sure = []
        unsure = [one for one in missing if one not in sure]
        was = f"was mailed {went_at:%Y-%m-%d %H:%M} UTC, and not to"
        if sure:
            yield Finding(
                code="reader-missed",
                item=str(link.post_id),
                what=f"{was} {_names(sure)}",
                advice="With --fix, the next sync mails it to whom it misses.",
                mend=self._mail_to(link, sure),
            )
        if unsure:
            yield Finding(
                code=UNSURE,
                item=str(link.post_id),
                what=f"{was} {_names(unsure)}: perhaps they could not read it then",
                advice="If they should have it:"
                f" moodle-bridge resend {link.post_id} --to {unsure[0].user_id}",
            )

    def _expected(self, seen: _Seen, link: Link, went_at: datetime) -> list[Person]:
        """Return who was to get a mail of a post when it went out."""
        forum = seen.pair.place.forums.get(seen.read.discussion.forum_id)
        if forum is None:
            return []
        with self._ledger.reading() as transaction:
            had = transaction.delivered.of_posts(link.pair, [link.post_id])
            gathered = transaction.gatherings.everyone()
            there = {
                one.user_id
                for one in transaction.presences.of_courses([seen.pair.place.course.id])
                if one.since <= went_at and (one.until is None or went_at < one.until)
            }
        _, deliveries = seen.recipients.of_post(
            link,
            seen.posts[link.post_id],
            in_own_names(seen.posts, seen.links),
            seen.read.discussion,
            forum,
            had=had[link.post_id],
            at=went_at,
        )
        return [
            one.person
            for one in deliveries
            if one.person is not None
            and one.person.user_id in there
            and one.person.user_id not in gathered
            and seen.recipients.chose_before(one, went_at)
        ]

    def _mail_to(self, link: Link, people: Sequence[Person]) -> Mend:
        def mend() -> None:
            with self._ledger.writing() as transaction:
                mails = _of_revision(_mails(transaction, link), link)
                addresses = [
                    address
                    for person in people
                    if not _has(mails, person)
                    for address in person.addresses
                ]
                for one in transaction.links.by_post(link.post_id, link.pair):
                    if addresses and one.state is LinkState.SENT:
                        send_again(transaction, one, addresses)

        return mend


def _went_out(link: Link) -> bool:
    return (
        link.state is LinkState.SENT
        and link.gone_at is None
        and not link.via_list
        and link.reason != PASSED_OVER
    )


def _mails(transaction: Transaction, link: Link) -> list[Intent]:
    """Return the mails of a post to people, without those that nobody was to get."""
    return [
        one
        for one in transaction.intents.of_source(f"post:{link.pair}:{link.post_id}")
        if one.state is not IntentState.WITHDRAWN and is_to_person(one)
    ]


def _of_revision(mails: Sequence[Intent], link: Link) -> list[Intent]:
    return [one for one in mails if revision_of(one.key) == link.revision]


def _has(mails: Sequence[Intent], person: Person) -> bool:
    """Say whether one of the mails is somebody's, whatever their address was then."""
    return was_mailed({one.key for one in mails}, person.addresses) or any(
        one.details.get("user_id") == person.user_id
        if "user_id" in one.details
        else one.summary.endswith(f" -> {person.fullname}")
        for one in mails
    )


def _is_sure(seen: _Seen, link: Link, person: Person) -> bool:
    """Say whether somebody surely read the discussion when a post of it was mailed.

    Since when somebody is in a group is not known, but from what they had.
    """
    if seen.read.discussion.group_id is None or person.facilitator:
        return True
    return any(
        post_id < link.post_id and _has(mails, person)
        for post_id, mails in seen.mails.items()
    )


def _names(people: Sequence[Person]) -> str:
    return ", ".join(f"{one.fullname} (user {one.user_id})" for one in people)
