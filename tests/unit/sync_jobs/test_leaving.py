from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from werkzeug.test import Client, TestResponse

from moodle_bridge.model.channels import ChannelKind
from moodle_bridge.plugins import includeme
from moodle_bridge.registry import Registry
from sync.bridge import Bridge
from sync.ledger.inbound import InboundState
from sync.settings import load_settings
from sync.web.application import Pages
from tests.unit.sync_jobs.bridged import DIRECT, BridgedCourse, MakeCourse, text_of

WEB = '[web]\npublic_url = "https://lists.example/bridge"\n'


@pytest.fixture
def direct(make_course: MakeCourse) -> BridgedCourse:
    """A course whose bridge mails to each reader, and has pages of its own."""
    course = make_course(lists=DIRECT)
    course.configure(safety=WEB)
    course.begin()
    return course


@pytest.fixture
def client(direct: BridgedCourse) -> Iterator[Client]:
    registry = Registry()
    registry.include(includeme)
    settings = load_settings(
        direct.folder / "bridge.toml",
        registry,
        environ={"TOKEN": direct.token, "SECRET": "a secret for reply keys"},
    )
    with Bridge(settings, registry, clock=direct.clock) as bridge:
        yield Client(Pages(bridge.leaving, ledger=bridge.ledger))


def way_out(course: BridgedCourse, address: str) -> tuple[str, str]:
    """Return path and address by which a reader leaves, as their mail has them."""
    mail = course.mails(address)[-1]
    ways = str(mail["List-Unsubscribe"])
    page = re.search(r"<https://lists\.example/bridge(/u/[a-z2-7]+)>", ways)
    by_mail = re.search(r"<mailto:([^?>]+)\?subject=unsubscribe>", ways)
    assert page is not None
    assert by_mail is not None
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return page[1], by_mail[1]


def channel_of(course: BridgedCourse, user_id: int) -> ChannelKind | None:
    with course.reading() as transaction:
        found = transaction.channels.get(user_id)
    return None if found is None else found.kind


def one_click(client: Client, path: str) -> TestResponse:
    return client.post(path, data={"List-Unsubscribe": "One-Click"})


def test_one_click_ends_the_mail_and_one_last_mail_says_so(
    direct: BridgedCourse, client: Client
) -> None:
    direct.post(direct.grace)
    direct.sync()
    path, _ = way_out(direct, direct.ha.email)

    assert one_click(client, path).status_code == 200
    assert one_click(client, path).status_code == 200
    assert channel_of(direct, direct.ha.id) is ChannelKind.MOODLE
    direct.clock.move(minutes=1)
    direct.post(direct.grace, "Later", "<p>Something else</p>")
    direct.sync()
    direct.sync()

    _, farewell = direct.mails(direct.ha.email)
    assert "channel each" in text_of(farewell)
    assert farewell["Auto-Submitted"] == "auto-replied"
    assert len(direct.mails(direct.jan.email)) == 2


def test_looking_at_the_page_changes_nothing(
    direct: BridgedCourse, client: Client
) -> None:
    direct.post(direct.grace)
    direct.sync()
    path, _ = way_out(direct, direct.ha.email)

    for asked in (client.get(path), client.head(path), client.get(f"{path}?a=b")):
        assert asked.status_code == 200
        assert asked.headers["Referrer-Policy"] == "no-referrer"
        assert asked.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in asked.headers
    page = client.get(path).text
    assert '<form method="post">' in page
    assert "<script" not in page
    assert channel_of(direct, direct.ha.id) is None


@pytest.mark.parametrize("path", ["/", "/u/", "/u/short", "/u/" + "a" * 23, "/x"])
def test_a_forged_key_finds_what_is_not_there(client: Client, path: str) -> None:
    for asked in (client.get(path), one_click(client, path)):
        assert asked.status_code == 404
        assert "unsubscribe" not in asked.text.lower()


def test_the_page_that_is_not_there_speaks_the_language_of_who_asks(
    client: Client,
) -> None:
    asked = client.get("/x", headers={"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"})
    assert 'lang="fr"' in asked.text


def test_what_is_neither_looking_nor_asking_is_refused(
    direct: BridgedCourse, client: Client
) -> None:
    direct.post(direct.grace)
    direct.sync()
    path, _ = way_out(direct, direct.ha.email)
    assert client.delete(path).status_code == 405
    assert client.post(path, data=b"x" * 20_000).status_code == 413
    assert channel_of(direct, direct.ha.id) is None


def test_a_mail_to_the_readers_own_address_ends_the_mail(
    direct: BridgedCourse,
) -> None:
    direct.post(direct.grace)
    direct.sync()
    _, address = way_out(direct, direct.ha.email)

    mail = direct.write(direct.ha, "", to=address, subject="unsubscribe")
    again = direct.write(direct.ha, "", to=address, subject="unsubscribe")
    direct.sync()

    assert channel_of(direct, direct.ha.id) is ChannelKind.MOODLE
    for message_id in (mail, again):
        assert direct.mail(message_id).state is InboundState.ANSWERED
    assert len(direct.mails(direct.ha.email)) == 2
    assert len(direct.posts()) == 1


def test_what_comes_back_from_that_address_ends_nothing(
    direct: BridgedCourse,
) -> None:
    direct.post(direct.grace)
    direct.sync()
    _, address = way_out(direct, direct.ha.email)
    direct.write("mailer-daemon@vn.example", "no", to=address, sender="")
    direct.sync()
    assert channel_of(direct, direct.ha.id) is None


def test_each_reader_has_an_envelope_sender_of_their_own(
    direct: BridgedCourse,
) -> None:
    direct.post(direct.grace)
    direct.sync()
    senders = {mail.sender for mail in direct.sent()}
    assert len(senders) == len(direct.sent())
    assert all(sender.startswith("bridge+b-") for sender in senders)


def test_a_list_gets_no_fields_of_a_list_from_the_bridge(
    course: BridgedCourse,
) -> None:
    course.post(course.grace)
    course.sync()
    (mail,) = course.mails()
    assert not [name for name in mail if name.lower().startswith("list-")]
