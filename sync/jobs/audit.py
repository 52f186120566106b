"""Looks whether every post has its mails and every mail its post, and mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sync.actions import Done
from sync.jobs.outbound_records import PASSED_OVER
from sync.ledger.inbound import InboundState
from sync.ledger.intents import Intent, IntentState
from sync.ledger.links import Link, LinkState
from sync.ledger.parts import PartState

if TYPE_CHECKING:
    from sync.ledger import Ledger, Transaction
    from sync.pairs import Pair

_LONG = timedelta(days=1)
_LIST_TAKES = timedelta(hours=6)
# A person, or what was said since, decided that it does not go out.
_DECIDED = {IntentState.DROPPED, IntentState.WITHDRAWN}
Mend = Callable[[], object]
Complete = Callable[["Transaction", Intent, Done], None]
"""Writes down what follows from a post that was made, as the job that makes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it should be.

    `code` is stable; `item` what an admin can ask `explain` about; `mend` does what
    lets the jobs do the rest, and may be repeated; None where a person must look.
    """

    code: str
    item: str
    what: str
    advice: str
    mend: Mend | None = None
    mended: bool = False


class LedgerAudit:
    """What the ledger alone can tell."""

    def __init__(
        self, pairs: Sequence[Pair], *, ledger: Ledger, complete: Complete
    ) -> None:
        self._pairs = pairs
        self._ledger = ledger
        self._complete_with = complete

    def look(self, since: datetime) -> list[Finding]:
        """Return what is wrong with posts and mails since a moment; changes nothing."""
        with self._ledger.reading() as transaction:
            return [
                *self._links(transaction, since),
                *self._mails(transaction, since),
                *self._parts(transaction, since),
                *self._issues(transaction, since),
                *self._doubts(transaction),
                *self._list_copies(transaction, since),
            ]

    def _links(self, transaction: Transaction, since: datetime) -> Iterator[Finding]:
        now = transaction.clock()
        for pair in self._pairs:
            for link in transaction.links.since(pair.name, since):
                source = f"post:{link.pair}:{link.post_id}"
                waits = link.state is LinkState.WAITING and link.due_at is not None
                if waits and link.due_at < now - _LONG:  # type: ignore[operator]
                    yield Finding(
                        code="post-waits",
                        item=str(link.post_id),
                        what=f"is due since {link.due_at:%Y-%m-%d %H:%M} UTC and was"
                        f" not mailed ({link.reason or 'no reason noted'})",
                        advice=f"moodle-bridge explain {link.post_id}",
                    )
                if link.state is not LinkState.SENT or link.gone_at or link.via_list:
                    continue
                states = {one.state for one in transaction.intents.of_source(source)}
                if states & {IntentState.PLANNED, IntentState.SENDING}:
                    yield Finding(
                        code="mails-left",
                        item=str(link.post_id),
                        what="counts as sent, and some of its mails are not",
                        advice="The next sync sends them.",
                        mend=self._wait_again(link),
                    )
                elif (
                    not states - {IntentState.WITHDRAWN} and link.reason != PASSED_OVER
                ):
                    yield Finding(
                        code="no-mail",
                        item=str(link.post_id),
                        what="counts as sent, and no mail of it was ever made",
                        advice="The next sync mails it.",
                        mend=self._wait_again(link),
                    )

    def _mails(self, transaction: Transaction, since: datetime) -> Iterator[Finding]:
        now = transaction.clock()
        for state in (InboundState.NEW, InboundState.ACCEPTED):
            for mail in transaction.inbound.with_state(state, limit=1000):
                done = self._done(transaction, mail.id)
                if done is not None:
                    yield Finding(
                        code="mail-unmarked",
                        item=f"mail-{mail.id}",
                        what="was posted, and does not say so",
                        advice="",
                        mend=self._complete(done),
                    )
                elif now - mail.received_at > _LONG:
                    name = mail.message_id or mail.key
                    yield Finding(
                        code="mail-waits",
                        item=f"mail-{mail.id}",
                        what=f"came {mail.received_at:%Y-%m-%d %H:%M} UTC, and is"
                        " neither posted nor held",
                        advice=f"moodle-bridge explain '{name}'",
                    )
        for number, pair, post_id in transaction.inbound.posted_since(since):
            if transaction.links.by_post(post_id, pair):
                continue
            done = self._done(transaction, number)
            yield Finding(
                code="mail-unlinked",
                item=f"mail-{number}",
                what=f"became post {post_id}, and nothing joins the two",
                advice="moodle-bridge explain " + str(post_id),
                mend=None if done is None else self._complete(done),
            )

    def _parts(self, transaction: Transaction, since: datetime) -> Iterator[Finding]:
        """Give answers to digests that were posted, part by part, and do not say so."""
        for part in transaction.parts.since(since):
            done = next(
                (
                    one
                    for one in transaction.intents.of_source(f"mail:{part.inbound_id}")
                    if one.details.get("part") == part.position
                    and one.state is IntentState.DONE
                    and one.result.get("post_id")
                ),
                None,
            )
            if done is None:
                continue
            post_id = int(done.result["post_id"])
            posted = part.state is PartState.POSTED
            if posted and transaction.links.by_post(post_id, part.pair or ""):
                continue
            yield Finding(
                code="part-unlinked" if posted else "part-unmarked",
                item=f"mail-{part.inbound_id}",
                what=f"answers a digest; its part {part.position} became post {post_id},"
                " and " + ("nothing joins the two" if posted else "does not say so"),
                advice=f"moodle-bridge explain {post_id}",
                mend=self._complete(done),
            )

    def _done(self, transaction: Transaction, number: int) -> Intent | None:
        mail = transaction.inbound.get(number)
        key = mail.key if mail else ""
        return next(
            (
                one
                for one in transaction.intents.of_source(f"mail:{number}")
                if one.state is IntentState.DONE
                and one.kind.startswith("post.")
                and one.result.get("post_id")
                # One of several answers in a mail has a name that goes on.
                and one.key == f"post:{one.details.get('pair')}:{key}"
            ),
            None,
        )

    def _complete(self, intent: Intent) -> Mend:
        def mend() -> None:
            with self._ledger.writing() as transaction:
                self._complete_with(transaction, intent, Done(result=intent.result))

        return mend

    def _wait_again(self, link: Link) -> Mend:
        def mend() -> None:
            with self._ledger.writing() as transaction:
                transaction.links.change(
                    link.pair,
                    link.post_id,
                    state=LinkState.WAITING.value,
                    due_at=transaction.clock(),
                )

        return mend

    def _issues(self, transaction: Transaction, since: datetime) -> Iterator[Finding]:
        now = transaction.clock()
        for issue in transaction.issues.unsent(since, now - _LONG):
            intent = transaction.intents.get(f"issue:{issue.id}")
            if intent is not None and intent.state in _DECIDED:
                continue
            yield Finding(
                code="issue-waits",
                item=f"issue {issue.id}",
                what=f"a digest for user {issue.user_id}, planned"
                f" {issue.planned_at:%Y-%m-%d %H:%M} UTC, did not go out",
                advice="moodle-bridge held, and moodle-bridge explain"
                f" '{issue.message_id}'",
            )

    def _doubts(self, transaction: Transaction) -> Iterator[Finding]:
        now = transaction.clock()
        for intent in transaction.intents.with_state(IntentState.SENDING):
            begun = intent.sending_at or intent.updated_at
            if now - begun > _LONG:
                yield Finding(
                    code="in-doubt",
                    item=f"effect-{intent.id}",
                    what=f"{intent.summary}: nobody knows since"
                    f" {begun:%Y-%m-%d %H:%M} UTC whether it happened",
                    advice="Look whether mail to the bridge's own address arrives, and"
                    " whether the site answers: moodle-bridge check",
                )

    def _list_copies(
        self, transaction: Transaction, since: datetime
    ) -> Iterator[Finding]:
        """Give mails that a list took and did not give back, where it gives others."""
        before = transaction.clock() - _LIST_TAKES
        for pair in self._pairs:
            if pair.mailing_list.traits.knows_members:
                continue
            sent = transaction.intents.mails_since(f"mirror-out:{pair.name}", since)
            if not any(one.listed_at for one in sent):
                # The bridge is no member of it, or the list gives nobody their own.
                continue
            for one in sent:
                if one.listed_at is None and (one.sending_at or before) < before:
                    yield Finding(
                        code="list-silent",
                        item=str(one.details.get("post_id", one.summary)),
                        what=f"went to {pair.mailing_list.address.address}"
                        f" {one.sending_at:%Y-%m-%d %H:%M} UTC, and the list did not"
                        " give it back",
                        advice="Look at what the list holds for its moderator; then, if"
                        " it is not there, moodle-bridge resend.",
                    )


def mended(findings: Sequence[Finding]) -> list[Finding]:
    """Mend what can be mended, each by itself; return all, with what was."""
    done = []
    for finding in findings:
        if finding.mend is not None:
            finding.mend()
        done.append(replace(finding, mended=finding.mend is not None))
    return done
