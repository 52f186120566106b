"""Mail to forum: what people write by mail becomes a post in the right discussion."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from mappings.addresses import folded
from mappings.mail_reading import ReadMail, read_mail
from moodle_bridge.errors import BridgeError
from sync.actions import Action, Done, Outcome, Plan, Refused, Settlement
from sync.actions import Withheld as LeftAlone
from sync.job import refuse_beyond
from sync.jobs.answers import ANSWER, WANTED
from sync.jobs.arrival import in_order
from sync.jobs.judged import Judged, verdict_record
from sync.jobs.routing import Route
from sync.jobs.verdicts import Judge
from sync.jobs.wishes import told_of
from sync.kept_mails import forget_words
from sync.ledger.inbound import Inbound, InboundState
from sync.ledger.intents import Intent, IntentState

if TYPE_CHECKING:
    from sync.jobs.alert_replies import AlertReplies
    from sync.jobs.answering import Answering
    from sync.jobs.digest_replies import DigestReplies
    from sync.jobs.new_posts import NewPosts
    from sync.jobs.notices import Notices
    from sync.jobs.posting import Posting
    from sync.jobs.routing import Routing
    from sync.jobs.twice import Twice
    from sync.jobs.wanted import Wanted
    from sync.jobs.wishes import Wishes
    from sync.ledger import Ledger, Transaction

log = logging.getLogger(__name__)

_AT_ONCE = 50
_OWN_MAILS = frozenset({ANSWER, WANTED})
# Mails overtake each other on the way; one that answers what is not here yet waits.
PARENT_WAIT = timedelta(minutes=10)


class MirrorIn:
    """The job of all pairs: mails that came in, in the order in which they came.

    A post is made with a marker, written down before: when its answer is lost it is
    looked for, and only if it is surely not there it is made again.
    """

    name = "mirror-in"

    def __init__(
        self,
        *,
        ledger: Ledger,
        routing: Routing,
        judge: Judge,
        notices: Notices,
        twice: Twice,
        wishes: Wishes,
        wanted: Wanted,
        replies: DigestReplies,
        alert_replies: AlertReplies | None,
        answering: Answering | None = None,
        new_posts: NewPosts,
        posting: Posting,
        max_posts: int,
    ) -> None:
        self._ledger = ledger
        self._routing = routing
        self._judge = judge
        self._notices = notices
        self._twice = twice
        self._wishes = wishes
        self._wanted = wanted
        self._replies = replies
        self._alert_replies = alert_replies
        self._answering = answering
        self._new_posts = new_posts
        self._posting = posting
        self._max_posts = max_posts

    def settle(self, intent: Intent) -> Settlement:
        """See `Job`: look for the marker where the post would be."""
        if intent.kind in _OWN_MAILS:
            return self._notices.settle(intent)
        return self._posting.settle(intent)

    def guard(self, actions: int) -> None:
        """See `Job`."""
        with self._ledger.reading() as transaction:
            counts = transaction.inbound.counts()
        waiting = counts.get(InboundState.NEW, 0) + counts.get(InboundState.ACCEPTED, 0)
        if waiting > self._max_posts >= actions:
            # Most of them may be bounces and the like: only what would be posted
            # counts, and all of it before the first is.
            actions = sum(len(self.plan(page).actions) for page in self.observe())
        refuse_beyond(self._max_posts, actions, what="posts", key="[safety].max_posts")

    def observe(self) -> Iterator[list[Inbound] | tuple[Intent, ...]]:
        """See `Job`: mails that wait, first those accepted before and not posted.

        Before them the mails of the bridge itself that an earlier run did not get to
        send, and after them the answers that are due by then.
        """
        yield self._own_mails()
        for state in (InboundState.ACCEPTED, InboundState.NEW):
            after = 0
            while True:
                with self._ledger.reading() as transaction:
                    page = transaction.inbound.with_state(
                        state, after=after, limit=_AT_ONCE
                    )
                if not page:
                    break
                after = page[-1].id
                yield page
        yield self._own_mails()

    def _own_mails(self) -> tuple[Intent, ...]:
        with self._ledger.reading() as transaction:
            planned = transaction.intents.with_state(IntentState.PLANNED, job=self.name)
        return tuple(intent for intent in planned if intent.kind in _OWN_MAILS)

    def plan(self, observation: list[Inbound] | tuple[Intent, ...]) -> Plan:
        """See `Job`."""
        if isinstance(observation, tuple):
            return Plan(actions=self._notices.left_over(observation))
        mails = {mail.id: read_mail(mail.raw or b"") for mail in observation}
        answers = {
            number: {*mail.in_reply_to, *mail.references[-1:]}
            for number, mail in mails.items()
        }
        actions: list[Action] = []
        withheld: list[LeftAlone] = []
        records: list[Callable[[Transaction], None]] = []
        streams: dict[int, str] = {}
        taken: set[str] = set()
        told: set[str] = set()
        with self._ledger.reading() as transaction:
            for inbound in in_order(observation, answers):
                judged, meant = self._weighed(
                    transaction, inbound, mails[inbound.id], streams
                )
                if judged is None:
                    withheld.append(
                        _left(inbound, "waits for the mail that it answers")
                    )
                    continue
                if judged.state is InboundState.NEW:
                    withheld.append(_left(inbound, judged.reason))
                    continue
                if judged.state is not InboundState.IGNORED:
                    if judged.twin_key in taken:
                        # Two copies came in one go; the next run knows the first.
                        continue
                    taken.add(judged.twin_key)
                records += [verdict_record(judged), *meant.records]
                if meant.actions:
                    actions += meant.actions
                    twice = self._twice.plan(transaction, judged, len(told))
                    if twice is not None:
                        told.add(twice.key)
                        actions.append(twice)
                        records.append(self._twice.noted(judged))
                    continue
                withheld.append(_left(inbound, judged.reason))
                notice = self._notices.plan(transaction, judged, told)
                if notice is not None:
                    told.add(folded(judged.notice_to or ""))
                    actions.append(notice)
                    records.append(self._notices.noticed(judged))
        return Plan(
            actions=tuple(actions), withheld=tuple(withheld), records=tuple(records)
        )

    def _weighed(
        self,
        transaction: Transaction,
        inbound: Inbound,
        mail: ReadMail,
        streams: dict[int, str],
    ) -> tuple[Judged | None, Plan]:
        """Return the verdict on a mail and what is to be done; None = not yet.

        A mail that makes this program fail is held: it must not keep the others out.
        """
        route = Route(pair=None)
        try:
            route = self._routing.of(transaction, inbound, mail)
            age = self._ledger.clock() - inbound.received_at
            if (
                route.unknown_parent
                and not inbound.released
                and timedelta() <= age < PARENT_WAIT
                and inbound.state is InboundState.NEW
                and mail.references
                and not self._judge.is_answer_to_us(transaction, inbound, mail)
            ):
                return None, Plan()
            judged = self._judge.judge(transaction, inbound, mail, route)
            if judged.state is not InboundState.ACCEPTED:
                return judged, Plan()
            return self._meant(transaction, judged, streams)
        except (BridgeError, SQLAlchemyError):
            raise
        except Exception as error:
            log.exception("mail %d could not be judged", inbound.id)
            return Judged(
                inbound=inbound,
                mail=mail,
                route=route,
                state=InboundState.HELD,
                rule="fault",
                reason="fault",
                advice="This is a fault in moodle-bridge; please report it. Post the"
                " mail by hand, then drop it.",
                detail=type(error).__name__,
            ), Plan()

    def _meant(
        self, transaction: Transaction, judged: Judged, streams: dict[int, str]
    ) -> tuple[Judged, Plan]:
        """Return what is to be done about a mail that was accepted."""
        asked = self._wishes.asked(judged)
        if asked is not None:
            carried_out = self._wishes.carried_out(judged, asked)
            judged = replace(
                judged,
                state=InboundState.ANSWERED,
                rule="command",
                reason="command",
                detail=told_of(asked),
            )
            return judged, Plan(records=(carried_out,))
        said = self._alert_replies and self._alert_replies.asked(judged)
        if said and self._alert_replies:
            judged, record = self._alert_replies.carried_out(judged, said)
            return judged, Plan(records=(record,) if record else ())
        if judged.route.issue is not None:
            found = self._replies.plan(transaction, judged)
            begun = self._begun(judged, found.actions)
            return judged, Plan(actions=found.actions, records=found.records + begun)
        actions = (self._new_posts.action(transaction, judged, streams),)
        return judged, Plan(actions=actions, records=self._begun(judged, actions))

    def _begun(
        self, judged: Judged, actions: Sequence[Action]
    ) -> tuple[Callable[[Transaction], None], ...]:
        """Return what notes that a facilitator has begun to answer."""
        if self._answering is None or judged.person is None:
            return ()
        received_at = judged.inbound.received_at
        record = self._answering.claims(actions, judged.person, received_at)
        return (record,) if record else ()

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`."""
        if action.kind == WANTED:
            return self._wanted.carry_out(action)
        if action.kind == ANSWER:
            return self._notices.carry_out(action)
        return self._posting.carry_out(action, action.load)

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """See `Job`: link the post to the mail, or hold the mail."""
        if intent.kind == WANTED:
            self._wanted.completed(transaction, intent, outcome)
            return
        if intent.kind == ANSWER:
            forget_words(transaction, intent, outcome)
            return
        if "part" in intent.details:
            self._replies.completed(transaction, intent, outcome)
            return
        self._posting.completed(transaction, intent, outcome)


def _left(inbound: Inbound, reason: str) -> LeftAlone:
    return LeftAlone(
        source=f"mail:{inbound.id}",
        reason=reason,
        summary=f"{inbound.sender}: {inbound.subject}",
    )
