"""A mail that comes twice, by whatever ways, is one post."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from imapclient import IMAPClient

from sync.ledger.inbound import InboundState
from tests.real_mail.hub import Hub, all_in_the_inbox
from tests.real_mail.mailman_core import MailmanCore, until
from tests.real_mail.real_town import RealTown, unread
from tests.real_mail.test_through_mailman import joined

pytestmark = pytest.mark.real

Towns = Callable[..., RealTown]


def test_a_mail_that_goes_to_the_list_and_to_the_bridge_is_posted_once(
    town: Towns, mailman: MailmanCore
) -> None:
    here = joined(town, mailman, "carbon")
    discussion = here.post(here.grace, "Blogs", "How does one begin?")
    assert here.sync().code == 0
    (asked,) = here.gets(here.jan, "How does one begin")
    here.write(here.jan, "With one page.", answers=asked, copy=here.address)
    here.gets(here.ha, "With one page")
    here.list_brings("With one page")

    for _ in range(2):
        assert here.sync().code == 0
    until(mailman.rests, "Mailman comes to rest")
    assert here.sync().data["counts"].get("done", 0) == 0
    assert len(here.posts(discussion)) == 2
    assert len(here.gets(here.ha, "With one page")) == 1
    assert sorted((one.state, one.rule) for one in here.taken()) == [
        (InboundState.IGNORED, "copies"),
        (InboundState.POSTED, "none"),
    ]


def test_the_copy_for_the_bridge_is_posted_before_the_list_has_brought_its_own(
    town: Towns, mailman: MailmanCore
) -> None:
    here = joined(town, mailman, "early")
    mail = here.write(here.jan, "Who knows a good camera?", to=here.address)
    here.waits(1)
    assert here.sync().code == 0
    assert len(here.posts()) == 1
    here.office.send(mail, here.jan.email, here.list_address)
    here.gets(here.ha, "good camera")
    until(mailman.rests, "Mailman comes to rest")
    for _ in range(2):
        assert here.sync().code == 0
    until(mailman.rests, "Mailman comes to rest")
    assert len(here.posts()) == 1


@pytest.mark.parametrize("way", ["at once", "one after the other"])
def test_the_same_mail_in_two_mailboxes_is_posted_once(
    town: Towns, hub: Hub, way: str
) -> None:
    here = town("both" if way == "at once" else "after")
    here.mailboxes.append(hub.add_account(here.address))
    here.direct()
    here.begin()
    first, second = here.mailboxes
    mail = here.write(here.jan, "Who knows a good camera?", to=here.address)
    here.waits(1)
    if way == "at once":
        assert here.sync().code == 0
    else:
        lying = second.does(_emptied)
        assert here.sync().code == 0
        assert len(here.posts()) == 1
        for raw in lying:
            second.put(raw)
    for _ in range(2):
        assert here.sync().code == 0
    assert len(here.posts()) == 1
    assert len(here.gets(here.ha, "good camera")) == 1
    assert [one.message_id for one in here.taken()] == [str(mail["Message-ID"])]
    assert first.does(unread) == second.does(unread) == 0


def _emptied(client: IMAPClient) -> list[bytes]:
    raws = all_in_the_inbox(client)
    client.select_folder("INBOX")
    client.delete_messages(client.search())
    client.expunge()
    return raws
