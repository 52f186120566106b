"""Sending one mail so that it is known, later, whether it went out."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.model.mail import OutgoingMail, Sent
from sync.actions import Absent, Done, Doubt, Later, Outcome, Refused, Settlement

if TYPE_CHECKING:
    from collections.abc import Callable

    from moodle_bridge.interfaces import IMailer
    from sync.ledger.intents import Intent

TOO_LARGE = "too-large"
"""The code of a refusal that concerns the size of a mail."""

_SIZE_REFUSED = "552"


def receipt_of(secret: bytes, key: str) -> str:
    """Return what a mail carries so that its copy, coming back, settles a doubt.

    Signed, so that nobody else can make the bridge believe that a mail went out.
    """
    digest = hmac.new(secret, f"receipt:{key}".encode(), hashlib.sha256)
    return digest.hexdigest()[:32]


class Sending:
    """Sends mails through one mailer.

    With `receipt_address` every mail goes to that address as well, in the same
    transaction: the next hop takes it for both or for neither. When the copy comes
    back the mail surely went out; when it has not come `settle_after` a doubt, it
    surely did not. `looked_at` gives when all mailboxes were last read to their ends:
    a copy that nobody looked for proves nothing. Without a receipt address a mail in
    doubt is repeated under the same Message-ID; unless `copy_returns`: then the list
    that it goes to sends the copy.
    """

    def __init__(
        self,
        mailer: Callable[[], IMailer],
        *,
        receipt_address: str | None,
        redirect_to: str | None,
        settle_after: timedelta,
        looked_at: Callable[[], datetime | None],
        copy_returns: bool = False,
        plain_sender: str = "",
    ) -> None:
        self._plain_sender = plain_sender
        self._senders_refused = False
        self._copy_returns = copy_returns or receipt_address is not None
        self._looked_at = looked_at
        self._mailer = mailer
        self._receipt_address = receipt_address
        self._redirect_to = redirect_to
        self._settle_after = settle_after

    def recipients(self, address: str) -> tuple[str, ...]:
        """Return the envelope recipients of a mail that is for one address."""
        wanted = self._redirect_to or address
        copy = self._receipt_address
        if copy is None or copy.casefold() == wanted.casefold():
            return (wanted,)
        return (wanted, copy)

    def send(self, mail: OutgoingMail) -> Outcome:
        """Send one mail; the answer says what is known of it."""
        outcome = self._send(mail)
        alone = mail.recipients[:1]
        if isinstance(outcome, Refused) and alone != mail.recipients:
            # Perhaps it was the bridge's own address that was refused. Nothing was
            # sent, and a mail without a receipt is better than none. Not so when it
            # was put off: then a later try goes out with its receipt, and one that
            # went without, in doubt, would be waited for in vain and sent again.
            return self._send(replace(mail, recipients=alone))
        return outcome

    def _given(self, mail: OutgoingMail) -> Sent:
        """Give a mail to the mailer; by the plain sender where others are refused."""
        plain = self._plain_sender
        if not (plain and mail.sender and mail.sender != plain):
            return self._mailer().send(mail)
        if not self._senders_refused:
            try:
                return self._mailer().send(mail)
            except Permanent as error:
                # A host may let an account send from its own address alone. Nothing
                # was taken then: the sender comes before everything else.
                if not error.concerns_all or not error.code:
                    raise
        sent = self._mailer().send(replace(mail, sender=plain))
        self._senders_refused = True
        return sent

    def _send(self, mail: OutgoingMail) -> Outcome:
        try:
            sent = self._given(mail)
        except Transient as error:
            wait = error.retry_after
            reaches_nobody = error.concerns_all or not error.code
            return Later(
                reason=error.what if error.code else str(error),
                advice=error.advice,
                wait=timedelta(seconds=wait) if wait else None,
                cause=error if reaches_nobody else None,
            )
        except InDoubt as error:
            return Doubt(reason=str(error))
        except Permanent as error:
            if error.concerns_all:
                return Later(reason=str(error), advice=error.advice, cause=error)
            return Refused(
                reason=error.what,
                advice=error.advice,
                code=TOO_LARGE if error.code == _SIZE_REFUSED else "refused",
            )
        return Done(result={"message_id": mail.message_id, "queued": sent.remote_id})

    def settle(self, intent: Intent) -> Settlement:
        """Look whether a mail in doubt went out."""
        if intent.receipt_at is not None:
            return Done(result={"message_id": intent.details.get("message_id", "")})
        try:
            there = self._mailer().was_sent(_trace(intent))
        except RemoteError as error:
            return Doubt(reason=str(error))
        if there is not None:
            return (
                Done(result={"message_id": intent.details.get("message_id", "")})
                if there
                else Absent()
            )
        if not self._copy_returns:
            return Absent()
        begun = intent.sending_at or intent.updated_at
        looked_at = self._looked_at()
        if looked_at is not None and looked_at - begun >= self._settle_after:
            return Absent()
        return Doubt(reason="its copy has not come back yet")


def _trace(intent: Intent) -> OutgoingMail:
    return OutgoingMail(
        key=intent.key,
        message_id=str(intent.details.get("message_id", "")),
        sender="",
        recipients=(),
        content=b"",
    )
