"""Alerts by mail."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IAlertChannel, IUsesMailer
from moodle_bridge.model.alerts import AlertNotice, AlertTarget
from moodle_bridge.model.mail import OutgoingMail

# Python folds long ids into encoded words, which breaks threads.
_POLICY = SMTP.clone(max_line_length=998)
_ADDRESS = re.compile(r"[^\s<>@,;\x00-\x1f\x7f]+@[^\s<>@,;\x00-\x1f\x7f]+")
_LINE = re.compile(r"[\x00-\x1f\x7f]+")


class MailAlertsSettings(BaseModel):
    """How the mails are written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sender_name: str = Field(
        default="Rota", min_length=1, description="The name that they come from."
    )


@implementer(IAlertChannel, IUsesMailer)
class MailAlerts:
    """See `IAlertChannel`; the address is a mail address."""

    name = "mail"
    by_mail = True

    def __init__(self, settings: MailAlertsSettings) -> None:
        self._settings = settings
        self._mailer: Any = None
        self._sender = ""

    def use_mailer(self, mailer: Any, sender: str) -> None:
        """See `IUsesMailer`."""
        self._mailer = mailer
        self._sender = sender

    def problem_with(self, address: str) -> str | None:
        """See `IAlertChannel`."""
        if _ADDRESS.fullmatch(address):
            return None
        return "this is not an e-mail address (name@host)"

    def send(self, notice: AlertNotice, target: AlertTarget) -> str:
        """See `IAlertChannel`."""
        problem = self.problem_with(target.address)
        if problem is not None:
            raise Permanent(
                problem, item=target.name, advice="Correct it in [[rota.person]]."
            )
        sent = self._mailer.send(
            OutgoingMail(
                key=notice.key,
                message_id=notice.message_id,
                sender=self._sender,
                recipients=(target.address,),
                content=self._message(notice, target).as_bytes(policy=_POLICY),
            )
        )
        return str(sent.remote_id)

    def close(self) -> None:
        """See `IAlertChannel`."""

    def _message(self, notice: AlertNotice, target: AlertTarget) -> EmailMessage:
        message = EmailMessage(policy=_POLICY)
        message["From"] = formataddr((self._settings.sender_name, self._sender))
        message["To"] = formataddr((_LINE.sub(" ", target.name), target.address))
        message["Subject"] = _LINE.sub(" ", notice.subject)
        if notice.message_id:
            message["Message-ID"] = notice.message_id
        if notice.reply_to:
            message["Reply-To"] = notice.reply_to
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        for field, value in notice.headers.items():
            if field not in message:
                message[field] = value
        message.set_content(notice.text)
        # Setting the content takes all fields about it away.
        message["Content-Language"] = notice.language
        return message
