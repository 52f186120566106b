"""A report as a mail to the facilitators."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator
from zope.interface import implementer

from moodle_bridge.errors import InDoubt, RemoteError
from moodle_bridge.interfaces import IReportSink, IUsesMailer
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.model.reports import ReportPage, Written
from moodle_bridge.plugins.reports.content import fingerprint, title_of
from moodle_bridge.redact import address_masked

# Python folds long ids into encoded words, which breaks threads.
_POLICY = SMTP.clone(max_line_length=998)
_ADDRESS = re.compile(r"[^\s<>@,;\x00-\x1f\x7f]+@[^\s<>@,;\x00-\x1f\x7f]+")


class MailReportSettings(BaseModel):
    """To whom the mail goes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: tuple[str, ...] = Field(
        min_length=1,
        description="The facilitators' mail addresses. Never that of the list: the mail"
        " names people.",
        examples=[["ana@example.org", "ben@example.org"]],
    )
    sender_name: str = Field(
        default="Report", min_length=1, description="The name that it comes from."
    )

    @field_validator("to")
    @classmethod
    def _are_addresses(cls, to: tuple[str, ...]) -> tuple[str, ...]:
        for address in to:
            if not _ADDRESS.fullmatch(address):
                raise ValueError("must be e-mail addresses (name@host)")
        if len({address.casefold() for address in to}) != len(to):
            raise ValueError("names an address twice")
        return to


@implementer(IReportSink, IUsesMailer)
class MailReport:
    """See `IReportSink`; a mail to each facilitator each time that the report changed.

    An answer goes to all of them, not to the bridge. A mail whose answer was lost
    counts as sent, and `problem` says so: nobody can look whether it arrived. The
    fingerprints are by what stands for an address, never by the address.
    """

    public = False

    def __init__(self, settings: MailReportSettings) -> None:
        self._settings = settings
        self._mailer: Any = None
        self._sender = ""
        self.name = "mail to facilitators"

    def use_mailer(self, mailer: Any, sender: str) -> None:
        """See `IUsesMailer`."""
        self._mailer = mailer
        self._sender = sender

    def write(self, page: ReportPage, last: Written | None) -> Written:
        """See `IReportSink`.

        Who has this report already gets it no second time. Raises where nobody got it.
        """
        wanted = fingerprint(title_of(page), page.text)
        known = dict(last.fingerprints) if last is not None else {}
        names = {
            address: fingerprint("address", address.casefold())[:16]
            for address in self._settings.to
        }
        sent = {name: known[name] for name in names.values() if name in known}
        problems: list[str] = []
        failed: RemoteError | None = None
        for address, name in names.items():
            if known.get(name) == wanted:
                continue
            mail = self._mail(page, address, wanted)
            try:
                # A mailer that can look knows of one that went out before a crash.
                if not (self._mailer.can_look and self._mailer.was_sent(mail)):
                    self._mailer.send(mail)
            except InDoubt as error:
                problems.append(
                    f"nobody knows whether the mail to {address_masked(address)} went"
                    f" out ({error.what}); it is not repeated"
                )
            except RemoteError as error:
                failed = error
                problems.append(
                    f"the mail to {address_masked(address)} did not go out: {error.what}"
                )
                if error.concerns_all:
                    break
                continue
            sent[name] = wanted
        if failed is not None and wanted not in sent.values():
            raise failed
        return Written(target=self.name, fingerprints=sent, problem="; ".join(problems))

    def close(self) -> None:
        """See `IReportSink`."""

    def _mail(self, page: ReportPage, address: str, wanted: str) -> OutgoingMail:
        key = fingerprint("mail", wanted, address.casefold())
        domain = self._sender.rpartition("@")[2]
        message_id = f"<report.{key[:20]}@{domain}>"
        message = EmailMessage(policy=_POLICY)
        message["From"] = formataddr((self._settings.sender_name, self._sender))
        message["To"] = address
        # An answer to the bridge would be taken for a post to everybody.
        message["Reply-To"] = ", ".join(self._settings.to)
        message["Subject"] = title_of(page)
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(page.text)
        # Setting the content takes all fields about it away.
        message["Content-Language"] = page.language
        return OutgoingMail(
            key=f"report:{key}",
            message_id=message_id,
            sender=self._sender,
            recipients=(address,),
            content=message.as_bytes(policy=_POLICY),
        )
