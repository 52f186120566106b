from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from moodle_bridge.errors import InDoubt
from moodle_bridge.practice import FaultKind
from moodle_bridge.practice.faults import Fault
from sync.ledger.inbound import InboundState
from sync.ledger.intents import IntentState
from sync.ledger.links import LinkState
from tests.unit.sync_jobs.bridged import BridgedCourse
from tests.unit.sync_jobs.test_answering_digests import Answering


def change(course: BridgedCourse, statement: str, *values: Any) -> None:
    """Spoil the ledger, as a fault or a person might."""
    database = sqlite3.connect(course.folder / "ledger.db")
    with database:
        database.execute(statement, values)
    database.close()


def codes(course: BridgedCourse, *arguments: str) -> dict[str, bool]:
    """Audit; return each kind of finding with whether it was mended."""
    called = course.call("audit", *arguments)
    found = called.data["findings"]
    left = [one for one in found if not one["mended"]]
    assert called.code == (3 if left else 0)
    return {one["code"]: one["mended"] for one in found}


@pytest.fixture
def talk(course: BridgedCourse) -> BridgedCourse:
    """A course in which a post was mailed and an answer posted."""
    course.post(course.aminata)
    course.sync()
    course.write(course.ha, "Use a pen.", answers=str(course.mails()[-1]["Message-ID"]))
    course.sync()
    course.clock.move(minutes=5)
    return course


def test_where_all_is_well_nothing_is_found(talk: BridgedCourse) -> None:
    assert codes(talk) == {}
    assert codes(talk, "--fix") == {}


def test_a_post_without_mails_is_mailed(talk: BridgedCourse) -> None:
    post = talk.posts()[0]
    change(talk, "DELETE FROM intent WHERE source = ?", f"post:fo26:{post.id}")
    sent = len(talk.sent())
    assert codes(talk) == {"no-mail": False}
    assert codes(talk, "--fix") == {"no-mail": True}
    talk.sync()
    assert len(talk.sent()) == sent + 1
    assert codes(talk) == {}


def test_mails_left_behind_are_sent_once(direct: BridgedCourse) -> None:
    discussion = direct.post(direct.aminata)
    direct.sync()
    change(
        direct,
        "UPDATE intent SET state = 'planned' WHERE id ="
        " (SELECT max(id) FROM intent WHERE kind = 'mail.post')",
    )
    sent = len(direct.sent())
    assert codes(direct, "--fix") == {"mails-left": True}
    direct.sync()
    direct.sync()
    assert len(direct.sent()) == sent + 1
    assert direct.link(discussion.firstpost).state is LinkState.SENT


def test_a_post_that_was_never_seen_is_mailed(talk: BridgedCourse) -> None:
    reply = talk.reply(talk.jan, talk.posts()[0], "And ink?")
    assert codes(talk) == {"post-unseen": False}
    assert codes(talk, "--fix") == {"post-unseen": True}
    sent = len(talk.sent())
    talk.sync()
    assert len(talk.sent()) == sent + 1
    assert talk.link(reply).state is LinkState.SENT


def test_a_post_that_is_gone_is_noted(talk: BridgedCourse) -> None:
    talk.moodle.delete(talk.grace, talk.posts()[-1])
    assert codes(talk, "--fix") == {"post-gone": True}
    assert codes(talk) == {}


def test_a_mail_whose_link_is_lost_gets_it_back(talk: BridgedCourse) -> None:
    reply = talk.posts()[-1]
    before = talk.link(reply)
    change(talk, "DELETE FROM link WHERE post_id = ?", reply.id)
    found = codes(talk, "--fix")
    assert found["mail-unlinked"]
    after = talk.link(reply)
    assert (after.message_id, after.origin) == (before.message_id, before.origin)
    sent = len(talk.sent())
    talk.sync()
    assert len(talk.sent()) == sent


def test_a_post_that_its_mail_does_not_know_is_adopted_not_made_again(
    talk: BridgedCourse,
) -> None:
    talk.moodle.faults.add(
        Fault(kind=FaultKind.DROP_AFTER, function="mod_forum_add_discussion")
    )
    written = talk.write(talk.jan, "Which ink?", subject="Ink")
    talk.sync()
    # As if it had been looked for too soon, and were to be made again.
    change(talk, "UPDATE intent SET state = 'planned' WHERE state = 'sending'")
    change(
        talk,
        "UPDATE intent SET result = '{}' WHERE marker IS NOT NULL"
        " AND id = (SELECT max(id) FROM intent WHERE marker IS NOT NULL)",
    )
    change(
        talk,
        "UPDATE intent SET state = 'planned' WHERE marker IS NOT NULL"
        " AND id = (SELECT max(id) FROM intent WHERE marker IS NOT NULL)",
    )
    change(talk, "DELETE FROM link WHERE post_id = ?", talk.posts()[-1].id)
    number = len(talk.posts())
    assert codes(talk, "--fix")["post-unowned"]
    talk.clock.move(hours=1)
    talk.sync()
    assert len(talk.posts()) == number
    assert talk.mail(written).state is InboundState.POSTED


def test_a_mail_that_stands_twice_in_the_forum_is_told(talk: BridgedCourse) -> None:
    reply = talk.posts()[-1]
    twin = talk.reply(talk.bridge, talk.posts()[0], "again")
    twin.message = twin.shown = reply.message
    assert "posted-twice" in codes(talk, "--fix")


def test_what_waits_too_long_or_stays_in_doubt_is_told(talk: BridgedCourse) -> None:
    talk.outbox.troubles.append(InDoubt("the connection broke"))
    talk.outbox.lost_after = False
    talk.post(talk.jan, "Ink")
    talk.sync()
    waiting = talk.write(talk.jan, "Which ink?")
    change(talk, "UPDATE inbound SET state = 'new'  WHERE message_id = ?", waiting)
    talk.clock.move(days=2)
    found = codes(talk, "--fix")
    assert found["in-doubt"] is False
    assert found["post-waits"] is False


def test_a_list_that_gives_nothing_back_for_one_mail_is_told(
    talk: BridgedCourse,
) -> None:
    # The list gives back the first mail, with its own fields, and not the second.
    first = talk.sent()[0]
    talk.box.lay(b"List-Id: <fo26.lists.example>\r\n" + first.content)
    talk.post(talk.jan, "Ink")
    talk.sync()
    assert codes(talk) == {}
    talk.clock.move(hours=7)
    called = talk.call("audit")
    (found,) = called.data["findings"]
    assert found["code"] == "list-silent"
    assert found["item"] == str(talk.posts()[-1].id)


def test_a_run_audits_when_it_is_time(talk: BridgedCourse) -> None:
    talk.configure(sync='audit_every = "1d"')
    talk.sync()
    post = talk.posts()[0]
    change(talk, "DELETE FROM intent WHERE source = ?", f"post:fo26:{post.id}")
    talk.clock.move(hours=3)
    assert "mended by the audit" not in talk.sync().counts
    talk.clock.move(days=1)
    assert talk.sync().counts["mended by the audit"] == 1
    sent = len(talk.sent())
    talk.sync()
    assert len(talk.sent()) == sent + 1


def test_an_audit_does_not_mend_beside_a_run(talk: BridgedCourse) -> None:
    with talk.reading() as transaction:
        assert transaction.intents.with_state(IntentState.SENDING) == []
    change(
        talk,
        "INSERT INTO lease (name, holder, host, pid, expires_at)"
        " VALUES ('sync', 'other', 'elsewhere', 1, ?)",
        "2026-03-02T00:00:00.000000Z",
    )
    called = talk.call("audit", "--fix")
    assert called.code == 0
    assert "findings" not in called.data
    assert codes(talk) == {}


def test_a_post_that_no_mail_was_made_of_is_mailed_on_a_direct_list_too(
    direct: BridgedCourse,
) -> None:
    discussion = direct.post(direct.aminata)
    direct.sync()
    before = len(direct.mails(direct.ha.email))
    change(
        direct,
        "DELETE FROM intent WHERE source = ?",
        f"post:fo26:{discussion.firstpost}",
    )
    assert codes(direct, "--fix") == {"no-mail": True}
    direct.sync()
    assert len(direct.mails(direct.ha.email)) == before + 1
    assert codes(direct) == {}


def test_a_post_that_all_read_in_their_digests_needs_no_mail(
    direct: BridgedCourse,
) -> None:
    direct.configure(channel='"digest"')
    direct.post(direct.aminata)
    direct.sync()
    assert codes(direct) == {}


@pytest.mark.parametrize(
    ("state", "late"), [("dropped", False), ("withdrawn", False), ("held", True)]
)
def test_a_digest_that_somebody_dropped_is_not_told_every_day(
    direct: BridgedCourse, state: str, late: bool
) -> None:
    answering = Answering(direct)
    assert answering.digest
    change(direct, "UPDATE issue SET sent_at = NULL")
    change(direct, "UPDATE intent SET state = ? WHERE key LIKE 'issue:%'", state)
    direct.clock.move(days=2)
    assert ("issue-waits" in codes(direct)) is late


def test_an_answer_to_a_digest_whose_link_is_lost_gets_it_back(
    direct: BridgedCourse,
) -> None:
    answering = Answering(direct)
    answer = answering.answer("1: Use a pen\n3: At one")
    direct.sync()
    post = direct.posts(answering.discussions[0])[1]
    change(direct, "DELETE FROM link WHERE post_id = ?", post.id)
    assert codes(direct, "--fix")["part-unlinked"]
    direct.sync()
    assert direct.mail(answer).state is InboundState.POSTED
    assert direct.link(post).message_id.startswith(f"<post.{post.id}.")
    assert len(answering.receipts()) == 1
    assert codes(direct) == {}


def test_an_answer_to_a_digest_that_does_not_know_its_post_is_told_of_it(
    direct: BridgedCourse,
) -> None:
    answering = Answering(direct)
    answer = answering.answer("1: Use a pen\n3: At one")
    direct.sync()
    posts = [direct.posts(answering.discussions[place])[1].id for place in (0, 2)]
    change(
        direct, "UPDATE part SET state = 'planned', post_id = NULL WHERE position = 2"
    )
    change(direct, "UPDATE inbound SET state = 'accepted' WHERE pair = 'fo26'")
    assert codes(direct, "--fix") == {"part-unmarked": True}
    direct.sync()
    assert direct.mail(answer).state is InboundState.POSTED
    assert [part.post_id for part in answering.parts(answer)] == posts
    assert [len(answering.said(place)) for place in range(3)] == [1, 0, 1]
    assert codes(direct) == {}
