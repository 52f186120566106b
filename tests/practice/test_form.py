from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from moodle_bridge.practice.form import decoded
from tests.practice.replay import flattened


def test_brackets_become_objects_and_lists() -> None:
    pairs = [("a[0][b]", "x"), ("a[1][b]", "y"), ("c", "z"), ("d[e][f]", "g")]
    assert decoded(pairs) == {
        "a": [{"b": "x"}, {"b": "y"}],
        "c": "z",
        "d": {"e": {"f": "g"}},
    }


def test_empty_brackets_count_on() -> None:
    assert decoded([("a[]", "x"), ("a[]", "y")]) == {"a": ["x", "y"]}


def test_gaps_in_numbers_close() -> None:
    assert decoded([("a[7]", "x"), ("a[3]", "y")]) == {"a": ["y", "x"]}


def test_the_last_of_two_equal_names_wins() -> None:
    assert decoded([("a", "x"), ("a", "y")]) == {"a": "y"}


def test_dots_and_blanks_in_names_become_underscores() -> None:
    assert decoded([("a.b c", "x")]) == {"a_b_c": "x"}


def test_an_unclosed_bracket_becomes_an_underscore() -> None:
    assert decoded([("a[b", "x")]) == {"a_b": "x"}


trees = st.recursive(
    st.text(max_size=5),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(
            st.from_regex("[a-z]{1,4}", fullmatch=True), inner, min_size=1
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.from_regex("[a-z]{1,4}", fullmatch=True), trees))
def test_what_was_flattened_comes_back(tree: dict[str, object]) -> None:
    assert decoded(flattened(tree)) == tree
