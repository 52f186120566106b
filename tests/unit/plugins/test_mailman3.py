from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.interfaces import IListEntrance, IMailer
from moodle_bridge.model.list_members import ListFault
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.plugins.lists.mailman3 import Mailman3List
from moodle_bridge.plugins.lists.mailman3_settings import Mailman3Settings
from moodle_bridge.practice import running
from moodle_bridge.practice.mailman import PracticeMailman
from moodle_bridge.practice.mailman_lists import Entry, MailmanList

LIST = "fo26@lists.example.org"
BRIDGE = "bridge@bridge.example.org"


@pytest.fixture
def mailman() -> PracticeMailman:
    return PracticeMailman(password="sesame")


@pytest.fixture
def roll(mailman: PracticeMailman) -> MailmanList:
    roll = mailman.add_list(
        LIST,
        max_message_size=0,
        reply_goes_to_list="point_to_list",
        subject_prefix="",
        digests_enabled=False,
    )
    roll.entries.append(Entry(email=BRIDGE, role="member"))
    return roll


@pytest.fixture
def listed(
    mailman: PracticeMailman, roll: MailmanList
) -> Iterator[Callable[..., Mailman3List]]:
    with running(mailman) as url:
        yield lambda **changes: a_list(**{"rest_url": url, **changes})


def a_list(**changes: Any) -> Mailman3List:
    return Mailman3List(a_settings(**changes))


def a_settings(**changes: Any) -> Mailman3Settings:
    known = {"address": LIST, "name": "FO26", "rest_password": SecretStr("sesame")}
    return Mailman3Settings(**{**known, **changes})


def a_mail(number: int = 1, content: bytes = b"", **changes: Any) -> OutgoingMail:
    text = (
        f"From: {BRIDGE}\r\nTo: {LIST}\r\nSubject: Week {number}\r\n"
        f"Message-ID: <{number}@bridge.example.org>\r\n\r\nHello\r\n"
    )
    known: dict[str, Any] = {
        "key": f"mail:{number}",
        "message_id": f"<{number}@bridge.example.org>",
        "sender": BRIDGE,
        "recipients": (LIST,),
        "content": content or text.encode(),
    }
    return OutgoingMail(**{**known, **changes})


def settings_of(faults: Any, *, stops: bool = True) -> set[str]:
    return {fault.setting for fault in faults if fault.stops is stops}


def entrance_of(mailing_list: Mailman3List) -> IMailer:
    entrance = IListEntrance(mailing_list).entrance
    assert entrance is not None
    found: IMailer = entrance
    return found


@pytest.mark.parametrize(
    "changes",
    [
        {"rest_url": "http://mailman.example.org:8001"},
        {"rest_url": "https://user:word@mailman.example.org"},
        {"rest_url": "mailman"},
        {"rest_url": "ftp://localhost"},
        {"post_by": "lmtp", "own_mail_returns": False},
        {"post_by": "rest", "own_mail_returns": False},
        {"unknown": 1},
    ],
)
def test_settings_that_cannot_be_right_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_settings(**changes)


def test_the_version_may_stand_in_the_address() -> None:
    assert a_settings(rest_url="http://localhost:8001/3.1/").api() == (
        "http://localhost:8001/3.1"
    )


def test_the_password_is_never_shown() -> None:
    assert "sesame" not in repr(a_settings())


def test_a_list_that_is_set_well_has_no_faults(
    listed: Callable[..., Mailman3List],
) -> None:
    assert list(listed().faults(BRIDGE, largest=1_000_000)) == []


@pytest.mark.parametrize(
    ("changes", "stops"),
    [
        ({"max_message_size": 40}, True),
        ({"emergency": True}, True),
        ({"anonymous_list": True}, True),
        ({"default_member_action": "hold"}, True),
        ({"allow_list_posts": False}, False),
        ({"max_num_recipients": 1}, False),
        ({"dmarc_mitigate_action": "wrap_message"}, False),
        ({"dmarc_mitigate_action": "reject"}, False),
        ({"first_strip_reply_to": True}, False),
        ({"reply_goes_to_list": "no_munging"}, False),
        ({"subject_prefix": "[FO26] "}, False),
        ({"autorespond_postings": "respond_and_continue"}, False),
        ({"convert_html_to_plaintext": True}, False),
        ({"filter_content": True}, False),
        ({"digests_enabled": True}, False),
    ],
)
def test_what_is_set_wrongly_is_found(
    listed: Callable[..., Mailman3List],
    roll: MailmanList,
    changes: dict[str, Any],
    stops: bool,
) -> None:
    roll.config |= changes
    (fault,) = listed().faults(BRIDGE, largest=60_000)
    assert fault.setting in {*changes, "moderation_action"}
    assert fault.stops is stops


@pytest.mark.parametrize(
    ("chosen", "stops"),
    [
        ({"delivery_status": "by_user"}, True),
        ({"delivery_mode": "mime_digests"}, True),
        ({"receive_own_postings": False}, False),
        ({"acknowledge_posts": True}, False),
    ],
)
def test_what_the_bridge_as_a_member_has_set_wrongly_is_found(
    listed: Callable[..., Mailman3List],
    roll: MailmanList,
    chosen: dict[str, Any],
    stops: bool,
) -> None:
    roll.entries[0].chosen |= chosen
    (fault,) = listed().faults(BRIDGE, largest=1000)
    assert {fault.setting} == set(chosen)
    assert fault.stops is stops


def test_the_worst_comes_first(
    listed: Callable[..., Mailman3List], roll: MailmanList
) -> None:
    roll.config |= {"digests_enabled": True, "emergency": True}
    faults: list[ListFault] = list(listed().faults(BRIDGE, largest=1000))
    assert [fault.stops for fault in faults] == [True, False]


def test_bounces_are_told_in_utc(
    listed: Callable[..., Mailman3List], roll: MailmanList
) -> None:
    moment = datetime(2026, 3, 1, 8, tzinfo=UTC)
    roll.entries[0].bounce_score = 3
    roll.entries[0].last_bounce_received = moment
    (member,) = listed().members()
    assert (member.bounce_score, member.last_bounce) == (3, moment)


def test_more_members_than_fit_a_page_are_all_told(
    listed: Callable[..., Mailman3List], roll: MailmanList
) -> None:
    roll.entries += [
        Entry(email=f"p{number}@home.example", role="member") for number in range(450)
    ]
    assert len(listed().members()) == 451


def test_a_list_that_is_not_there_is_told_as_such(
    listed: Callable[..., Mailman3List],
) -> None:
    other = listed(address="other@lists.example.org")
    for ask in (other.members, other.held):
        with pytest.raises(Permanent, match="no such list"):
            ask()


def test_a_wrong_password_concerns_all(listed: Callable[..., Mailman3List]) -> None:
    with pytest.raises(Permanent, match="login") as caught:
        listed(rest_password=SecretStr("no")).members()
    assert caught.value.concerns_all
    assert "no" not in caught.value.what.split()


def test_a_mailman_that_is_not_there_is_tried_again() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(Transient):
            a_list(rest_url=url).members()
        with pytest.raises(Transient):
            entrance_of(a_list(rest_url=url, post_by="rest")).send(a_mail())


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"]
)
def test_a_mail_whose_answer_is_lost_is_in_doubt(answer: bytes) -> None:
    with Answering(answer) as url, pytest.raises(InDoubt):
        entrance_of(a_list(rest_url=url, post_by="rest")).send(a_mail())


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", Transient),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", Transient),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html", Permanent),
        (
            b"HTTP/1.1 302 Go\r\nLocation: http://x\r\nContent-Length: 0\r\n\r\n",
            Permanent,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", Permanent),
    ],
)
def test_a_look_that_fails_says_whether_to_try_again(
    answer: bytes, kind: type[RemoteError]
) -> None:
    with Answering(answer) as url, pytest.raises(kind):
        a_list(rest_url=url).members()


def test_a_mail_laid_into_the_queue_is_posted(
    listed: Callable[..., Mailman3List], roll: MailmanList
) -> None:
    entrance = entrance_of(listed(post_by="rest"))
    entrance.send(a_mail())
    assert roll.posted == [a_mail().content.decode().replace("\r\n", "\n")]
    assert entrance.was_sent(a_mail()) is None


def test_a_mail_that_the_list_holds_was_sent(
    listed: Callable[..., Mailman3List], roll: MailmanList
) -> None:
    roll.config["emergency"] = True
    entrance = entrance_of(listed(post_by="rest"))
    entrance.send(a_mail())
    assert entrance.was_sent(a_mail()) is True
    assert entrance.was_sent(a_mail(2)) is None


@pytest.mark.parametrize("way", ["rest", "lmtp"])
def test_a_mail_for_two_goes_to_no_list(
    listed: Callable[..., Mailman3List], roll: MailmanList, way: str
) -> None:
    with pytest.raises(Permanent, match="one recipient"):
        entrance_of(listed(post_by=way)).send(a_mail(recipients=(LIST, BRIDGE)))
    assert roll.posted == []


def test_what_the_queue_would_change_is_refused(
    listed: Callable[..., Mailman3List], roll: MailmanList
) -> None:
    with pytest.raises(Permanent, match="8-bit"):
        entrance_of(listed(post_by="rest")).send(a_mail(content="Ça".encode()))
    assert roll.posted == []


def test_a_list_that_takes_mail_as_all_has_no_entrance(
    listed: Callable[..., Mailman3List],
) -> None:
    assert listed().entrance is None


class Answering:
    """A server that says one thing to whoever comes, or hangs up without a word."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(60)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            # All is read: who hangs up on what was not read takes his answer back.
            with connection, connection.makefile("rb") as lines, suppress(OSError):
                head = iter(lambda: lines.readline().rstrip().lower(), b"")
                sizes = [line for line in head if line.startswith(b"content-length:")]
                lines.read(sum(int(line.partition(b":")[2]) for line in sizes))
                connection.sendall(self._answer)
