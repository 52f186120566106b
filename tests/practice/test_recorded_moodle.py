"""The practice Moodle answers what a real one was recorded to answer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from moodle_bridge.practice import PracticeMoodle
from moodle_bridge.practice.seed import PracticeCourse, practice_course
from tests.practice.replay import SHORTENED, Replay, replayed
from tests.practice.soap_replay import functions_described

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "moodle"

pytestmark = [
    pytest.mark.facts,
    pytest.mark.skipif(
        not RECORDINGS.is_dir(),
        reason="the recordings of a real Moodle are not beside the project",
    ),
]


def recorded(name: str) -> Any:
    return json.loads((RECORDINGS / name).read_text(encoding="utf-8"))


class RecordedCourse:
    """The course as it was before the recording began, and what was not recorded."""

    def __init__(self) -> None:
        self.now = 1_795_300_000
        self.moodle = PracticeMoodle.empty(now=lambda: self.now)
        self.seeded: PracticeCourse = practice_course(
            self.moodle, discussions=200, replies=9
        )
        self.now += 90_000
        seeded, moodle = self.seeded, self.moodle
        seeded.course.shortname, seeded.course.idnumber = "SM25", "sm25"
        for user in moodle.state.users.values():
            user.country = ""
        self.tokens = {
            "bridge": moodle.token_for(seeded.bridge),
            "facilitator": moodle.token_for(seeded.facilitators[0]),
            "participant": moodle.token_for(seeded.participants[0]),
        }
        # From the steps' own arguments: `since` is a second before the first post.
        self.now = 1_795_394_205

    def unrecorded(self) -> dict[str, Callable[[], None]]:
        moodle, seeded = self.moodle, self.seeded

        def reply_to_the_pinned_discussion() -> None:
            pinned = next(
                row for row in moodle.state.discussions.values() if row.pinned
            )
            moodle.reply(seeded.participants[0], pinned, "x", subject="x")

        return {
            "add question in Q&A": reply_to_the_pinned_discussion,
        }


NO_FUNCTION = {"upload.php", "", "no_such_function", "core_course_get_categories"}
COMPARED = (
    "HTTP status and content type; keys, JSON types, truth values and lengths of "
    "lists; errorcodes, exception classes, warning codes, texts of posts; SOAP: "
    "elements, types, numbers of structures, keys, whole faults; the description of "
    "the SOAP service but for its words"
)
NOT_COMPARED = (
    "ids, times and numbers; names, messages and links; how long lists are of "
    f"{sorted(SHORTENED)}; in what order an object's keys come (REST); what follows "
    "where the recording of a long SOAP answer breaks off"
)


def test_every_recorded_step_is_answered_in_the_same_way() -> None:
    course = RecordedCourse()
    steps = recorded("recorded-4.5.6.json")["steps"]
    description = steps[-1]["response_xml"]
    small = functions_described(description)
    course.tokens["soap bridge"] = course.moodle.token_for(course.seeded.bridge, small)
    course.tokens["soap nobody"] = "0" * 32
    replay = Replay(client=Client(course.moodle), tokens=course.tokens)
    differences, ran = replayed(
        replay, steps, built=lambda step: True, before=course.unrecorded()
    )
    called = {step["function"] for step in steps}
    missing = called - set(course.moodle.functions) - NO_FUNCTION - {"?wsdl=1"}
    failing = {text.partition(": ")[0] for text in differences}
    counted = Counter(step["protocol"] for step in steps)
    print(f"{ran - len(failing)} of {len(steps)} steps alike: {dict(counted)}")
    print(f"compared: {COMPARED}")
    print(f"not compared: {NOT_COMPARED}")
    print(f"done between the steps, since not recorded: {list(course.unrecorded())}")
    assert not differences, "\n".join(differences)
    assert not missing
    assert ran == len(steps)


# What came, or became something else, after that version.
LATER = {
    "4.2.2": {
        "core_notes_create_notes: /notes[]/format is 0 when left out",
        (
            "core_group_create_groups: /groups[] has ['courseid', 'name', 'description', "
            "'descriptionformat', 'enrolmentkey', 'idnumber', 'visibility', "
            "'participation', 'customfields'], not ['courseid', 'name', 'description', "
            "'descriptionformat', 'enrolmentkey', 'idnumber', 'visibility', "
            "'participation']"
        ),
    }
}


@pytest.mark.parametrize("version", ["4.5.6", "4.2.2"])
def test_parameters_are_those_that_a_real_moodle_describes(version: str) -> None:
    described = recorded(f"functions-{version}.json")["functions"]
    moodle = PracticeMoodle.empty()
    differences = [
        f"{name}: {text}"
        for name, function in moodle.functions.items()
        if name in described
        for text in undescribed(function.parameters, described[name]["parameters"])
        if f"{name}: {text}" not in LATER.get(version, ())
    ]
    assert not differences, "\n".join(differences)


def undescribed(ours: Any, theirs: Any, path: str = "") -> list[str]:
    kind = {"Value": "value", "Items": "list", "Record": "object"}[type(ours).__name__]
    if kind != theirs["kind"]:
        return [f"{path} is a {kind}, described {theirs['kind']}"]
    found = []
    if ours.presence.value != theirs["required"]:
        found.append(f"{path} is {ours.presence.value}, not {theirs['required']}")
    if kind == "value":
        if ours.type != theirs["type"]:
            found.append(f"{path} is of type {ours.type}, not {theirs['type']}")
        if (
            ours.presence.value == "default"
            and str(ours.default) != str(theirs["default"])
            # A default that is a moment is the one in which it was described.
            and path != "/events[]/timestart"
        ):
            found.append(f"{path} is {ours.default!r} when left out")
        return found
    if kind == "list":
        return found + undescribed(ours.item, theirs["items"], f"{path}[]")
    fields = theirs["fields"] or {}
    if list(ours.fields) != list(fields):
        return [*found, f"{path} has {list(ours.fields)}, not {list(fields)}"]
    for name, field in ours.fields.items():
        found += undescribed(field, fields[name], f"{path}/{name}")
    return found
