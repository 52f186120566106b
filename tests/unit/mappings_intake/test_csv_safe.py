from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.intake.csv_safe import csv_text, safe_cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+31612345678",
        "-2",
        "@SUM(A1)",
        "\t=1",
        " =1",
        '"=1',
        "＝1",
        "|calc",
        "\n=1",
    ],
)
def test_what_a_spreadsheet_would_carry_out_is_quoted(text: str) -> None:
    assert safe_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["Ana", "a=b", "", "12", "محمد", "ana@example.org"])
def test_what_is_harmless_stays(text: str) -> None:
    assert safe_cell(text) == text


@settings(deadline=None)
@given(st.lists(st.text(), min_size=2, max_size=2))
def test_a_file_is_read_back_with_a_row_for_each(cells: list[str]) -> None:
    text = csv_text(["one", "=two"], [cells])

    head, row = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert head == ["one", "'=two"]
    assert row == [safe_cell(cell) for cell in cells]
    assert not any(cell.lstrip()[:1] in tuple("=+-@") for cell in row)
