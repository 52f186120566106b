"""Tells readers of forums of which Moodle itself mails to everybody, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.native_mail import twice_mail
from moodle_bridge.model.forum import Subscription
from sync.channels import resting_people
from sync.jobs.own_mails import write_down
from sync.jobs.twice import TWICE, gets_each
from sync.participants import Participants
from sync.sending import receipt_of

if TYPE_CHECKING:
    from mappings.letter import MailSite
    from moodle_bridge.model.people import Person
    from sync.ledger import Ledger, Transaction
    from sync.pairs import Pair

_A_DAY = timedelta(days=1)
# Nobody is in a hurry to hear it, and other notices want their share of a day.
_MOST_A_RUN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedByMoodle:
    """Writes these mails down; the job of the bridge's own mails sends them.

    Only where the bridge itself mails each post, and not before a pair is a day old:
    its first run has enough to say. `begun` tells since when a pair is carried.
    """

    ledger: Ledger
    participants: Participants
    pairs: Sequence[Pair]
    site: MailSite
    secret: bytes
    account_id: Callable[[], int]
    begun: Callable[[str], datetime | None]
    most_a_day: int

    def plan(self) -> int:
        """Write down whom to tell; returns how many mails that is. May be repeated."""
        written = 0
        for pair in self.pairs:
            forum = _forced(pair)
            begun = self.begun(pair.name)
            if forum is None or begun is None or self.ledger.clock() - begun < _A_DAY:
                continue
            # Read before anything is locked: Moodle may have to be asked.
            account = self.account_id()
            people = [
                person
                for person in self.participants.of_course(pair.place.course.id)
                if person.user_id != account and not person.suspended
            ]
            with self.ledger.writing() as transaction:
                left = self._left(transaction, written)
                for person in islice(self._due(transaction, pair, people), left):
                    written += self._tell(transaction, pair, person, forum)
        return written

    def _left(self, transaction: Transaction, written: int) -> int:
        today = transaction.contacts.noticed_since(transaction.clock() - _A_DAY)
        return max(0, min(_MOST_A_RUN - written, self.most_a_day - today))

    def _due(
        self, transaction: Transaction, pair: Pair, people: Sequence[Person]
    ) -> Iterator[Person]:
        resting = resting_people(transaction)
        for person in people:
            if (
                person.addresses
                and person.user_id not in resting
                and not transaction.told.was(person.user_id, TWICE)
                and gets_each(transaction, person, pair)
                and transaction.contacts.may_notice(
                    folded(person.addresses[0]), pause=_A_DAY
                )
            ):
                yield person

    def _tell(
        self, transaction: Transaction, pair: Pair, person: Person, forum: str
    ) -> int:
        key = f"notice:{TWICE}:{person.user_id}"
        try:
            mail = twice_mail(
                to=person.addresses[0],
                language=person.language or pair.settings.language,
                date=transaction.clock(),
                list_name=pair.mailing_list.address.name,
                answers=None,
                by_command=True,
                site=self.site,
                key=receipt_of(self.secret, key),
                forum=forum,
            )
        except ValueError:
            # An address that no header takes gets no mail of any kind.
            return 0
        transaction.told.once(person.user_id, TWICE)
        transaction.contacts.noticed(folded(person.addresses[0]))
        write_down(
            transaction,
            mail,
            key=key,
            kind="mail.notice",
            source=f"person:{person.user_id}",
            summary=f"notice to {person.fullname}: gets each post twice",
        )
        return 1


def _forced(pair: Pair) -> str | None:
    """Return the name of a forum of which everybody has to get mail, None: none is."""
    if not pair.mailing_list.traits.knows_members:
        return None
    return next(
        (
            forum.name
            for forum in pair.place.forums.values()
            if forum.subscription is Subscription.FORCED
        ),
        None,
    )
