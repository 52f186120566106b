"""The project's own recordings are answered as recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from werkzeug.test import Client

from tests.practice.course import Site
from tests.practice.replay import Replay, compared, replayed
from tests.practice.soap_replay import differing, functions_described

RECORDINGS = sorted(
    (Path(__file__).resolve().parents[1] / "wire" / "recordings").glob(
        "practice-*.json"
    )
)

# A description says of such a one nothing but what it answers.
NO_PARAMETERS = ["core_files_get_unused_draft_itemid"]


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
    for step in steps:
        if step["function"] == "?wsdl=1":
            small = functions_described(step["response_xml"])
            small += NO_PARAMETERS
            tokens["soap bridge"] = site.moodle.token_for(site.bridge, small)
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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("class_000016", "class_000017"),
        ("ns2:Map[1]", "ns2:Map[2]"),
        (">private<", ">public<"),
        ('xsi:type="xsd:boolean">true', 'xsi:type="xsd:boolean">false'),
        ('<b xsi:nil="true"/>', ""),
        ('xsi:nil="true"', 'xsi:type="xsd:int"'),
    ],
)
def test_the_replay_notices_a_difference_in_soap(before: str, after: str) -> None:
    spaces = (
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:ns1="urn:a" '
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:ns2="urn:m" '
    )
    answer = (
        f'<Envelope {spaces} xsi:type="ns1:class_000016" arrayType="ns2:Map[1]">'
        '<key>private</key><a xsi:type="xsd:boolean">true</a><b xsi:nil="true"/>'
        "</Envelope>"
    )
    assert before in answer
    assert not differing(answer, answer)
    assert differing(answer, answer.replace(before, after))
