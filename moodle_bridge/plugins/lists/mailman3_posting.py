"""Ways of a mail into a Mailman list that need no mail server between."""

from __future__ import annotations

import smtplib
from collections.abc import Callable

from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IMailer
from moodle_bridge.model.mail import OutgoingMail, Sent
from moodle_bridge.plugins.lists.mailman3_rest import MailmanRest
from moodle_bridge.plugins.lists.mailman3_settings import Mailman3Settings
from moodle_bridge.plugins.mailers.smtp import SmtpMailer, SmtpSettings

IsHeld = Callable[[str], bool]
"""Says whether the list holds a mail with this Message-ID for its moderator."""


class LmtpEntrance(SmtpMailer):
    """Gives mails to Mailman by LMTP, one recipient each; see `IMailer`.

    With one recipient LMTP has one answer after the content, as SMTP has (RFC 2033
    4.2), so that nothing else differs.
    """

    def __init__(self, settings: Mailman3Settings, is_held: IsHeld) -> None:
        super().__init__(
            SmtpSettings(
                host=settings.lmtp_host,
                port=settings.lmtp_port,
                security="none",
                # LMTP knows no TLS; Mailman takes it from its own network only.
                allow_plain=True,
                timeout=settings.timeout,
            )
        )
        self._is_held = is_held

    def was_sent(self, mail: OutgoingMail) -> bool | None:
        """See `IMailer`; None unless the list holds it: what was posted comes back."""
        return True if self._is_held(mail.message_id) else None

    def send(self, mail: OutgoingMail) -> Sent:
        """See `IMailer`."""
        return super().send(_for_one(mail))

    def _client(self, host: str, port: int) -> smtplib.SMTP:
        return smtplib.LMTP(
            host,
            port,
            local_hostname=self._settings.local_hostname,
            timeout=self._settings.timeout,
        )


@implementer(IMailer)
class RestEntrance:
    """Lays mails into Mailman's own queue over REST; see `IMailer`."""

    can_look = False

    def __init__(self, rest: MailmanRest, list_id: str, is_held: IsHeld) -> None:
        self._rest = rest
        self._list_id = list_id
        self._is_held = is_held

    def send(self, mail: OutgoingMail) -> Sent:
        """See `IMailer`; Mailman looks at it only after it has answered."""
        mail = _for_one(mail)
        try:
            # Mailman parses text, and REST carries UTF-8: what is not ASCII within
            # would be parsed as something else than was written.
            text = mail.content.decode("ascii")
        except UnicodeDecodeError:
            raise Permanent(
                "it has 8-bit content, which Mailman's queue would change",
                item=f"mail {mail.key}",
                advice='Use post_by = "lmtp" or "mail" in [pair.list].',
                code="554",
            ) from None
        self._rest.once(
            "queues/in", list_id=self._list_id, text=text.replace("\r\n", "\n")
        )
        return Sent(accepted=mail.recipients)

    def was_sent(self, mail: OutgoingMail) -> bool | None:
        """See `IMailer`; None unless the list holds it: what was posted comes back."""
        return True if self._is_held(mail.message_id) else None

    def close(self) -> None:
        """See `IMailer`; there is nothing to let go of."""


def _for_one(mail: OutgoingMail) -> OutgoingMail:
    if len(mail.recipients) != 1:
        raise Permanent(
            "a mail to a list by its own way in has one recipient",
            item=f"mail {mail.key}",
            advice="This is a fault in the bridge; please report it.",
            code="554",
        )
    return mail
