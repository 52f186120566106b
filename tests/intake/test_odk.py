"""What is peculiar to ODK Central."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.model.intake import EntryState, Form
from tests.intake import exporters
from tests.intake.hosts import Asked, Odk, Told, served, told
from tests.intake.small import small_form
from tests.intake.sources import odk_source

REVIEWED = "2026-03-09T08:00:00.000Z"


def odk(people: int = 3, **more: Any) -> Odk:
    return Odk(*exporters.odk(small_form(people)), **more)


def read(respond: Any, **settings: Any) -> Form:
    with served(respond) as host:
        source = odk_source(host, **settings)
        source.probe()
        return source.read()


def test_questions_have_their_path_as_key_and_their_words_as_text() -> None:
    questions = {each.key: each for each in read(odk()).questions}
    assert list(questions) == ["person/name", "person/way", "person/crops"]
    assert questions["person/name"].text == "Your name"
    assert questions["person/crops"].choices == {
        "maize": "Maize",
        "beans": "Beans",
        "rice": "Rice",
    }


def test_the_oldest_come_first_with_several_choices_apart() -> None:
    entries = read(odk(7, most=3)).entries
    assert [entry.answers["person/name"] for entry in entries] == [
        f"Person {number}" for number in range(1, 8)
    ]
    assert entries[0].answers["person/crops"] == ("maize", "rice")
    assert "meta/instanceID" not in entries[0].answers


def test_an_edit_moves_the_time_and_a_review_does_not() -> None:
    central = odk(2)
    newer, older = (row["__system"] for row in central.rows)
    newer |= {"updatedAt": REVIEWED, "edits": 1, "reviewState": "edited"}
    older |= {"updatedAt": REVIEWED, "edits": 0, "reviewState": "approved"}
    first, second = read(central).entries
    assert first.edited is None
    assert second.edited == datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert second.state is EntryState.COMPLETE


@pytest.mark.parametrize(
    ("review", "state", "when_approved_only"),
    [
        (None, EntryState.COMPLETE, EntryState.AWAITED),
        ("edited", EntryState.COMPLETE, EntryState.AWAITED),
        ("approved", EntryState.COMPLETE, EntryState.COMPLETE),
        ("hasIssues", EntryState.AWAITED, EntryState.AWAITED),
        ("rejected", EntryState.REJECTED, EntryState.REJECTED),
    ],
)
def test_the_review_says_what_an_entry_is_worth(
    review: str | None, state: EntryState, when_approved_only: EntryState
) -> None:
    central = odk(1)
    central.rows[0]["__system"]["reviewState"] = review
    assert read(central).entries[0].state is state
    assert read(central, approved_only=True).entries[0].state is when_approved_only


def test_the_session_is_ended_whatever_happens() -> None:
    central = odk()
    read(central)
    assert central.open == 0
    central.rows[0]["__system"]["status"] = "notDecrypted"
    with pytest.raises(Permanent, match="encrypted"):
        read(central)
    assert central.open == 0


def test_a_wrong_password_is_told_without_it() -> None:
    with pytest.raises(Permanent, match="does not let the bridge in") as caught:
        read(odk(), password="wrong-password")
    assert "wrong-password" not in str(caught.value)


def test_a_next_page_on_another_host_is_refused() -> None:
    central = odk(3, most=1)

    def elsewhere(asked: Asked) -> Told:
        answer = central(asked)
        return Told(
            body=answer.body.replace(asked.host.encode(), b"https://evil.example"),
            status=answer.status,
        )

    with pytest.raises(Permanent, match="next page is at"):
        read(elsewhere)


def test_fewer_entries_than_there_are_count_for_none() -> None:
    central = odk()

    def short(asked: Asked) -> Told:
        if asked.path.endswith("Submissions"):
            return told({"value": central.rows[:1], "@odata.count": 3})
        return central(asked)

    with pytest.raises(Transient, match="has 3 entries and gave 1"):
        read(short)


def test_repeated_groups_and_files_are_left_out() -> None:
    central = odk()
    central.fields += [
        {"path": "/child", "name": "child", "type": "repeat"},
        {"path": "/child/age", "name": "age", "type": "int"},
        {"path": "/photo", "name": "photo", "type": "binary", "binary": True},
    ]
    central.rows[0]["child@odata.navigationLink"] = "Submissions('uuid:1')/child"
    keys = [each.key for each in read(central).questions]
    assert keys == ["person/name", "person/way", "person/crops"]


def test_choices_in_the_question_itself_have_words_too() -> None:
    central = odk()
    central.xform = (
        '<h:html xmlns="http://www.w3.org/2002/xforms"'
        ' xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model/></h:head><h:body>'
        '<select1 ref="/data/person/way"><label>How do <b>you</b> join?</label>'
        "<item><label>By mail</label><value>mail</value></item>"
        "<item><label/><value>site</value></item></select1>"
        "</h:body></h:html>"
    )
    questions = {each.key: each for each in read(central).questions}
    assert questions["person/way"].text == "How do you join?"
    assert questions["person/way"].choices == {"mail": "By mail", "site": "site"}
    # What the definition has no words for is called by its key.
    assert questions["person/name"].text == "person/name"


def test_the_words_are_of_the_language_that_is_asked_for() -> None:
    form = read(odk(), language="English (en)")
    assert form.questions[0].text == "Your name"
    with pytest.raises(Permanent, match=r"not in 'Nederlands \(nl\)'") as caught:
        read(odk(), language="Nederlands (nl)")
    assert "français (fr)" in caught.value.advice


@pytest.mark.parametrize(
    "page",
    [
        "<html><body>Sign in</body>",
        "<!DOCTYPE html><title>Sign in</title>",
        '<html xmlns="http://www.w3.org/1999/xhtml"><body>Sign in</body></html>',
    ],
)
def test_a_page_in_place_of_the_definition_is_told(page: str) -> None:
    central = odk()
    central.xform = page
    with pytest.raises(Permanent, match="no XForm"):
        read(central)


def test_a_definition_opens_no_file_of_this_machine(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden words")
    central = odk()
    central.xform = (
        f'<!DOCTYPE x [<!ENTITY a SYSTEM "{secret.as_uri()}">]>'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><model/></head><body>'
        '<input ref="/data/person/name"><label>Name &a;</label></input>'
        "</body></html>"
    )
    assert read(central).questions[0].text.startswith("Name")
    assert "hidden" not in repr(read(central))
