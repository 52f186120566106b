"""The contract of mailers, kept by each of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.interfaces import IMailer
from moodle_bridge.practice.post_office import PostOffice
from moodle_bridge.registry import Registry
from moodle_bridge.testing import Delivered, MailerContract
from tests.contract.mail_servers import DOMAIN, Authority


def built(registry: Registry, name: str, raw: dict[str, Any]) -> IMailer:
    settings = registry.settings(IMailer, name, raw, "mail.out")
    return registry.build(IMailer, name, settings)


def as_delivered(stored: bytes) -> Delivered:
    sender = re.search(rb"\AReturn-Path: <(.*)>", stored)
    recipients = re.findall(rb"(?m)^Delivered-To: (.*)$", stored)
    assert sender is not None
    return Delivered(
        sender=sender[1].decode(),
        recipients=tuple(recipient.decode() for recipient in recipients),
        content=stored,
    )


class TestSmtpInTheClear(MailerContract):
    plugin = "smtp"

    @pytest.fixture
    def mailer(self, registry: Registry, office: PostOffice) -> Iterator[IMailer]:
        mailer = built(
            registry,
            self.plugin,
            {"host": office.host, "port": office.port, "security": "none"},
        )
        yield mailer
        mailer.close()

    @pytest.fixture
    def delivered(self, office: PostOffice) -> Callable[[], Sequence[Delivered]]:
        return lambda: [
            as_delivered(mail)
            for name in ("ben", "chi")
            for mail in office.mails(f"{name}@{DOMAIN}")
        ]


class TestSmtpWithStartTlsAndLogin(TestSmtpInTheClear):
    security = "starttls"

    @pytest.fixture
    def office(self, tmp_path: Path, authority: Authority) -> Iterator[PostOffice]:
        with PostOffice(
            tmp_path / "office",
            [DOMAIN],
            tls=authority.server,
            tls_at_once=self.security == "tls",
            login=("bridge", "open-sesame"),
        ) as office:
            for name in ("ben", "chi"):
                office.add_mailbox(f"{name}@{DOMAIN}")
            yield office

    @pytest.fixture
    def mailer(
        self, registry: Registry, office: PostOffice, authority: Authority
    ) -> Iterator[IMailer]:
        mailer = built(
            registry,
            self.plugin,
            {
                "host": "localhost",
                "port": office.port,
                "security": self.security,
                "username": "bridge",
                "password": "open-sesame",
                "ca_file": authority.ca_file,
            },
        )
        yield mailer
        mailer.close()


class TestSmtpWithTlsFromTheFirstByte(TestSmtpWithStartTlsAndLogin):
    security = "tls"


class TestMaildir(MailerContract):
    plugin = "maildir"

    @pytest.fixture
    def mailer(self, registry: Registry, tmp_path: Path) -> IMailer:
        return built(registry, self.plugin, {"path": tmp_path / "out"})

    @pytest.fixture
    def delivered(self, tmp_path: Path) -> Callable[[], Sequence[Delivered]]:
        def delivered() -> Sequence[Delivered]:
            files = (tmp_path / "out" / "new").iterdir()
            in_order = sorted(files, key=lambda path: path.stat().st_mtime_ns)
            return [as_delivered(path.read_bytes()) for path in in_order]

        return delivered
