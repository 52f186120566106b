"""Every call of the client, held against what Moodle says of its functions."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.moodle.functions import PURPOSES

from .every_call import every_call
from .function_facts import answer_problems, argument_problems

FACTS = Path(__file__).parents[3].parent / "shared" / "moodle"
RELEASES = ("4.2.2", "4.5.6")


@cache
def functions(release: str) -> Mapping[str, Any]:
    path = FACTS / f"functions-{release}.json"
    if not path.exists():
        pytest.skip("what Moodle says of its functions is not beside the project")
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8"))["functions"]
    return found


def test_every_function_that_is_named_is_called_by_a_noun() -> None:
    assert {call.function for call in every_call()} == set(PURPOSES)


@pytest.mark.facts
@pytest.mark.parametrize("release", RELEASES)
def test_every_argument_is_one_that_the_function_takes(release: str) -> None:
    problems = [
        problem
        for call in every_call()
        for problem in argument_problems(
            call.arguments,
            functions(release)[call.function]["parameters"],
            call.function,
        )
    ]

    assert problems == []


@pytest.mark.facts
@pytest.mark.parametrize("release", RELEASES)
def test_every_field_that_is_read_is_in_the_answer(release: str) -> None:
    problems = [
        problem
        for call in every_call()
        if call.shape is not None
        for problem in answer_problems(
            call.shape, functions(release)[call.function]["returns"], call.function
        )
    ]

    assert sorted(set(problems)) == []


@pytest.mark.facts
@pytest.mark.parametrize("release", RELEASES)
def test_what_has_no_shape_has_no_answer(release: str) -> None:
    answering = {
        call.function
        for call in every_call()
        if call.shape is None and functions(release)[call.function]["returns"]
    }

    # Its answer says nothing but the paths of the folders left.
    assert answering == {"core_files_delete_draft_files"}


@pytest.mark.facts
def test_every_recorded_answer_fits_the_shape_that_is_read() -> None:
    path = FACTS / "recorded-4.5.6.json"
    if not path.exists():
        pytest.skip("the recordings of a real Moodle are not beside the project")
    shapes = {call.function: call.shape for call in every_call() if call.shape}
    read: set[str] = set()
    for step in json.loads(path.read_text("utf-8"))["steps"]:
        said = step.get("response")
        if step["protocol"] != "rest" or step["function"] not in shapes:
            continue
        if not isinstance(said, dict | list) or "exception" in said:
            continue
        shapes[step["function"]].validate_python(said)
        read.add(step["function"])

    assert len(read) > 35
