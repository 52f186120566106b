from __future__ import annotations

import os
import socket
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from moodle_bridge.errors import Busy
from moodle_bridge.model.forum import Discussion
from moodle_bridge.model.people import Person
from sync.ledger import Ledger, Transaction
from sync.ledger.inbound import InboundState
from sync.ledger.intents import Intent, IntentState
from sync.ledger.leases import Holder, this_run
from sync.ledger.links import LinkState, Origin
from tests.unit.sync_ledger.conftest import Hands

MINUTE = timedelta(minutes=1)
T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)


def planned(transaction: Transaction, key: str = "k", **changed: object) -> Intent:
    values: dict[str, object] = {
        "key": key,
        "job": "mirror-out:a",
        "kind": "mail.post",
        "source": "post:a:1",
        "stream": "s",
        "summary": "a mail",
        "details": {"message_id": "<1@x>"},
        "receipt": f"r-{key}",
        "marker": f"m-{key}",
        **changed,
    }
    return transaction.intents.plan(**values)  # type: ignore[arg-type]


def linked(transaction: Transaction, post_id: int, **changed: object) -> bool:
    values: dict[str, object] = {
        "pair": "a",
        "post_id": post_id,
        "discussion_id": 1,
        "forum_id": 1,
        "parent_post_id": None,
        "message_id": f"<{post_id}@x>",
        "origin": Origin.FORUM,
        "state": LinkState.WAITING,
        "created_at": T0 + post_id * MINUTE,
        "due_at": T0 + post_id * MINUTE,
        **changed,
    }
    return transaction.links.add(**values)  # type: ignore[arg-type]


def received(transaction: Transaction, key: str, **changed: object) -> bool:
    values: dict[str, object] = {
        "key": key,
        "message_id": f"<{key}@x>",
        "mailbox": "Maildir /somewhere/" + "deep/" * 60,
        "raw": b"From: a\r\n\r\n\xff\x00",
        "size": 12,
        "received_at": T0,
        "sender": "a@x",
        "subject": "s" * 2000,
        **changed,
    }
    return transaction.inbound.receive(**values)  # type: ignore[arg-type]


def discussion(number: int = 1) -> Discussion:
    return Discussion(
        id=number,
        forum_id=7,
        first_post_id=number * 10,
        name="Blog",
        author_id=3,
        group_id=None,
        created=T0,
        modified=T0,
    )


def test_a_cursor_is_where_it_was_moved_last(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        assert transaction.cursors.get("a" * 400) is None
        transaction.cursors.move("a" * 400, "1")
        transaction.cursors.move("a" * 400, "2")
        assert transaction.cursors.get("a" * 400) == "2"


def test_an_intent_is_planned_once_and_keeps_its_outcome(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        first = planned(transaction)
        assert transaction.intents.begin(first.id)
        transaction.intents.change(
            first.id, state=IntentState.DONE.value, result={"post_id": 5}
        )
        again = planned(transaction, summary="something else")
    assert (again.id, again.state, again.summary) == (
        first.id,
        IntentState.DONE,
        "a mail",
    )
    assert again.result == {"post_id": 5}
    assert again.attempts == 1


def test_only_one_run_begins_an_effect(ledger: Ledger, clock: Hands) -> None:
    with ledger.writing() as transaction:
        intent = planned(transaction)
        assert transaction.intents.begin(intent.id)
        assert not transaction.intents.begin(intent.id)
        begun = transaction.intents.get("k")
    assert begun is not None
    assert (begun.state, begun.attempts) == (IntentState.SENDING, 1)
    assert begun.sending_at == clock.now


def test_what_was_withdrawn_is_planned_anew_and_what_was_dropped_is_not(
    ledger: Ledger,
) -> None:
    with ledger.writing() as transaction:
        first, second = planned(transaction, "1"), planned(transaction, "2")
        assert transaction.intents.withdraw("post:a:1", keep={"2"}, reason="why") == 1
        transaction.intents.change(second.id, state=IntentState.DROPPED.value)
        assert planned(transaction, "1", stream="t").stream == "t"
        assert planned(transaction, "2").state is IntentState.DROPPED
        assert transaction.intents.open_count("post:a:1") == 1
        begun = transaction.intents.begin(first.id)
        assert begun
        assert transaction.intents.withdraw("post:a:1", keep=(), reason="why") == 0


def test_intents_are_found_by_what_they_are_known_by(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        one, two = planned(transaction, "1"), planned(transaction, "2", job="b")
        intents = transaction.intents
        assert intents.by_id(one.id) == one
        assert intents.by_id(999) is None
        assert intents.get("nothing") is None
        assert intents.with_marker("m-2") == two
        assert intents.with_marker("m-3") is None
        assert intents.with_state(IntentState.PLANNED) == [one, two]
        assert intents.with_state(IntentState.PLANNED, job="b") == [two]
        assert intents.of_source("post:a:1") == [one, two]
        assert intents.counts() == {
            ("mirror-out:a", "planned"): 1,
            ("b", "planned"): 1,
        }


def test_a_receipt_is_believed_only_when_its_key_is_known(
    ledger: Ledger, clock: Hands
) -> None:
    with ledger.writing() as transaction:
        planned(transaction)
        assert not transaction.intents.receipt_seen("forged")
        assert transaction.intents.receipt_seen("r-k")
        intent = transaction.intents.get("k")
    assert intent is not None
    assert intent.receipt_at == clock.now


def test_only_what_stopped_since_then_counts(ledger: Ledger, clock: Hands) -> None:
    with ledger.writing() as transaction:
        old, new = planned(transaction, "1"), planned(transaction, "2")
        transaction.intents.change(old.id, state=IntentState.DEAD.value)
        clock.move(MINUTE)
        transaction.intents.change(new.id, state=IntentState.HELD.value)
        assert transaction.intents.stopped_since(clock.now) == 1
        assert transaction.intents.stopped_since(T0) == 2


def test_a_post_is_linked_once(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        assert linked(transaction, 1, via_list=True)
        assert not linked(transaction, 1, subject="another")
        link = transaction.links.by_post(1)[0]
        transaction.links.change("a", 1, state=LinkState.SENT.value)
        assert transaction.links.by_post(1, "a")[0].state is LinkState.SENT
        assert transaction.links.by_post(1, "b") == []
    assert (link.via_list, link.subject) == (True, "")


def test_links_are_found_by_message_id_and_discussion(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        linked(transaction, 2)
        linked(transaction, 1, pair="b")
        linked(transaction, 3, discussion_id=9)
        found = transaction.links.by_message_id(["<1@x>", "<2@x>", "<none@x>"])
        assert [link.post_id for link in found] == [1, 2]
        by_discussion = transaction.links.of_discussions("a", [1, 9, 5])
        assert {
            number: [link.post_id for link in links]
            for number, links in by_discussion.items()
        } == {1: [2], 9: [3], 5: []}
        assert transaction.links.counts() == {("a", "waiting"): 2, ("b", "waiting"): 1}


def test_talk_is_due_in_the_order_in_which_it_was_held(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        linked(transaction, 5, discussion_id=1)
        linked(transaction, 4, discussion_id=2)
        linked(transaction, 6, discussion_id=2)
        linked(transaction, 60, discussion_id=3)
        links, now = transaction.links, T0 + 10 * MINUTE
        assert links.due_discussions("a", now, limit=10) == [2, 1]
        assert links.due_discussions("a", now, limit=1) == [2]
        assert links.due_count("a", now) == 3


@pytest.mark.parametrize("number", [0, 1, 2, 3, 9])
def test_the_newest_posts_wait_and_no_others(ledger: Ledger, number: int) -> None:
    with ledger.writing() as transaction:
        for post_id in (1, 2, 3):
            linked(transaction, post_id)
        for _ in range(2):
            begun, waiting = transaction.links.keep_newest("a", number)
            kept = min(number, 3)
            assert waiting == kept
            assert begun == (T0 + (4 - kept) * MINUTE if kept else None)


def test_posts_of_one_moment_do_not_add_to_the_newest(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        for post_id in (1, 2, 3):
            linked(transaction, post_id, created_at=T0)
        assert transaction.links.keep_newest("a", 2) == (T0, 2)


def test_a_mail_is_kept_once_however_often_it_comes(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        assert received(transaction, "1")
        assert not received(transaction, "1", subject="another")
        (mail,) = transaction.inbound.find("1")
    assert mail.copies == 2
    assert mail.raw == b"From: a\r\n\r\n\xff\x00"
    assert (len(mail.subject), mail.state, mail.released) == (
        2000,
        InboundState.NEW,
        False,
    )


def test_a_mail_without_an_id_and_without_its_text_is_kept(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        received(
            transaction, "1", message_id=None, raw=None, state=InboundState.HISTORY
        )
        mail = transaction.inbound.get(1)
        assert transaction.inbound.get(2) is None
    assert mail is not None
    assert (mail.message_id, mail.raw) == (None, None)


def test_mails_are_given_in_the_order_they_came_a_page_at_a_time(
    ledger: Ledger, clock: Hands
) -> None:
    with ledger.writing() as transaction:
        for name in ("1", "2", "3"):
            received(transaction, name)
        inbound = transaction.inbound
        clock.move(MINUTE)
        inbound.change(2, state=InboundState.HELD.value)
        new = InboundState.NEW
        assert [mail.id for mail in inbound.with_state(new)] == [1, 3]
        assert [mail.id for mail in inbound.with_state(new, after=1)] == [3]
        assert [mail.id for mail in inbound.with_state(new, limit=1)] == [1]
        assert inbound.counts() == {"new": 2, "held": 1}
        assert inbound.held_since(clock.now) == 1
        assert inbound.held_since(clock.now + MINUTE) == 0
        assert [mail.id for mail in inbound.find("<2@x>")] == [2]


def test_a_discussion_is_as_its_forum_listed_it_last(
    ledger: Ledger, clock: Hands
) -> None:
    with ledger.writing() as transaction:
        discussions = transaction.discussions
        discussions.listed("a", discussion())
        clock.move(MINUTE)
        regrouped = replace(
            discussion(), group_id=4, time_start=T0, time_end=T0 + MINUTE
        )
        assert discussions.listed_since("a", [1, 2], clock.now) == set()
        discussions.listed("a", regrouped)
        assert discussions.get("a", [1, 2]) == {1: regrouped}
        assert discussions.get("b", [1]) == {}
        assert discussions.listed_since("a", [1, 2], clock.now) == {1}


def test_discussions_are_checked_longest_ago_first(
    ledger: Ledger, clock: Hands
) -> None:
    with ledger.writing() as transaction:
        discussions = transaction.discussions
        for number in (1, 2, 3):
            discussions.listed("a", discussion(number))
            clock.move(MINUTE)
        discussions.checked("a", 1)

        def to_check(limit: int) -> list[int]:
            found = discussions.to_check(
                "a", active_since=T0, checked_before=clock.now, limit=limit
            )
            return [one.id for one in found]

        assert to_check(9) == [2, 3]
        assert to_check(1) == [2]
        assert (
            discussions.to_check(
                "a", active_since=clock.now, checked_before=clock.now, limit=9
            )
            == []
        )


def test_the_people_of_a_course_are_as_last_read(ledger: Ledger, clock: Hands) -> None:
    reader = Person(
        user_id=5,
        username="huong",
        fullname="Nguyễn Thị Hương",
        addresses=("huong@vn.example", "h@vn.example"),
        language="vi_kids_with_a_very_long_name_of_a_language",
        timezone="Asia/Ho_Chi_Minh",
        country="VN",
        idnumber="",
        group_ids=frozenset({2, 9}),
        facilitator=True,
        suspended=True,
    )
    with ledger.writing() as transaction:
        people = transaction.people
        assert people.read_at(1) is None
        people.replace(1, [reader, Person(user_id=4, username="a", fullname="A")])
        people.replace(1, [reader])
        assert people.of_course(1) == [reader]
        assert people.of_course(2) == []
        assert people.read_at(1) == clock.now
        people.replace(1, [])
        assert people.of_course(1) == []


def test_an_address_is_told_once_in_a_while(ledger: Ledger, clock: Hands) -> None:
    with ledger.writing() as transaction:
        contacts, day = transaction.contacts, timedelta(days=1)
        assert contacts.may_notice("s@x", pause=day)
        contacts.noticed("s@x")
        assert not contacts.may_notice("s@x", pause=day)
        clock.move(day)
        assert contacts.may_notice("s@x", pause=day)
        contacts.noticed("s@x")
        assert contacts.noticed_since(T0) == 1
        assert contacts.noticed_since(clock.now + MINUTE) == 0


def test_runs_are_remembered_newest_first(ledger: Ledger, clock: Hands) -> None:
    with ledger.writing() as transaction:
        runs = transaction.runs
        first = runs.begin("sync", "host:1")
        runs.begin("sync --dry-run", "host:2")
        runs.end(first, exit_code=3, counts={"done": 2}, problem="")
        latest = runs.latest(5)
        assert len(runs.latest(1)) == 1
    assert [one.command for one in latest] == ["sync --dry-run", "sync"]
    assert (latest[1].exit_code, latest[1].counts) == (3, {"done": 2})
    assert latest[1].ended_at == clock.now
    assert latest[0].ended_at is None


ELSEWHERE = Holder(name="there:1", host="there.example", pid=1)
TERM = timedelta(minutes=30)


def test_a_lease_is_held_by_one_run_until_it_is_given_back(ledger: Ledger) -> None:
    me = this_run("x")
    with ledger.writing() as transaction:
        transaction.leases.take("sync", me, TERM)
        transaction.leases.take("sync", me, TERM)
        with pytest.raises(Busy, match="another run"):
            transaction.leases.take("sync", ELSEWHERE, TERM)
        transaction.leases.release("sync", ELSEWHERE)
        with pytest.raises(Busy):
            transaction.leases.take("sync", ELSEWHERE, TERM)
        transaction.leases.release("sync", me)
        transaction.leases.take("sync", ELSEWHERE, TERM)


def test_a_lease_of_another_host_is_taken_over_when_it_has_run_out(
    ledger: Ledger, clock: Hands
) -> None:
    with ledger.writing() as transaction:
        transaction.leases.take("sync", ELSEWHERE, TERM)
        clock.move(TERM - MINUTE)
        with pytest.raises(Busy):
            transaction.leases.take("sync", this_run("x"), TERM)
        clock.move(MINUTE)
        transaction.leases.take("sync", this_run("x"), TERM)


def test_a_lease_of_a_dead_process_of_this_host_is_taken_over_at_once(
    ledger: Ledger,
) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    dead = Holder(name="dead", host=socket.gethostname(), pid=ended.pid)
    alive = Holder(name="alive", host=socket.gethostname(), pid=os.getppid())
    with ledger.writing() as transaction:
        transaction.leases.take("sync", dead, TERM)
        transaction.leases.take("sync", alive, TERM)
        with pytest.raises(Busy):
            transaction.leases.take("sync", this_run("x"), TERM)


def test_a_process_that_we_may_not_ask_is_alive(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_pid: int, _signal: int) -> None:
        raise PermissionError

    other = Holder(name="other", host=socket.gethostname(), pid=os.getpid() + 1)
    with ledger.writing() as transaction:
        transaction.leases.take("sync", other, TERM)
        monkeypatch.setattr(os, "kill", refused)
        with pytest.raises(Busy):
            transaction.leases.take("sync", this_run("x"), TERM)
