"""Gives mails to an SMTP server, and knows for each whether it was taken."""

from __future__ import annotations

import smtplib
import socket
from contextlib import suppress

from pydantic import Field
from zope.interface import implementer

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.interfaces import IMailer
from moodle_bridge.model.mail import OutgoingMail, Sent
from moodle_bridge.plugins.mailers.smtp_replies import (
    Reply,
    Stage,
    item_of,
    refusal,
)
from moodle_bridge.plugins.mailers.smtp_wire import (
    Needs,
    dots_stuffed,
    needs_of,
    wire_form,
)
from moodle_bridge.plugins.server import ServerSettings
from moodle_bridge.redact import address_masked

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_CONTENT_WANTED = 354
_CLOSING = 421
_BROKEN = (smtplib.SMTPException, OSError)


class SmtpSettings(ServerSettings):
    """Which SMTP server takes the mail of the bridge."""

    local_hostname: str | None = Field(
        default=None,
        min_length=1,
        description="The name that the bridge gives itself (EHLO); that of this machine"
        " when left out.",
        examples=["bridge.example.org"],
    )


@implementer(IMailer)
class SmtpMailer:
    """Sends through an SMTP server, many mails over one connection.

    See `IMailer`. The connection is kept from mail to mail; where the server closed
    it meanwhile, one new one is opened, because before the content nothing can have
    been taken (RFC 5321 section 4.1.1.4). For use by one thread.
    """

    can_look = False

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._kept: smtplib.SMTP | None = None

    def send(self, mail: OutgoingMail) -> Sent:
        """See `IMailer`."""
        content = wire_form(mail.content)
        client = self._begun(mail, needs_of(mail, content))
        # The connection is out of our hands until the transaction has an end that
        # we know: whatever breaks it off, the next mail must not read its answers.
        try:
            self._name_recipients(client, mail)
            sent = self._hand_over(client, mail, dots_stuffed(content))
        except RemoteError:
            self._keep(client)
            raise
        except BaseException:
            client.close()
            raise
        self._keep(client)
        return sent

    def was_sent(self, mail: OutgoingMail) -> bool | None:  # noqa: ARG002
        """See `IMailer`; an SMTP server has no memory to ask."""
        return None

    def probe(self) -> None:
        """Connect and log in, and send nothing; may be repeated.

        Raises Permanent for what only another setting mends, else Transient.
        """
        self.close()
        self._keep(self._connected())

    def close(self) -> None:
        """See `IMailer`."""
        client, self._kept = self._kept, None
        if client is not None:
            with suppress(*_BROKEN):
                client.quit()
            client.close()

    def _keep(self, client: smtplib.SMTP) -> None:
        if client.sock is not None:
            self._kept = client

    def _begun(self, mail: OutgoingMail, needs: Needs) -> smtplib.SMTP:
        client, self._kept = self._kept, None
        if client is not None:
            try:
                return self._mail_from(client, mail, needs)
            except Transient:
                if client.sock is not None:
                    raise
        return self._mail_from(self._connected(), mail, needs)

    def _connected(self) -> smtplib.SMTP:
        item = f"SMTP server {self._settings.host}"
        client: smtplib.SMTP | None = None
        try:
            client = self._opened()
            if client.sock is not None:
                # A small last part must not wait for the answer to the one before.
                client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.ehlo_or_helo_if_needed()
            if self._settings.security == "starttls":
                client.starttls(context=self._settings.tls_context())
                client.ehlo_or_helo_if_needed()
            self._log_in(client)
        except _BROKEN as error:
            if client is not None:
                client.close()
            raise self._no_connection(error, item) from None
        return client

    def _opened(self) -> smtplib.SMTP:
        settings = self._settings
        port = settings.port or _PORTS[settings.security]
        if settings.security == "tls":
            return smtplib.SMTP_SSL(
                settings.host,
                port,
                local_hostname=settings.local_hostname,
                timeout=settings.timeout,
                context=settings.tls_context(),
            )
        return self._client(settings.host, port)

    def _client(self, host: str, port: int) -> smtplib.SMTP:
        return smtplib.SMTP(
            host,
            port,
            local_hostname=self._settings.local_hostname,
            timeout=self._settings.timeout,
        )

    def _log_in(self, client: smtplib.SMTP) -> None:
        if not self._settings.username:
            return
        try:
            client.login(
                self._settings.username, self._settings.password.get_secret_value()
            )
        except (smtplib.SMTPResponseException, smtplib.SMTPServerDisconnected):
            raise
        except UnicodeEncodeError:
            raise smtplib.SMTPNotSupportedError(
                "a username and password of ASCII characters only"
            ) from None
        except smtplib.SMTPException as error:
            # smtplib has no class of its own for "no way to log in that both know".
            raise smtplib.SMTPNotSupportedError(str(error)) from None

    def _no_connection(self, error: Exception, item: str) -> RemoteError:
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return Permanent(
                f"the server does not offer what the settings ask: {error}",
                item=item,
                advice="Check host, port and security, and whether it takes logins.",
            )
        if isinstance(error, smtplib.SMTPResponseException):
            stage = (
                Stage.LOGIN
                if isinstance(error, smtplib.SMTPAuthenticationError)
                else Stage.GREETING
            )
            return self._refused(
                stage, (error.smtp_code, _as_bytes(error.smtp_error)), item
            )
        return self._settings.connection_failed(error, item)

    def _mail_from(
        self, client: smtplib.SMTP, mail: OutgoingMail, needs: Needs
    ) -> smtplib.SMTP:
        missing = needs.missing_from(client.esmtp_features)
        if missing is not None:
            self._keep(client)
            raise Permanent(
                missing.what,
                item=item_of(mail),
                advice=missing.advice,
                code=missing.code,
            )
        try:
            reply = client.mail(mail.sender, needs.options(client.esmtp_features))
        except _BROKEN as error:
            client.close()
            raise self._lost(error, mail) from None
        if _agrees(reply):
            return client
        self._break_off(client, reply)
        self._keep(client)
        raise self._refused(Stage.SENDER, reply, item_of(mail))

    def _name_recipients(self, client: smtplib.SMTP, mail: OutgoingMail) -> None:
        refused: dict[str, Reply] = {}
        try:
            for recipient in mail.recipients:
                reply = client.rcpt(recipient)
                if not _agrees(reply):
                    refused[recipient] = reply
                if reply[0] == _CLOSING:
                    break
        except _BROKEN as error:
            client.close()
            raise self._lost(error, mail) from None
        if refused:
            # One lasting refusal decides: repeating would meet it again.
            worst = max(refused.values(), key=lambda reply: reply[0])
            named = ", ".join(address_masked(address) for address in refused)
            self._break_off(client, worst)
            raise self._refused(Stage.RECIPIENT, worst, item_of(mail), whom=named)

    def _hand_over(
        self, client: smtplib.SMTP, mail: OutgoingMail, content: bytes
    ) -> Sent:
        try:
            reply = client.docmd("DATA")
            if reply[0] == _CONTENT_WANTED:
                client.send(content)
        except _BROKEN as error:
            # Without the closing dot a server takes nothing (RFC 5321, 4.1.1.4).
            client.close()
            raise self._lost(error, mail) from None
        if reply[0] != _CONTENT_WANTED:
            self._break_off(client, reply)
            raise self._refused(Stage.CONTENT, reply, item_of(mail))
        try:
            client.send(b".\r\n")
            reply = client.getreply()
        except _BROKEN as error:
            client.close()
            raise InDoubt(
                "the connection broke after the content was sent:"
                f" {self._settings.shown(str(error))}",
                item=item_of(mail),
            ) from None
        if _agrees(reply):
            return Sent(
                accepted=mail.recipients,
                remote_id=reply[1].decode("utf-8", "replace")[:200],
            )
        self._break_off(client, reply)
        raise self._refused(Stage.ANSWER, reply, item_of(mail))

    def _break_off(self, client: smtplib.SMTP, reply: Reply) -> None:
        # After 421 the server hangs up; a reply that is none leaves us out of step.
        if reply[0] == _CLOSING or reply[0] < 0:
            client.close()
            return
        try:
            reset = client.rset()
        except _BROKEN:
            client.close()
        else:
            if not _agrees(reset):
                client.close()

    def _refused(
        self, stage: Stage, reply: Reply, item: str, *, whom: str = ""
    ) -> RemoteError:
        code, text = reply
        shown = self._settings.shown(text.decode("utf-8", "replace"))
        return refusal(stage, code, shown, item=item, whom=whom)

    def _lost(self, error: Exception, mail: OutgoingMail) -> Transient:
        return Transient(
            "the connection broke before the content was complete:"
            f" {self._settings.shown(str(error))}",
            item=item_of(mail),
        )


def _agrees(reply: Reply) -> bool:
    return reply[0] // 100 == 2  # noqa: PLR2004


def _as_bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "replace")
