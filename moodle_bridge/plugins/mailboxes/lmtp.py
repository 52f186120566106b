"""Takes mail that a mail host of our own hands over by LMTP (RFC 2033).

Not an `IMailbox`: the mail is pushed, and each recipient gets an answer of its own.
The mail host keeps what was not taken and tries again, so nothing is ever between two
chairs.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import AnyStr, Self

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

from moodle_bridge.model.mail import IncomingMail
from moodle_bridge.plugins.mailboxes.arrival import DEFAULT_MAX_BYTES, key_of
from moodle_bridge.redact import masked
from moodle_bridge.runtime import Clock, utc_now

Deliver = Callable[[IncomingMail], None]
"""Puts a mail into the ledger; returns when it is there, raises when it is not."""

Accepts = Callable[[str], bool]
"""Says whether a recipient's address is one of ours."""

_log = logging.getLogger(__name__)
_LONGEST_LINE = 1 << 20
_READY_SECONDS = 60.0
_TAKEN = "250 2.1.5 taken"
_NOT_NOW = "451 4.3.0 not taken, try again later"


class LmtpListener:
    """Listens for LMTP on `host` and `port` (0 takes any; then see `port`).

    `deliver` is called once for each recipient, in a thread of its own, never two at
    a time; 250 is said only after it returned, 451 when it raised. `accepts` decides
    on each recipient; who is not ours gets 550. A mail over `max_bytes` is refused
    with 552, which its sender's host tells the sender. Listen on loopback only: LMTP
    knows no login.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        deliver: Deliver,
        accepts: Accepts,
        clock: Clock = utc_now,
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> None:
        self.host = host
        self.port = port
        self._max_bytes = max_bytes
        self._hand = _Hand(deliver=deliver, accepts=accepts, clock=clock)
        self._controller: _Controller | None = None

    def start(self) -> None:
        """Listen, in a thread; raises OSError when the port is taken."""
        self._controller = _Controller(
            self._hand, host=self.host, port=self.port, max_bytes=self._max_bytes
        )
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        """Listen no more; a mail under way is answered by nobody. May be repeated."""
        controller, self._controller = self._controller, None
        if controller is not None:
            controller.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Hand:
    def __init__(self, *, deliver: Deliver, accepts: Accepts, clock: Clock) -> None:
        self._deliver = deliver
        self._accepts = accepts
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def handle_RCPT(  # noqa: N802
        self,
        server: LMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        try:
            ours = self._accepts(address)
        except Exception as error:  # noqa: BLE001 - whatever it is, they try again
            _tell("whether an address is ours cannot be told", error)
            return _NOT_NOW
        if not ours:
            return "550 5.1.1 no such address here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self,
        server: LMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        raw = envelope.original_content or b""
        sender = (envelope.mail_from or "").removeprefix("<").removesuffix(">")
        replies = []
        async with self._one_at_a_time:
            for recipient in envelope.rcpt_tos:
                mail = IncomingMail(
                    key=key_of("lmtp", raw, recipient),
                    raw=raw,
                    received=self._clock(),
                    envelope_recipient=recipient,
                    envelope_sender=sender,
                )
                replies.append(await self._taken(mail))
        return "\r\n".join(replies)

    async def _taken(self, mail: IncomingMail) -> str:
        try:
            await asyncio.to_thread(self._deliver, mail)
        except Exception as error:  # noqa: BLE001 - whatever it is, the mail stays
            _tell("a mail was not taken", error)
            return _NOT_NOW
        return _TAKEN


def _tell(what: str, error: Exception) -> None:
    # Without the trace, which could show what the mail says.
    _log.error("%s (%s): %s", what, type(error).__name__, masked(str(error)))


class _Lmtp(LMTP):
    # Real mail has longer lines than RFC 5321 allows, and is not to be lost by it.
    line_length_limit = _LONGEST_LINE
    _answers_due = 0

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        due = len(self.envelope.rcpt_tos) if self.envelope else 0
        try:
            self._answers_due = due
            await super().smtp_DATA(arg)
        finally:
            self._answers_due = 0

    async def push(self, status: AnyStr) -> None:
        # When the content itself is refused aiosmtpd says so once; LMTP wants it said
        # for each recipient (RFC 2033 section 4.2).
        refused = str(status).startswith(("500 ", "552 "))
        for _ in range(self._answers_due if refused else 1):
            await super().push(status)


class _Controller(Controller):
    def __init__(self, hand: _Hand, *, host: str, port: int, max_bytes: int) -> None:
        self._socket = socket.create_server((host, port))
        super().__init__(
            hand,
            hostname=host,
            port=self._socket.getsockname()[1],
            # The port is ours by now: only a busy machine makes this wait.
            ready_timeout=_READY_SECONDS,
            data_size_limit=max_bytes,
            ident="moodle-bridge LMTP",
            enable_SMTPUTF8=True,
        )

    def factory(self) -> LMTP:
        return _Lmtp(self.handler, **self.SMTP_kwargs)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)
