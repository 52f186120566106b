"""The bridge's own answers to people who wrote to it: what came of their mail."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.command_answers import answer_subject
from mappings.letter import MailSite
from mappings.mail_reading import ReadMail
from mappings.own_mail import own_mail
from sync.kept_mails import kept
from sync.ledger.inbound import Inbound
from sync.sending import receipt_of

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.ledger import Transaction

ANSWER = "mail.notice"
WANTED = "mail.wanted"
_JOB = "mirror-in"
_A_DAY = timedelta(days=1)
_MOST = {ANSWER: 20, WANTED: 60}


class Answers:
    """Writes answers down as intents, in the transaction of what they tell of.

    So they are sent if and only if that happened. Nobody gets more than 20 a day, nor
    more than 60 posts that they asked for; a program gets none.
    """

    def __init__(self, *, site: MailSite, secret: bytes) -> None:
        self._site = site
        self._secret = secret

    def write(
        self,
        transaction: Transaction,
        inbound: Inbound,
        mail: ReadMail,
        *,
        key: str,
        to: str,
        language: str | None,
        text: str,
        list_name: str,
    ) -> bool:
        """Plan the answer to a mail; False when there is to be none. May be repeated."""
        if not may_be_told(mail, inbound):
            return False
        receipt = receipt_of(self._secret, key)
        try:
            answer = own_mail(
                to=to,
                subject=answer_subject(language, mail.subject),
                text=text,
                date=transaction.clock(),
                name=list_name,
                site=self._site,
                key=receipt,
                auto="auto-replied",
                answers=mail.message_id,
                references=mail.references,
            )
        except ValueError:
            return False
        return self._plan(
            transaction,
            inbound,
            key=key,
            kind=ANSWER,
            to=to,
            summary=f"answer to {to}: {inbound.subject}",
            details=kept(answer, to=to),
        )

    def promise(
        self,
        transaction: Transaction,
        inbound: Inbound,
        *,
        key: str,
        to: str,
        summary: str,
        details: Mapping[str, object],
    ) -> bool:
        """Plan the mail of a post or file that was asked for; False as `write`."""
        return self._plan(
            transaction,
            inbound,
            key=key,
            kind=WANTED,
            to=to,
            summary=summary,
            details={**details, "to": to},
        )

    def _plan(
        self,
        transaction: Transaction,
        inbound: Inbound,
        *,
        key: str,
        kind: str,
        to: str,
        summary: str,
        details: Mapping[str, object],
    ) -> bool:
        whom = hashlib.sha256(folded(to).encode()).hexdigest()[:16]
        stream = f"mirror-in:{kind.removeprefix('mail.')}:{whom}"
        if transaction.intents.get(key) is None:
            since = transaction.clock() - _A_DAY
            if transaction.intents.planned_since(stream, since) >= _MOST[kind]:
                return False
        transaction.intents.plan(
            key=key,
            job=_JOB,
            kind=kind,
            source=f"notice:{inbound.id}",
            stream=stream,
            summary=summary,
            details=details,
            receipt=receipt_of(self._secret, key),
        )
        return True


def may_be_told(mail: ReadMail, inbound: Inbound) -> bool:
    """Say whether a mail that was accepted may be answered: a person wrote it.

    Also where it came by a list, for the answer goes to its author alone.
    """
    return_path = (
        inbound.envelope_sender
        if inbound.envelope_sender is not None
        else mail.return_path
    )
    automatic = mail.auto_submitted not in {"", "no"}
    return return_path != "" and not automatic


def address_of(person: Person, mail: ReadMail) -> str:
    """Return where an answer goes: the address that wrote, if it is the person's."""
    wrote = mail.from_
    known = {folded(address): address for address in person.addresses}
    if wrote is not None and folded(wrote.address) in known:
        return wrote.address
    return next(iter(person.addresses), "")
