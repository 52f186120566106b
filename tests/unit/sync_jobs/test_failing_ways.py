"""A way that fails gives way to the next one, and where all fail the next person hears."""

from __future__ import annotations

import pytest

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.practice.faults import Fault, FaultKind
from sync.ledger.alerts import AlertState
from tests.unit.sync_jobs.bridged import BridgedCourse
from tests.unit.sync_jobs.on_watch import alerts_of, later, rota, told, with_watchers

MESSAGES = "core_message_send_instant_messages"
BY_MESSAGE_FIRST = """[alerts]
[[alerts.channel]]
person = "grace"
[alerts.channel.by]
plugin = "moodle-message"
[[alerts.channel]]
person = "grace"
[alerts.channel.by]
plugin = "mail"
"""


@pytest.fixture
def watched(course: BridgedCourse) -> BridgedCourse:
    return with_watchers(course)


@pytest.fixture
def by_message(watched: BridgedCourse) -> BridgedCourse:
    rota(watched, alerts=BY_MESSAGE_FIRST)
    assert watched.sync().code == 0
    return watched


def states(course: BridgedCourse, asked: int) -> dict[str, AlertState]:
    with course.reading() as transaction:
        alerts = transaction.alerts.of_questions([("fo26", asked)])
    return {one.channel: one.state for one in alerts if one.person == "grace"}


def messages(course: BridgedCourse) -> int:
    return len(course.moodle.state.messages)


def test_a_message_that_moodle_refuses_is_a_mail_at_once(
    by_message: BridgedCourse,
) -> None:
    asked = by_message.post(by_message.aminata)
    by_message.sync()
    by_message.clock.move(minutes=20)
    with by_message.refusing(MESSAGES, "nopermissions"):
        called = by_message.sync()
    assert any(
        "refused: alert to Grace Nakato by moodle-message" in one
        for one in called.data["problems"]
    )
    assert told(by_message) == ["grace@ug.example"]
    assert states(by_message, asked.firstpost) == {
        "moodle-message": AlertState.FAILED,
        "mail": AlertState.SENT,
    }
    later(by_message, 5)
    assert told(by_message) == ["grace@ug.example"]


@pytest.mark.parametrize(
    ("kind", "arrived"), [(FaultKind.DROP_AFTER, 1), (FaultKind.DROP_BEFORE, 0)]
)
def test_a_message_of_which_nobody_knows_is_followed_by_a_mail_and_not_sent_again(
    by_message: BridgedCourse, kind: FaultKind, arrived: int
) -> None:
    asked = by_message.post(by_message.aminata)
    by_message.sync()
    by_message.moodle.faults.add(Fault(kind=kind, function=MESSAGES, count=1))
    later(by_message, 20)
    later(by_message, 1)
    later(by_message, 5)
    assert messages(by_message) == arrived
    assert told(by_message) == ["grace@ug.example"]
    assert states(by_message, asked.firstpost) == {
        "moodle-message": AlertState.PERHAPS,
        "mail": AlertState.SENT,
    }


def test_where_all_ways_fail_the_next_person_hears_in_their_turn(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata)
    watched.sync()
    watched.clock.move(minutes=20)
    watched.outbox.troubles.extend([Permanent("gone", code="550")] * 2)
    with watched.refusing(MESSAGES, "nopermissions"):
        called = watched.sync()
    assert len([one for one in called.data["problems"] if "refused" in one]) == 2
    assert told(watched) == []
    later(watched, 15)
    assert told(watched) == ["ben@nl.example"]
    later(watched, 25)
    assert set(told(watched)) == {
        "ben@nl.example",
        "lea@fr.example",
        "grace@ug.example",
    }
    steps = [one.step for one in alerts_of(watched, asked) if one.person == "grace"]
    assert steps.count(1) == 2


def test_a_way_that_is_down_for_a_while_gives_way_after_five_minutes(
    watched: BridgedCourse,
) -> None:
    watched.post(watched.aminata)
    watched.sync()
    watched.clock.move(minutes=20)
    watched.outbox.troubles.extend([Transient("busy", code="451")] * 40)
    for _ in range(7):
        watched.sync()
        watched.clock.move(minutes=1)
    watched.outbox.troubles.clear()
    assert messages(watched) == 1
    later(watched, 1)
    assert told(watched) == []
