"""Brings a list that knows its members in line with what they chose.

Every write here is naturally repeatable, so none needs an intent: what a crash left
undone is seen at the next look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.bounce_score import BounceRules, told_by_list
from mappings.list_delivery import (
    DeliveryChange,
    LeftAlone,
    Wish,
    delivery_changes,
)
from moodle_bridge.model.list_members import DeliveryStatus
from sync.channels import default_channel, list_delivers

if TYPE_CHECKING:
    from moodle_bridge.interfaces import IListMembers
    from moodle_bridge.model.list_members import ListMember
    from moodle_bridge.model.people import Person
    from sync.bridge import Bridge
    from sync.ledger import Transaction
    from sync.pairs import Pair

EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPlan:
    """What a list is to change, what is left alone, and who could be a member.

    `absent` are participants with an address who are no members.
    """

    changes: tuple[DeliveryChange, ...]
    left: tuple[LeftAlone, ...]
    absent: tuple[Person, ...]
    members: tuple[ListMember, ...]


class ListDelivery:
    """The delivery of one list."""

    def __init__(self, bridge: Bridge, pair: Pair, members: IListMembers) -> None:
        self._bridge = bridge
        self._pair = pair
        self._members = members

    def plan(self) -> DeliveryPlan:
        """Read the members and say what differs; raises RemoteError."""
        people = self._people()
        with self._bridge.ledger.reading() as transaction:
            wishes = self._wishes(transaction, people)
            noted = {
                address: transaction.cursors.get(self._key(address))
                for address in wishes
            }
        members = tuple(self._members.members())
        found = list(
            delivery_changes(
                members, wishes, {name: word for name, word in noted.items() if word}
            )
        )
        known = {folded(member.address) for member in members}
        return DeliveryPlan(
            changes=tuple(one for one in found if isinstance(one, DeliveryChange)),
            left=tuple(one for one in found if isinstance(one, LeftAlone)),
            absent=tuple(
                person
                for person in people
                if person.addresses
                and not known & {folded(one) for one in person.addresses}
            ),
            members=members,
        )

    def carry_out(self, plan: DeliveryPlan) -> int:
        """Set what differs, and note the words; return how many members changed.

        Raises RemoteError at the first that cannot be set; the rest waits.
        """
        self._note_bounces(plan)
        changed = 0
        for one in plan.changes:
            address = one.member.address
            if one.status is not None:
                self._members.set_delivery(address, status=one.status, mode=one.mode)
                changed += 1
            with self._bridge.ledger.writing() as transaction:
                transaction.cursors.move(self._key(folded(address)), one.wish.word)
        return changed

    def _note_bounces(self, plan: DeliveryPlan) -> None:
        """Take over what the list knows of addresses to which mail comes back."""
        owners = {
            folded(person.addresses[0]): person.user_id
            for person in self._people()
            if person.addresses
        }
        bounced = [one for one in plan.members if one.last_bounce is not None]
        if not bounced:
            return
        rules = BounceRules(threshold=self._bridge.settings.bounces.threshold)
        with self._bridge.ledger.writing() as transaction:
            for member in bounced:
                address = folded(member.address)
                user_id = owners.get(address)
                if user_id is None or member.last_bounce is None:
                    continue
                before = transaction.bounces.get(address)
                after = told_by_list(
                    before,
                    score=member.bounce_score,
                    dead=member.status is DeliveryStatus.BY_BOUNCES,
                    last_at=member.last_bounce,
                    now=transaction.clock(),
                    rules=rules,
                )
                if after != before:
                    transaction.bounces.put(address, after)
                if after.rests and not before.rests:
                    # What is said from now on waits until the address lives again.
                    transaction.gatherings.begin(user_id)

    def run_if_due(self) -> int:
        """Do both when an hour has passed, or a channel was chosen since."""
        now = self._bridge.clock()
        mark = f"list:{self._pair.name}:looked"
        with self._bridge.ledger.reading() as transaction:
            looked = transaction.cursors.get(mark)
            words = self._all_words(transaction)
        before, _, said = (looked or "").partition(" ")
        age = None if not before else now - datetime.fromisoformat(before)
        if age is not None and timedelta() <= age < EVERY and said == words:
            return 0
        changed = self.carry_out(self.plan())
        with self._bridge.ledger.writing() as transaction:
            transaction.cursors.move(mark, f"{now.isoformat()} {words}")
        return changed

    def _people(self) -> Sequence[Person]:
        everybody = self._bridge.participants.of_course(self._pair.place.course.id)
        account = self._bridge.account_id
        return [
            person
            for person in everybody
            if person.user_id != account and not person.suspended
        ]

    def _wishes(
        self, transaction: Transaction, people: Sequence[Person]
    ) -> dict[str, Wish]:
        now = self._bridge.clock()
        chosen = transaction.channels.of([person.user_id for person in people])
        usual = default_channel(self._pair.settings, self._bridge.settings.mail)
        wishes: dict[str, Wish] = {}
        shared: set[str] = set()
        for person in people:
            own = chosen.get(person.user_id)
            channel = own or usual
            delivers = list_delivers(channel, now)
            word = f"{'each' if delivers else 'off'} {channel.since or ''}".strip()
            wish = Wish(
                person=person, delivers=delivers, word=word, chosen=own is not None
            )
            for address in map(folded, person.addresses):
                if address in wishes:
                    shared.add(address)
                wishes[address] = wish
        # An address of two people has no wish of its own.
        return {name: wish for name, wish in wishes.items() if name not in shared}

    def _all_words(self, transaction: Transaction) -> str:
        now = self._bridge.clock()
        told = sorted(
            f"{user_id}:{list_delivers(channel, now)}:{channel.since}"
            for user_id, channel in transaction.channels.everyone().items()
        )
        return str(len(told)) + ":" + _digest(told)

    def _key(self, address: str) -> str:
        return f"list:{self._pair.name}:word:{_digest([address])}"


def _digest(words: Sequence[str]) -> str:
    return sha256("\n".join(words).encode()).hexdigest()[:24]
