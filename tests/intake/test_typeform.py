"""What is peculiar to Typeform, over its API and in files of its webhook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.model.intake import EntryState, Form
from moodle_bridge.plugins.intake.typeform_files import (
    TypeformFilesIntake,
    TypeformFilesIntakeSettings,
)
from tests.intake import exporters
from tests.intake.hosts import Asked, Told, Typeform, served, told
from tests.intake.signed import signed, typeform_files
from tests.intake.small import small_form
from tests.intake.sources import typeform_source

FORM = small_form()


def typeform(people: int = 3) -> Typeform:
    return Typeform(*exporters.typeform(small_form(people)))


def read(respond: Any) -> Form:
    with served(respond) as host:
        source = typeform_source(host)
        try:
            source.probe()
            return source.read()
        finally:
            source.close()


def test_more_than_a_page_holds_is_read_page_by_page() -> None:
    with served(typeform(2500)) as host:
        source = typeform_source(host)
        form = source.read()
        source.close()
    assert len({entry.key for entry in form.entries}) == 2500
    assert [each.query.get("before", "")[-5:] for each in host.asked[1:]] == [
        "", "01501", "00501",
    ]  # fmt: skip


def test_a_page_that_is_full_may_be_the_last() -> None:
    assert len(read(typeform(1000)).entries) == 1000


def test_questions_have_their_ref_as_key_through_groups() -> None:
    questions = {each.key: each for each in read(typeform()).questions}
    assert list(questions) == ["ref-name", "ref-way", "ref-crops"]
    assert questions["ref-way"].choices == {
        "choice-mail": "By mail",
        "choice-site": "On the site",
    }


def test_every_kind_of_answer_is_read() -> None:
    host = typeform(1)
    answers = host.items[0]["answers"]
    way = {"id": "id1", "ref": "ref-way"}
    answers[1] = {"field": way, "type": "choice", "choice": {"other": "By radio"}}
    answers[2]["choices"]["other"] = "Sorghum"
    for ref, kind, value in (
        ("mail", "email", "amina@example.org"),
        ("phone", "phone_number", "+256700123456"),
        ("age", "number", 41),
        ("agree", "boolean", True),
        ("not", "boolean", False),
        ("born", "date", "1990-05-03T00:00:00Z"),
        ("cv", "file_url", "https://example.org/cv.pdf"),
    ):
        answers.append({"field": {"id": ref, "ref": ref}, "type": kind, kind: value})
    host.items[0]["hidden"] = {"source": "newsletter", "empty": ""}
    given = read(host).entries[0].answers
    assert given["ref-way"] == "By radio"
    assert given["ref-crops"] == ("choice-maize", "choice-rice", "Sorghum")
    assert given["mail"] == "amina@example.org"
    assert given["phone"] == "+256700123456"
    assert given["age"] == "41"
    assert (given["agree"], given["not"]) == ("Yes", "No")
    assert given["hidden:source"] == "newsletter"
    assert "hidden:empty" not in given


def test_what_was_begun_and_not_sent_is_incomplete() -> None:
    host = typeform(2)
    host.items[0] |= {"submitted_at": "0001-01-01T00:00:00Z", "answers": None}
    host.items[1]["submitted_at"] = None
    entries = read(host).entries
    assert {entry.state for entry in entries} == {EntryState.INCOMPLETE}
    assert {entry.submitted for entry in entries} == {None}


def test_fewer_entries_than_there_are_count_for_none() -> None:
    host = typeform()

    def short(asked: Asked) -> Told:
        if asked.path.endswith("/responses"):
            page = {"total_items": 3, "page_count": 1, "items": host.items[:2]}
            return told(page)
        return host(asked)

    with pytest.raises(Transient, match="has 3 entries and gave 2"):
        read(short)


def delivered(folder: Path, secret: str = "shared") -> TypeformFilesIntake:
    given = {"folder": folder, "secret": secret}
    return TypeformFilesIntake(TypeformFilesIntakeSettings.model_validate(given))


def test_files_are_read_as_the_api_would_give_them(tmp_path: Path) -> None:
    form = delivered(typeform_files(tmp_path, FORM, "shared")).read()
    assert form.entries == read(typeform()).entries
    assert {each.key: each.text for each in form.questions} == {
        each.key: each.text for each in read(typeform()).questions
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body, signature: (body + b" ", signature), "signature is wrong"),
        (lambda body, signature: (body, signature.upper()), "signature is wrong"),
        (lambda body, signature: (body, "sha256="), "signature is wrong"),
        (lambda body, signature: (body, "schlüssel"), "signature is wrong|not signed"),
        (lambda body, signature: (body, None), "not signed"),
    ],
)
def test_a_file_that_typeform_did_not_sign_is_refused(
    tmp_path: Path, change: Any, said: str
) -> None:
    folder = typeform_files(tmp_path, FORM, "shared")
    beside = folder / "2.json.signature"
    body, signature = change((folder / "2.json").read_bytes(), beside.read_text())
    (folder / "2.json").write_bytes(body)
    beside.unlink()
    if signature is not None:
        beside.write_text(signature)
    with pytest.raises(Permanent, match=said) as caught:
        delivered(folder).read()
    assert "2.json" in str(caught.value)


def test_another_secret_is_refused(tmp_path: Path) -> None:
    folder = typeform_files(tmp_path, FORM, "shared")
    with pytest.raises(Permanent, match="signature is wrong"):
        delivered(folder, "other").read()


def test_what_was_delivered_twice_counts_once(tmp_path: Path) -> None:
    folder = typeform_files(tmp_path, FORM, "shared")
    body = (folder / "1.json").read_bytes()
    signed(folder / "again.json", body, "shared")
    assert len(delivered(folder).read().entries) == 3


def test_two_forms_in_one_folder_are_told_apart(tmp_path: Path) -> None:
    folder = typeform_files(tmp_path, FORM, "shared")
    event = json.loads((folder / "1.json").read_bytes())
    event["form_response"] |= {"form_id": "other", "token": "t9"}
    signed(folder / "other.json", json.dumps(event).encode(), "shared")
    with pytest.raises(Permanent, match="several forms: other, u6nXL7"):
        delivered(folder).read()


def test_a_signed_file_that_is_no_response_is_told(tmp_path: Path) -> None:
    signed(tmp_path / "1.json", b'{"event_type": "ping"}', "shared")
    with pytest.raises(Permanent, match="something else than expected"):
        delivered(tmp_path).read()


def test_a_folder_that_is_not_there_is_told_and_an_empty_one_has_no_entries(
    tmp_path: Path,
) -> None:
    assert delivered(tmp_path).read().entries == ()
    with pytest.raises(Permanent, match="not there"):
        delivered(tmp_path / "no").read()
