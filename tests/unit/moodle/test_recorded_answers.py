"""The shapes take what a real Moodle was recorded to answer."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from moodle_bridge.errors import Permanent
from moodle_bridge.moodle.batching import Responses
from moodle_bridge.moodle.forum_shapes import ADDED, FORUMS, LISTING, POSTS, REPLIED
from moodle_bridge.moodle.functions import (
    ADD_DISCUSSION,
    ADD_POST,
    BATCH,
    DISCUSSION_POSTS,
    FORUM_DISCUSSIONS,
    FORUMS_BY_COURSES,
    UPDATES_SINCE,
)
from moodle_bridge.moodle.updates import CourseNews
from moodle_bridge.moodle.wire import Asked, Reply, value_of

RECORDED = (
    Path(__file__).parents[3].parent / "shared" / "moodle" / "recorded-4.5.6.json"
)
SHAPES: dict[str, TypeAdapter[Any]] = {
    ADD_DISCUSSION: ADDED,
    ADD_POST: REPLIED,
    BATCH: TypeAdapter(Responses),
    DISCUSSION_POSTS: POSTS,
    FORUM_DISCUSSIONS: LISTING,
    FORUMS_BY_COURSES: FORUMS,
    UPDATES_SINCE: TypeAdapter(CourseNews),
}


@pytest.mark.facts
def test_every_recorded_answer_is_read_or_refused() -> None:
    if not RECORDED.exists():
        pytest.skip("the recordings of a real Moodle are not beside the project")
    steps = json.loads(RECORDED.read_text("utf-8"))["steps"]
    read = refused = 0
    for step in steps:
        if step["protocol"] == "soap" or not isinstance(step["response"], dict | list):
            continue
        body = json.dumps(step["response"]).encode()
        reply = Reply(status=step["http_status"], headers={}, body=body)
        asked = Asked(
            function=step["function"], writes=False, site_url="https://moodle.example"
        )
        code = _code(step["response"])
        if code is not None:
            with pytest.raises(Permanent) as caught:
                value_of(reply, asked)
            assert caught.value.code == code, step["step"]
            refused += 1
            continue
        value = value_of(reply, asked)
        if shape := SHAPES.get(step["function"]):
            shape.validate_python(value)
        read += 1
    assert read > 60
    assert refused > 30


def _code(said: Any) -> str | None:
    if not isinstance(said, dict) or not {"exception", "errorcode"} & set(said):
        return None
    code = str(said.get("errorcode") or "")
    return "" if "<" in code else code
