"""What is peculiar to LimeSurvey."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from moodle_bridge.errors import ConfigError, Permanent, Transient
from moodle_bridge.model.intake import EntryState, Form
from tests.intake import exporters
from tests.intake.hosts import Asked, LimeSurvey, Told, served, told
from tests.intake.small import small_form
from tests.intake.sources import limesurvey_source


def survey(people: int = 3, zone: str = "UTC", **more: Any) -> LimeSurvey:
    return LimeSurvey(*exporters.limesurvey(small_form(people), zone), **more)


def read(respond: Any, **settings: Any) -> Form:
    with served(respond) as host:
        source = limesurvey_source(host, **settings)
        source.probe()
        return source.read()


def test_questions_have_their_code_as_key_and_words_without_markup() -> None:
    questions = {each.key: each for each in read(survey()).questions}
    assert list(questions) == ["name", "way", "crops"]
    assert questions["way"].text == "How do you take part?"
    assert questions["way"].choices == {"A1": "By mail", "A2": "On the site"}
    assert questions["crops"].choices == {
        "SQ001": "Maize",
        "SQ002": "Beans",
        "SQ003": "Rice",
    }


def test_answers_are_codes_and_several_stand_together() -> None:
    lime = survey(2)
    lime.responses[0]["crops[other]"] = "Sorghum"
    first, second = read(lime).entries
    assert first.answers["way"] == "A1"
    assert first.answers["crops"] == ("SQ001", "SQ003", "Sorghum")
    assert second.answers["crops"] == ("SQ001", "SQ003")


def test_another_answer_than_those_of_a_list_is_its_text() -> None:
    lime = survey(1)
    lime.responses[0] |= {"way": "-oth-", "way[other]": "By radio"}
    assert read(lime).entries[0].answers["way"] == "By radio"


def test_rows_of_an_array_are_questions_of_their_own_and_yes_is_yes() -> None:
    lime = survey(1)
    own = lime.questions[0]
    lime.questions += [
        own | {"id": 9, "qid": 9, "title": "Net", "question": "Internet", "type": "F"},
        own | {"id": 91, "parent_qid": 9, "title": "H", "question": "At home"},
        own | {"id": 8, "qid": 8, "title": "Ok", "question": "Agreed?", "type": "Y"},
        own | {"id": 7, "qid": 7, "title": "Txt", "question": "Hello", "type": "X"},
    ]
    lime.options[9] = {"G": {"answer": "Good"}}
    lime.responses[0] |= {"Net[H]": "G", "Ok": "Y"}
    form = read(lime)
    assert [each.text for each in form.questions[3:]] == [
        "Internet - At home",
        "Agreed?",
    ]
    assert form.questions[3].choices == {"G": "Good"}
    assert form.entries[0].answers["Net[H]"] == "G"
    assert form.entries[0].answers["Ok"] == "Yes"


def test_what_was_begun_and_not_sent_is_incomplete() -> None:
    lime = survey(2)
    lime.responses[0]["submitdate"] = None
    lime.responses[1]["submitdate"] = "1980-01-01 00:00:00"
    begun, anonymous = sorted(read(lime).entries, key=lambda each: each.key)
    assert begun.state is EntryState.INCOMPLETE
    assert anonymous.state is EntryState.COMPLETE
    assert anonymous.submitted is None


def test_times_are_those_of_the_server_and_a_later_one_is_an_edit() -> None:
    lime = survey(2, zone="Africa/Kampala")
    lime.responses[1]["datestamp"] = "2026-03-04 09:00:00"
    first, second = read(lime, zone="Africa/Kampala").entries
    assert first.submitted == datetime(2026, 3, 2, 10, 31, tzinfo=UTC)
    assert first.edited is None
    assert second.edited == datetime(2026, 3, 4, 6, tzinfo=UTC)


def test_a_survey_that_nobody_answered_has_no_entries() -> None:
    lime = survey(1)
    lime.responses.clear()
    form = read(lime)
    assert form.entries == ()
    assert len(form.questions) == 3


@pytest.mark.parametrize(
    "status",
    ["No Data, survey table does not exist.", "No permission", "Invalid session key"],
)
def test_an_error_with_status_200_is_an_error(status: str) -> None:
    lime = survey(status=status)
    with pytest.raises(Permanent, match=status):
        read(lime)
    assert lime.open == 0


def test_a_wrong_password_is_told_without_it() -> None:
    with pytest.raises(Permanent, match="Invalid user name") as caught:
        read(survey(), password="wrong-password")
    assert "wrong-password" not in f"{caught.value} {caught.value.advice}"


def test_too_many_wrong_logins_are_waited_for() -> None:
    said = "You have exceeded the number of maximum login attempts. Please wait 10"

    def locked(asked: Asked) -> Told:
        return told({"id": _id(asked), "result": {"status": said}, "error": None})

    with pytest.raises(Transient, match="lets nobody in"):
        read(locked)


def _id(asked: Asked) -> int:
    return int(json.loads(asked.body)["id"])


def test_the_key_is_given_back() -> None:
    lime = survey()
    read(lime)
    assert lime.open == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "RPC interface not enabled"),
        (b"<!DOCTYPE html><title>Log in</title>", "non-JSON response"),
        (b"[]", "not LimeSurvey"),
        (b'{"status": "fine"}', "not LimeSurvey"),
        (b'{"id": 0, "result": "x", "error": null}', "not LimeSurvey"),
        (b'{"id": 0}', "not LimeSurvey"),
    ],
)
def test_an_interface_that_is_switched_off_is_told(body: bytes, said: str) -> None:
    with pytest.raises(Permanent, match=said) as caught:
        read(lambda asked: Told(body=body))
    assert "JSON-RPC" in caught.value.advice


@pytest.mark.parametrize("result", ["eyJyZXNwb25zZXMiOiBb", "%%%", None, ["x"]])
def test_an_export_that_is_cut_counts_for_none(result: object) -> None:
    lime = survey()

    def cut(asked: Asked) -> Told:
        if b"export_responses" in asked.body:
            return told({"id": _id(asked), "result": result, "error": None})
        return lime(asked)

    with pytest.raises((Transient, Permanent)):
        read(cut)


@pytest.mark.parametrize("answer", [None, [], 5, "x", {}, {"result": None}])
@pytest.mark.parametrize(
    "step", ["list_questions", "get_question_properties", "export_responses"]
)
def test_an_answer_of_another_form_is_told_at_every_step(
    step: str, answer: object
) -> None:
    lime = survey()

    def strange(asked: Asked) -> Told:
        return told(answer) if step.encode() in asked.body else lime(asked)

    with pytest.raises((Transient, Permanent)) as caught:
        read(strange)
    assert "right-password" not in f"{caught.value} {caught.value.advice}"


def test_a_session_that_is_not_ended_well_spoils_nothing() -> None:
    lime = survey()

    def strange(asked: Asked) -> Told:
        ends = b"release_session_key" in asked.body
        return told(None) if ends else lime(asked)

    assert len(read(strange).entries) == 3


def test_without_the_library_it_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "citric", None)
    with pytest.raises(ConfigError, match="not installed") as caught:
        read(survey())
    assert "moodle-bridge[limesurvey]" in caught.value.advice
