"""The project's own recordings are answered as recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from werkzeug.test import Client

from tests.practice.course import Site
from tests.practice.replay import Replay, compared, replayed

RECORDINGS = sorted(
    (Path(__file__).resolve().parents[1] / "wire" / "recordings").glob(
        "practice-*.json"
    )
)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recording_is_answered_as_recorded(path: Path) -> None:
    site = Site(discussions=2, replies=1)
    for user in site.moodle.state.users.values():
        user.country = ""
    # A second after the recorded `since`, so that only the recorded posts are newer.
    site.clock.now = 1_795_394_205
    tokens = {
        "bridge": site.token(site.bridge),
        "facilitator": site.token(site.facilitator),
        "participant": site.token(site.participant),
    }
    steps = json.loads(path.read_text(encoding="utf-8"))["steps"]
    differences, ran = replayed(
        Replay(client=Client(site.moodle), tokens=tokens),
        steps,
        built=lambda step: True,
    )
    assert ran == len(steps)
    assert not differences, "\n".join(differences)


def test_there_is_something_to_replay() -> None:
    assert RECORDINGS


@pytest.mark.parametrize(
    ("recorded", "actual"),
    [
        ({"a": 1}, {}),
        ({}, {"a": 1}),
        ({"a": 1}, {"a": True}),
        ({"a": None}, {"a": 0}),
        ({"a": True}, {"a": False}),
        ({"a": [1]}, {"a": [1, 2]}),
        ({"errorcode": "x"}, {"errorcode": "y"}),
        ({"data": '{"a": 1}'}, {"data": '{"a": "1"}'}),
    ],
)
def test_the_replay_notices_a_difference(recorded: object, actual: object) -> None:
    assert compared(recorded, actual, "")
