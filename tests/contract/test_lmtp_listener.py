"""The LMTP listener answers each recipient for itself, and only what is true."""

from __future__ import annotations

import logging
import smtplib
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from moodle_bridge.model.mail import IncomingMail
from moodle_bridge.plugins.mailboxes.lmtp import LmtpListener

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
RAW = b"Subject: Week 2\r\nFrom: amina@x.org\r\n\r\nHello\r\n.dot\r\n"


class Ledger:
    """Takes mails, except for those who it is told to fail for."""

    def __init__(self) -> None:
        self.mails: list[IncomingMail] = []
        self.fails_for: set[str] = set()

    def take(self, mail: IncomingMail) -> None:
        if mail.envelope_recipient in self.fails_for:
            raise RuntimeError("disk full for amina@x.org, token=17")
        self.mails.append(mail)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def listener(ledger: Ledger) -> Iterator[LmtpListener]:
    with LmtpListener(
        "127.0.0.1",
        0,
        deliver=ledger.take,
        accepts=lambda address: address.endswith("@bridge.example.org"),
        clock=lambda: NOW,
        max_bytes=5000,
    ) as listener:
        yield listener


class Talk:
    """Says lines and gives the replies, so that each one can be counted."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._lines = self._socket.makefile("rb")

    def hear(self) -> str:
        while (line := self._lines.readline().decode().rstrip())[3:4] == "-":
            pass
        return line

    def say(self, line: str) -> str:
        self._socket.sendall(line.encode() + b"\r\n")
        return self.hear()

    def give(self, content: bytes, *, answers: int) -> list[str]:
        assert self.say("DATA").startswith("354")
        self._socket.sendall(content + b".\r\n")
        return [self.hear()[:3] for _ in range(answers)]

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


@pytest.fixture
def talk(listener: LmtpListener) -> Iterator[Talk]:
    talk = Talk(listener.port)
    assert talk.hear().startswith("220")
    assert talk.say("LHLO client").startswith("250")
    yield talk
    talk.close()


Begin = Callable[..., list[str]]


@pytest.fixture
def begin(talk: Talk) -> Begin:
    def begin(*recipients: str, sender: str = "amina@x.org") -> list[str]:
        assert talk.say(f"MAIL FROM:<{sender}>").startswith("250")
        return [talk.say(f"RCPT TO:<{recipient}>")[:3] for recipient in recipients]

    return begin


def test_a_mail_that_is_in_the_ledger_is_taken(
    ledger: Ledger, listener: LmtpListener
) -> None:
    with smtplib.LMTP("127.0.0.1", listener.port) as client:
        client.sendmail("amina@x.org", ["forum+k3@bridge.example.org"], RAW)
    (mail,) = ledger.mails
    assert mail.raw == RAW
    assert mail.envelope_recipient == "forum+k3@bridge.example.org"
    assert mail.envelope_sender == "amina@x.org"
    assert mail.received == NOW


def test_each_recipient_is_a_mail_and_an_answer_of_its_own(
    ledger: Ledger, talk: Talk, begin: Begin
) -> None:
    ledger.fails_for = {"b@bridge.example.org"}
    recipients = [f"{name}@bridge.example.org" for name in "abc"]
    assert begin(*recipients) == ["250", "250", "250"]
    assert talk.give(RAW, answers=3) == ["250", "451", "250"]
    assert [mail.envelope_recipient for mail in ledger.mails] == [
        "a@bridge.example.org",
        "c@bridge.example.org",
    ]
    assert len({mail.key for mail in ledger.mails}) == 2
    assert talk.say("QUIT").startswith("221")


def test_who_is_not_ours_is_refused_and_the_others_are_served(
    ledger: Ledger, talk: Talk, begin: Begin
) -> None:
    assert begin("a@bridge.example.org", "eve@elsewhere.org") == ["250", "550"]
    assert talk.give(RAW, answers=1) == ["250"]
    assert len(ledger.mails) == 1
    assert talk.say("NOOP").startswith("250")


def test_a_mail_that_is_too_big_is_refused_for_each_recipient(
    ledger: Ledger, talk: Talk, begin: Begin
) -> None:
    begin("a@bridge.example.org", "b@bridge.example.org")
    assert talk.give(RAW + b"x\r\n" * 3000, answers=2) == ["552", "552"]
    assert ledger.mails == []
    assert talk.say("NOOP").startswith("250")


def test_the_same_mail_handed_over_again_has_the_same_key(
    ledger: Ledger, talk: Talk, begin: Begin
) -> None:
    for _ in range(2):
        begin("a@bridge.example.org")
        talk.give(RAW, answers=1)
    first, second = ledger.mails
    assert first.key == second.key


def test_the_null_return_path_is_an_empty_sender(
    ledger: Ledger, talk: Talk, begin: Begin
) -> None:
    begin("a@bridge.example.org", sender="")
    talk.give(RAW, answers=1)
    assert ledger.mails[0].envelope_sender == ""


def test_a_line_longer_than_the_standard_allows_is_not_lost(
    ledger: Ledger, talk: Talk, begin: Begin
) -> None:
    long = b"Subject: x\r\n\r\n" + b"y" * 4000 + b"\r\n"
    begin("a@bridge.example.org")
    assert talk.give(long, answers=1) == ["250"]
    assert ledger.mails[0].raw == long


def test_a_mail_cut_off_on_the_way_is_not_delivered(
    ledger: Ledger, listener: LmtpListener, talk: Talk, begin: Begin
) -> None:
    begin("a@bridge.example.org")
    assert talk.say("DATA").startswith("354")
    talk._socket.sendall(b"Subject: half\r\n\r\nHel")
    talk.close()
    with smtplib.LMTP("127.0.0.1", listener.port) as client:
        client.sendmail("amina@x.org", ["a@bridge.example.org"], RAW)
    assert [mail.raw for mail in ledger.mails] == [RAW]


def test_what_went_wrong_is_logged_without_address_or_secret(
    ledger: Ledger, talk: Talk, begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    ledger.fails_for = {"a@bridge.example.org"}
    begin("a@bridge.example.org")
    with caplog.at_level(logging.ERROR, "moodle_bridge"):
        assert talk.give(RAW, answers=1) == ["451"]
    assert "RuntimeError" in caplog.text
    assert "amina" not in caplog.text
    assert "17" not in caplog.messages[0]


def test_when_it_cannot_be_told_who_is_ours_the_mail_waits(ledger: Ledger) -> None:
    def accepts(address: str) -> bool:
        raise RuntimeError("no ledger")

    with (
        LmtpListener("127.0.0.1", 0, deliver=ledger.take, accepts=accepts) as listener,
        smtplib.LMTP("127.0.0.1", listener.port) as client,
    ):
        client.ehlo_or_helo_if_needed()
        client.mail("amina@x.org")
        assert client.rcpt("a@bridge.example.org")[0] == 451


def test_it_can_be_stopped_twice_and_started_again(ledger: Ledger) -> None:
    listener = LmtpListener(
        "127.0.0.1", 0, deliver=ledger.take, accepts=lambda address: True
    )
    listener.stop()
    for _ in range(2):
        listener.start()
        with smtplib.LMTP("127.0.0.1", listener.port) as client:
            client.sendmail("a@x.org", ["b@y.org"], RAW)
        listener.stop()
        listener.stop()
    assert len(ledger.mails) == 2


def test_a_port_that_is_taken_is_told(ledger: Ledger) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listener = LmtpListener(
            "127.0.0.1",
            taken.getsockname()[1],
            deliver=ledger.take,
            accepts=lambda address: True,
        )
        with pytest.raises(OSError, match="in use"):
            listener.start()
