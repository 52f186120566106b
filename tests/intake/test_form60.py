"""The same sixty people come out of every source, and the same is wrong with twelve."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.interfaces import IIntakeSource
from moodle_bridge.model.applicants import Applicant
from moodle_bridge.model.intake import Form
from moodle_bridge.plugins.intake.csv_file import CsvIntake, CsvIntakeSettings
from moodle_bridge.plugins.intake.google_sheet import (
    GoogleSheetIntake,
    GoogleSheetIntakeSettings,
)
from moodle_bridge.plugins.intake.ms_forms import MsFormsIntake, MsFormsIntakeSettings
from moodle_bridge.plugins.intake.typeform_files import (
    TypeformFilesIntake,
    TypeformFilesIntakeSettings,
)
from moodle_bridge.plugins.intake.workbook import (
    WorkbookIntake,
    WorkbookIntakeSettings,
)
from sync.intake import IntakeRead, understood_form
from sync.settings.base import PluginChoice
from sync.settings.intake import IntakeSettings
from tests.intake import exporters
from tests.intake.feedback_site import feedback_site, feedback_source
from tests.intake.hosts import (
    Google,
    Kobo,
    LimeSurvey,
    Odk,
    Told,
    Typeform,
    served,
)
from tests.intake.plain_form import PlainForm, form60
from tests.intake.signed import typeform_files
from tests.intake.sources import (
    google_key,
    google_source,
    kobo_source,
    limesurvey_source,
    odk_source,
    typeform_source,
)

ZONE = "Asia/Kathmandu"
TABLE = {"key": ["E-mail address"], "submitted": "Timestamp"}
INTAKE = {
    "name": "seeds",
    "course": "SEEDS",
    "one_word_names": "refuse",
    "questions": {
        "first_name": "First name",
        "last_name": "Last name",
        "email": "E-mail address",
        "phone": "Phone or WhatsApp",
        "organisation": "Organisation",
        "country": "Country",
        "language": "In which language shall we write to you?",
        "timezone": "Time zone, if you know it",
        "device": "What will you take part with?",
        "channel": "How do you want to take part?",
        "consent": "May we keep these answers to enrol you?",
        "withdrawn": {
            "question": "Do you still want to take part?",
            "yes": ["No, I take my part back"],
        },
    },
    "choices": {
        "channel": {
            "Every message by mail": "each",
            "One mail a day": "digest",
            "As few bytes as possible": "bundle",
            "Only on the site": "moodle",
        }
    },
    "source": PluginChoice(
        plugin="csv", settings=CsvIntakeSettings(path=Path("intake.csv"))
    ),
}

Opened = Iterator[IIntakeSource]


@contextmanager
def csv(form: PlainForm, folder: Path, **written: Any) -> Opened:
    path = folder / "intake.csv"
    path.write_bytes(exporters.csv_bytes(exporters.table(form), **written))
    yield CsvIntake(CsvIntakeSettings.model_validate({"path": path, **TABLE}))


@contextmanager
def xlsx(form: PlainForm, folder: Path) -> Opened:
    path = exporters.xlsx(folder / "intake.xlsx", exporters.table(form))
    yield WorkbookIntake(WorkbookIntakeSettings.model_validate({"path": path, **TABLE}))


@contextmanager
def ods(form: PlainForm, folder: Path) -> Opened:
    path = exporters.ods(folder / "intake.ods", exporters.table(form))
    yield WorkbookIntake(WorkbookIntakeSettings.model_validate({"path": path, **TABLE}))


@contextmanager
def ms_forms(form: PlainForm, folder: Path) -> Opened:
    path = exporters.ms_forms_xlsx(folder / "forms.xlsx", form, ZONE)
    yield MsFormsIntake(MsFormsIntakeSettings(path=path, zone=ZONE))


@contextmanager
def google_sheet(form: PlainForm, folder: Path) -> Opened:
    content = exporters.google_sheet_csv(form, ZONE)
    with served(lambda asked: Told(body=content)) as host:
        given = {"url": f"{host.url}/sheet", "zone": ZONE, "key": ["E-mail address"]}
        yield GoogleSheetIntake(GoogleSheetIntakeSettings.model_validate(given))


@contextmanager
def google_forms(form: PlainForm, folder: Path) -> Opened:
    definition, responses = exporters.google_forms(form)
    with served(Google(definition, responses, most=25)) as host:
        yield google_source(host, google_key(folder, host))


@contextmanager
def kobo(form: PlainForm, folder: Path) -> Opened:
    asset, rows = exporters.kobo(form)
    with served(Kobo(asset, rows, most=25)) as host:
        source = kobo_source(host)
        yield source
        source.close()


@contextmanager
def odk(form: PlainForm, folder: Path) -> Opened:
    with served(Odk(*exporters.odk(form), most=25)) as host:
        yield odk_source(host)


@contextmanager
def limesurvey(form: PlainForm, folder: Path) -> Opened:
    with served(LimeSurvey(*exporters.limesurvey(form, ZONE))) as host:
        yield limesurvey_source(host, zone=ZONE)


@contextmanager
def typeform(form: PlainForm, folder: Path) -> Opened:
    with served(Typeform(*exporters.typeform(form))) as host:
        source = typeform_source(host)
        yield source
        source.close()


@contextmanager
def typeform_webhook(form: PlainForm, folder: Path) -> Opened:
    given = {"folder": typeform_files(folder, form, "shared"), "secret": "shared"}
    yield TypeformFilesIntake(TypeformFilesIntakeSettings.model_validate(given))


@contextmanager
def moodle_feedback(form: PlainForm, folder: Path) -> Opened:
    site, feedback = feedback_site(form)
    with feedback_source(site, feedback.name) as source:
        yield source


SOURCES: Mapping[str, tuple[Callable[..., Any], Mapping[str, str]]] = {
    "csv, commas": (csv, {}),
    "csv, as Excel in Europe saves it": (
        csv,
        {"delimiter": ";", "encoding": "utf-8-sig", "before": "sep=;\r\n"},
    ),
    "csv, Unicode text": (csv, {"delimiter": "\t", "encoding": "utf-16"}),
    "xlsx": (xlsx, {}),
    "ods": (ods, {}),
    "ms-forms": (ms_forms, {}),
    "google-sheet": (google_sheet, {}),
    "google-forms": (google_forms, {}),
    "kobo": (kobo, {}),
    "odk": (odk, {}),
    "limesurvey": (limesurvey, {}),
    "typeform": (typeform, {}),
    "typeform-files": (typeform_webhook, {}),
    "moodle-feedback": (moodle_feedback, {}),
}


@cache
def plain() -> tuple[PlainForm, dict[int, tuple[str, ...]]]:
    return form60()


def understood_by(name: str, folder: Path) -> tuple[Form, IntakeRead]:
    source, written = SOURCES[name]
    with source(plain()[0], folder, **written) as opened:
        form = opened.read()
    return form, understood_form(form, IntakeSettings.model_validate(INTAKE))


def person(applicant: Applicant | None) -> Applicant | None:
    """Leave out by what name the source knows the entry."""
    if applicant is None:
        return None
    return dataclasses.replace(applicant, entry="", row=None)


def problems(read: IntakeRead) -> list[list[tuple[str, str, str, str]]]:
    return [
        [(one.code, one.severity, one.field, one.given) for one in row.problems]
        for row in read.rows
    ]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> IntakeRead:
    return understood_by("csv, commas", tmp_path_factory.mktemp("csv"))[1]


def test_twelve_of_the_sixty_have_the_problem_that_was_put_there(
    first: IntakeRead,
) -> None:
    broken = plain()[1]
    found = {
        number: tuple(str(one.code) for one in row.problems)
        for number, row in enumerate(first.rows, 1)
        if row.problems
    }
    assert found == broken
    assert len(set(broken.values())) == 12


def test_the_others_are_people_of_fourteen_organisations_in_nine_countries(
    first: IntakeRead,
) -> None:
    form, broken = plain()
    people = [row.applicant for row in first.rows]
    assert len(people) == 60
    whole = [
        one
        for number, one in enumerate(people, 1)
        if number not in broken and one is not None
    ]
    assert len(whole) == 48
    assert len({one.organisation for one in whole}) == 14
    assert len({one.country for one in whole}) == 9
    assert all(one.country and one.phone and one.channel for one in whole)
    assert [one.withdrawn for one in whole].count(True) == 1
    assert {(one.first_name, one.last_name) for one in whole} == {
        (entry.answers["first_name"], entry.answers["last_name"])
        for entry in form.entries
        if entry.number not in broken
    }


@pytest.mark.parametrize("name", list(SOURCES)[1:])
def test_every_source_gives_the_same_people_and_the_same_problems(
    name: str, first: IntakeRead, tmp_path: Path
) -> None:
    form, read = understood_by(name, tmp_path)
    assert len(form.entries) == 60
    assert problems(read) == problems(first)
    assert [person(row.applicant) for row in read.rows] == [
        person(row.applicant) for row in first.rows
    ]
