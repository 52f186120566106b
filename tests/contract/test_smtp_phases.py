"""What an SMTP mailer makes of each thing that a server may say, at each step."""

from __future__ import annotations

import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.plugins.mailers.smtp import SmtpMailer, SmtpSettings
from moodle_bridge.practice.post_office import PostOffice
from moodle_bridge.practice.post_office_misbehave import Mischief
from tests.contract.mail_servers import DOMAIN, Authority

CONTENT = b"From: bridge@learning.example.org\r\nSubject: Week 2\r\n\r\nHello\r\n"


def a_mail(**changes: Any) -> OutgoingMail:
    values: dict[str, Any] = {
        "key": "post.1",
        "message_id": "<post.1@bridge.example.org>",
        "sender": f"bridge@{DOMAIN}",
        "recipients": (f"ben@{DOMAIN}",),
        "content": CONTENT,
    }
    return OutgoingMail(**{**values, **changes})


class Script:
    """A server that answers by a table: verb -> reply, or what to do instead.

    `None` closes the connection. `said` is what clients said, one list a connection;
    a reply is used for the first time only when it stands in a list.
    """

    def __init__(self, replies: dict[str, Any], *, greeting: str = "220 hello") -> None:
        self.replies: dict[str, Any] = {
            "EHLO": "250-script\r\n250-8BITMIME\r\n250 SMTPUTF8",
            "MAIL": "250 OK",
            "RCPT": "250 OK",
            "DATA": "354 go on",
            ".": "250 2.0.0 taken",
            "RSET": "250 OK",
            "QUIT": "221 bye",
            **replies,
        }
        self.greeting = greeting
        self.said: list[list[str]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(120)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            # A client that hangs up in between is what some tests are about.
            with connection, connection.makefile("rb") as lines, suppress(OSError):
                self._talk(connection, lines)

    def _talk(self, connection: socket.socket, lines: Any) -> None:
        said: list[str] = []
        self.said.append(said)
        connection.sendall(self.greeting.encode() + b"\r\n")
        for line in lines:
            text = line.decode("utf-8").rstrip("\r\n")
            said.append(text)
            reply = self._reply(text.split(" ", 1)[0].split(":", 1)[0].upper())
            if reply is None:
                return
            connection.sendall(reply.encode() + b"\r\n")
            if reply.startswith("354"):
                content = []
                for part in lines:
                    if part == b".\r\n":
                        break
                    content.append(part)
                said.append(b"".join(content).decode("utf-8"))
                reply = self._reply(".")
                if reply is None:
                    return
                connection.sendall(reply.encode() + b"\r\n")
            if reply.startswith(("221", "421")):
                return

    def _reply(self, verb: str) -> str | None:
        reply = self.replies.get(verb, "500 what?")
        if isinstance(reply, list):
            return str(reply.pop(0)) if reply else "250 OK"
        return reply if reply is None else str(reply)


Scripted = Callable[..., tuple[SmtpMailer, Script]]


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    made: list[tuple[SmtpMailer, Script]] = []

    def make(
        replies: dict[str, Any] | None = None, *, greeting: str = "220 hello"
    ) -> tuple[SmtpMailer, Script]:
        script = Script(replies or {}, greeting=greeting)
        settings = SmtpSettings(
            host="127.0.0.1",
            port=script.port,
            security="none",
            timeout=60,
            local_hostname="bridge.example.org",
        )
        made.append((SmtpMailer(settings), script))
        return made[-1]

    yield make
    for mailer, script in made:
        mailer.close()
        script.close()


@pytest.mark.parametrize(
    ("step", "reply", "error"),
    [
        ("EHLO", None, Transient),
        ("MAIL", "450 not now", Transient),
        ("MAIL", "550 not you", Permanent),
        ("MAIL", "421 closing", Transient),
        ("MAIL", None, Transient),
        ("MAIL", "300 what", Transient),
        ("RCPT", "451 greylisted", Transient),
        ("RCPT", "550 nobody here", Permanent),
        ("RCPT", "421 closing", Transient),
        ("RCPT", None, Transient),
        ("DATA", "452 disk full", Transient),
        ("DATA", "554 no", Permanent),
        ("DATA", "250 what", Transient),
        ("DATA", None, Transient),
        (".", "452 disk full", Transient),
        (".", "421 closing", Transient),
        (".", "552 too big", Permanent),
        (".", "554 spam", Permanent),
        (".", "354 go on", InDoubt),
        (".", "hello", InDoubt),
        (".", None, InDoubt),
    ],
)
def test_each_refusal_is_what_it_is(
    scripted: Scripted, step: str, reply: str | None, error: type[RemoteError]
) -> None:
    mailer, _ = scripted({step: reply})
    with pytest.raises(RemoteError) as caught:
        mailer.send(a_mail())
    assert type(caught.value) is error
    assert "post.1" in str(caught.value) or step == "EHLO"
    assert caught.value.advice
    if reply and reply[:3].isdigit() and reply[3:4] == " ":
        assert caught.value.code == reply[:3]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize("code", ["450", "550"])
def test_after_a_refusal_the_connection_serves_the_next_mail(
    scripted: Scripted, step: str, code: str
) -> None:
    good = {"MAIL": "250 OK", "RCPT": "250 OK", "DATA": "354 go on", ".": "250 OK"}
    mailer, script = scripted({step: [f"{code} no", good[step], good[step]]})
    with pytest.raises((Transient, Permanent)):
        mailer.send(a_mail())
    mailer.send(a_mail(key="post.2"))
    mailer.close()
    (said,) = script.said
    assert "rset" in said


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize("reply", [None, "421 closing", "nonsense"])
def test_after_a_broken_connection_the_next_mail_has_a_new_one(
    scripted: Scripted, step: str, reply: str | None
) -> None:
    mailer, script = scripted({step: reply})
    with pytest.raises((Transient, InDoubt)):
        mailer.send(a_mail())
    script.replies.update(
        {"MAIL": "250 OK", "RCPT": "250 OK", "DATA": "354 go on", ".": "250 OK"}
    )
    assert mailer.send(a_mail(key="post.2")).accepted == (f"ben@{DOMAIN}",)
    assert len(script.said) == 2


@pytest.mark.parametrize("reply", [None, "500 what?"])
def test_a_server_that_cannot_start_over_gets_a_new_connection(
    scripted: Scripted, reply: str | None
) -> None:
    mailer, script = scripted({"RCPT": ["550 nobody", "250 OK"], "RSET": reply})
    with pytest.raises(Permanent):
        mailer.send(a_mail())
    mailer.send(a_mail(key="post.2"))
    assert len(script.said) == 2


@pytest.mark.parametrize("reply", ["None", "421 closing"])
def test_a_connection_that_went_stale_is_replaced_within_the_send(
    scripted: Scripted, reply: str
) -> None:
    mailer, script = scripted()
    mailer.send(a_mail())
    answers = iter([None if reply == "None" else reply, "250 OK"])
    ordinary = script._reply
    script._reply = (  # type: ignore[method-assign]
        lambda verb: next(answers) if verb == "MAIL" else ordinary(verb)
    )
    assert mailer.send(a_mail(key="post.2")).accepted
    assert len(script.said) == 2


def test_a_4xx_for_the_sender_on_a_kept_connection_is_not_asked_again(
    scripted: Scripted,
) -> None:
    mailer, script = scripted({"MAIL": ["250 OK", "452 later"]})
    mailer.send(a_mail())
    with pytest.raises(Transient):
        mailer.send(a_mail(key="post.2"))
    assert len(script.said) == 1


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        (["250 OK", "550 nobody", "250 OK"], Permanent),
        (["250 OK", "451 later", "250 OK"], Transient),
        (["451 later", "550 nobody", "250 OK"], Permanent),
    ],
)
def test_one_refused_recipient_keeps_the_mail_from_all(
    scripted: Scripted, replies: list[str], error: type[RemoteError]
) -> None:
    mailer, script = scripted({"RCPT": replies})
    recipients = tuple(f"{name}@{DOMAIN}" for name in ("ben", "chidi", "dora"))
    with pytest.raises(error) as caught:
        mailer.send(a_mail(recipients=recipients))
    mailer.close()
    (said,) = script.said
    assert "data" not in said
    assert said[-2:] == ["rset", "quit"]
    assert f"c***@{DOMAIN}" in str(caught.value)
    assert "chidi" not in str(caught.value)


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        ("554 go away", Permanent),
        ("421 too busy", Transient),
        ("SSH-2.0-OpenSSH", Transient),
    ],
)
def test_a_greeting_that_is_none_is_told(
    scripted: Scripted, greeting: str, error: type[RemoteError]
) -> None:
    mailer, _ = scripted(greeting=greeting)
    with pytest.raises(error, match="SMTP server"):
        mailer.send(a_mail())


def test_no_server_at_all_is_transient() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    mailer = SmtpMailer(SmtpSettings(host="127.0.0.1", port=port, security="none"))
    with pytest.raises(Transient, match="no connection"):
        mailer.send(a_mail())
    mailer.close()


def test_an_envelope_that_is_not_ascii_asks_for_smtputf8(scripted: Scripted) -> None:
    mailer, script = scripted()
    mailer.send(a_mail(recipients=("kübra@exämple.org",)))
    mailer.send(a_mail(key="post.2"))
    (said,) = script.said
    assert f"mail FROM:<bridge@{DOMAIN}> SMTPUTF8" in said
    assert "rcpt TO:<kübra@exämple.org>" in said
    assert f"mail FROM:<bridge@{DOMAIN}>" in said


def test_a_header_that_is_not_ascii_asks_for_smtputf8(scripted: Scripted) -> None:
    mailer, script = scripted()
    mailer.send(a_mail(content="Subject: Zoë\r\n\r\nHello\r\n".encode()))
    assert any("BODY=8BITMIME SMTPUTF8" in line for line in script.said[0])


@pytest.mark.parametrize(
    ("features", "changes", "code"),
    [
        ("250 8BITMIME", {"recipients": ("kübra@example.org",)}, "553"),
        ("250 8BITMIME", {"content": "Subject: ë\r\n\r\n".encode()}, "553"),
        ("250 SIZE", {"content": "Subject: e\r\n\r\në\r\n".encode()}, "554"),
        ("250 SIZE 50", {}, "552"),
    ],
)
def test_what_the_server_does_not_offer_is_permanent_and_never_begun(
    scripted: Scripted, features: str, changes: dict[str, Any], code: str
) -> None:
    mailer, script = scripted({"EHLO": f"250-script\r\n{features}"})
    with pytest.raises(Permanent) as caught:
        mailer.send(a_mail(**changes))
    assert caught.value.code == code
    assert caught.value.advice
    (said,) = script.said
    assert not any(line.startswith("mail") for line in said)


@pytest.mark.parametrize(
    "address",
    [
        "ben@x.org>\r\nRCPT TO:<eve@x.org",
        "ben@x.org> SIZE=1",
        "be n@x.org",
        "b\0@x.org",
    ],
)
@pytest.mark.parametrize("field", ["sender", "recipients"])
def test_an_address_cannot_carry_a_command(
    scripted: Scripted, field: str, address: str
) -> None:
    mailer, script = scripted()
    value: Any = address if field == "sender" else (address,)
    with pytest.raises(Permanent, match="not an address"):
        mailer.send(a_mail(**{field: value}))
    assert script.said == []


def test_a_mail_without_recipients_is_refused_before_the_server_is_asked(
    scripted: Scripted,
) -> None:
    mailer, script = scripted()
    with pytest.raises(Permanent):
        mailer.send(a_mail(recipients=()))
    assert script.said == []


def test_a_second_mail_cannot_hide_behind_a_lone_line_feed(scripted: Scripted) -> None:
    hidden = b"Subject: x\r\n\r\none\n.\nMAIL FROM:<eve@x.org>\r.\r\ntwo"
    mailer, script = scripted()
    mailer.send(a_mail(content=hidden))
    mailer.close()
    (said,) = script.said
    assert said[4] == (
        "Subject: x\r\n\r\none\r\n..\r\nMAIL FROM:<eve@x.org>\r\n..\r\ntwo\r\n"
    )
    assert said[5] == "quit"


def test_a_send_broken_off_from_outside_leaves_no_connection_behind(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailer, script = scripted()
    mailer.send(a_mail())
    client = mailer._kept
    assert client is not None
    ordinary = client.getreply
    answers = iter([ordinary, ordinary, ordinary])

    def interrupted_at_the_last_answer() -> tuple[int, bytes]:
        answer = next(answers, None)
        if answer is None:
            raise KeyboardInterrupt
        return answer()

    monkeypatch.setattr(client, "getreply", interrupted_at_the_last_answer)
    with pytest.raises(KeyboardInterrupt):
        mailer.send(a_mail(key="post.2"))
    mailer.send(a_mail(key="post.3"))
    assert len(script.said) == 2


def test_many_mails_go_over_one_connection(scripted: Scripted) -> None:
    mailer, script = scripted()
    for number in range(20):
        mailer.send(a_mail(key=f"post.{number}"))
    assert len(script.said) == 1


def a_mailer(office: PostOffice, **settings: Any) -> SmtpMailer:
    return SmtpMailer(
        SmtpSettings(host=office.host, port=office.port, timeout=60, **settings)
    )


def test_a_mail_stored_before_the_connection_broke_is_in_doubt(
    office: PostOffice,
) -> None:
    office.misbehave.next(Mischief.HANG_UP_AFTER_STORING)
    mailer = a_mailer(office, security="none")
    with pytest.raises(InDoubt):
        mailer.send(a_mail())
    assert len(office.mails(f"ben@{DOMAIN}")) == 1
    assert mailer.was_sent(a_mail()) is None
    mailer.close()


def test_a_mail_not_stored_before_the_connection_broke_is_in_doubt_too(
    office: PostOffice,
) -> None:
    office.misbehave.next(Mischief.HANG_UP_BEFORE_STORING)
    mailer = a_mailer(office, security="none")
    with pytest.raises(InDoubt):
        mailer.send(a_mail())
    assert office.mails(f"ben@{DOMAIN}") == []
    mailer.close()


def test_a_mail_over_the_announced_size_is_permanent(tmp_path: Path) -> None:
    with PostOffice(tmp_path, [DOMAIN], size_limit=1000) as office:
        office.add_mailbox(f"ben@{DOMAIN}")
        mailer = a_mailer(office, security="none")
        with pytest.raises(Permanent) as caught:
            mailer.send(a_mail(content=CONTENT + b"x\r\n" * 400))
        assert caught.value.code == "552"
        assert "attachments" in caught.value.advice
        mailer.send(a_mail())
        mailer.close()


@pytest.fixture
def guarded(tmp_path: Path, authority: Authority) -> Iterator[PostOffice]:
    with PostOffice(
        tmp_path / "guarded",
        [DOMAIN],
        tls=authority.server,
        login=("bridge", "open-sesame"),
    ) as office:
        office.add_mailbox(f"ben@{DOMAIN}")
        yield office


def test_a_refused_login_is_permanent_and_tells_no_password(
    guarded: PostOffice, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mailer = a_mailer(
        guarded,
        username="bridge",
        password="wrong-sesame-17",
        ca_file=authority.ca_file,
    )
    with pytest.raises(Permanent) as caught:
        mailer.send(a_mail())
    assert caught.value.code == "535"
    assert "password" in caught.value.advice
    told = f"{caught.value!r} {caught.value} {caught.value.advice} {caplog.text}"
    assert "wrong-sesame-17" not in told
    mailer.close()


def test_a_probe_tries_the_login_and_sends_nothing(
    guarded: PostOffice, authority: Authority
) -> None:
    mailer = a_mailer(
        guarded,
        username="bridge",
        password="wrong-sesame-17",
        ca_file=authority.ca_file,
    )
    with pytest.raises(Permanent) as caught:
        mailer.probe()
    assert "password" in caught.value.advice
    mailer.close()


def test_a_certificate_of_a_stranger_is_permanent(guarded: PostOffice) -> None:
    mailer = a_mailer(guarded, username="bridge", password="open-sesame")
    with pytest.raises(Permanent, match="certificate") as caught:
        mailer.send(a_mail())
    assert "ca_file" in caught.value.advice
    assert guarded.mails(f"ben@{DOMAIN}") == []
    mailer.close()


def test_starttls_that_is_not_offered_is_permanent_and_nothing_is_sent(
    office: PostOffice, authority: Authority
) -> None:
    mailer = a_mailer(office, ca_file=authority.ca_file)
    with pytest.raises(Permanent, match="STARTTLS"):
        mailer.send(a_mail())
    assert office.mails(f"ben@{DOMAIN}") == []
    mailer.close()


def test_tls_from_the_first_byte_on_the_wrong_port_is_permanent(
    guarded: PostOffice, authority: Authority
) -> None:
    mailer = a_mailer(guarded, security="tls", ca_file=authority.ca_file)
    with pytest.raises(Permanent, match="TLS on this port"):
        mailer.send(a_mail())
    mailer.close()


def test_a_login_where_none_is_offered_is_permanent(scripted: Scripted) -> None:
    _, script = scripted()
    settings = SmtpSettings(
        host="127.0.0.1",
        port=script.port,
        security="none",
        username="bridge",
        password="sesame",  # type: ignore[arg-type]
    )
    mailer = SmtpMailer(settings)
    with pytest.raises(Permanent, match="AUTH"):
        mailer.send(a_mail())
    mailer.close()


def test_a_login_that_no_two_know_or_no_ascii_can_say_is_permanent(
    scripted: Scripted,
) -> None:
    _, script = scripted({"EHLO": "250-script\r\n250 AUTH TELEPATHY"})
    _, plain = scripted({"EHLO": "250-script\r\n250 AUTH PLAIN"})
    for port, password in ((script.port, "sesame"), (plain.port, "sésame")):
        settings = SmtpSettings(
            host="127.0.0.1",
            port=port,
            security="none",
            username="bridge",
            password=password,  # type: ignore[arg-type]
        )
        mailer = SmtpMailer(settings)
        with pytest.raises(Permanent) as caught:
            mailer.send(a_mail())
        assert "sésame" not in str(caught.value)
        mailer.close()


def test_a_server_that_repeats_the_password_does_not_get_it_into_the_error(
    scripted: Scripted,
) -> None:
    _, script = scripted(
        {
            "EHLO": "250-script\r\n250 AUTH PLAIN",
            "AUTH": "535 open-sesame-17 is wrong for ben@learning.example.org",
        }
    )
    settings = SmtpSettings(
        host="127.0.0.1",
        port=script.port,
        security="none",
        username="bridge",
        password="open-sesame-17",  # type: ignore[arg-type]
    )
    mailer = SmtpMailer(settings)
    with pytest.raises(Permanent) as caught:
        mailer.send(a_mail())
    assert re.search(r"535 \*\*\* is wrong for b\*\*\*@", str(caught.value))
    mailer.close()
