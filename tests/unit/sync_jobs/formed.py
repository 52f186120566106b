"""A bridged course with an intake form beside it, as a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sync.bridge import Bridge
from sync.settings import open_settings
from tests.unit.sync_jobs.bridged import BridgedCourse

COLUMNS = ("Id", "First", "Last", "Mail", "Country", "Language", "Agree", "Channel")
SECRET = "a secret for reply keys"


def entry(number: int, first: str, last: str, mail: str, **more: str) -> dict[str, str]:
    """Return a row of the form, with all that is asked."""
    return {
        "Id": str(number),
        "First": first,
        "Last": last,
        "Mail": mail,
        "Country": "Uganda",
        "Language": "English",
        "Agree": "Yes",
        "Channel": "",
        **more,
    }


def write_form(folder: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Write the form as a CSV file, whole."""
    with (folder / "intake.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def add_form(course: BridgedCourse, *, keys: str = "", more: str = "") -> None:
    """Give the bridge a form; `keys` are lines of [[intake]], `more` of the file."""
    path = course.folder / "bridge.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        f"""{text}
{more}
[[intake]]
name = "fo26"
course = "FO26"
pair = "fo26"
role = "student"
{keys}
[intake.source]
plugin = "csv"
path = "intake.csv"
key = ["Id"]
[intake.questions]
first_name = "First"
last_name = "Last"
email = "Mail"
country = "Country"
language = "Language"
channel = "Channel"
consent = "Agree"
""",
        encoding="utf-8",
    )


@contextmanager
def bridge_of(course: BridgedCourse) -> Iterator[Bridge]:
    """Open the bridge of a course, to look inside."""
    environ = {"TOKEN": course.token, "SECRET": SECRET, **course.environ}
    settings, registry = open_settings(course.folder / "bridge.toml", environ=environ)
    with Bridge(settings, registry, clock=course.clock) as bridge:
        yield bridge
