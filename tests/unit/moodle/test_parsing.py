"""Answers of either protocol in one shape."""

from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from moodle_bridge.moodle.forum_shapes import PostRow
from moodle_bridge.moodle.parsing import parsed


class Inner(BaseModel):
    name: str = "none"
    flag: bool


class Outer(BaseModel):
    rows: list[Inner] = []
    inner: Inner | None = None
    count: int = 7


SHAPE = TypeAdapter(Outer)
POST = TypeAdapter(PostRow)
WHOLE: dict[str, Any] = {
    "id": 1,
    "discussionid": 2,
    "timecreated": None,
    "isdeleted": 0,
    "isprivatereply": 1,
    "capabilities": {"view": 1},
}


@pytest.mark.parametrize("flag", [True, 1, "1"])
def test_a_boolean_may_be_a_number(flag: object) -> None:
    assert parsed(SHAPE, {"rows": [{"flag": flag}]}).rows[0].flag is True


def test_null_is_left_out_where_it_may_be() -> None:
    value = {
        "rows": [{"name": None, "flag": 0}],
        "inner": {"name": None, "flag": 1},
        "count": None,
    }
    found = parsed(SHAPE, value)
    assert found.rows[0] == Inner(flag=False)
    assert found.inner == Inner(flag=True)
    assert found.count == 7
    assert value["count"] is None


@pytest.mark.parametrize(
    "value",
    [
        {"rows": [{"flag": None}]},
        {"rows": [{"flag": "perhaps"}]},
        {"rows": [None]},
        {"rows": [{"name": None, "flag": None}]},
        {"count": "many", "rows": None},
        None,
    ],
)
def test_what_is_wrong_stays_wrong(value: object) -> None:
    with pytest.raises(ValidationError):
        parsed(SHAPE, value)


def test_a_post_as_soap_gives_it_is_read() -> None:
    row = parsed(POST, {**WHOLE, "attachments": None, "author": None})
    assert (row.isprivatereply, row.isdeleted, row.attachments) == (True, False, [])


@pytest.mark.parametrize(
    "missing", ["isprivatereply", "isdeleted", "capabilities", "timecreated"]
)
def test_a_post_that_does_not_say_who_may_see_it_is_never_read(missing: str) -> None:
    gone = {name: value for name, value in WHOLE.items() if name != missing}
    with pytest.raises(ValidationError):
        parsed(POST, gone)
    if missing != "timecreated":
        with pytest.raises(ValidationError):
            parsed(POST, {**WHOLE, missing: None})
