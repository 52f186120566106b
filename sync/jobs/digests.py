"""Digests and bundles: what waited for somebody goes out in one mail, at their hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mappings.letter import MailSite
from mappings.moments import local_day
from mappings.number_words import number_of
from moodle_bridge.model.channels import ChannelKind
from moodle_bridge.model.mail import OutgoingMail
from sync.actions import Action, Done, Outcome, Plan, Refused, Settlement
from sync.job import refuse_beyond
from sync.jobs.gathering import JOB, Due, Gathered
from sync.jobs.issues import IssueMaking, Made, Unmade
from sync.jobs.sights import Sight, Sights
from sync.ledger.intents import Intent, IntentState
from sync.ledger.issues import Item, Shown
from sync.ledger.links import Link
from sync.sending import receipt_of

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.ledger import Ledger, Transaction
    from sync.pairs import Pair
    from sync.participants import Participants
    from sync.sending import Sending
    from sync.settings.mail import MailSettings

Record = Callable[["Transaction"], None]


# What was not for somebody then may be a little later; not after so long.
_LOOKED_BACK = timedelta(days=30)


class Digests:
    """The job of all pairs together: one mail to a person, whatever they take part in.

    What waits is not kept in a queue, where it could get lost; it follows from what
    was said in the pairs since somebody's posts began to wait, and from what they had.
    An issue, what it delivers and what it costs are written down together, before it
    goes out, and every discussion is read anew just before.
    """

    name = JOB

    def __init__(
        self,
        pairs: Sequence[Pair],
        *,
        moodle: Moodle,
        ledger: Ledger,
        sending: Sending,
        participants: Participants,
        site: MailSite,
        mail: MailSettings,
        secret: bytes,
        account_id: Callable[[], int],
        max_mails: int,
    ) -> None:
        self._ledger = ledger
        self._sending = sending
        self._secret = secret
        self._max_mails = max_mails
        self._gathered = Gathered(
            pairs,
            ledger=ledger,
            participants=participants,
            mail=mail,
            account_id=account_id,
        )
        self._making = IssueMaking(
            site=site, sending=sending, participants=participants
        )
        self._sights = {
            pair.name: Sights(pair, moodle=moodle, ledger=ledger) for pair in pairs
        }
        self._seen: dict[tuple[str, int], Sight | None] = {}

    def begin(self) -> None:
        """Let posts wait from now on for whom they are to be gathered; see `Gathered`."""
        self._gathered.begin()

    def settle(self, intent: Intent) -> Settlement:
        """See `Job`."""
        return self._sending.settle(intent)

    def guard(self, actions: int) -> None:
        """See `Job`."""
        refuse_beyond(self._max_mails, actions, what="mails", key="[safety].max_mails")

    def observe(self) -> Iterator[Due]:
        """See `Job`: those for whom an issue is to be made, one by one."""
        for due in self._gathered.due():
            self._look(due)
            yield due

    def plan(self, observation: Due) -> Plan:
        """See `Job`."""
        due, now = observation, self._ledger.clock()
        with self._ledger.reading() as transaction:
            number = due.issue.id if due.issue else transaction.issues.next_id()
            intent = transaction.intents.get(f"issue:{number}")
            day = local_day(now, due.zone).isoformat()
            key = f"issue:{number}"
            spent = transaction.spent.on(due.user_id, day, but=key)
        if due.issue is not None:
            if not due.seats:
                return Plan(records=(_withdrawn(intent, "they take part no more"),))
            if due.channel.kind is ChannelKind.MOODLE:
                return Plan(records=(_withdrawn(intent, "no mail is wanted now"),))
            if due.channel.is_paused(now):
                return Plan()
        budget = due.channel.budget
        receipt = receipt_of(self._secret, key)
        made = self._making.made(
            due,
            number=number,
            key=receipt,
            now=now,
            limit=None if budget is None else max(0, budget - spent),
            sight_of=lambda pair, discussion: self._seen.get((pair, discussion)),
        )
        if isinstance(made, Unmade):
            # An issue that was planned before is tried again by every run.
            whole = made is Unmade.NOTHING and self._all_read(due)
            return Plan(records=() if due.issue else (_served(due, whole=whole),))
        if due.issue is not None and not made.says_something:
            return Plan(records=(_withdrawn(intent, "its posts were taken back"),))
        records = [_written(due, number, key, day, made)]
        if due.issue is None:
            records.append(_served(due, whole=self._all_read(due)))
        return Plan(
            actions=(_action(due, number, key, receipt, made),),
            records=tuple(records),
        )

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`: send it as it was made."""
        mail: OutgoingMail = action.load
        return self._sending.send(replace(mail, key=action.key))

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """See `Job`: note when an issue went out."""
        if isinstance(outcome, Done):
            transaction.issues.sent(int(intent.details["issue"]))

    def _look(self, due: Due) -> None:
        """Read the discussions of an issue, each once a run."""
        wanted: dict[str, set[int]] = {}
        posts: list[Link | Item] = [
            link for links in due.waiting.values() for link in links
        ]
        posts += due.owed
        if due.issue is not None:
            posts += [*due.issue.items, *due.issue.left_out]
        for one in posts:
            if one.pair in self._sights and (one.pair, one.discussion_id) not in (
                self._seen
            ):
                wanted.setdefault(one.pair, set()).add(one.discussion_id)
        for pair, numbers in wanted.items():
            for sight in self._sights[pair].of(sorted(numbers)):
                number = next(iter(sight.links.values())).discussion_id
                self._seen[pair, number] = sight

    def _all_read(self, due: Due) -> bool:
        links = [link for links in due.waiting.values() for link in links]
        return all((one.pair, one.discussion_id) in self._seen for one in links)


def _action(due: Due, number: int, key: str, receipt: str, made: Made) -> Action:
    mail = made.mail.mail
    seat = next(iter(due.seats.values()))
    posts = number_of(len(made.items), "post")
    if made.left_out:
        posts += f", {len(made.left_out)} left out"
    return Action(
        key=key,
        kind=f"mail.{made.kind.value}",
        source=key,
        stream=f"{JOB}:{due.user_id}",
        summary=f"{made.kind.value}: {posts} -> {seat.person.fullname}",
        details={"message_id": mail.message_id, "issue": number},
        load=mail,
        receipt=receipt,
    )


def _written(due: Due, number: int, key: str, day: str, made: Made) -> Record:
    def record(transaction: Transaction) -> None:
        mail, text = made.mail.mail, made.mail.text
        if due.issue is None:
            transaction.issues.add(
                number,
                user_id=due.user_id,
                kind=made.kind,
                message_id=mail.message_id,
                items=made.items,
                left_out=made.left_out,
                text=text,
            )
        else:
            transaction.issues.change(
                number, items=made.items, left_out=made.left_out, text=text
            )
        for items, shown in ((made.items, Shown.FULL), (made.left_out, Shown.NAMED)):
            for item in items:
                transaction.delivered.note(
                    due.user_id, item.pair, item.post_id, shown=shown, issue_id=number
                )
        transaction.spent.note(due.user_id, key, day=day, size=len(mail.content))

    return record


def _served(due: Due, *, whole: bool) -> Record:
    """Note that an hour was served; `whole` when all that waited was looked at."""

    def record(transaction: Transaction) -> None:
        now = transaction.clock()
        if due.last and whole:
            transaction.gatherings.end(due.user_id)
            return
        transaction.gatherings.served(due.user_id, now)
        if whole:
            transaction.gatherings.forget_before(due.user_id, now - _LOOKED_BACK)

    return record


def _withdrawn(intent: Intent | None, why: str) -> Record:
    def record(transaction: Transaction) -> None:
        if intent is not None and intent.state is IntentState.PLANNED:
            transaction.intents.change(
                intent.id, state=IntentState.WITHDRAWN.value, reason=why
            )

    return record
