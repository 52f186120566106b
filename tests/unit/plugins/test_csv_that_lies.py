"""CSV files in the wrong letters, or with rows that ran together: nobody is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from moodle_bridge.errors import Permanent
from moodle_bridge.model.intake import Form
from moodle_bridge.plugins.intake.csv_file import CsvIntake, CsvIntakeSettings

HEAD = "ID,Name,Comment\n"


def read(folder: Path, content: bytes, **settings: str) -> Form:
    path = folder / "form.csv"
    path.write_bytes(content)
    return CsvIntake(
        CsvIntakeSettings.model_validate({"path": path, **settings})
    ).read()


def names(form: Form) -> list[str]:
    return [str(one.answers["Name"]) for one in form.entries]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('1,Ama,"fine\n2,Rui,thanks\n3,Ha,\n', 2),
        ('1,Ama,fine\n2,Rui,"thanks\n3,Ha,"so\n', 3),
    ],
)
def test_a_quotation_mark_alone_swallows_nobody(
    tmp_path: Path, rows: str, line: int
) -> None:
    with pytest.raises(Permanent, match=f"from line {line} on"):
        read(tmp_path, (HEAD + rows).encode())


def test_answers_on_several_lines_are_one_entry(tmp_path: Path) -> None:
    rows = '1,Ama,"one\ntwo, ""three"""\n2,Rui,so "it" is\n'
    assert names(read(tmp_path, (HEAD + rows).encode())) == ["Ama", "Rui"]


def test_a_row_whose_answers_have_slipped_stops_the_reading(tmp_path: Path) -> None:
    with pytest.raises(Permanent, match="row 3 has more cells"):
        read(tmp_path, (HEAD + "1,Ama,\n2,Rui,yes, really\n").encode())
    assert names(read(tmp_path, (HEAD + "1,Ama,x,,\n").encode())) == ["Ama"]


def test_one_broken_letter_does_not_change_all_others(tmp_path: Path) -> None:
    rows = "1,Amélie Nguyễn,\n2,Rui,\n".encode() + b"3,H\xff,\n"
    with pytest.raises(Permanent, match="broken letter in line 4"):
        read(tmp_path, HEAD.encode() + rows)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("Иван Петров", "cp1251"), ("محمد علي", "cp1256"), ("Gonçalves", "mac_roman")],
)
def test_other_code_pages_are_not_taken_for_the_western_one(
    tmp_path: Path, name: str, encoding: str
) -> None:
    content = f"{HEAD}1,{name},\n".encode(encoding)
    with pytest.raises(Permanent, match="neither in UTF-8 nor"):
        read(tmp_path, content)
    assert names(read(tmp_path, content, encoding=encoding)) == [name]


@pytest.mark.parametrize(
    "name", ["Amélie Gonçalves", "Désirée Noël", "Škoda Žižek", "Œuvrard", "Müßig’"]
)
def test_western_windows_is_still_understood(tmp_path: Path, name: str) -> None:
    assert names(read(tmp_path, f"{HEAD}1,{name},\n".encode("cp1252"))) == [name]


def test_utf_16_without_its_mark_is_understood(tmp_path: Path) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        content = f"{HEAD}1,Amélie,\n".encode(encoding)
        assert names(read(tmp_path, content)) == ["Amélie"]


def test_no_heading_takes_the_place_of_another(tmp_path: Path) -> None:
    form = read(tmp_path, b"ID,Last,Last (2),Last\n1,a,b,c\n")
    assert [one.key for one in form.questions] == ["ID", "Last", "Last (2)", "Last (3)"]
    assert list(form.entries[0].answers.values()) == ["1", "a", "b", "c"]


def test_a_time_that_lost_its_format_is_that_time(tmp_path: Path) -> None:
    form = read(
        tmp_path,
        b"ID,When\n1,46082.5\n2,2026-03-01 12:00\n3,2026\n",
        submitted="When",
        zone="Africa/Nairobi",
    )
    noon = datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert [one.submitted for one in form.entries] == [noon, noon, None]
