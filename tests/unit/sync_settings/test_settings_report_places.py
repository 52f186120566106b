"""Which places for reports cannot be meant so."""

from __future__ import annotations

from pathlib import Path

import pytest

from moodle_bridge.errors import ConfigError
from sync.settings import open_settings

FORUM = 'plugin = "moodle-forum"\nforum = 77'


def problems(folder: Path, *places: str) -> list[str]:
    path = folder / "bridge.toml"
    tables = "".join(
        f'\n[[report.sink]]\nname = "sink{number}"\n[report.sink.to]\n{place}\n'
        for number, place in enumerate(places, start=1)
    )
    path.write_text(path.read_text("utf-8") + tables, "utf-8")
    environ = {"MOODLE_TOKEN": "0123456789abcdef0123456789abcdef"}
    try:
        open_settings(path, environ=environ)
    except ConfigError as error:
        return [f"{problem.where}: {problem.what}" for problem in error.problems]
    return []


def test_places_that_keep_apart_are_taken(folder: Path) -> None:
    assert not problems(
        folder,
        FORUM,
        f'{FORUM}\nname = "coaching"',
        'plugin = "moodle-wiki"\nwiki = 78\npage = "A"',
        'plugin = "moodle-wiki"\nwiki = 78\npage = "B"',
        'plugin = "moodle-database"\ndatabase = 77',
        'plugin = "mail"\nto = ["ana@example.org"]',
    )


@pytest.mark.parametrize(
    "place",
    [
        FORUM,
        'plugin = "moodle-wiki"\nwiki = 78\npage = "A"',
        'plugin = "moodle-database"\ndatabase = 79',
    ],
)
def test_two_reports_do_not_overwrite_each_other(folder: Path, place: str) -> None:
    (problem,) = problems(folder, place, place)
    assert "[[report.sink]] 1 writes already" in problem


def test_two_reports_are_no_one_file(folder: Path) -> None:
    (problem,) = problems(
        folder,
        'plugin = "html-file"\npath = "reports/all"',
        'plugin = "json-file"\npath = "./reports//all"\npublic = true',
        'plugin = "csv-file"\npath = "reports/waits"',
    )
    assert (
        problem == "[[report.sink]] 2 → to.path: is where [[report.sink]] 1"
        " writes already"
    )


@pytest.mark.parametrize(
    "address", ["SM25@lists.example.org", "bridge@lists.example.org"]
)
def test_a_report_is_never_mailed_to_the_list_or_the_bridge(
    folder: Path, address: str
) -> None:
    place = f'plugin = "mail"\nto = ["ana@example.org", "{address}"]'
    (problem,) = problems(folder, place)
    assert "the address of a list, or of the bridge" in problem


@pytest.mark.parametrize("more", ["", "facilitators_only = true"])
def test_a_report_goes_to_no_forum_of_a_pair(folder: Path, more: str) -> None:
    place = f'plugin = "moodle-forum"\nforum = 35\n{more}'
    (problem,) = problems(folder, place)
    assert "would be mailed to its whole list" in problem


def test_what_is_wrong_with_a_report_is_said_as_it_stands_in_the_file(
    folder: Path,
) -> None:
    wrong = 'plugin = "html-file"\npath = 1'
    assert [one.partition(": ")[0] for one in problems(folder, wrong)] == [
        "[[report.sink]] 1 → to.path"
    ]


def test_a_promise_of_nothing_is_refused_in_the_words_of_the_file(
    folder: Path,
) -> None:
    path = folder / "bridge.toml"
    path.write_text(f'{path.read_text("utf-8")}\n[report]\npromise = "0m"\n', "utf-8")
    (problem,) = problems(folder)
    assert problem == "[report] → promise: must be more than 0s"
