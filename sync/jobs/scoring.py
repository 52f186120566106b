"""Lets proven delivery reports count for the address that they are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.bounce_score import (
    AddressState,
    BounceRules,
    Standing,
    bounced,
    complained,
    revived,
)
from mappings.personal_fields import Purpose, person_of_address
from mappings.returned import receipts_returned
from mappings.verdict import DeliveryFailure, VerdictKind
from sync.jobs.mail_keys import addressee
from sync.ledger.inbound import Inbound

if TYPE_CHECKING:
    from mappings.mail_reading import ReadMail
    from mappings.parentage import ReplyRoute
    from mappings.verdict import Verdict
    from moodle_bridge.model.people import Person
    from sync.ledger import Transaction
    from sync.ledger.intents import Intent

Record = Callable[["Transaction"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A report that counts: about whom, in words, and what writes it down."""

    detail: str
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """Scores bounces and complaints, and notes when an address lives.

    A report counts only with a proof that it is about a mail of ours to that person:
    it came to the address that was made for what comes back from them, or it brings
    back the key of a mail that went to them. All others are shown to the admin.
    """

    route: ReplyRoute
    site_tag: str
    rules: BounceRules

    def scored(
        self, transaction: Transaction, inbound: Inbound, mail: ReadMail, told: Verdict
    ) -> Scored | None:
        """Return what a report says of a person's address, None without a proof.

        None as well for what is no report, and for one that names no failure.
        """
        if told.kind not in {VerdictKind.BOUNCE, VerdictKind.COMPLAINT}:
            return None
        failed = [one for one in told.failures if one.action == "failed"]
        complaint = told.kind is VerdictKind.COMPLAINT
        person = self._person(transaction, inbound, mail)
        if person is None or not person.addresses or not (failed or complaint):
            return None
        address = folded(person.addresses[0])
        failure = next(
            (one for one in failed if one.hard), failed[0] if failed else None
        )
        user_id = person.user_id
        detail = f"{person.fullname}: " + (
            "a complaint" if failure is None else _told(failure)
        )

        def record(inner: Transaction) -> None:
            before, now = inner.bounces.get(address), inner.clock()
            after = (
                complained(before, now)
                if failure is None
                else bounced(before, failure, now, self.rules)
            )
            inner.bounces.put(address, after)
            if after.rests and not before.rests:
                # What is said from now on waits until the address lives again.
                inner.gatherings.begin(user_id)

        return Scored(detail=detail, record=record)

    def lives(
        self, transaction: Transaction, person: Person, sender: str
    ) -> tuple[Record, ...]:
        """Return what notes that an address lives, because its owner wrote from it."""
        address = folded(sender)
        if address not in {folded(one) for one in person.addresses}:
            return ()
        if transaction.bounces.get(address).state is AddressState.ALIVE:
            return ()

        def record(inner: Transaction) -> None:
            revive(inner, address)

        return (record,)

    def _person(
        self, transaction: Transaction, inbound: Inbound, mail: ReadMail
    ) -> Person | None:
        recipients = (
            *((inbound.envelope_recipient,) if inbound.envelope_recipient else ()),
            *mail.delivered_to,
            *(one.address for one in mail.to),
        )
        for address in recipients:
            user_id = person_of_address(
                address, self.route.address, Purpose.BOUNCE, self.route.secret
            )
            if user_id is not None:
                return transaction.people.of_user(user_id)
        for receipt in receipts_returned(mail, site_tag=self.site_tag):
            intent = transaction.intents.with_receipt(receipt)
            person = _addressee(transaction, intent) if intent is not None else None
            if person is not None:
                return person
        return None


def revive(transaction: Transaction, address: str) -> Standing:
    """Let an address, in its folded form, count as alive; returns how it stood."""
    before = transaction.bounces.get(address)
    if before.state is not AddressState.ALIVE or before.score:
        transaction.bounces.put(address, revived(before, transaction.clock()))
    return before


def _addressee(transaction: Transaction, intent: Intent) -> Person | None:
    """Return to whom a mail went, None for a list or somebody unknown."""
    whom = intent.key.rpartition(":")[2]
    issue = intent.details.get("issue")
    if issue is not None:
        known = transaction.issues.get(int(issue))
        return None if known is None else transaction.people.of_user(known.user_id)
    for course_id in transaction.people.courses():
        for person in transaction.people.of_course(course_id):
            if any(addressee(one) == whom for one in person.addresses):
                return person
    return None


def _told(failure: DeliveryFailure) -> str:
    return " ".join(f"{failure.address} {failure.status} {failure.diagnostic}".split())
