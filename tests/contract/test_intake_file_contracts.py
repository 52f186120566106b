"""Every intake source that is a file or a sheet keeps its contract."""

# ruff: noqa: DTZ001 - sheets hold times without a zone

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from openpyxl import Workbook

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.model.intake import EntryState
from moodle_bridge.plugins.intake.csv_file import CsvIntake, CsvIntakeSettings
from moodle_bridge.plugins.intake.google_sheet import (
    GoogleSheetIntake,
    GoogleSheetIntakeSettings,
)
from moodle_bridge.plugins.intake.ms_forms import MsFormsIntake, MsFormsIntakeSettings
from moodle_bridge.plugins.intake.workbook import (
    WorkbookIntake,
    WorkbookIntakeSettings,
)
from moodle_bridge.testing import IntakeSourceContract
from moodle_bridge.testing.intake_source import ANSWERS, QUESTIONS

ROWS: list[list[Any]] = [list(QUESTIONS), *(list(row) for row in ANSWERS)]


def csv_of(rows: Sequence[Sequence[str]], mark: str = ",") -> str:
    return "".join(mark.join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)


def workbook_of(
    path: Path, rows: Sequence[Sequence[Any]], hidden: bool = False
) -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    if hidden:
        page.sheet_state = "hidden"
        page.append(["secret"])
        page = book.create_sheet("Answers")
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


class TestCsvIntake(IntakeSourceContract):
    plugin = "csv"

    @pytest.fixture(
        params=[
            ("utf-8", ",", ""),
            ("utf-8-sig", ";", ""),
            ("utf-16", "\t", ""),
            ("utf-16-le", "\t", ""),
            ("utf-8-sig", ";", "sep=;\r\n"),
        ]
    )
    def intake_source(
        self, request: pytest.FixtureRequest, tmp_path: Path
    ) -> CsvIntake:
        encoding, mark, first = request.param
        path = tmp_path / "intake.csv"
        path.write_bytes((first + csv_of(ROWS, mark)).encode(encoding))
        return CsvIntake(CsvIntakeSettings(path=path, key=("Address",)))


class TestWorkbookIntake(IntakeSourceContract):
    plugin = "workbook"

    @pytest.fixture(params=[False, True])
    def intake_source(
        self, request: pytest.FixtureRequest, tmp_path: Path
    ) -> WorkbookIntake:
        path = workbook_of(tmp_path / "intake.xlsx", ROWS, hidden=request.param)
        return WorkbookIntake(WorkbookIntakeSettings(path=path, key=("Address",)))


class TestMsFormsIntake(IntakeSourceContract):
    plugin = "ms-forms"

    @pytest.fixture
    def intake_source(self, tmp_path: Path) -> MsFormsIntake:
        own = ["ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom"]
        sent = datetime(2026, 3, 2, 10, 30)
        rows: list[list[Any]] = [
            [*own, "Full\xa0name", "Address\r\n", "Country"],
            *(
                [n, sent, sent, "anonymous", None, *row]
                for n, row in enumerate(ANSWERS, 1)
            ),
        ]
        path = workbook_of(tmp_path / "forms.xlsx", rows)
        return MsFormsIntake(MsFormsIntakeSettings(path=path, zone="Africa/Kampala"))


Pages = Callable[[dict[str, tuple[int, bytes]]], str]


@pytest.fixture
def pages() -> Iterator[Pages]:
    answers: dict[str, tuple[int, bytes]] = {}

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.get(self.path.partition("?")[0], (404, b""))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def serve(given: dict[str, tuple[int, bytes]]) -> str:
        answers.update(given)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    server.shutdown()
    server.server_close()
    thread.join()


def google(url: str, **more: Any) -> GoogleSheetIntake:
    return GoogleSheetIntake(GoogleSheetIntakeSettings(url=url, **more))  # type: ignore[arg-type]


class TestGoogleSheetIntake(IntakeSourceContract):
    plugin = "google-sheet"

    @pytest.fixture
    def intake_source(self, pages: Pages) -> GoogleSheetIntake:
        rows = [
            ["Horodateur", *QUESTIONS],
            *([f"0{n}/03/2026 10:30:00", *row] for n, row in enumerate(ANSWERS, 1)),
        ]
        url = pages({"/sheet": (200, csv_of(rows, ";").encode())})
        return google(f"{url}/sheet", zone="Africa/Dakar")


def csv_source(tmp_path: Path, text: str, **settings: Any) -> CsvIntake:
    path = tmp_path / "intake.csv"
    path.write_bytes(text.encode("utf-8"))
    return CsvIntake(CsvIntakeSettings(path=path, **settings))


def test_western_windows_files_are_read_without_being_told(tmp_path: Path) -> None:
    path = tmp_path / "intake.csv"
    path.write_bytes("Nom;Adresse\r\nZoé Müller;zoe@example.org\r\n".encode("cp1252"))
    source = CsvIntake(CsvIntakeSettings(path=path, key=("Adresse",)))
    assert source.read().entries[0].answers["Nom"] == "Zoé Müller"


def test_phones_and_ids_keep_their_zeros(tmp_path: Path) -> None:
    form = csv_source(tmp_path, "ID,Phone\n007,+256 0700\n").read()
    assert form.entries[0].key == "007"
    assert form.entries[0].answers["Phone"] == "+256 0700"


def test_a_number_in_a_sheet_has_no_decimals_and_a_date_is_iso(tmp_path: Path) -> None:
    path = workbook_of(
        tmp_path / "a.xlsx",
        [["ID", "Phone", "Born", "Half"], [7, 256700123456, datetime(1990, 5, 3), 1.5]],
    )
    (entry,) = WorkbookIntake(WorkbookIntakeSettings(path=path)).read().entries
    assert entry.key == "7"
    assert entry.answers["Phone"] == "256700123456"
    assert entry.answers["Born"] == "1990-05-03"
    assert entry.answers["Half"] == "1.5"


def test_commas_and_line_breaks_in_an_answer_stay_in_it(tmp_path: Path) -> None:
    form = csv_source(tmp_path, 'ID,Why\n1,"Seeds, water\nand soil"\n').read()
    assert form.entries[0].answers["Why"] == "Seeds, water\nand soil"


def test_of_two_questions_that_are_alike_each_has_its_own_key(tmp_path: Path) -> None:
    form = csv_source(tmp_path, "ID,Comment,Comment\n1,one,two\n").read()
    assert [question.key for question in form.questions] == [
        "ID",
        "Comment",
        "Comment (2)",
    ]


def test_two_entries_of_one_address_are_two_entries(tmp_path: Path) -> None:
    text = "Email,Name\nA@example.org,one\na@example.org,two\n"
    form = csv_source(tmp_path, text, key=("Email",)).read()
    assert [entry.key for entry in form.entries] == [
        "a@example.org",
        "a@example.org #2",
    ]


def test_who_took_part_back_is_told_by_the_status(tmp_path: Path) -> None:
    text = "ID,Status\n1,Inscrit\n2,RETIRÉ\n3,refusé\n"
    form = csv_source(
        tmp_path, text, status="Status", withdrawn=("retiré",), rejected=("Refusé",)
    ).read()
    assert [entry.state for entry in form.entries] == [
        EntryState.COMPLETE,
        EntryState.WITHDRAWN,
        EntryState.REJECTED,
    ]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (["03/04/2026 10:30", "13/04/2026 10:30"], "2026-04-03T07:30"),
        (["03/04/2026 10:30", "04/13/2026 10:30"], "2026-03-04T07:30"),
        (["4/3/26 1:30:00 PM"], "2026-03-04T10:30"),
        (["2026-04-03T10:30:00+07:00"], "2026-04-03T03:30"),
        (["2026-04-03 10:30:00 UTC"], "2026-04-03T10:30"),
    ],
)
def test_days_and_months_are_told_apart_by_all_that_stands_there(
    tmp_path: Path, times: list[str], expected: str
) -> None:
    text = "ID,Sent\n" + "".join(f"{n},{at}\n" for n, at in enumerate(times))
    form = csv_source(tmp_path, text, submitted="Sent", zone="Africa/Kampala").read()
    assert form.entries[0].submitted == datetime.fromisoformat(expected).replace(
        tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("text", "settings", "said"),
    [
        ("Name,Email\nA,b\n", {}, "names an entry"),
        ("Name,Email\nA,b\n", {"key": ("Adresse",)}, "no column 'Adresse'"),
        ("", {}, "holds no questions"),
        ("<!DOCTYPE html><title>Log in</title>", {}, "web page"),
    ],
)
def test_what_is_wrong_with_a_table_is_told(
    tmp_path: Path, text: str, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(Permanent, match=said):
        csv_source(tmp_path, text, **settings).read()


def test_a_file_that_is_not_there_or_no_workbook_is_told(tmp_path: Path) -> None:
    missing = CsvIntakeSettings(path=tmp_path / "no.csv")
    with pytest.raises(Permanent, match="cannot be read"):
        CsvIntake(missing).read()
    broken = tmp_path / "no.xlsx"
    broken.write_bytes(io.BytesIO(b"PK\x03\x04 nothing").getvalue())
    with pytest.raises(Permanent, match="cannot be understood"):
        WorkbookIntake(WorkbookIntakeSettings(path=broken)).read()
    whole = workbook_of(tmp_path / "a.xlsx", ROWS)
    with pytest.raises(Permanent, match="no sheet 'Other'"):
        WorkbookIntake(WorkbookIntakeSettings(path=whole, sheet="Other")).read()
    with pytest.raises(Permanent, match="first column is ID"):
        MsFormsIntake(MsFormsIntakeSettings(path=whole)).read()


def test_several_choices_of_microsoft_forms_come_apart(tmp_path: Path) -> None:
    own = ["ID", "Start time", "Completion time", "Email", "Name"]
    sent, changed = datetime(2026, 3, 2, 10), datetime(2026, 3, 4, 10)
    path = workbook_of(
        tmp_path / "forms.xlsx",
        [
            [*own, "Crops", "Last modified time"],
            [1, sent, sent, "anonymous", None, "Seeds;Water;", changed],
        ],
    )
    (entry,) = MsFormsIntake(MsFormsIntakeSettings(path=path)).read().entries
    assert entry.answers["Crops"] == ("Seeds", "Water")
    assert "Email" not in entry.answers
    assert entry.submitted == sent.replace(tzinfo=UTC)
    assert entry.edited == changed.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (200, b"<!doctype html><html>", Permanent, "web page"),
        (401, b"", Permanent, "let the bridge in"),
        (404, b"", Permanent, "no such form"),
        (429, b"", Transient, "429"),
        (200, b"", Permanent, "empty"),
    ],
)
def test_a_sheet_that_is_not_shared_is_told_without_its_address(
    pages: Pages, status: int, body: bytes, kind: type[Exception], said: str
) -> None:
    url = pages({"/SECRET": (status, body)})
    with pytest.raises(kind, match=said) as caught:
        google(f"{url}/SECRET").read()
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            "https://docs.google.com/spreadsheets/d/abc-1/edit?usp=sharing#gid=77",
            "https://docs.google.com/spreadsheets/d/abc-1/export?format=csv&gid=77",
        ),
        (
            "https://docs.google.com/spreadsheets/d/abc-1/edit",
            "https://docs.google.com/spreadsheets/d/abc-1/export?format=csv&gid=0",
        ),
        (
            "https://docs.google.com/spreadsheets/d/abc/export?format=csv&gid=5",
            "https://docs.google.com/spreadsheets/d/abc/export?format=csv&gid=5",
        ),
    ],
)
def test_the_address_of_a_sheets_page_becomes_that_of_its_table(
    given: str, expected: str
) -> None:
    settings = GoogleSheetIntakeSettings(url=given)  # type: ignore[arg-type]
    assert settings.url.get_secret_value() == expected
