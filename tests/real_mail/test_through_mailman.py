"""A forum joined to a list of a real Mailman, mail by mail."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from moodle_bridge.practice.records import User
from tests.real_mail.hub import Hub
from tests.real_mail.mailman_core import MailmanCore, until
from tests.real_mail.real_town import RealTown

pytestmark = pytest.mark.real

Towns = Callable[..., RealTown]
CALM = {
    "reply_goes_to_list": "point_to_list",
    "subject_prefix": "",
    "max_message_size": 0,
}


def joined(
    towns: Towns, mailman: MailmanCore, name: str, *, members: bool = True, **keys: str
) -> RealTown:
    """Return a town whose list has the bridge and, if so, all people as members."""
    town = towns(name)
    list_id = mailman.add_list(town.list_address, **CALM)
    mailman.add_member(list_id, town.address)
    for person in town.people if members else ():
        mailman.add_member(list_id, person.email)
    town.by_mailman(mailman, **keys)
    # Once through the installed command; the others spare the time to start it.
    town.apart = name == "roadmail"
    town.begin()
    return town


def from_forum(mails: list[EmailMessage]) -> EmailMessage:
    (mail,) = mails
    return mail


@pytest.mark.parametrize("way", ["mail", "lmtp", "rest"])
def test_a_post_reaches_the_members_and_an_answer_becomes_a_post(
    town: Towns, mailman: MailmanCore, way: str
) -> None:
    here = joined(town, mailman, f"road{way}", post_by=f'"{way}"')
    discussion = here.post(here.grace, "Blogs", "How does one begin a blog, à Dakar ?")

    assert here.sync().code == 0
    mail = from_forum(here.gets(here.ha, "How does one begin"))
    assert mail["List-Id"] is not None
    assert "à Dakar" in str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    # Its own copy, by which the bridge knows that it was posted.
    here.list_brings("How does one begin")

    here.write(here.ha, "Write the first page tonight.", answers=mail)
    here.gets(here.jan, "Write the first page")
    here.list_brings("Write the first page")
    done = here.sync()
    assert done.code == 0, done.said
    first, answer = here.posts(discussion)
    assert answer.parent == first.id
    assert "Write the first page" in answer.message
    assert "Thị Hà" in answer.message

    # What came by the list is not mailed to it again, and nothing is posted twice.
    for _ in range(2):
        assert here.sync().data["counts"].get("done", 0) == 0
    until(mailman.rests, "Mailman comes to rest")
    assert len(here.posts(discussion)) == 2
    for person in here.people:
        assert len(here.mails(person)) <= 2


def test_a_mail_that_comes_twice_is_posted_once(
    town: Towns, mailman: MailmanCore, hub: Hub
) -> None:
    here = joined(town, mailman, "twice")
    mail = here.write(here.jan, "Who knows a good camera?", subject="Cameras")
    # Mailman does not look whether it has seen a Message-ID: members get it twice.
    hub.send(mail, here.jan.email, here.list_address)
    here.gets(here.ha, "good camera", number=2)
    here.waits(2)

    assert here.sync().code == 0
    assert here.sync().code == 0
    assert len(here.posts()) == 1


@pytest.mark.parametrize("answers_to", ["point_to_list", "no_munging"])
def test_a_list_that_stands_in_from_gives_no_mail_another_name(
    town: Towns, mailman: MailmanCore, answers_to: str
) -> None:
    here = joined(town, mailman, answers_to.replace("_", ""))
    mailman.rest(
        "PATCH",
        f"lists/{here.list_address}/config",
        dmarc_mitigate_action="munge_from",
        dmarc_mitigate_unconditionally=True,
        reply_goes_to_list=answers_to,
    )
    # Answers to Jan's mail are to go to Grace, who leads the course.
    here.write(
        here.jan, "Has somebody a camera?", headers={"Reply-To": here.grace.email}
    )
    here.gets(here.ha, "Has somebody a camera")
    here.write(here.jan, "I have found somebody.")
    (mail,) = here.gets(here.ha, "I have found")
    assert here.list_address in str(mail["From"])
    here.waits(2)

    here.sync()
    (post,) = here.posts()
    assert "I have found" in post.message
    assert here.jan.lastname in post.message
    (held,) = here.run("held").data["held"]
    assert "unclear-author" in held.values()


def test_a_dead_address_gets_a_score_and_is_shown(
    town: Towns, mailman: MailmanCore, hub: Hub
) -> None:
    here = joined(town, mailman, "dead", members=False)
    gone = here.jan.email
    mailman.add_member(here.list_address.replace("@", "."), gone)
    hub.forget(gone)

    here.post(here.grace, "News", "The course begins on Monday.")
    assert here.sync().code == 0

    def score() -> float:
        told = mailman.rest("GET", f"lists/{here.list_address}/member/{gone}")
        return float(told["bounce_score"])

    until(lambda: score() == 1, "Mailman scores the bounce")
    shown = here.run("list", "members")
    (row,) = [one for one in shown.data["members"] if one["address"] == gone]
    assert row["bounce_score"] == 1


def test_a_channel_is_written_as_delivery(town: Towns, mailman: MailmanCore) -> None:
    here = joined(town, mailman, "channel")
    chosen = here.run("person", "channel", here.jan.username, "digest")
    assert chosen.code == 0, chosen.said
    planned = here.run("list", "sync", "--dry-run")
    assert [one["address"] for one in planned.data["planned"]] == [here.jan.email]
    assert here.run("list", "sync").code == 0
    assert _status(mailman, here, here.jan) == "by_user"
    assert _status(mailman, here, here.ha) == "enabled"
    assert here.run("list", "sync").data["planned"] == []

    here.post(here.grace, "Week 2", "Read chapter two.")
    assert here.sync().code == 0
    here.gets(here.ha, "Read chapter two")
    until(mailman.rests, "Mailman comes to rest")
    assert not [mail for mail in here.mails(here.jan) if mail["List-Id"]]


def _status(mailman: MailmanCore, here: RealTown, person: User) -> str:
    found = mailman.rest("GET", f"lists/{here.list_address}/member/{person.email}")
    told = mailman.rest("GET", f"members/{found['member_id']}/all/preferences")
    return str(told["delivery_status"])
