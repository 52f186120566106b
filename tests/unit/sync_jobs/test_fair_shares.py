"""What the watch brought to each is shown: alerts and answers, in the order of names."""

from __future__ import annotations

import pytest

from tests.unit.sync_jobs.bridged import BridgedCourse
from tests.unit.sync_jobs.on_watch import later, with_watchers


@pytest.fixture
def watched(course: BridgedCourse) -> BridgedCourse:
    """Grace watches by day, Ben is her backup, Lea leads."""
    return with_watchers(course)


def test_alerts_and_answers_are_counted_for_each(watched: BridgedCourse) -> None:
    first = watched.post(watched.aminata, "Blog")
    second = watched.post(watched.ha, "Photos")
    later(watched, 20)
    later(watched, 15)
    watched.reply(watched.grace, first, "Like this.")
    watched.reply(watched.grace, first, "And like this.")
    watched.reply(watched.jan, second, "I do not know either.")
    later(watched, 1)
    called = watched.call("rota", "fairness", "--weeks", "1")
    loads = called.data["loads"]
    assert [load["person"] for load in loads] == ["ben", "grace", "lead"]
    # Two questions in one message disturb once; a second answer is no first one.
    assert [load["alerts"] for load in loads] == [1, 1, 0]
    assert [load["answers"] for load in loads] == [0, 1, 0]


def test_what_lies_ahead_has_brought_nothing_yet(watched: BridgedCourse) -> None:
    loads = watched.call("rota", "fairness", "--ahead").data["loads"]
    assert {(load["alerts"], load["answers"]) for load in loads} == {(None, None)}


def test_what_lies_before_the_period_does_not_count(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    watched.reply(watched.grace, asked, "Like this.")
    later(watched, 1)
    watched.clock.move(days=8)
    loads = watched.call("rota", "fairness", "--weeks", "1").data["loads"]
    assert {(load["alerts"], load["answers"]) for load in loads} == {(0, 0)}
