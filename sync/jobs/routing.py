"""To which pair a mail belongs, which post it answers, and who wrote it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.identity import (
    is_ours,
    issue_of_message_id,
    post_id_of,
    read_issue_key,
)
from mappings.mail_reading import ReadMail
from mappings.parentage import LinkRef, ParentClue, ReplyRoute, find_parent
from mappings.personal_keys import key_texts
from sync.jobs.native import NativeMails
from sync.jobs.own_mails import answer_is_for_list
from sync.ledger.inbound import Inbound, InboundState
from sync.ledger.issues import Issue
from sync.ledger.links import Link

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.pairs import Pair

DISCUSSION_GONE = "discussion-gone"
# As mappings.identity.notice_message_id begins.
_OWN_WORD = "<note."
ASKED = "asked:"
"""Before the Message-ID of an admin's mail, in the cursors: about which mail it is."""
_IDS_MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a mail goes.

    `pair` is None when it cannot be told. `link` is the post that it answers, or
    `awaited` the mail that it answers and that is itself about to be posted; both
    None for a new discussion. `by_list` is true when members have it from the list
    itself. `native` is true when it answers a mail that Moodle itself sent; with no
    link, that one told of something that the bridge does not carry. `why` says in words
    how it was found. `issue` is the digest or bundle that it answers, None for none;
    then there is no link, for it holds several posts. `asked` is the number of the
    held mail about which an admin had written what this answers. `own_word` is true
    when it answers what the bridge itself wrote to somebody (a notice, a confirmation)
    and names no list: its author may mean it for nobody else.
    """

    pair: Pair | None
    link: Link | None = None
    awaited: Inbound | None = None
    by_list: bool = False
    unknown_parent: bool = False
    native: bool = False
    asked: int | None = None
    issue: Issue | None = None
    own_word: bool = False
    why: str = ""


class Routing:
    """Finds the route of mails, given the pairs and what the ledger knows."""

    def __init__(
        self,
        pairs: Sequence[Pair],
        route: ReplyRoute,
        *,
        site_tag: str,
        domain: str,
        native: NativeMails,
    ) -> None:
        self._pairs = pairs
        self._route = route
        self._site_tag = site_tag
        self._domain = domain
        self._native = native

    def of(self, transaction: Transaction, inbound: Inbound, mail: ReadMail) -> Route:
        """Return the route of one mail; reads the ledger only."""
        by_address = self._by_address(inbound, mail)
        found = find_parent(
            mail,
            self._lookup(transaction, inbound),
            route=self._route,
            envelope_recipient=inbound.envelope_recipient,
        )
        link: Link | None = None
        awaited: Inbound | None = None
        pair = by_address
        if found.parent is not None and found.parent.post_id < 0:
            awaited = transaction.inbound.get(-found.parent.post_id)
            pair = self._named(awaited.pair if awaited else None) or by_address
        elif found.parent is not None:
            links = transaction.links.by_post(found.parent.post_id)
            link = next(
                (one for one in links if by_address and one.pair == by_address.name),
                next((one for one in links if self._named(one.pair)), None),
            )
            pair = self._named(link.pair) if link else by_address
            if inbound.released and inbound.reason == DISCUSSION_GONE:
                # A person decided that it begins a new discussion.
                link = None
        issue = None
        if awaited is None and (found.parent is None or found.parent.key is None):
            surely = found.parent is None or found.parent.how is ParentClue.REFERENCES
            issue = self._issue_of(transaction, inbound, mail, by_id=surely)
        if issue is not None:
            theirs = (self._named(item.pair) for item in issue.items)
            pair = next((one for one in theirs if one), by_address)
            link = None
        ids = mail.in_reply_to or mail.references[-1:]
        is_native = any(map(self._native.is_native, ids))
        keyed = found.parent is not None and found.parent.key is not None
        return Route(
            pair=pair,
            link=link,
            awaited=awaited,
            by_list=pair is not None and came_by_list(mail, pair),
            unknown_parent=not all(map(self._is_own_word, ids))
            and link is None
            and awaited is None
            and issue is None,
            native=is_native and not keyed,
            asked=_asked(transaction, (*mail.in_reply_to, *mail.references)),
            issue=issue,
            own_word=link is None
            and awaited is None
            and issue is None
            and self._is_for_us(transaction, inbound, mail, ids),
            why=found.reason
            if issue is None
            else f"it answers {issue.kind.value} {issue.id}",
        )

    def _issue_of(
        self, transaction: Transaction, inbound: Inbound, mail: ReadMail, *, by_id: bool
    ) -> Issue | None:
        """Return the issue that a mail answers, by its key or else by its id."""
        numbers = [
            key.issue_id
            for text in key_texts(mail, self._route, inbound.envelope_recipient)
            if (key := read_issue_key(self._route.secret, text)) is not None
        ]
        if by_id:
            ids = reversed((*mail.references[-_IDS_MOST:], *mail.in_reply_to))
            numbers += [
                number
                for one in ids
                if (
                    number := issue_of_message_id(
                        one, site_tag=self._site_tag, domain=self._domain
                    )
                )
            ]
        found = (transaction.issues.get(number) for number in dict.fromkeys(numbers))
        return next((issue for issue in found if issue is not None), None)

    def _lookup(
        self, transaction: Transaction, inbound: Inbound
    ) -> Callable[[str], LinkRef | None]:
        def lookup(message_id: str) -> LinkRef | None:
            links = transaction.links.by_message_id([message_id])
            if not links:
                number = post_id_of(
                    message_id, site_tag=self._site_tag, domain=self._domain
                )
                links = transaction.links.by_post(number) if number else []
            if links:
                return LinkRef(post_id=links[0].post_id, subject=links[0].subject)
            for other in transaction.inbound.find(message_id):
                if other.state is InboundState.POSTED and other.post_id is not None:
                    # Posted under a Message-ID of ours, because its own is no good.
                    return LinkRef(post_id=other.post_id, subject=other.subject)
                waits = other.state in {InboundState.NEW, InboundState.ACCEPTED}
                if waits and other.id != inbound.id:
                    # A number below zero stands for a mail that has no post yet.
                    return LinkRef(post_id=-other.id, subject=other.subject)
            told_of = self._native.post_of(transaction, message_id, inbound.sender)
            # The subject of Moodle's mail is not that of the post.
            return LinkRef(post_id=told_of) if told_of else None

        return lookup

    def _is_own_word(self, message_id: str) -> bool:
        """Say whether it is a welcome, a notice: no post, and none that is awaited."""
        return message_id.startswith(_OWN_WORD) and is_ours(
            message_id, site_tag=self._site_tag, domain=self._domain
        )

    def _named(self, name: str | None) -> Pair | None:
        return next((pair for pair in self._pairs if pair.name == name), None)

    def _is_for_us(
        self,
        transaction: Transaction,
        inbound: Inbound,
        mail: ReadMail,
        ids: Sequence[str],
    ) -> bool:
        """Say whether a mail answers what the bridge wrote, and is meant for no list.

        An answer to a welcome is for the list where the welcome says so.
        """
        words = [one for one in ids if self._is_own_word(one)]
        if not words or self._lists_named(inbound, mail):
            return False
        return not any(answer_is_for_list(transaction, one) for one in words)

    def _by_address(self, inbound: Inbound, mail: ReadMail) -> Pair | None:
        hits = self._lists_named(inbound, mail, ours=True)
        if len(hits) == 1:
            return hits[0]
        return self._pairs[0] if len(self._pairs) == 1 else None

    def _lists_named(
        self, inbound: Inbound, mail: ReadMail, *, ours: bool = False
    ) -> list[Pair]:
        """Return the pairs to whose lists a mail is addressed.

        With `ours` the bridge's own address counts as that of a list which has it.
        """
        if mail.list_id is not None:
            for pair in self._pairs:
                ids = {name.casefold() for name in pair.mailing_list.traits.list_ids}
                if mail.list_id.casefold() in ids:
                    return [pair]
        named = {
            folded(address)
            for address in (
                *(one.address for one in (*mail.to, *mail.cc)),
                *mail.delivered_to,
                inbound.envelope_recipient or "",
            )
        }
        if not ours:
            named.discard(folded(self._route.address))
        return [
            pair
            for pair in self._pairs
            if named & {folded(one) for one in pair.mailing_list.traits.addresses}
        ]


def _asked(transaction: Transaction, ids: Sequence[str]) -> int | None:
    for message_id in ids[-_IDS_MOST:]:
        about = transaction.cursors.get(f"{ASKED}{message_id}")
        if about is not None:
            return int(about)
    return None


def came_by_list(mail: ReadMail, pair: Pair) -> bool:
    """Say whether list members have a mail from the list itself.

    They have when the list's own software sent it, and will when it was addressed to
    the list as well. Never for a list that is the bridge itself.
    """
    traits = pair.mailing_list.traits
    if traits.knows_members:
        return False
    if mail.list_id and mail.list_id.casefold() in {
        name.casefold() for name in traits.list_ids
    }:
        return True
    ours = {folded(address) for address in traits.addresses}
    posted_to = mail.headers.first("list-post").casefold()
    return bool(
        ours & {folded(one.address) for one in (*mail.to, *mail.cc)}
        or any(address in posted_to for address in ours)
    )
