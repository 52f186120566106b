"""The past of a course, read from a practice Moodle: counted, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from moodle_bridge.model.waits import WaitState
from moodle_bridge.practice.records import Discussion
from sync.commands import metrics
from sync.jobs.hearing import hear
from sync.ledger import Ledger, schema
from sync.report import backfill
from tests.unit.sync_jobs.bridged import POSTS, BridgedCourse, TriedBridge


@pytest.fixture
def past(unbegun: BridgedCourse, monkeypatch: pytest.MonkeyPatch) -> BridgedCourse:
    """A course with a past, of which the bridge knows nothing; it has begun."""
    course = unbegun

    def bridged(*arguments: Any, **named: Any) -> TriedBridge:
        bridge = TriedBridge(*arguments, **named)
        bridge.course = course
        return bridge

    monkeypatch.setattr(metrics, "Bridge", bridged)
    for number in range(4):
        asked = course.post(course.aminata, subject=f"Question {number}")
        course.clock.move(minutes=30)
        course.reply(course.ha, asked, "Me too")
        course.clock.move(minutes=10)
        if number != 3:
            course.reply(course.grace, asked, "Like this.")
        course.clock.move(days=1)
    course.begin()
    return course


def rows(course: BridgedCourse, *tables: Any) -> list[list[tuple[Any, ...]]]:
    ledger = Ledger.open(f"sqlite:///{course.folder / 'ledger.db'}", clock=course.clock)
    try:
        with ledger.reading() as transaction:
            return [
                [
                    tuple(row)
                    for row in transaction.connection.execute(
                        select(table).order_by(*table.primary_key)
                    )
                ]
                for table in tables or (schema.utterance, schema.wait)
            ]
    finally:
        ledger.close()


def test_the_past_is_counted_and_nobody_is_told_of_it(past: BridgedCourse) -> None:
    before = rows(past, schema.link, schema.intent, schema.discussion)
    called = past.call("metrics", "backfill")
    assert called.code == 0
    (told,) = called.data["pairs"]
    assert (told["read"], told["posts"], told["waits"]) == (4, 11, 4)
    with past.reading() as transaction:
        waits = transaction.waits.open(history=True)
        assert [one.state for one in waits] == [WaitState.OPEN]
        assert transaction.waits.open() == []
        assert transaction.waits.counts() == {"answered": 3, "open": 1}
    assert rows(past, schema.link, schema.intent, schema.discussion) == before
    past.clock.move(minutes=10)
    past.sync()
    assert past.sent() == []


def test_what_is_read_twice_is_there_once(past: BridgedCourse) -> None:
    past.call("metrics", "backfill")
    before = rows(past)
    past.clock.move(hours=1)
    past.asked.clear()
    called = past.call("metrics", "backfill")
    assert called.data["pairs"][0]["known"] == 4
    assert rows(past) == before
    assert POSTS not in past.asked


def test_it_goes_on_where_it_was_killed(
    past: BridgedCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As if the process had ended here."""

    monkeypatch.setattr(backfill, "_AT_ONCE", 1)
    whole = hear
    heard: list[int] = []

    def mortal(transaction: Any, seen: Any, listener: Any, **known: Any) -> None:
        whole(transaction, seen, listener, **known)
        heard.append(seen.discussion.id)
        if len(heard) == 3:
            raise Killed

    monkeypatch.setattr(backfill, "hear", mortal)
    with pytest.raises(Killed):
        past.call("metrics", "backfill")
    monkeypatch.setattr(backfill, "hear", whole)
    called = past.call("metrics", "backfill")
    (told,) = called.data["pairs"]
    assert (told["known"], told["read"]) == (2, 2)
    killed = rows(past)
    for table in (schema.wait, schema.utterance):
        _empty(past, table)
    past.call("metrics", "backfill")
    assert killed == rows(past)


def _empty(course: BridgedCourse, table: Any) -> None:
    ledger = Ledger.open(f"sqlite:///{course.folder / 'ledger.db'}", clock=course.clock)
    with ledger.writing() as transaction:
        transaction.connection.execute(table.delete())
    ledger.close()


def test_a_dry_run_reads_only_the_lists(past: BridgedCourse) -> None:
    past.asked.clear()
    called = past.call("metrics", "backfill", "--dry-run")
    assert called.data["pairs"][0]["discussions"] == 4
    assert POSTS not in past.asked
    assert rows(past) == [[], []]


def test_it_may_begin_at_a_day(past: BridgedCourse) -> None:
    called = past.call("metrics", "backfill", "--since", "2026-03-03")
    assert called.data["pairs"][0]["read"] == 2


def test_a_discussion_with_news_is_read_again(past: BridgedCourse) -> None:
    past.call("metrics", "backfill")
    asked = past.moodle.state.discussions
    last = max(asked.values(), key=lambda one: one.id)
    past.clock.move(hours=1)
    past.reply(past.grace, last, "Like this.")
    called = past.call("metrics", "backfill")
    (told,) = called.data["pairs"]
    assert (told["read"], told["posts"]) == (1, 1)


def test_what_cannot_be_read_is_told_and_stops_nothing(past: BridgedCourse) -> None:
    broken = min(past.moodle.state.discussions)
    with past.failing_for(broken):
        called = past.call("metrics", "backfill")
    assert called.code == 5
    assert called.data["pairs"][0]["read"] == 3
    assert str(broken) in called.data["problems"][0]
    called = past.call("metrics", "backfill")
    assert (called.code, called.data["pairs"][0]["read"]) == (0, 1)


def test_who_taught_when_the_bridge_came_taught_before(past: BridgedCourse) -> None:
    """Who was promoted since then did not."""
    past.post(past.jan)
    past.sync()
    past.clock.move(hours=1)
    past.moodle.enrol(past.ha, past.course, "editingteacher")
    asked: Discussion = past.post(past.jan)
    past.sync()
    past.call("metrics", "backfill")
    past.reply(past.ha, asked, "Like this.")
    past.clock.move(hours=1)
    past.sync()
    taught = {(row[5], bool(row[6])) for row in rows(past, schema.utterance)[0]}
    assert (past.grace.id, True) in taught
    assert {one for one in taught if one[0] == past.ha.id} == {
        (past.ha.id, False),
        (past.ha.id, True),
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--pair", "other"), "no pair has this name"), ((), "not watched")],
)
def test_a_pair_that_is_not_there_or_not_watched_is_told(
    past: BridgedCourse, arguments: tuple[str, ...], said: str
) -> None:
    past.configure(questions="false")
    called = past.call("metrics", "backfill", *arguments)
    assert called.code == 2
    assert said in called.said


def test_mails_of_which_a_lost_ledger_knew_are_told(past: BridgedCourse) -> None:
    past.write(past.ha, "How do I begin?", subject="A question")
    past.sync()
    (past.folder / "ledger.db").unlink()
    past.begin()
    done = past.call("metrics", "backfill")
    (note,) = done.data["pairs"][0]["notes"]
    assert "1 posts came by mail, and the ledger does not know from whom" in note
    assert done.code == 0
