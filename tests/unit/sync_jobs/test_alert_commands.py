"""The commands about questions that wait, and about who was told of them."""

from __future__ import annotations

import pytest

from sync.commands import alerts as alerts_command
from sync.commands import sync as sync_command
from tests.unit.sync_jobs.bridged import BridgedCourse
from tests.unit.sync_jobs.on_watch import later, rota, told
from tests.unit.sync_jobs.test_alerting import watched

__all__ = ["watched"]


def test_questions_that_wait_are_listed_the_oldest_first(
    watched: BridgedCourse,
) -> None:
    first = watched.post(watched.aminata, "Blog")
    watched.clock.move(minutes=5)
    second = watched.post(watched.ha, "Photos")
    later(watched, 56)
    listed = watched.call("question", "list").data["questions"]
    assert [one["post"] for one in listed] == [first.firstpost, second.firstpost]
    assert [one["late"] for one in listed] == [True, False]
    assert set(listed[0]["told"]) == {"grace", "ben", "lead"}
    assert listed[0]["subject"] == "Blog"


def test_the_answer_of_a_peer_is_shown_with_when_it_came(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata, "Blog")
    watched.post(watched.jan, "Photos")
    watched.clock.move(minutes=5)
    at = watched.clock.now
    watched.reply(watched.ha, asked, "Under your name.")
    later(watched, 1)
    listed = watched.call("question", "list").data["questions"]
    assert [one["peer_answered"] for one in listed] == [at.isoformat(), None]
    shown = watched.printed("question", "list").splitlines()
    assert "a peer answered" in shown[1]
    assert [f"{at:%Y-%m-%d %H:%M}" in line for line in shown[3:5]] == [True, False]


def test_no_question_waits(watched: BridgedCourse) -> None:
    assert watched.call("question", "list").data["questions"] == []


def test_a_mark_ends_a_wait_and_begins_it_again(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 1)
    number = str(asked.firstpost)
    marked = watched.call("question", "mark", number, "none", "--by", "grace")
    assert (marked.code, marked.data["mark"]) == (0, "no-answer-needed")
    later(watched, 60)
    assert told(watched) == []
    watched.call("question", "mark", number, "needs")
    later(watched, 1)
    assert told(watched) != []


def test_a_post_that_nobody_heard_cannot_be_marked(watched: BridgedCourse) -> None:
    assert watched.call("question", "mark", "9999", "none").code == 2


def test_a_claim_keeps_the_others_quiet(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 10)
    claimed = watched.call("question", "claim", str(asked.firstpost), "--by", "Grace N")
    assert claimed.code == 2
    claimed = watched.call("question", "claim", str(asked.firstpost), "--by", "grace")
    assert claimed.data["by"] == "grace"
    later(watched, 29)
    assert told(watched) == []
    assert (
        watched.call("question", "list").data["questions"][0]["claimed_by"] == "grace"
    )
    later(watched, 1)
    assert told(watched) == ["grace@ug.example", "ben@nl.example"]


def test_alerts_are_listed_with_whom_and_why(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 35)
    listed = watched.call("alerts", "list").data["alerts"]
    assert [(one["person"], one["step"], one["state"]) for one in listed] == [
        ("grace", 1, "sent"),
        ("ben", 2, "sent"),
    ]
    assert {one["post"] for one in listed} == {asked.firstpost}
    only = watched.call("alerts", "list", "--person", "ben").data["alerts"]
    assert [one["person"] for one in only] == ["ben"]


def test_each_way_of_a_person_is_tried(
    watched: BridgedCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts_command, "Bridge", vars(sync_command)["Bridge"])
    tried = watched.call("alerts", "test", "grace")
    assert tried.code == 0
    assert [(one["way"], one["result"]) for one in tried.data["ways"]] == [
        ("mail", "sent"),
        ("moodle-message", "sent"),
    ]
    assert watched.mails("grace@ug.example")[-1]["Subject"] == "A test of alerts"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_way_that_fails_is_said(
    watched: BridgedCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts_command, "Bridge", vars(sync_command)["Bridge"])
    by = '[[alerts.channel]]\nperson = "grace"\n[alerts.channel.by]\nplugin = "apprise"\n'
    watched.environ["TARGET"] = "nosuch://address"
    rota(watched, alerts=f'[alerts]\n{by}url = {{ env = "TARGET" }}\n')
    tried = watched.call("alerts", "test", "grace")
    assert tried.code == 5
    (way,) = tried.data["ways"]
    assert (way["way"], way["ok"]) == ("apprise", False)
    assert "does not understand" in way["result"]
