"""The mails of a report: written down together with what was written, then sent."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from zope.interface import implementer

from mappings.bridge_header import BRIDGE_HEADER, BridgeHeader, bridge_header_value
from mappings.header_lines import date_field, header_field
from moodle_bridge.interfaces import IMailer
from moodle_bridge.model.mail import OutgoingMail, Sent
from sync.jobs.own_mails import write_down
from sync.sending import receipt_of

if TYPE_CHECKING:
    from sync.ledger import Transaction

_DATED = re.compile(rb"(?im)^date:")


@implementer(IMailer)
class ReportMails:
    """See `IMailer`: keeps what a sink sends, until it is written down.

    So a mail is planned in the transaction that says what the sink wrote: a crash
    leaves both or neither, and nobody gets a report twice. The job of the bridge's own
    mails then sends it, with its receipt, and redirected where all mail is.
    """

    can_look = False

    def __init__(self, *, site_tag: str, secret: bytes) -> None:
        self._site_tag = site_tag
        self._secret = secret
        self._kept: list[OutgoingMail] = []

    def send(self, mail: OutgoingMail) -> Sent:
        """See `IMailer`; it goes out when the sink has ended well."""
        self._kept.append(mail)
        return Sent(accepted=mail.recipients)

    def was_sent(self, mail: OutgoingMail) -> bool | None:
        """See `IMailer`: the receipts of the bridge's own mails tell."""
        del mail
        return None

    def forget(self) -> None:
        """Let go of what a sink wrote before it failed; may be repeated."""
        self._kept.clear()

    def write_down(self, transaction: Transaction, *, sink: str) -> int:
        """Plan what was kept, one mail for each recipient; say how many.

        What was planned before under the same key is not planned again.
        """
        number = 0
        for mail in self._kept:
            for recipient in mail.recipients:
                self._plan(transaction, mail, recipient, sink)
                number += 1
        self._kept.clear()
        return number

    def _plan(
        self, transaction: Transaction, mail: OutgoingMail, recipient: str, sink: str
    ) -> None:
        named = hashlib.sha256(f"{mail.key}\0{recipient}".encode()).hexdigest()[:32]
        key = f"report:{sink}:{named}"
        receipt = receipt_of(self._secret, key)
        mark = BridgeHeader(site=self._site_tag, post_id=None, key=receipt, hops=0)
        # A report that comes back, by a list say, must be known as the bridge's own.
        fields = [header_field(BRIDGE_HEADER, bridge_header_value(mark))]
        if not _DATED.search(mail.content.partition(b"\r\n\r\n")[0]):
            fields.append(date_field(transaction.clock()))
        header = "\r\n".join(fields).encode()
        write_down(
            transaction,
            replace(
                mail,
                key=receipt,
                recipients=(recipient,),
                content=header + b"\r\n" + mail.content,
            ),
            key=key,
            kind="mail.report",
            source=f"report:{sink}",
            summary=f"report {sink} to {recipient}",
        )

    def close(self) -> None:
        """See `IMailer`."""
