"""The counter of the post office: SMTP on a real socket."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from moodle_bridge.practice.post_office_misbehave import Mischief

if TYPE_CHECKING:
    from moodle_bridge.practice.post_office import PostOffice

_CLOSED = "421 4.3.2 closing"
_READY_SECONDS = 60.0


class Counter(Controller):
    """Listens on a socket that is bound at once, so that port 0 gets a number."""

    def __init__(
        self,
        office: PostOffice,
        *,
        host: str,
        port: int,
        size_limit: int | None,
        tls: ssl.SSLContext | None,
        tls_at_once: bool,
        login: tuple[str, str] | None,
    ) -> None:
        self._socket = socket.create_server((host, port))
        super().__init__(
            _Clerk(office),
            hostname=host,
            port=self._socket.getsockname()[1],
            # The port is ours by now: only a busy machine makes this wait.
            ready_timeout=_READY_SECONDS,
            server_hostname="post-office.practice",
            ident="practice post office",
            ssl_context=tls if tls_at_once else None,
            tls_context=None if tls_at_once else tls,
            data_size_limit=size_limit,
            # On TLS from the first byte aiosmtpd does not see that there is TLS.
            auth_require_tls=not tls_at_once,
            authenticator=_authenticator(login) if login else None,
            auth_required=bool(login) and not tls_at_once,
        )

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(
            self._factory_invoker, sock=self._socket, ssl=self.ssl_context
        )


class _Clerk:
    """Answers each step of a transaction, well or, where told to, badly."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office

    async def handle_MAIL(  # noqa: N802
        self,
        server: SMTP,
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if self._office.misbehave.does(Mischief.HANG_UP_EARLY):
            return _hung_up(server)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        refusal = self._office.refusal(address)
        if refusal is not None:
            return refusal
        if self._office.misbehave.does(Mischief.GREYLIST):
            return "451 4.7.1 greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self,
        server: SMTP,
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        misbehave = self._office.misbehave
        if misbehave.does(Mischief.TOO_LARGE):
            return "552 5.3.4 message too large"
        if misbehave.does(Mischief.HANG_UP_BEFORE_STORING):
            return _hung_up(server)
        content = envelope.original_content or b""
        sender = (envelope.mail_from or "").removeprefix("<").removesuffix(">")
        number = self._office.accept(sender, envelope.rcpt_tos, content)
        if misbehave.does(Mischief.HANG_UP_AFTER_STORING):
            return _hung_up(server)
        if misbehave.does(Mischief.DELAY):
            await asyncio.sleep(misbehave.delay_seconds)
        return f"250 2.0.0 OK: queued as {number}"


def _hung_up(server: SMTP) -> str:
    transport = server.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    return _CLOSED


def _authenticator(login: tuple[str, str]) -> Callable[..., AuthResult]:
    known = tuple(part.encode() for part in login)

    def check(*seen: object) -> AuthResult:
        given = seen[-1]
        agrees = (
            isinstance(given, LoginPassword) and (given.login, given.password) == known
        )
        return AuthResult(success=agrees, handled=False)

    return check
