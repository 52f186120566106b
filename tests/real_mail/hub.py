"""A mail server for the tests: takes everything by SMTP and knows where it belongs."""

from __future__ import annotations

import asyncio
import smtplib
import socket
from collections import defaultdict
from collections.abc import Awaitable, Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid
from threading import RLock

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from imapclient import IMAPClient

from tests.contract.mail_servers import ImapServer, imap_account


class Hub:
    """Brings each mail to a list, into an IMAP account, or into a mailbox in memory.

    What is for an address without a mailbox comes back as a delivery report
    (RFC 3464) to its envelope sender.
    """

    def __init__(self) -> None:
        self.lists: dict[str, int] = {}
        self.accounts: dict[str, list[ImapServer]] = defaultdict(list)
        self._stops: list[Callable[[], None]] = []
        self._mailboxes: dict[str, list[bytes]] = defaultdict(list)
        self._known: set[str] = set()
        self._lock = RLock()
        self._controller = _Door(self)
        self.port = self._controller.port

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()
        self.close_accounts()

    @property
    def mail_out(self) -> str:
        return f"""
plugin = "smtp"
host = "127.0.0.1"
port = {self.port}
security = "none"
"""

    def mail_in(self, account: ImapServer, password_file: str) -> str:
        return f"""
[[mail.in]]
plugin = "imap"
host = "127.0.0.1"
port = {account.port}
security = "none"
username = "{account.username}"
password = {{ file = "{password_file}" }}
"""

    def add_account(self, address: str) -> ImapServer:
        """Make an IMAP account; what is for the address goes into all that it has."""
        account, stop = imap_account(None)
        self._stops.append(stop)
        with self._lock:
            self.accounts[address.lower()].append(account)
        return account

    def close_accounts(self) -> None:
        """Let all IMAP accounts be no more."""
        with self._lock:
            stops, self._stops = self._stops, []
            self.accounts.clear()
        for stop in stops:
            stop()

    def add_mailbox(self, *addresses: str) -> None:
        with self._lock:
            self._known |= {address.lower() for address in addresses}

    def forget(self, address: str) -> None:
        """Let a mailbox be no more: what comes for it comes back."""
        with self._lock:
            self._known.discard(address.lower())

    def mails(self, address: str) -> list[EmailMessage]:
        """Return what lies in a mailbox; of an account, as its owner reads it by IMAP."""
        with self._lock:
            accounts = self.accounts.get(address.lower(), [])
            raws = list(self._mailboxes[address.lower()])
        for account in accounts:
            raws += account.does(all_in_the_inbox)
        return [message_from_bytes(raw, policy=policy.default) for raw in raws]

    def send(self, mail: EmailMessage | bytes, sender: str, *recipients: str) -> None:
        """Let a participant's mail program send a mail."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=policy.SMTP)
        with smtplib.SMTP("127.0.0.1", self.port) as client:
            client.sendmail(sender, recipients, raw)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content
        assert isinstance(content, bytes)
        sender = envelope.mail_from or ""
        for recipient in envelope.rcpt_tos:
            self.deliver(sender, recipient, content)
        return "250 2.0.0 taken"

    def deliver(self, sender: str, recipient: str, content: bytes) -> None:
        local, _, domain = recipient.lower().rpartition("@")
        whole = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode()
        whole += content
        accounts = self.accounts.get(f"{local.partition('+')[0]}@{domain}")
        if domain in self.lists:
            with smtplib.LMTP("127.0.0.1", self.lists[domain]) as client:
                client.sendmail(sender, [recipient], content)
        elif accounts:
            for account in accounts:
                account.put(whole)
        elif recipient.lower() in self._known:
            with self._lock:
                self._mailboxes[recipient.lower()].append(whole)
        elif sender:
            self.deliver("", sender, _report(recipient, sender, content))


class _Door(Controller):
    """Listens at a port that was bound at once, so that nobody else gets it."""

    def __init__(self, hub: Hub) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(
            hub,
            hostname="127.0.0.1",
            port=self._socket.getsockname()[1],
            ready_timeout=300.0,
        )

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)


def all_in_the_inbox(client: IMAPClient) -> list[bytes]:
    """Return all mails of an account, and leave them as they are."""
    client.select_folder("INBOX", readonly=True)
    told = client.fetch(client.search(), ["BODY.PEEK[]"])
    return [told[number][b"BODY[]"] for number in sorted(told)]


def _report(recipient: str, sender: str, content: bytes) -> bytes:
    header = content.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    lines = [
        "From: Mail Delivery System <MAILER-DAEMON@hub.example>",
        f"To: {sender}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: {make_msgid(domain='hub.example')}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=x="',
        "",
        "--=x=",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        f"<{recipient}>: user unknown",
        "",
        "--=x=",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; hub.example",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 user unknown",
        "",
        "--=x=",
        "Content-Type: text/rfc822-headers",
        "",
        *header.split("\r\n"),
        "",
        "--=x=--",
        "",
    ]
    return "\r\n".join(lines).encode("utf-8", "replace")
