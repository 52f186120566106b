from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.plugins.mailers.smtp_replies import Stage, refusal
from moodle_bridge.plugins.mailers.smtp_wire import (
    Needs,
    dots_stuffed,
    wire_form,
)

pieces = st.lists(
    st.sampled_from([b"\r", b"\n", b".", b"x", b"\r\n.\r\n"]), max_size=30
)


@given(pieces)
def test_on_the_wire_there_is_no_lone_cr_or_lf(parts: list[bytes]) -> None:
    wire = wire_form(b"".join(parts))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", wire)
    assert wire.endswith(b"\r\n")
    assert wire_form(wire) == wire


@given(pieces)
def test_no_content_ends_itself_and_the_server_gets_back_what_was_meant(
    parts: list[bytes],
) -> None:
    wire = wire_form(b"".join(parts))
    stuffed = dots_stuffed(wire)
    lines = stuffed.split(b"\r\n")
    assert b"." not in lines
    restored = b"\r\n".join(line.removeprefix(b".") for line in lines)
    assert restored == wire


@pytest.mark.parametrize(
    ("features", "wanted"),
    [
        ({}, []),
        ({"size": ""}, ["SIZE=10"]),
        ({"8bitmime": ""}, ["BODY=8BITMIME"]),
        ({"size": "0", "8bitmime": ""}, ["SIZE=10", "BODY=8BITMIME"]),
    ],
)
def test_only_what_is_offered_is_asked(
    features: dict[str, str], wanted: list[str]
) -> None:
    needs = Needs(size=10, utf8=False, eight_bit=True)
    assert needs.options(features) == wanted


@pytest.mark.parametrize("limit", ["", "0", "10", "many"])
def test_a_size_that_fits_or_is_none_stops_nothing(limit: str) -> None:
    needs = Needs(size=10, utf8=False, eight_bit=False)
    assert needs.missing_from({"size": limit}) is None


@pytest.mark.parametrize("stage", list(Stage))
@given(code=st.integers(-1, 999))
def test_every_code_has_one_meaning_and_only_5xx_is_for_ever(
    stage: Stage, code: int
) -> None:
    error = refusal(stage, code, "words", item="mail 1")
    wanted: type[RemoteError] = Transient
    if 500 <= code <= 599:
        wanted = Permanent
    elif stage is Stage.ANSWER and not 400 <= code <= 499:
        wanted = InDoubt
    assert type(error) is wanted
    assert error.code == str(code)
    assert error.advice
