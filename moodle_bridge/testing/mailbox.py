"""What every mailbox must do."""

# ruff: noqa: D102 - a test's name is its sentence

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from zope.interface.verify import verifyObject

from moodle_bridge.interfaces import IMailbox
from moodle_bridge.model.mail import IncomingMail

Put = Callable[[bytes], None]


class MailboxContract:
    """Inherit it, and give two fixtures.

    `mailbox`: a fresh `IMailbox` that is empty.
    `put`: a function that lays a mail (bytes with CRLF line ends) into it, later
    ones with a later time.
    """

    interface = IMailbox
    plugin: str
    """The name that the plug-in is registered by."""

    def test_it_keeps_the_interface(self, mailbox: IMailbox) -> None:
        assert verifyObject(IMailbox, mailbox)
        assert isinstance(mailbox.name, str)
        assert mailbox.name

    def test_an_empty_mailbox_gives_nothing(self, mailbox: IMailbox) -> None:
        assert list(mailbox.fetch(None)) == []

    def test_a_mail_is_given_whole(self, mailbox: IMailbox, put: Put) -> None:
        raw = _raw(1, "Täglich grüßt 你好.\r\n\r\nFrom here\r\n.\r\n")
        put(raw)
        (mail,) = mailbox.fetch(None)
        assert _plain(mail.raw) == _plain(raw)

    def test_its_time_is_aware_and_utc(self, mailbox: IMailbox, put: Put) -> None:
        put(_raw(1))
        (mail,) = mailbox.fetch(None)
        assert mail.received.utcoffset() == timedelta(0)

    def test_the_oldest_is_given_first(self, mailbox: IMailbox, put: Put) -> None:
        for number in range(5):
            put(_raw(number))
        assert _numbers(mailbox.fetch(None)) == [0, 1, 2, 3, 4]

    def test_keys_are_lasting_and_never_shared(
        self, mailbox: IMailbox, put: Put
    ) -> None:
        put(_raw(1))
        put(_raw(1))
        first = [mail.key for mail in mailbox.fetch(None)]
        second = [mail.key for mail in mailbox.fetch(None)]
        assert first == second
        assert len(set(first)) == 2  # noqa: PLR2004

    def test_fetching_takes_nothing_away(self, mailbox: IMailbox, put: Put) -> None:
        put(_raw(1))
        assert _numbers(mailbox.fetch(None)) == [1]
        assert _numbers(mailbox.fetch(None)) == [1]

    def test_fetching_may_be_broken_off(self, mailbox: IMailbox, put: Put) -> None:
        put(_raw(1))
        put(_raw(2))
        next(iter(mailbox.fetch(None)))
        assert _numbers(mailbox.fetch(None)) == [1, 2]

    def test_what_is_acknowledged_is_not_given_again(
        self, mailbox: IMailbox, put: Put
    ) -> None:
        put(_raw(1))
        (mail,) = mailbox.fetch(None)
        mailbox.acknowledge([mail.key])
        assert list(mailbox.fetch(mailbox.cursor_after(mail))) == []

    def test_what_comes_later_is_given(self, mailbox: IMailbox, put: Put) -> None:
        put(_raw(1))
        (mail,) = mailbox.fetch(None)
        mailbox.acknowledge([mail.key])
        put(_raw(2))
        assert _numbers(mailbox.fetch(mailbox.cursor_after(mail))) == [2]

    def test_what_was_not_acknowledged_is_given_after_the_same_cursor(
        self, mailbox: IMailbox, put: Put
    ) -> None:
        for number in range(3):
            put(_raw(number))
        first, _, _ = mailbox.fetch(None)
        mailbox.acknowledge([first.key])
        cursor = mailbox.cursor_after(first)
        assert _numbers(mailbox.fetch(cursor)) == [1, 2]
        assert _numbers(mailbox.fetch(cursor)) == [1, 2]

    def test_mail_can_be_acknowledged_while_more_is_fetched(
        self, mailbox: IMailbox, put: Put
    ) -> None:
        for number in range(3):
            put(_raw(number))
        seen = []
        for mail in mailbox.fetch(None):
            mailbox.acknowledge([mail.key])
            seen.append(mail)
        assert _numbers(seen) == [0, 1, 2]
        assert list(mailbox.fetch(mailbox.cursor_after(seen[-1]))) == []

    def test_acknowledging_may_be_repeated(self, mailbox: IMailbox, put: Put) -> None:
        put(_raw(1))
        (mail,) = mailbox.fetch(None)
        mailbox.acknowledge([mail.key])
        mailbox.acknowledge([mail.key, mail.key])
        assert list(mailbox.fetch(mailbox.cursor_after(mail))) == []

    def test_unknown_keys_are_passed_over(self, mailbox: IMailbox, put: Put) -> None:
        put(_raw(1))
        mailbox.acknowledge([])
        mailbox.acknowledge(["of-no-mailbox"])
        assert _numbers(mailbox.fetch(None)) == [1]

    def test_it_can_be_closed_twice(self, mailbox: IMailbox, put: Put) -> None:
        put(_raw(1))
        assert _numbers(mailbox.fetch(None)) == [1]
        mailbox.close()
        mailbox.close()


def _raw(number: int, body: str = "Hello\r\n") -> bytes:
    return (
        "From: Amina <amina@learning.example.org>\r\n"
        "To: forum@learning.example.org\r\n"
        f"Subject: {number}\r\n"
        f"Message-ID: <{number}.contract@learning.example.org>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "\r\n"
        f"{body}"
    ).encode()


def _numbers(mails: Iterable[IncomingMail]) -> list[int]:
    return [
        int(_plain(mail.raw).split(b"\nSubject: ")[1].partition(b"\n")[0])
        for mail in mails
    ]


def _plain(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")
