"""Mail servers on real sockets of this machine, and a registry with what we have."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from moodle_bridge.plugins import includeme
from moodle_bridge.practice.post_office import PostOffice
from moodle_bridge.registry import Registry
from tests.contract.mail_servers import DOMAIN, Authority, ImapServer, imap_account


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.include(includeme)
    registry.freeze()
    return registry


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    ca = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    ca_file = tmp_path_factory.mktemp("authority") / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    return Authority(ca_file=ca_file, server=context)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    with PostOffice(tmp_path / "office", [DOMAIN]) as office:
        for name in ("ben", "chi"):
            office.add_mailbox(f"{name}@{DOMAIN}")
        yield office


@pytest.fixture
def start_imap() -> Iterator[Callable[..., ImapServer]]:
    stops: list[Callable[[], None]] = []

    def start(context: ssl.SSLContext | None = None) -> ImapServer:
        server, stop = imap_account(context)
        stops.append(stop)
        return server

    yield start
    for stop in stops:
        stop()


@pytest.fixture
def imap_server(start_imap: Callable[..., ImapServer]) -> ImapServer:
    return start_imap()
