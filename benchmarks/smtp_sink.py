"""`python -m benchmarks.smtp_sink`: takes every mail by SMTP and forgets it."""

from __future__ import annotations

import socket
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from benchmarks.part import answer

if TYPE_CHECKING:
    import asyncio


class _Sink:
    def __init__(self) -> None:
        self.mails = 0
        self.connections = 0

    async def handle_EHLO(  # noqa: N802
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,
        envelope: Envelope,  # noqa: ARG002
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_DATA(  # noqa: N802
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,  # noqa: ARG002
    ) -> str:
        self.mails += 1
        return f"250 2.0.0 OK: queued as {self.mails}"


class _Door(Controller):
    """Listens on a socket that is bound at once, so that port 0 gets a number."""

    def __init__(self, sink: _Sink) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        port = self.socket.getsockname()[1]
        super().__init__(sink, hostname="127.0.0.1", port=port)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self.socket)


def main() -> None:
    """Listen; tell on each question how many mails and connections there were."""
    sink = _Sink()
    door = _Door(sink)
    door.start()

    def counted(_question: dict[str, Any]) -> dict[str, int]:
        return {"mails": sink.mails, "connections": sink.connections}

    try:
        answer({"port": door.port}, counted)
    finally:
        door.stop()


if __name__ == "__main__":
    main()
