"""Formulas in Excel files that nobody worked out: told, never taken for blank."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from moodle_bridge.errors import Permanent
from moodle_bridge.model.intake import Form
from moodle_bridge.plugins.intake.workbook import (
    WorkbookIntake,
    WorkbookIntakeSettings,
)

HEAD = ["No", "First", "Last", "Email"]


def book(path: Path, *rows: list[object], sheet: str = "Answers") -> Path:
    made = Workbook()
    first = made.active
    assert first is not None
    first.title = "About"
    first.append(["=1+1"])
    page = made.create_sheet(sheet)
    for row in (HEAD, *rows):
        page.append(row)
    made.save(path)
    return path


def read(path: Path, **settings: object) -> Form:
    chosen = {"path": path, "key": ["No"], "sheet": "Answers", **settings}
    return WorkbookIntake(WorkbookIntakeSettings.model_validate(chosen)).read()


def mended(path: Path, pattern: str, becomes: str) -> None:
    """Rewrite the sheets of a file as another program would have written them."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.startswith("xl/worksheets/"):
                text = re.sub(pattern, becomes, text.decode()).encode()
            new.writestr(name, text)
    path.write_bytes(out.getvalue())


def test_a_formula_that_nobody_worked_out_is_told_as_an_error_of_the_sheet(
    tmp_path: Path,
) -> None:
    path = book(
        tmp_path / "form.xlsx",
        [1, "Amina", '=B2&"x"', "amina@example.org"],
        [2, "Rui", "Costa", "rui@example.org"],
    )
    one, two = read(path).entries
    assert one.answers["Last"] == "#VALUE!"
    assert two.answers["Last"] == "Costa"


def test_a_formula_with_a_value_is_that_value(tmp_path: Path) -> None:
    path = book(tmp_path / "form.xlsx", [1, "Amina", "=B2", "amina@example.org"])
    mended(
        path,
        r"<c r=\"C2\"><f>B2</f><v */?>(</v>)?",
        '<c r="C2" t="str"><f>B2</f><v>Okello</v>',
    )
    assert read(path).entries[0].answers["Last"] == "Okello"


def test_a_formula_that_comes_to_an_empty_text_is_no_answer(tmp_path: Path) -> None:
    path = book(tmp_path / "form.xlsx", [1, "Amina", "=B2", "amina@example.org"])
    mended(path, r"<c r=\"C2\"><f>", '<c r="C2" t="str"><f>')
    assert "Last" not in read(path).entries[0].answers


def test_cells_that_do_not_say_where_they_are_stand_in_their_order(
    tmp_path: Path,
) -> None:
    path = book(tmp_path / "form.xlsx", [1, "Amina", "=B2", "amina@example.org"])
    mended(path, r"<(row|c) r=\"\w+\"", r"<\1")
    assert read(path).entries[0].answers["Last"] == "#VALUE!"


def test_a_key_that_nobody_worked_out_stops_the_reading_with_its_row(
    tmp_path: Path,
) -> None:
    path = book(
        tmp_path / "form.xlsx", ["=ROW()-1", "Amina", "Okello", "a@example.org"]
    )
    with pytest.raises(Permanent, match=r"row 2 holds #VALUE! in 'No'"):
        read(path)


def test_a_file_that_is_no_workbook_is_told_as_before(tmp_path: Path) -> None:
    (tmp_path / "form.xlsx").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(Permanent, match="cannot be understood"):
        read(tmp_path / "form.xlsx")
