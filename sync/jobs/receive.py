"""Takes mail from the mailboxes into the ledger, and only then off the mailbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.parser import BytesHeaderParser
from itertools import islice
from typing import TYPE_CHECKING

from mappings.bridge_header import BRIDGE_HEADER, bridge_header
from mappings.identity import mail_key
from mappings.mail_headers import Headers, addresses_in, headers_from, ids_in
from moodle_bridge.errors import GuardTripped, RemoteError
from moodle_bridge.model.authenticity import Authenticity, Finding
from moodle_bridge.model.mail import IncomingMail
from moodle_bridge.redact import masked
from sync.authenticity import Looking, authenticity_kept, authenticity_of
from sync.ledger.inbound import Inbound, InboundState

if TYPE_CHECKING:
    from moodle_bridge.interfaces import IMailbox
    from sync.ledger import Ledger, Transaction

_AT_ONCE = 20
_ID_LONGEST = 900
_HEAD = 256_000
_OF_LISTS = ("list-id", "list-post", "x-beenthere", "mailing-list")
_UNKNOWN_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came: new mails, further copies of known ones, copies of our own."""

    new: int = 0
    copies: int = 0
    receipts: int = 0
    problems: tuple[str, ...] = ()


class Reception:
    """The way of every mail into the ledger."""

    def __init__(
        self, ledger: Ledger, *, site_tag: str, looking: Looking | None = None
    ) -> None:
        self._ledger = ledger
        self._site_tag = site_tag
        self._looking = looking

    def take(
        self,
        mails: Sequence[IncomingMail],
        *,
        mailbox: str,
        cursor: tuple[str, str] | None = None,
        history: bool = False,
    ) -> Received:
        """Write mails into the ledger in one transaction, with the cursor if any.

        `history` keeps only that they were there. May be repeated: a mail is known
        by its content. When this returns, the mails are on the disk.
        """
        new = copies = receipts = 0
        read = [(mail, _headers(mail.raw)) for mail in mails]
        # Before anything is locked: the DNS may take its time.
        found = [
            None if history else self._looked(mail, headers) for mail, headers in read
        ]
        with self._ledger.writing() as transaction:
            for (mail, headers), authenticity in zip(read, found, strict=True):
                if self._is_receipt(transaction, headers):
                    receipts += 1
                elif self._keep(
                    transaction,
                    mail,
                    headers,
                    mailbox=mailbox,
                    state=InboundState.HISTORY if history else InboundState.NEW,
                    authenticity=authenticity,
                ):
                    new += 1
                else:
                    copies += 1
            if cursor is not None:
                transaction.cursors.move(*cursor)
        return Received(new=new, copies=copies, receipts=receipts)

    def fetch(
        self,
        mailboxes: Iterable[IMailbox],
        *,
        begin: bool | None = None,
        leave: bool = False,
    ) -> Received:
        """Take what waits in the mailboxes, a few at a time, oldest first.

        `begin` says what the mails are that lie in a mailbox at its first fetch:
        True = history, False = new; None = nobody has said, and GuardTripped is
        raised. A mailbox that cannot be reached does not stop the others. `leave`
        only looks: the mails stay in the mailbox as they are, and come again.
        """
        total = Received()
        problems: list[str] = []
        for mailbox in mailboxes:
            name = f"mailbox:{mailbox.name}"
            with self._ledger.reading() as transaction:
                after = transaction.cursors.get(name)
                begun = transaction.cursors.get(f"{name}:begun") is not None
            if not begun and begin is None:
                raise GuardTripped(
                    "mail may lie there from before the bridge began",
                    item=f"mailbox {mailbox.name}",
                    advice="Say what it is: `sync --from now` leaves it alone,"
                    " `sync --backfill N` takes it as new.",
                )
            started = self._ledger.clock()
            if leave and not begun and begin is True:
                # What a look would keep as history, the run may be told to take.
                continue
            try:
                got = self._fetch_one(
                    mailbox,
                    name,
                    after,
                    history=not begun and begin is True,
                    leave=leave,
                )
            except RemoteError as error:
                problems.append(masked(f"{error} {error.advice}".rstrip()))
                continue
            total = Received(
                new=total.new + got.new,
                copies=total.copies + got.copies,
                receipts=total.receipts + got.receipts,
            )
            if not leave:
                with self._ledger.writing() as transaction:
                    transaction.cursors.move(f"{name}:begun", "yes")
                    transaction.cursors.move(f"{name}:read", started.isoformat())
        return Received(
            new=total.new,
            copies=total.copies,
            receipts=total.receipts,
            problems=tuple(problems),
        )

    def look_again(self) -> int:
        """Look once more at new mails whose sender could not be looked up.

        Returns how many still cannot. Gives up for this time after a few of them: then
        it is the DNS that is down.
        """
        if self._looking is None:
            return 0
        waiting: list[Inbound] = []
        with self._ledger.reading() as transaction:
            after = 0
            while page := transaction.inbound.with_state(InboundState.NEW, after=after):
                after = page[-1].id
                waiting += [mail for mail in page if _unknown(mail)]
        left = 0
        for mail in waiting:
            if left >= _UNKNOWN_MOST:
                break
            found = self._looking.look_again(mail)
            left += found is not None and found.finding is Finding.UNKNOWN
            with self._ledger.writing() as transaction:
                transaction.inbound.change(
                    mail.id, authenticity=authenticity_kept(found)
                )
        return left

    def read_at(self, mailboxes: Sequence[str]) -> datetime | None:
        """Return when all of these mailboxes had been read to their ends.

        None when one of them never was.
        """
        with self._ledger.reading() as transaction:
            kept = [
                transaction.cursors.get(f"mailbox:{name}:read") for name in mailboxes
            ]
        moments = [datetime.fromisoformat(text) for text in kept if text]
        return min(moments) if len(moments) == len(kept) and moments else None

    def _fetch_one(
        self,
        mailbox: IMailbox,
        name: str,
        after: str | None,
        *,
        history: bool,
        leave: bool,
    ) -> Received:
        new = copies = receipts = 0
        waiting = mailbox.fetch(after)
        while mails := list(islice(waiting, _AT_ONCE)):
            position = mailbox.cursor_after(mails[-1])
            got = self.take(
                mails,
                mailbox=mailbox.name,
                cursor=None if position is None or leave else (name, position),
                history=history,
            )
            if not leave:
                mailbox.acknowledge([mail.key for mail in mails])
            new += got.new
            copies += got.copies
            receipts += got.receipts
        return Received(new=new, copies=copies, receipts=receipts)

    def _is_receipt(self, transaction: Transaction, headers: Headers) -> bool:
        """Say whether this is a copy of a mail that the bridge sent, and note it."""
        mark = bridge_header(headers.first(BRIDGE_HEADER))
        return (
            mark is not None
            and mark.site == self._site_tag
            and transaction.intents.receipt_seen(mark.key, by_list=_by_list(headers))
        )

    def _keep(
        self,
        transaction: Transaction,
        mail: IncomingMail,
        headers: Headers,
        *,
        mailbox: str,
        state: InboundState,
        authenticity: Authenticity | None,
    ) -> bool:
        ids = ids_in(headers.all("message-id"))
        # In octets, because an index of PostgreSQL has no room for more.
        short = ids and len(ids[0].encode("utf-8", "replace")) <= _ID_LONGEST
        message_id = ids[0] if short else None
        senders = addresses_in(headers.all("from"))
        return transaction.inbound.receive(
            key=mail_key(mail.raw, message_id),
            message_id=message_id,
            mailbox=mailbox,
            raw=mail.raw if state is InboundState.NEW else None,
            size=len(mail.raw),
            received_at=mail.received,
            sender=senders[0].address if senders else "",
            subject=headers.text("subject"),
            envelope_recipient=mail.envelope_recipient,
            envelope_sender=mail.envelope_sender,
            state=state,
            authenticity=authenticity_kept(authenticity),
        )

    def _looked(self, mail: IncomingMail, headers: Headers) -> Authenticity | None:
        mark = bridge_header(headers.first(BRIDGE_HEADER))
        if self._looking is None or (mark is not None and mark.site == self._site_tag):
            return None
        return self._looking.look(mail)


def _unknown(mail: Inbound) -> bool:
    found = authenticity_of(mail.authenticity)
    return found is not None and found.finding is Finding.UNKNOWN


def _by_list(headers: Headers) -> bool:
    """Say whether a mailing list passed a mail on: ours to a list have none of these."""
    return any(headers.first(name) for name in _OF_LISTS)


def _headers(raw: bytes) -> Headers:
    parsed = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:_HEAD])
    return headers_from((name, str(value)) for name, value in parsed.raw_items())
