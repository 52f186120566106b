"""Tells facilitators whom mail does not reach, and tries dead addresses now and then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.bounce_score import AddressState, may_be_mailed, trial_arrived
from mappings.undelivered import Unreached, trial_mail, undelivered_mail
from sync.jobs.own_mails import write_down
from sync.jobs.scoring import revive
from sync.ledger.bounces import Bouncing
from sync.participants import Participants
from sync.sending import receipt_of

if TYPE_CHECKING:
    from mappings.letter import MailSite
    from moodle_bridge.model.people import Person
    from sync.ledger import Ledger, Transaction
    from sync.pairs import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """Writes these mails down; the job of the bridge's own mails sends them.

    Facilitators are told once of each change, and of all changes in one mail.
    """

    ledger: Ledger
    participants: Participants
    pairs: Sequence[Pair]
    site: MailSite
    secret: bytes
    account_id: Callable[[], int]

    def plan(self) -> int:
        """Write down what is to be told and tried; returns how many mails that is.

        May be repeated: a change is told once, a dead address tried once a week.
        """
        with self.ledger.reading() as transaction:
            troubled = transaction.bounces.troubled()
        if not troubled:
            return 0
        # Read before anything is locked: Moodle may have to be asked.
        courses = {pair.place.course.id: pair for pair in self.pairs}
        people = {number: self.participants.of_course(number) for number in courses}
        written = 0
        with self.ledger.writing() as transaction:
            told: list[str] = []
            for number, pair in courses.items():
                written += self._tell(transaction, pair, people[number], told)
            for address in dict.fromkeys(told):
                transaction.bounces.told(address)
            written += self._try(transaction, people)
        return written

    def _tell(
        self,
        transaction: Transaction,
        pair: Pair,
        people: Sequence[Person],
        told: list[str],
    ) -> int:
        news = [one for one in transaction.bounces.troubled() if one.told_at is None]
        by_address = _by_first_address(people)
        unreached = [
            Unreached(
                name=by_address[one.address].fullname,
                address=by_address[one.address].addresses[0],
                standing=one.standing,
            )
            for one in news
            if one.address in by_address
        ]
        told += [one.address for one in news if one.address in by_address]
        if not unreached:
            return 0
        written = 0
        now = transaction.clock()
        for person in people:
            if not self._may_be_told(transaction, person):
                continue
            key = (
                f"undelivered:{pair.place.course.id}:{person.user_id}:{now.isoformat()}"
            )
            mail = undelivered_mail(
                unreached,
                person=person,
                language=person.language or pair.settings.language,
                course=pair.place.course.fullname,
                date=now,
                list_name=pair.mailing_list.address.name,
                site=self.site,
                key=receipt_of(self.secret, key),
            )
            write_down(
                transaction,
                mail,
                key=key,
                kind="mail.undelivered",
                source=f"course:{pair.place.course.id}",
                summary=f"tell {person.fullname} whom mail does not reach",
            )
            written += 1
        return written

    def _may_be_told(self, transaction: Transaction, person: Person) -> bool:
        if not person.facilitator or person.suspended or not person.addresses:
            return False
        if person.user_id == self.account_id():
            return False
        return not transaction.bounces.get(folded(person.addresses[0])).rests

    def _try(
        self, transaction: Transaction, people: dict[int, tuple[Person, ...]]
    ) -> int:
        written = 0
        now = transaction.clock()
        for one in transaction.bounces.troubled():
            if one.standing.state is not AddressState.DEAD:
                continue
            if trial_arrived(one.standing, now):
                revive(transaction, one.address)
                continue
            if not may_be_mailed(one.standing, now):
                continue
            for pair in self.pairs:
                reached = _by_first_address(people[pair.place.course.id])
                if one.address in reached:
                    self._write_trial(transaction, pair, reached[one.address], one)
                    written += 1
                    break
        return written

    def _write_trial(
        self, transaction: Transaction, pair: Pair, person: Person, one: Bouncing
    ) -> None:
        now = transaction.clock()
        key = f"trial:{person.user_id}:{now.isoformat()}"
        mail = trial_mail(
            person=person,
            language=person.language or pair.settings.language,
            course=pair.place.course.fullname,
            date=now,
            list_name=pair.mailing_list.address.name,
            site=self.site,
            key=receipt_of(self.secret, key),
        )
        write_down(
            transaction,
            mail,
            key=key,
            kind="mail.trial",
            source=f"person:{person.user_id}",
            summary=f"try whether mail reaches {person.fullname}",
        )
        transaction.bounces.tried(one.address)


def _by_first_address(people: Sequence[Person]) -> dict[str, Person]:
    return {
        folded(person.addresses[0]): person for person in people if person.addresses
    }
