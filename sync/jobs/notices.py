"""The one polite mail to somebody whose mail was held."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.language import guess_language
from mappings.letter import MailSite
from mappings.notices import notice_to_mail
from sync.actions import Action, Later, Outcome, Settlement
from sync.jobs.judged import Judged
from sync.kept_mails import kept, send_kept
from sync.ledger.intents import Intent
from sync.sending import Sending, receipt_of

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.pairs import Pair

PAUSE = timedelta(days=1)
# RFC 5321 4.5.3.1.3, less the angle brackets.
_ADDRESS_LONGEST = 254


class Notices:
    """Plans and sends notices: at most one a day to an address, and so many in all."""

    def __init__(
        self,
        sending: Sending,
        *,
        pairs: Sequence[Pair],
        site: MailSite,
        secret: bytes,
        most_a_day: int,
    ) -> None:
        self._pairs = pairs
        self._sending = sending
        self._site = site
        self._secret = secret
        self._most_a_day = most_a_day

    def plan(
        self, transaction: Transaction, judged: Judged, told: Collection[str]
    ) -> Action | None:
        """Return the notice for a held mail, None when there is to be none.

        `told` are the addresses, folded, to which the same plan has one already.
        """
        if judged.notice_to is None:
            return None
        contacts, address = transaction.contacts, folded(judged.notice_to)
        if len(address) > _ADDRESS_LONGEST or address in told:
            return None
        since = transaction.clock() - PAUSE
        if (
            not contacts.may_notice(address, pause=PAUSE)
            or contacts.noticed_since(since) + len(told) >= self._most_a_day
        ):
            return None
        # A stranger's mail to the bridge itself belongs to no pair; the first speaks.
        pair, inbound = judged.route.pair or self._pairs[0], judged.inbound
        key = f"notice:{inbound.key}"
        receipt = receipt_of(self._secret, key)
        mail = notice_to_mail(
            reason=judged.reason,
            to=judged.notice_to,
            subject=judged.mail.subject,
            message_id=judged.mail.message_id,
            references=judged.mail.references,
            language=guess_language(judged.mail.text, fallback=pair.settings.language),
            date=transaction.clock(),
            list_name=pair.mailing_list.address.name,
            site=self._site,
            key=receipt,
        )
        if mail is None:
            return None
        return Action(
            key=key,
            kind="mail.notice",
            source=f"notice:{inbound.id}",
            stream=f"mirror-in:notice:{inbound.id}",
            summary=f"notice to {judged.notice_to}: {judged.reason}",
            details=kept(mail, to=judged.notice_to),
            receipt=receipt,
        )

    def left_over(self, intents: Sequence[Intent]) -> tuple[Action, ...]:
        """Return the notices that an earlier run planned and did not get to send."""
        return tuple(map(Action.left_over, intents))

    def noticed(self, judged: Judged) -> Callable[[Transaction], None]:
        """Return what notes the notice in the transaction that plans it."""

        def record(transaction: Transaction) -> None:
            transaction.contacts.noticed(folded(judged.notice_to or ""))

        return record

    def carry_out(self, action: Action) -> Outcome:
        """Send one notice."""
        outcome = send_kept(self._sending, action)
        # What people wrote must reach the forum also when no mail can be sent.
        return replace(outcome, cause=None) if isinstance(outcome, Later) else outcome

    def settle(self, intent: Intent) -> Settlement:
        """Look whether a notice in doubt went out."""
        return self._sending.settle(intent)
