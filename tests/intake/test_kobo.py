"""What is peculiar to KoboToolbox."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.model.intake import EntryState, Form
from tests.intake import exporters
from tests.intake.hosts import Asked, Kobo, Told, served, told
from tests.intake.small import small_form
from tests.intake.sources import kobo_source

Json = dict[str, Any]


def read(kobo: Any, **settings: Any) -> Form:
    with served(kobo) as host:
        source = kobo_source(host, **settings)
        try:
            source.probe()
            return source.read()
        finally:
            source.close()


def exported(people: int = 3) -> tuple[Json, list[Json]]:
    return exporters.kobo(small_form(people))


def test_more_than_a_page_holds_is_read_page_by_page() -> None:
    with served(Kobo(*exported(2500))) as host:
        source = kobo_source(host)
        form = source.read()
        source.close()
    assert len({entry.key for entry in form.entries}) == 2500
    pages = [each for each in host.asked if each.path.endswith("data.json")]
    assert [each.query.get("start", "0") for each in pages] == ["0", "1000", "2000"]


def test_questions_have_their_path_as_key_and_their_words_as_text() -> None:
    questions = {each.key: each for each in read(Kobo(*exported())).questions}
    assert list(questions) == ["start", "person/name", "person/way", "person/crops"]
    assert questions["person/way"].text == "How do you take part?"
    assert questions["person/way"].choices == {"mail": "By mail", "site": "On the site"}


def test_answers_are_names_and_several_come_apart() -> None:
    answers = read(Kobo(*exported())).entries[0].answers
    assert answers["person/way"] == "mail"
    assert answers["person/crops"] == ("maize", "rice")
    assert not any(key.startswith(("_", "meta/", "formhub/")) for key in answers)


def test_an_edited_entry_keeps_its_key_and_a_deleted_one_is_gone() -> None:
    asset, rows = exported()
    before = read(Kobo(asset, rows))
    rows = copy.deepcopy(rows)
    rows[0] |= {
        "person/name": "Renamed",
        "_uuid": "11111111-0000-4000-8000-000000000001",
        "meta/deprecatedID": rows[0]["meta/instanceID"],
        "meta/instanceID": "uuid:11111111-0000-4000-8000-000000000001",
    }
    del rows[1]
    after = read(Kobo(asset, rows))
    assert [entry.key for entry in after.entries] == ["701", "703"]
    assert after.entries[0].key == before.entries[0].key
    assert after.entries[0].answers["person/name"] == "Renamed"
    assert after.entries[0].submitted == before.entries[0].submitted


@pytest.mark.parametrize(
    ("verdict", "state", "when_approved_only"),
    [
        ({}, EntryState.COMPLETE, EntryState.AWAITED),
        (None, EntryState.COMPLETE, EntryState.AWAITED),
        (
            {"uid": "validation_status_approved"},
            EntryState.COMPLETE,
            EntryState.COMPLETE,
        ),
        (
            {"uid": "validation_status_not_approved"},
            EntryState.REJECTED,
            EntryState.REJECTED,
        ),
        (
            {"uid": "validation_status_on_hold"},
            EntryState.AWAITED,
            EntryState.AWAITED,
        ),
    ],
)
def test_the_review_says_what_an_entry_is_worth(
    verdict: Json | None, state: EntryState, when_approved_only: EntryState
) -> None:
    asset, rows = exported(1)
    rows[0]["_validation_status"] = verdict
    assert read(Kobo(asset, rows)).entries[0].state is state
    approved = read(Kobo(asset, rows), approved_only=True)
    assert approved.entries[0].state is when_approved_only


def test_what_is_saved_and_not_deployed_is_not_what_people_are_asked() -> None:
    asset, rows = exported()
    deployed = copy.deepcopy(asset["content"])
    asset["version_id"] = "v3"
    asset["content"]["survey"][3] |= {"name": "full", "$xpath": "person/full"}
    kobo = Kobo(asset, rows, versions={"v2": deployed})
    assert "person/full" not in [each.key for each in read(kobo).questions]


def test_a_question_that_is_no_more_still_shows_what_was_answered() -> None:
    asset, rows = exported()
    rows[0]["person/age"] = 41
    form = read(Kobo(asset, rows))
    assert form.questions[-1].key == form.questions[-1].text == "person/age"
    assert form.entries[0].answers["person/age"] == "41"


def test_repeated_groups_are_left_out() -> None:
    asset, rows = exported()
    survey = asset["content"]["survey"]
    survey += [
        {"type": "begin_repeat", "name": "child"},
        {"type": "text", "name": "age", "label": ["Age", None]},
        {"type": "end_repeat"},
        {"type": "text", "name": "last", "label": ["Last", None]},
    ]
    rows[0]["child"] = [{"child/age": "4"}]
    form = read(Kobo(asset, rows))
    assert [each.key for each in form.questions][-1] == "last"
    assert "child" not in form.entries[0].answers


def test_the_words_are_of_the_language_that_is_asked_for() -> None:
    asset, rows = exported()
    asset["content"]["survey"][3]["label"][1] = "Votre nom"
    form = read(Kobo(asset, rows), language="Français (fr)")
    assert form.questions[1].text == "Votre nom"
    # What is not translated has the words that there are.
    assert form.questions[2].text == "How do you take part?"
    with pytest.raises(Permanent, match=r"not in 'Nederlands \(nl\)'") as caught:
        read(Kobo(asset, rows), language="Nederlands (nl)")
    assert "Français (fr)" in caught.value.advice


def test_a_next_page_on_another_host_is_refused() -> None:
    kobo = Kobo(*exported(3), most=2)

    def elsewhere(asked: Asked) -> Told:
        answer = kobo(asked)
        return Told(
            body=answer.body.replace(asked.host.encode(), b"https://evil.example")
        )

    with pytest.raises(Permanent, match=r"next page is at evil\.example"):
        read(elsewhere)


@pytest.mark.parametrize(
    "page",
    [
        {"count": 3, "next": None, "results": [{"_id": 1}, {"_id": 2}]},
        {"count": 3, "next": "SAME", "results": [{"_id": 1}]},
        {"count": 3, "next": "SAME?start=1", "results": []},
    ],
)
def test_fewer_entries_than_there_are_count_for_none(page: Json) -> None:
    asset, rows = exported()
    kobo = Kobo(asset, rows)

    def short(asked: Asked) -> Told:
        if not asked.path.endswith("data.json"):
            return kobo(asked)
        here = f"{asked.host}{asked.path}"
        url = page["next"] and page["next"].replace("SAME", here)
        return told(page | {"next": url})

    with pytest.raises(Transient):
        read(short)


def test_an_entry_without_an_id_is_refused() -> None:
    asset, rows = exported()
    broken = [row | {"_id": None} for row in rows]
    page = {"count": 3, "next": None, "results": broken}
    kobo = Kobo(asset, rows)
    with pytest.raises(Permanent, match="without an id"):
        read(
            lambda asked: (
                told(page) if asked.path.endswith("data.json") else kobo(asked)
            )
        )
