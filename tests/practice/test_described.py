"""The practice Moodle answers as the descriptions of a real one say it must."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.practice import PracticeMoodle
from moodle_bridge.practice.returns import ARRAY, DOUBLE, INT, STRING
from tests.practice.course import Site

DESCRIBED = Path(__file__).resolve().parents[3] / "shared" / "moodle"

pytestmark = [
    pytest.mark.facts,
    pytest.mark.skipif(
        not DESCRIBED.is_dir(),
        reason="the descriptions of a real Moodle are not beside the project",
    ),
]

SCALARS = {"int": INT, "bool": INT, "float": DOUBLE}
JSON_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "bool": (bool,),
    "float": (float, int),
}


def described() -> dict[str, Any]:
    text = (DESCRIBED / "functions-4.5.6.json").read_text(encoding="utf-8")
    functions: dict[str, Any] = json.loads(text)["functions"]
    return functions


def returned(description: Any) -> Any:
    """Return what a description comes to in the terms of a SOAP service."""
    if not description:
        return None
    if description["kind"] == "list":
        return ARRAY
    if description["kind"] == "value":
        return SCALARS.get(description["type"], STRING)
    return {name: returned(field) for name, field in description["fields"].items()}


def test_every_function_declares_what_it_returns() -> None:
    real = described()
    for name, function in PracticeMoodle.empty().functions.items():
        if name in real:
            assert function.returns == returned(real[name]["returns"]), name


def misfits(answer: Any, description: Any, path: str) -> list[str]:
    """Return where an answer is not what its description allows."""
    if answer is None:
        return []
    if description["kind"] == "list":
        if not isinstance(answer, list):
            return [f"{path} is no list"]
        return [
            text
            for index, item in enumerate(answer)
            for text in misfits(item, description["items"], f"{path}/{index}")
        ]
    if description["kind"] == "value":
        expected = JSON_TYPES.get(description["type"])
        if expected and (
            not isinstance(answer, expected)
            or (isinstance(answer, bool) and bool not in expected)
        ):
            return [f"{path} is {answer!r}, not {description['type']}"]
        return []
    fields = description["fields"]
    found = [f"{path}/{name} is not described" for name in answer if name not in fields]
    for name, field in fields.items():
        if name in answer:
            found += misfits(answer[name], field, f"{path}/{name}")
        elif field["required"] == "required":
            found.append(f"{path}/{name} is missing")
    return found


def asked(site: Site, function: str, **arguments: Any) -> Any:
    answer = site.ask(site.bridge, function, **arguments)
    assert not (isinstance(answer, dict) and "exception" in answer), answer
    return answer


def everything(site: Site) -> dict[str, Callable[[], Any]]:
    """Return a call of each function that was not recorded, in this order."""
    course, user = site.seeded.course.id, site.participant.id
    forum = site.seeded.questions
    site.moodle.complete(site.participant, forum)
    cohort = site.moodle.add_cohort("Autumn", idnumber="autumn")
    page = asked(
        site, "mod_wiki_new_page", title="a", content="b", wikiid=site.seeded.wiki.id
    )
    assert page["pageid"]
    draft = site.moodle.call(site.bridge, "core_files_get_unused_draft_itemid")
    module = {"contextlevel": "module", "id": forum.cmid, "since": 0}
    absent = {"contextlevel": "module", "id": 999, "since": 0}
    place = {
        "contextid": site.bridge.contextid,
        "component": "user",
        "filearea": "draft",
        "itemid": 0,
        "filepath": "/",
        "filename": "",
    }
    calls: dict[str, dict[str, Any]] = {
        "core_group_get_course_user_groups": {"courseid": course, "userid": user},
        "core_completion_get_activities_completion_status": {
            "courseid": course,
            "userid": user,
        },
        "core_course_get_course_module": {"cmid": forum.cmid},
        "core_course_get_contents": {"courseid": course},
        "core_course_get_courses": {"options": {"ids": [course]}},
        "core_course_check_updates": {
            "courseid": course,
            "tocheck": [module, absent],
        },
        "core_enrol_get_course_enrolment_methods": {"courseid": course},
        "core_cohort_get_cohorts": {"cohortids": [cohort.id]},
        "core_notes_create_notes": {
            "notes": [
                {
                    "userid": user,
                    "publishstate": "course",
                    "courseid": course,
                    "text": "asked twice",
                }
            ]
        },
        "core_files_get_unused_draft_itemid": {},
        "core_files_get_files": place,
        "core_files_delete_draft_files": {
            "draftitemid": draft["itemid"],
            "files": [{"filepath": "/", "filename": "a.txt"}],
        },
        "mod_wiki_get_subwikis": {"wikiid": site.seeded.wiki.id},
        "core_calendar_create_calendar_events": {
            "events": [
                {"name": "a", "courseid": course, "eventtype": "course"}
                | {"timestart": 1, "timeduration": 0, "repeats": 3}
            ]
        },
        "core_calendar_get_calendar_events": {
            "events": {"courseids": [course]},
            "options": {"timestart": 0},
        },
    }
    return {
        name: partial(asked, site, name, **arguments)
        for name, arguments in calls.items()
    }


def test_answers_that_were_not_recorded_are_as_described(site: Site) -> None:
    real = described()
    found = [
        text
        for name, call in everything(site).items()
        for text in misfits(call(), real[name]["returns"], name)
    ]
    assert not found, "\n".join(found)
