"""Words from right to left in the midst of others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mappings.direction import direction_of, has_right_to_left, isolated
from mappings.one_line import one_line


def test_the_direction_of_a_text_is_that_of_most_letters() -> None:
    assert direction_of("مرحبا بكم Moodle") == "rtl"
    assert direction_of("שלום") == "rtl"
    assert direction_of("Hello مرحب") == "ltr"
    assert direction_of("12, 13") == "ltr"
    assert direction_of("") == "ltr"


def test_addresses_do_not_decide_the_direction() -> None:
    text = "شاهدوا https://example.org/a/very/long/path info@example.org"
    assert direction_of(text) == "rtl"


def test_scripts_that_few_know_run_from_right_to_left_as_well() -> None:
    for text in ("ދިވެހި", "ߒߞߏ", "𞤀𞤣𞤤𞤢𞤥", "ﺳﻼﻡ"):
        assert direction_of(text) == "rtl"
    for text in ("Привет", "हिन्दी", "中文", "አማርኛ", "😀"):
        assert not has_right_to_left(text)


def test_a_name_from_right_to_left_is_set_apart_in_a_sentence() -> None:
    assert isolated("محمد") == "\u2068محمد\u2069"
    assert isolated("Mohamed") == "Mohamed"
    assert isolated("Mohamed", among="كتب {name}") == "\u2068Mohamed\u2069"


def test_no_mark_sticks_to_an_address_of_the_web() -> None:
    assert isolated("https://example.org/سلام") == "https://example.org/سلام"


@given(st.text())
def test_the_marks_never_reach_a_line_for_a_header(text: str) -> None:
    assert one_line(isolated(text)) == one_line(text)
