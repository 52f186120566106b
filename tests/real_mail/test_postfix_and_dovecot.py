"""The whole way through this machine's own Postfix and Dovecot, over TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mappings.addresses import folded
from moodle_bridge.practice import PracticeMoodle, running
from sync.ledger.inbound import InboundState
from tests.real_mail.local_servers import PASSWORD, LocalServers, why_not
from tests.real_mail.mailman_core import until
from tests.real_mail.real_town import LaterClock, RealTown, text_of

pytestmark = pytest.mark.real

Towns = Callable[..., RealTown]


@pytest.fixture(scope="module")
def servers() -> Iterator[LocalServers]:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    servers = LocalServers()
    try:
        servers.start()
        # With whose password the bridges hand in their mail.
        servers.add_mailbox("sender@bridge.example")
        yield servers
    finally:
        servers.stop()


@pytest.fixture
def towns(
    moodle: PracticeMoodle, servers: LocalServers, clock: LaterClock, tmp_path: Path
) -> Iterator[Towns]:
    """Make towns whose mail goes through these servers."""
    with running(moodle) as url:

        def make(name: str, *, domain: str = "bridge.example") -> RealTown:
            folder = tmp_path / name
            folder.mkdir()
            here = RealTown(folder, name, moodle, url, servers, clock, domain=domain)
            here.say("smtp-password", PASSWORD)
            return here

        yield make


def test_a_post_lies_in_a_mailbox_and_its_answer_becomes_a_post(towns: Towns) -> None:
    here = towns("dovecot")
    here.direct()
    here.begin()
    discussion = here.post(here.grace, "Blogs", "How does one begin a blog, à Dakar ?")
    assert here.sync().code == 0
    (mail,) = here.gets(here.ha, "How does one begin")
    assert "à Dakar" in text_of(mail)
    key = str(mail["Reply-To"])
    assert "+" in key

    here.waits(1)  # its own copies, by which the bridge knows what went out
    here.write(here.ha, "With one page, à mon avis.", answers=mail)
    arrives(here, here.ha.email)
    done = here.sync()
    assert done.code == 0, done.said
    first, answer = here.posts(discussion)
    assert answer.parent == first.id
    assert "With one page, à mon avis." in answer.message
    assert "Thị Hà" in answer.message
    here.gets(here.jan, "With one page")
    assert here.sync().data["counts"].get("done", 0) == 0
    assert len(here.posts()) == 2
    assert len(here.mails(here.ha)) == 1


def test_postfix_gives_mail_for_the_bridge_to_a_bridge_that_listens(
    towns: Towns, servers: LocalServers
) -> None:
    here = towns("listens", domain="listen.example")
    here.mailboxes.clear()
    here.direct(listen=servers.listen_port)
    here.begin()
    with here.at_work("listen"):
        discussion = here.post(here.grace, "Blogs", "How does one begin?")
        assert here.sync().code == 0
        (mail,) = here.gets(here.ha, "How does one begin")
        assert f"bridge-{here.name}+" in str(mail["Reply-To"])
        here.write(here.ha, "With one page.", answers=mail)
        here.write(here.jan, "Who has a camera?", to=here.address, subject="Cameras")
        here.write(here.jan, "Is this right?", to="nobody@listen.example")
        until(lambda: len(here.taken()) == 2, f"both mails: {servers.logs()}")
        # What is not for the bridge is refused, and its author told.
        (told,) = here.gets(here.jan, "nobody@listen.example")
        assert told["Auto-Submitted"] == "auto-replied"
        assert here.sync().code == 0
        here.gets(here.grace, "With one page")
        here.gets(here.grace, "Who has a camera")
    assert len(here.posts(discussion)) == 2
    assert [post.subject for post in here.posts()].count("Cameras") == 1
    assert {mail.state for mail in here.taken()} == {InboundState.POSTED}
    assert here.sync().data["counts"].get("done", 0) == 0


def test_a_mail_that_postfix_cannot_deliver_comes_back_and_is_scored(
    towns: Towns, servers: LocalServers
) -> None:
    here = towns("refused")
    here.direct()
    here.begin()
    servers.forget(here.jan.email)
    here.post(here.grace, "Week 1", "Read chapter one.")
    assert here.sync().code == 0
    here.gets(here.ha, "Read chapter one")
    arrives(here, "MAILER-DAEMON")
    assert here.sync().code == 0
    with here.reading() as transaction:
        standing = transaction.bounces.get(folded(here.jan.email))
        assert standing.score == 1
        assert standing.reason.startswith("5.1.1")
        assert transaction.bounces.get(folded(here.ha.email)).score == 0
    assert len(here.posts()) == 1


def arrives(here: RealTown, sender: str) -> None:
    """Wait until a mail of somebody lies in the bridge's account."""
    until(
        lambda: any(
            sender in str(mail["From"]) for mail in here.office.mails(here.address)
        ),
        f"a mail of {sender} for the bridge",
    )
