"""What every mailer must do."""

# ruff: noqa: D102 - a test's name is its sentence

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zope.interface.verify import verifyObject

from moodle_bridge.interfaces import IMailer
from moodle_bridge.model.mail import OutgoingMail

_TEXT = (
    b"From: Amina <amina@learning.example.org>\r\n"
    b"To: ben@learning.example.org\r\n"
    b"Subject: Week 2\r\n"
    b"Message-ID: <post.1.contract@bridge.example.org>\r\n"
    b"Date: Mon, 05 Jan 2026 10:00:00 +0000\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n"
    b"\r\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What arrived at the next hop: the envelope, and the mail as it was kept.

    `content` may have lines of the next hop's own above the mail, and other line
    ends.
    """

    sender: str
    recipients: tuple[str, ...]
    content: bytes


class MailerContract:
    """Inherit it, and give two fixtures.

    `mailer`: a fresh `IMailer` whose next hop takes mail for
    `ben@learning.example.org` and `chi@learning.example.org`.
    `delivered`: a function without arguments that returns what has arrived by now, a
    sequence of `Delivered` in the order of arrival, one for each transaction or one
    for each recipient.
    """

    interface = IMailer
    plugin: str
    """The name that the plug-in is registered by."""

    def test_it_keeps_the_interface(self, mailer: IMailer) -> None:
        assert verifyObject(IMailer, mailer)
        assert isinstance(mailer.can_look, bool)

    def test_what_is_sent_arrives_as_it_was(
        self, mailer: IMailer, delivered: Callable[[], Sequence[Delivered]]
    ) -> None:
        body = (
            "Täglich grüßt 你好.\r\n"
            ".a line that begins with a dot\r\n"
            ".\r\n"
            "..\r\n"
            "\r\n"
            "From here on nothing is changed.\r\n" + "x" * 900 + "\r\n"
        )
        mail = _mail(1, _TEXT + body.encode())
        sent = mailer.send(mail)
        assert sent.accepted == mail.recipients
        assert not sent.refused
        assert _plain(delivered()[0].content).endswith(_plain(mail.content))

    def test_every_recipient_gets_it(
        self, mailer: IMailer, delivered: Callable[[], Sequence[Delivered]]
    ) -> None:
        both = ("ben@learning.example.org", "chi@learning.example.org")
        sent = mailer.send(_mail(2, recipients=both))
        assert sent.accepted == both
        reached = {who for each in delivered() for who in each.recipients}
        assert reached == set(both)

    def test_the_null_return_path_is_kept(
        self, mailer: IMailer, delivered: Callable[[], Sequence[Delivered]]
    ) -> None:
        mailer.send(_mail(3, sender=""))
        assert [each.sender for each in delivered()] == [""]

    def test_mails_arrive_in_the_order_in_which_they_are_sent(
        self, mailer: IMailer, delivered: Callable[[], Sequence[Delivered]]
    ) -> None:
        for number in range(5):
            mailer.send(_mail(number, _TEXT + b"number %d\r\n" % number))
        bodies = [each.content.rsplit(b"\n", 2)[-2].strip() for each in delivered()]
        assert bodies == [b"number %d" % number for number in range(5)]

    def test_it_never_says_that_it_sent_what_it_did_not(self, mailer: IMailer) -> None:
        assert mailer.was_sent(_mail(4)) in {False, None}

    def test_it_never_denies_what_it_sent(self, mailer: IMailer) -> None:
        mail = _mail(5)
        mailer.send(mail)
        told = mailer.was_sent(mail)
        assert told is True if mailer.can_look else told is None

    def test_it_can_be_closed_twice(self, mailer: IMailer) -> None:
        mailer.send(_mail(6))
        mailer.close()
        mailer.close()


def _mail(
    number: int,
    content: bytes = _TEXT + b"Hello\r\n",
    *,
    sender: str = "bridge@learning.example.org",
    recipients: tuple[str, ...] = ("ben@learning.example.org",),
) -> OutgoingMail:
    return OutgoingMail(
        key=f"post.{number}.contract",
        message_id=f"<post.{number}.contract@bridge.example.org>",
        sender=sender,
        recipients=recipients,
        content=content,
    )


def _plain(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")
