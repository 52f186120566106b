from __future__ import annotations

from typing import Any

import pytest

from moodle_bridge.practice.parameters import (
    Presence,
    checked,
    default,
    items,
    optional,
    record,
    value,
)
from moodle_bridge.practice.refusals import Refusal

DESCRIPTION = record(
    number=value("int"),
    subject=value("text"),
    flag=default("bool", preset=False),
    note=optional("raw"),
    rows=items(record(name=value("alphanum")), presence=Presence.DEFAULT),
)


def test_numbers_in_form_fields_become_numbers_and_defaults_are_filled_in() -> None:
    assert checked(DESCRIPTION, {"number": "12", "subject": "s"}) == {
        "number": 12,
        "subject": "s",
        "flag": False,
        "rows": [],
    }


@pytest.mark.parametrize(
    "sent",
    [
        {"subject": "s"},
        {"number": "abc", "subject": "s"},
        {"number": "1.5", "subject": "s"},
        {"number": "", "subject": "s"},
        {"number": 1, "subject": "a <b>tag</b>"},
        {"number": 1, "subject": "s", "season": "dry"},
        {"number": 1, "subject": "s", "flag": "yes"},
        {"number": 1, "subject": "s", "flag": ""},
        {"number": 1, "subject": ["s"]},
        {"number": 1, "subject": "s", "rows": "x"},
        {"number": 1, "subject": "s", "rows": [{"name": "a-b"}]},
        {"number": 1, "subject": "s", "rows": [{}]},
    ],
)
def test_missing_unknown_and_ill_typed_parameters_are_refused_alike(sent: Any) -> None:
    with pytest.raises(Refusal) as caught:
        checked(DESCRIPTION, sent)
    assert caught.value.errorcode == "invalidparameter"


def test_the_reason_names_the_way_to_the_parameter() -> None:
    with pytest.raises(Refusal) as caught:
        checked(DESCRIPTION, {"number": 1, "subject": "s", "rows": [{"name": "a b"}]})
    assert caught.value.debuginfo.startswith("rows => name =>")


def test_null_is_taken_where_it_is_allowed_only() -> None:
    assert checked(value("int"), None) is None
    with pytest.raises(Refusal):
        checked(value("int", null=False), None)


@pytest.mark.parametrize("text", ["a < b and c > d", "3<5", "a & b", "tête-à-tête"])
def test_signs_that_are_no_tags_stay_in_a_subject(text: str) -> None:
    assert checked(value("text"), text) == text
