"""An IMAP account in memory and an authority for certificates, for the tests here."""

from __future__ import annotations

import asyncio
import ssl
import threading
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imapclient import IMAPClient
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pysasl.hashing import Cleartext

DOMAIN = "learning.example.org"


@dataclass(frozen=True)
class Authority:
    """Whom the tests trust: the file for clients, the context for servers."""

    ca_file: Path
    server: ssl.SSLContext


@dataclass(frozen=True)
class ImapServer:
    """An IMAP account in memory, and what somebody else can do in it."""

    port: int
    username: str
    password: str

    def client(self) -> IMAPClient:
        client = IMAPClient("127.0.0.1", self.port, ssl=False)
        client.login(self.username, self.password)
        return client

    def does(self, act: Callable[[IMAPClient], Any]) -> Any:
        client = self.client()
        try:
            return act(client)
        finally:
            client.logout()

    def put(self, raw: bytes, folder: str = "INBOX") -> None:
        self.does(lambda client: client.append(folder, raw))


def imap_account(
    context: ssl.SSLContext | None,
) -> tuple[ImapServer, Callable[[], None]]:
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    port = 0
    args = Namespace(
        host="127.0.0.1",
        port=0,
        debug=False,
        cert=None,
        key=None,
        tls=context is not None,
        passlib_cfg=None,
        proxy_protocol=None,
        demo_data=False,
        demo_user="bridge",
        demo_password="secret-sesame",
        inherited_sockets=None,
    )

    async def serve() -> None:
        nonlocal port
        backend, config = await DictBackend.init(
            args,
            reject_dnsbl=False,
            ssl_context=context,
            invalid_user_sleep=0.0,
            hash_context=Cleartext(),
        )
        config.apply_context()
        reader = ProxyProtocolReader(config.proxy_protocol)
        connected = reader.get_callback(IMAPServer(backend.login, config))
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            with suppress(asyncio.CancelledError):
                await server.serve_forever()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(main))
    main = loop.create_task(serve())
    thread.start()
    assert ready.wait(120)

    def stop() -> None:
        loop.call_soon_threadsafe(main.cancel)
        thread.join(120)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    return ImapServer(port=port, username="bridge", password="secret-sesame"), stop
