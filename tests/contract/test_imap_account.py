"""What the IMAP mailbox makes of an account that others use, and that changes."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from imapclient import DELETED, SEEN, IMAPClient

from moodle_bridge.errors import Permanent, RemoteError, Transient
from moodle_bridge.model.mail import IncomingMail
from moodle_bridge.plugins.mailboxes.arrival import OVERSIZE
from moodle_bridge.plugins.mailboxes.imap import ImapMailbox, ImapSettings, _batches
from tests.contract.mail_servers import Authority, ImapServer

Open = Callable[..., ImapMailbox]


@pytest.fixture
def opened(imap_server: ImapServer) -> Iterator[Open]:
    mailboxes: list[ImapMailbox] = []

    def opened(**changes: Any) -> ImapMailbox:
        values: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": imap_server.port,
            "security": "none",
            "username": imap_server.username,
            "password": imap_server.password,
            "timeout": 60,
        }
        mailboxes.append(ImapMailbox(ImapSettings(**{**values, **changes})))
        return mailboxes[-1]

    yield opened
    for mailbox in mailboxes:
        mailbox.close()


def raw(number: int, body: str = "Hello\r\n") -> bytes:
    return f"Subject: {number}\r\nFrom: a@x.org\r\n\r\n{body}".encode()


def subjects(mails: list[IncomingMail]) -> list[int]:
    return [int(mail.raw.split(b"Subject: ")[1].split(b"\r\n")[0]) for mail in mails]


def flags(server: ImapServer, folder: str = "INBOX") -> list[set[bytes]]:
    def act(client: IMAPClient) -> list[set[bytes]]:
        client.select_folder(folder, readonly=True)
        found = client.get_flags(client.search())
        return [set(found[uid]) - {rb"\Recent"} for uid in sorted(found)]

    result: list[set[bytes]] = server.does(act)
    return result


def flag(server: ImapServer, flags: list[bytes]) -> None:
    def act(client: IMAPClient) -> None:
        client.select_folder("INBOX")
        client.add_flags(client.search(), flags)

    server.does(act)


def test_fetching_marks_nothing_and_acknowledging_marks_as_seen(
    opened: Open, imap_server: ImapServer
) -> None:
    imap_server.put(raw(1))
    mailbox = opened()
    (mail,) = mailbox.fetch(None)
    assert flags(imap_server) == [set()]
    mailbox.acknowledge([mail.key])
    assert flags(imap_server) == [{SEEN}]


def test_what_somebody_read_in_webmail_is_given_all_the_same(
    opened: Open, imap_server: ImapServer
) -> None:
    for number in (1, 2):
        imap_server.put(raw(number))
    flag(imap_server, [SEEN, DELETED])
    assert subjects(list(opened().fetch(None))) == [1, 2]


def test_key_and_cursor_are_uidvalidity_and_uid(
    opened: Open, imap_server: ImapServer
) -> None:
    imap_server.put(raw(1))
    mailbox = opened()
    (mail,) = mailbox.fetch(None)
    kind, validity, uid = mail.key.split(":")
    assert kind == "imap"
    assert mailbox.cursor_after(mail) == f"{validity}:{uid}"


def test_the_cursor_alone_skips_what_was_never_acknowledged(
    opened: Open, imap_server: ImapServer
) -> None:
    for number in range(3):
        imap_server.put(raw(number))
    mailbox = opened()
    mails = list(mailbox.fetch(None))
    assert subjects(list(mailbox.fetch(mailbox.cursor_after(mails[1])))) == [2]
    assert list(mailbox.fetch(mailbox.cursor_after(mails[2]))) == []


def test_after_new_numbers_everything_is_given_again(
    opened: Open, imap_server: ImapServer
) -> None:
    def anew(client: IMAPClient) -> None:
        if client.folder_exists("Course"):
            client.delete_folder("Course")
        client.create_folder("Course")

    imap_server.does(anew)
    imap_server.put(raw(1), "Course")
    mailbox = opened(folder="Course")
    (mail,) = mailbox.fetch(None)
    cursor = mailbox.cursor_after(mail)
    mailbox.close()
    imap_server.does(anew)
    imap_server.put(raw(2), "Course")
    again = list(mailbox.fetch(cursor))
    assert subjects(again) == [2]
    assert again[0].key != mail.key
    mailbox.acknowledge([mail.key])
    assert flags(imap_server, "Course") == [set()]


def test_what_is_acknowledged_moves_to_the_folder_for_it(
    opened: Open, imap_server: ImapServer
) -> None:
    imap_server.does(lambda client: client.create_folder("Taken"))
    for number in (1, 2):
        imap_server.put(raw(number))
    mailbox = opened(move_to="Taken")
    first, _ = mailbox.fetch(None)
    mailbox.acknowledge([first.key])
    assert flags(imap_server, "Taken") == [{SEEN}]
    assert flags(imap_server) == [set()]


def test_a_folder_to_move_to_that_is_not_there_is_permanent(
    opened: Open, imap_server: ImapServer
) -> None:
    imap_server.put(raw(1))
    mailbox = opened(move_to="Nowhere")
    (mail,) = mailbox.fetch(None)
    with pytest.raises(Permanent) as caught:
        mailbox.acknowledge([mail.key])
    assert "move_to" in caught.value.advice
    assert len(flags(imap_server)) == 1


def test_a_probe_finds_what_stands_in_the_way_of_moving(
    opened: Open, imap_server: ImapServer
) -> None:
    mailbox = opened(move_to="Taken")
    with pytest.raises(Permanent, match="no folder Taken") as caught:
        mailbox.probe()
    assert "move_to" in caught.value.advice
    imap_server.does(lambda client: client.create_folder("Taken"))
    mailbox.probe()
    opened().probe()


def test_a_mail_that_is_too_big_is_given_as_its_header(
    opened: Open, imap_server: ImapServer
) -> None:
    big = raw(2, "x" * 60 + "\r\n" + "y" * 5000 + "\r\n")
    for each in (raw(1), big, raw(3)):
        imap_server.put(each)
    mails = list(opened(max_bytes=1000).fetch(None))
    assert subjects(mails) == [1, 2, 3]
    assert mails[1].raw == (
        f"{OVERSIZE}: {len(big)}\r\nSubject: 2\r\nFrom: a@x.org\r\n\r\n".encode()
    )
    assert mails[2].raw == raw(3)


def test_the_envelope_is_read_from_above_the_mail(
    opened: Open, imap_server: ImapServer
) -> None:
    imap_server.put(
        b"Return-Path: <amina@x.org>\r\nDelivered-To: bridge+abc@y.org\r\n"
        b"Received: by y.org\r\nDelivered-To: forged@y.org\r\n\r\nHello\r\n"
    )
    (mail,) = opened().fetch(None)
    assert mail.envelope_sender == "amina@x.org"
    assert mail.envelope_recipient == "bridge+abc@y.org"


def test_the_time_is_when_the_server_got_it(
    opened: Open, imap_server: ImapServer
) -> None:
    moment = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
    imap_server.does(lambda client: client.append("INBOX", raw(1), (), moment))
    (mail,) = opened().fetch(None)
    assert mail.received == moment
    assert mail.received.tzinfo is UTC


def test_many_mails_come_in_several_batches(
    opened: Open, imap_server: ImapServer
) -> None:
    def act(client: IMAPClient) -> None:
        for number in range(60):
            client.append("INBOX", raw(number))

    imap_server.does(act)
    assert subjects(list(opened().fetch(None))) == list(range(60))


def test_batches_are_bounded_and_a_big_mail_stands_alone() -> None:
    mega = 1024 * 1024
    sizes = {1: 1, 2: 3 * mega, 3: 2 * mega, 4: 99 * mega, 5: 1, 6: 1}
    assert list(_batches(sizes, 25 * mega)) == [[1, 2], [3], [4], [5, 6]]
    assert list(_batches({}, mega)) == []
    assert [len(batch) for batch in _batches(dict.fromkeys(range(120), 1), mega)] == [
        50,
        50,
        20,
    ]


def test_a_connection_that_the_server_closed_is_opened_again(
    opened: Open, imap_server: ImapServer
) -> None:
    imap_server.put(raw(1))
    mailbox = opened()
    (mail,) = mailbox.fetch(None)
    client = mailbox._connection._client
    assert client is not None
    client.socket().shutdown(socket.SHUT_RDWR)
    mailbox.acknowledge([mail.key])
    assert flags(imap_server) == [{SEEN}]


def test_a_connection_lost_on_the_way_is_transient_and_loses_nothing(
    opened: Open, imap_server: ImapServer
) -> None:
    big = "x" * 3_000_000 + "\r\n"
    for number in range(3):
        imap_server.put(raw(number, big))
    mailbox = opened()
    mails = mailbox.fetch(None)
    first = next(mails)
    client = mailbox._connection._client
    assert client is not None
    client.socket().shutdown(socket.SHUT_RDWR)
    with pytest.raises(Transient, match="broke"):
        next(mails)
    cursor = mailbox.cursor_after(first)
    assert subjects(list(mailbox.fetch(cursor))) == [1, 2]


def test_a_refused_login_is_permanent_and_tells_no_password(
    opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "imapclient")
    mailbox = opened(password="wrong-sesame-17")
    with pytest.raises(Permanent, match="login") as caught:
        list(mailbox.fetch(None))
    assert "app password" in caught.value.advice
    told = f"{caught.value!r} {caught.value} {mailbox.name} {caplog.text}"
    assert "wrong-sesame-17" not in told


@pytest.mark.parametrize("password", ["sésame", "secret-sesame"])
def test_a_login_that_is_not_ascii_is_sent_another_way(
    opened: Open, password: str
) -> None:
    with pytest.raises(Permanent, match="login"):
        list(opened(username="brücke", password=password).fetch(None))


def test_a_folder_that_is_not_there_is_permanent(opened: Open) -> None:
    with pytest.raises(Permanent, match="cannot be opened") as caught:
        list(opened(folder="Nowhere").fetch(None))
    assert "name" in caught.value.advice


def test_no_server_at_all_is_transient(opened: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Transient, match="no connection"):
        list(opened(port=port).fetch(None))


def test_mail_comes_by_starttls(
    opened: Open, start_imap: Callable[..., ImapServer], authority: Authority
) -> None:
    server = start_imap(authority.server)
    mailbox = opened(
        host="localhost",
        port=server.port,
        security="starttls",
        ca_file=authority.ca_file,
    )
    assert list(mailbox.fetch(None)) == []


def test_a_certificate_of_a_stranger_is_permanent(
    opened: Open, start_imap: Callable[..., ImapServer], authority: Authority
) -> None:
    server = start_imap(authority.server)
    mailbox = opened(port=server.port, security="starttls")
    with pytest.raises(Permanent, match="certificate"):
        list(mailbox.fetch(None))


def test_starttls_that_is_not_offered_is_permanent(opened: Open) -> None:
    with pytest.raises(Permanent, match="STARTTLS"):
        list(opened(security="starttls").fetch(None))


def test_tls_on_a_port_that_speaks_none_is_permanent(
    opened: Open, authority: Authority
) -> None:
    with pytest.raises(Permanent, match="TLS on this port"):
        list(opened(security="tls", ca_file=authority.ca_file).fetch(None))


class Scripted:
    """An IMAP server that answers each verb with lines; `{tag}` stands for the tag.

    None closes the connection; a list is used up one by one.
    """

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers: dict[str, Any] = {
            "CAPABILITY": "* CAPABILITY IMAP4rev1\r\n{tag} OK done",
            "LOGIN": "{tag} OK done",
            "SELECT": "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n{tag} OK [READ-WRITE]",
            "NOOP": "{tag} OK done",
            "LOGOUT": "* BYE\r\n{tag} OK done",
            **answers,
        }
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connection = self._listener
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        for each in (self._listener, self._connection):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(120)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connection = connection
            with connection, connection.makefile("rb") as lines, suppress(OSError):
                connection.sendall(b"* OK hello\r\n")
                for line in lines:
                    tag, verb, *rest = line.decode().split()
                    key = f"{verb} {rest[0]}" if verb == "UID" else verb
                    answer = self._answers.get(key, "{tag} BAD what")
                    if isinstance(answer, list):
                        answer = answer.pop(0)
                    if answer is None:
                        break
                    text = answer.replace("{tag}", tag)
                    connection.sendall(text.encode() + b"\r\n")


@pytest.fixture
def script() -> Iterator[Callable[..., int]]:
    made: list[Scripted] = []

    def script(**answers: Any) -> int:
        named = {name.replace("_", " "): text for name, text in answers.items()}
        scripted = Scripted(named)
        made.append(scripted)
        return scripted.port

    yield script
    for each in made:
        each.close()


@pytest.mark.parametrize(
    ("answers", "error", "told"),
    [
        ({"LOGIN": "{tag} NO [UNAVAILABLE] down"}, Transient, "no login"),
        ({"LOGIN": None}, Transient, "IMAP"),
        ({"LOGIN": "{tag} NO [AUTHENTICATIONFAILED] no"}, Permanent, "login"),
        ({"SELECT": None}, Transient, "IMAP"),
        ({"SELECT": "* 0 EXISTS\r\n{tag} OK [READ-WRITE]"}, Permanent, "UIDVALIDITY"),
        (
            {"SELECT": "* OK [UIDVALIDITY 7] ok\r\n{tag} OK [READ-ONLY]"},
            Permanent,
            "only be read",
        ),
        ({"UID_SEARCH": "{tag} NO not now"}, Transient, "refused"),
        ({"UID_SEARCH": None}, Transient, "broke"),
        ({"UID_SEARCH": "* BYE going down"}, Transient, "IMAP"),
    ],
)
def test_each_failure_is_what_it_is(
    opened: Open,
    script: Callable[..., int],
    answers: dict[str, str | None],
    error: type[RemoteError],
    told: str,
) -> None:
    # Who says goodbye and stays is not waited for.
    stays = any("* BYE" in str(answer) for answer in answers.values())
    mailbox = opened(port=script(**answers), timeout=2 if stays else 60)
    with pytest.raises(RemoteError, match=told) as caught:
        list(mailbox.fetch(None))
    assert type(caught.value) is error
    assert caught.value.advice
    assert "INBOX" in caught.value.item


def test_a_mail_that_the_server_cannot_give_is_given_empty(
    opened: Open, script: Callable[..., int]
) -> None:
    port = script(
        UID_SEARCH="* SEARCH 3\r\n{tag} OK done",
        UID_FETCH="* 1 FETCH (UID 3 RFC822.SIZE 9 BODY[] NIL)\r\n{tag} OK done",
    )
    (mail,) = opened(port=port).fetch(None)
    assert mail.raw == b""
    assert mail.key == "imap:7:3"
    assert mail.received.tzinfo is UTC


def test_a_mail_removed_while_mails_are_fetched_is_passed_over(
    opened: Open, script: Callable[..., int]
) -> None:
    sizes = "".join(f"* {uid} FETCH (UID {uid} RFC822.SIZE 9)\r\n" for uid in (3, 4))
    port = script(
        UID_SEARCH="* SEARCH 3 4 5\r\n{tag} OK done",
        UID_FETCH=[
            sizes + "{tag} OK done",
            '* 1 FETCH (UID 4 BODY[] "four")\r\n{tag} OK done',
        ],
    )
    assert [mail.raw for mail in opened(port=port).fetch(None)] == [b"four"]


def test_a_folder_numbered_anew_after_a_lost_connection_is_not_read_on(
    opened: Open, script: Callable[..., int]
) -> None:
    port = script(
        UID_SEARCH="* SEARCH 3\r\n{tag} OK done",
        SELECT=[
            f"* OK [UIDVALIDITY {validity}] ok\r\n{{tag}} OK [READ-WRITE] done"
            for validity in (7, 8)
        ],
    )
    mailbox = opened(port=port)
    mails = mailbox.fetch(None)
    mailbox._connection.selected()
    connect = mailbox._sizes

    def lose_it_first(uids: Any, validity: int) -> dict[int, int]:
        mailbox._connection.drop()
        return connect(uids, validity)

    mailbox._sizes = lose_it_first  # type: ignore[method-assign]
    with pytest.raises(Transient, match="numbered anew"):
        next(mails)


def test_the_last_mail_is_not_given_again_though_the_server_names_it(
    opened: Open, script: Callable[..., int]
) -> None:
    port = script(UID_SEARCH="* SEARCH 3\r\n{tag} OK done")
    assert list(opened(port=port).fetch("7:3")) == []


def test_a_server_that_cannot_move_is_permanent(
    opened: Open, script: Callable[..., int]
) -> None:
    mailbox = opened(port=script(UID_STORE="{tag} OK done"), move_to="Taken")
    with pytest.raises(Permanent) as caught:
        mailbox.acknowledge(["imap:7:3"])
    assert "move_to" in caught.value.advice
