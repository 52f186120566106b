from __future__ import annotations

import io
import json
from datetime import UTC, datetime

from sync.cli.printing import show_result
from sync.cli.result import ExitCode, Result, Table


def shown(result: Result, *, as_json: bool = False) -> str:
    stream = io.StringIO()
    show_result(result, command="runs", as_json=as_json, quiet=False, stdout=stream)
    return stream.getvalue()


def test_columns_line_up_whatever_the_script() -> None:
    table = Table(
        columns=("who", "posts"),
        rows=[("Nguyễn Thị Hương", "3"), ("山田太郎", "12"), ("أمينة", "1")],
        title="Posts",
    )

    assert shown(Result(parts=[table])) == (
        "Posts\n"
        "who               posts\n"
        "----------------  -----\n"
        "Nguyễn Thị Hương  3\n"
        "山田太郎          12\n"
        "أمينة             1\n"
    )


def test_a_cell_of_several_lines_stays_one_row() -> None:
    table = Table(columns=("a",), rows=[("one\ntwo",)])

    assert shown(Result(parts=[table])).splitlines()[-1] == "one two"


def test_a_table_without_rows_says_so() -> None:
    assert shown(Result(parts=[Table(columns=("a", "b"), rows=[])])).endswith(
        "(none)\n"
    )


def test_data_is_one_json_object_in_plain_values() -> None:
    moment = datetime(2025, 3, 1, 12, tzinfo=UTC)
    result = Result(
        exit_code=ExitCode.HELD,
        data={"at": moment, "names": {"b", "a"}, "who": "Aïssatou"},
    )

    text = shown(result, as_json=True)

    assert "Aïssatou" in text
    assert json.loads(text) == {
        "ok": True,
        "exit_code": 3,
        "command": "runs",
        "at": "2025-03-01T12:00:00+00:00",
        "names": ["a", "b"],
        "who": "Aïssatou",
    }
