from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moodle_bridge.moodle.form import encoded, fields, most_bytes

NAMES = st.text("abcdefghij_", min_size=1, max_size=6)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers() | TEXTS
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4)
    ),
    max_leaves=8,
)


def as_php_reads(body: bytes) -> dict[str, Any]:
    """What PHP's parse_str makes of a form, with arrays as dicts."""
    read: dict[str, Any] = {}
    for key, value in parse_qsl(
        body.decode(), keep_blank_values=True, strict_parsing=bool(body)
    ):
        name, *inner = key.replace("]", "").split("[")
        place = read
        for step, following in zip([name, *inner], [*inner, None], strict=True):
            if following is None:
                place[step] = value
            else:
                place = place.setdefault(step, {})
    return read


def as_php_would_hold(value: Any) -> Any:
    """The same, straight from the value: no None, nothing empty, all text."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, dict | list):
        if isinstance(value, list):
            present = [item for item in value if item is not None]
            value = {str(index): item for index, item in enumerate(present)}
        held = {name: as_php_would_hold(inner) for name, inner in value.items()}
        return {
            name: inner for name, inner in held.items() if inner is not None
        } or None
    return None if value is None else str(value)


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_php_reads_what_was_meant(arguments: dict[str, Any]) -> None:
    body = encoded(fields(arguments))
    assert as_php_reads(body) == (as_php_would_hold(arguments) or {})


@given(st.dictionaries(NAMES, st.text()))
def test_any_text_can_be_sent(arguments: dict[str, str]) -> None:
    assert encoded(fields(arguments)).isascii()


def test_booleans_are_numbers_and_nothing_is_left_out() -> None:
    given_ = {"a": True, "b": [False, None, 3], "c": None, "d": [], "e": {"f": 1.5}}
    assert fields(given_) == [
        ("a", "1"), ("b[0]", "0"), ("b[1]", "3"), ("e[f]", "1.5"),
    ]  # fmt: skip


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert fields({"a": "x\ud83dy😀"}) == [("a", "x\ufffdy😀")]


@pytest.mark.parametrize("value", [b"bytes", object(), {1, 2}])
def test_what_has_no_form_is_not_sent(value: object) -> None:
    with pytest.raises(TypeError, match="which has no form"):
        fields({"a": [value]})


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_no_body_is_longer_than_it_was_said_to_be_at_most(
    arguments: dict[str, Any],
) -> None:
    form = fields(arguments)

    assert len(encoded(form)) <= most_bytes(form)
