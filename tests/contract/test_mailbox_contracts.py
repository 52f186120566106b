"""The contract of mailboxes, kept by each of ours."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from moodle_bridge.interfaces import IMailbox
from moodle_bridge.registry import Registry
from moodle_bridge.testing import MailboxContract
from tests.contract.mail_servers import ImapServer


class TestImap(MailboxContract):
    plugin = "imap"

    @pytest.fixture
    def mailbox(
        self, registry: Registry, imap_server: ImapServer
    ) -> Iterator[IMailbox]:
        settings = registry.settings(
            IMailbox,
            self.plugin,
            {
                "host": "127.0.0.1",
                "port": imap_server.port,
                "security": "none",
                "username": imap_server.username,
                "password": imap_server.password,
            },
            "mail.in",
        )
        mailbox = registry.build(IMailbox, self.plugin, settings)
        yield mailbox
        mailbox.close()

    @pytest.fixture
    def put(self, imap_server: ImapServer) -> Callable[[bytes], None]:
        return imap_server.put


class TestImapThatMoves(TestImap):
    @pytest.fixture
    def mailbox(
        self, registry: Registry, imap_server: ImapServer
    ) -> Iterator[IMailbox]:
        imap_server.does(lambda client: client.create_folder("Taken"))
        settings = registry.settings(
            IMailbox,
            self.plugin,
            {
                "host": "127.0.0.1",
                "port": imap_server.port,
                "security": "none",
                "username": imap_server.username,
                "password": imap_server.password,
                "move_to": "Taken",
            },
            "mail.in",
        )
        mailbox = registry.build(IMailbox, self.plugin, settings)
        yield mailbox
        mailbox.close()


class TestMaildir(MailboxContract):
    plugin = "maildir"

    @pytest.fixture
    def mailbox(self, registry: Registry, tmp_path: Path) -> IMailbox:
        for part in ("tmp", "new", "cur"):
            (tmp_path / "box" / part).mkdir(parents=True)
        settings = registry.settings(
            IMailbox, self.plugin, {"path": tmp_path / "box"}, "mail.in"
        )
        return registry.build(IMailbox, self.plugin, settings)

    @pytest.fixture
    def put(self, tmp_path: Path) -> Callable[[bytes], None]:
        second = iter(range(1_700_000_000, 1_800_000_000))

        def put(raw: bytes) -> None:
            moment = next(second)
            # Names against the order of time, as two machines may make them.
            path = tmp_path / "box" / "new" / f"{1_900_000_000 - moment}.machine"
            path.write_bytes(raw.replace(b"\r\n", b"\n"))
            os.utime(path, (moment, moment))

        return put
