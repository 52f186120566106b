"""Tells who gets Moodle's mails and the bridge's how to have one of them less."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.letter import MailSite
from mappings.native_mail import twice_mail
from moodle_bridge.interfaces import IListMembers
from moodle_bridge.model.channels import ChannelKind
from sync.actions import Action
from sync.jobs.judged import Judged, may_be_answered
from sync.kept_mails import kept
from sync.sending import receipt_of

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.ledger import Transaction
    from sync.pairs import Pair

TWICE = "twice"
_A_DAY = timedelta(days=1)


class Twice:
    """Tells whoever gets Moodle's mails and the bridge's, once, how to have one less."""

    def __init__(self, *, site: MailSite, secret: bytes, most_a_day: int) -> None:
        self._site = site
        self._secret = secret
        self._most_a_day = most_a_day

    def plan(
        self, transaction: Transaction, judged: Judged, planned: int
    ) -> Action | None:
        """Return the mail to say so, None when there is none to be sent.

        `planned` is how many mails of the bridge's own the same plan holds already.
        """
        person, pair = judged.person, judged.route.pair
        if not judged.route.native or person is None or pair is None:
            return None
        address = next(iter(person.addresses), None)
        since = transaction.clock() - _A_DAY
        if (
            address is None
            or not may_be_answered(judged.mail, judged.inbound)
            or transaction.told.was(person.user_id, TWICE)
            or not gets_each(transaction, person, pair)
            or transaction.contacts.noticed_since(since) + planned >= self._most_a_day
            or not transaction.contacts.may_notice(folded(address), pause=_A_DAY)
        ):
            return None
        key = f"notice:{TWICE}:{person.user_id}"
        receipt = receipt_of(self._secret, key)
        try:
            mail = twice_mail(
                to=address,
                language=person.language or pair.settings.language,
                date=transaction.clock(),
                list_name=pair.mailing_list.address.name,
                answers=judged.mail.message_id,
                by_command=_can_be_stopped(pair),
                site=self._site,
                key=receipt,
            )
        except ValueError:
            return None
        return Action(
            key=key,
            kind="mail.notice",
            source=f"notice:{judged.inbound.id}",
            stream=f"mirror-in:notice:{judged.inbound.id}",
            summary=f"notice to {person.fullname}: gets each post twice",
            details=kept(mail, to=address),
            receipt=receipt,
        )

    def noted(self, judged: Judged) -> Callable[[Transaction], None]:
        """Return what notes that they are told, with the plan that tells them."""

        def record(transaction: Transaction) -> None:
            assert judged.person is not None
            transaction.told.once(judged.person.user_id, TWICE)
            transaction.contacts.noticed(folded(judged.person.addresses[0]))

        return record


def _can_be_stopped(pair: Pair) -> bool:
    # A list that another machine keeps, and that tells nothing, goes on as it does.
    listed = pair.mailing_list
    return bool(listed.traits.knows_members) or IListMembers.providedBy(listed)


def gets_each(transaction: Transaction, person: Person, pair: Pair) -> bool:
    """Say whether each post of a pair is mailed to somebody now, by their channel."""
    channel = transaction.channels.get(person.user_id)
    if channel is not None:
        return channel.kind is ChannelKind.EACH and not channel.is_paused(
            transaction.clock()
        )
    return ChannelKind(pair.settings.channel) is ChannelKind.EACH
