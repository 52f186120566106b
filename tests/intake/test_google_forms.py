"""What is peculiar to the Google Forms API."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.errors import ConfigError, Permanent, Transient
from tests.intake import exporters
from tests.intake.hosts import LOGIN_PAGE, FormServer, Google, Told, served, told
from tests.intake.small import small_form
from tests.intake.sources import google_key, google_source


@pytest.fixture
def google() -> Google:
    return Google(*exporters.google_forms(small_form()))


@pytest.fixture
def host(google: Google) -> Iterator[FormServer]:
    with served(google) as host:
        yield host


@pytest.fixture
def key(tmp_path: Path, host: FormServer) -> Path:
    return google_key(tmp_path, host)


def test_questions_have_an_id_as_key_and_their_words_as_text(
    host: FormServer, key: Path
) -> None:
    questions = google_source(host, key).read().questions
    assert [(each.key, each.text) for each in questions] == [
        ("q00000000", "Your name"),
        ("q00000001", "How do you take part?"),
        ("q00000002", "What do you grow?"),
    ]


def test_a_renamed_question_keeps_its_key(
    google: Google, host: FormServer, key: Path
) -> None:
    google.form["items"][1]["title"] = "Full name\n(as in your passport)"
    form = google_source(host, key).read()
    assert form.questions[0].key == "q00000000"
    assert form.questions[0].text == "Full name (as in your passport)"
    assert form.entries[0].answers["q00000000"] == "Person 1"


def test_boxes_are_several_even_where_one_was_ticked(
    google: Google, host: FormServer, key: Path
) -> None:
    ticked = google.responses[0]["answers"]["q00000002"]["textAnswers"]["answers"]
    del ticked[1:]
    entries = google_source(host, key).read().entries
    assert entries[0].answers["q00000002"] == ("Maize",)
    assert entries[1].answers["q00000002"] == ("Maize", "Rice")
    assert entries[1].answers["q00000001"] == "By mail"


def test_who_changed_their_answers_keeps_key_and_first_time(
    google: Google, host: FormServer, key: Path
) -> None:
    google.responses[1]["lastSubmittedTime"] = "2026-03-05T01:02:03.123456789Z"
    first, second, _ = google_source(host, key).read().entries
    assert first.edited is None
    assert second.key == google.responses[1]["responseId"]
    assert second.edited is not None
    assert second.edited.replace(microsecond=0) == datetime(
        2026, 3, 5, 1, 2, 3, tzinfo=UTC
    )
    assert second.submitted is not None
    assert second.submitted < second.edited


def test_the_address_that_google_collects_is_a_question(
    google: Google, host: FormServer, key: Path
) -> None:
    google.responses[0]["respondentEmail"] = "amina@example.org"
    form = google_source(host, key).read()
    assert form.questions[-1].key == "respondentEmail"
    assert form.entries[0].answers["respondentEmail"] == "amina@example.org"
    assert "respondentEmail" not in form.entries[1].answers


def test_a_form_that_nobody_answered_has_no_entries(
    google: Google, host: FormServer, key: Path
) -> None:
    google.responses.clear()
    assert google_source(host, key).read().entries == ()


def test_rows_of_a_grid_are_questions_of_their_own(
    google: Google, host: FormServer, key: Path
) -> None:
    columns = {"type": "RADIO", "options": [{"value": "Good"}, {"value": "Bad"}]}
    google.form["items"].append(
        {
            "title": "Your internet",
            "questionGroupItem": {
                "questions": [
                    {"questionId": "g1", "rowQuestion": {"title": "At home"}},
                    {"questionId": "g2", "rowQuestion": {"title": "At work"}},
                ],
                "grid": {"columns": columns},
            },
        }
    )
    questions = google_source(host, key).read().questions
    assert questions[-1].text == "Your internet - At work"
    assert questions[-1].choices == {"Good": "Good", "Bad": "Bad"}


def test_the_note_asks_for_reading_alone_and_is_signed(
    google: Google, host: FormServer, key: Path
) -> None:
    google_source(host, key, subject="forms@example.org").probe()
    head, claims, signature = google.notes[0].split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert said["iss"] == "bridge@p.iam.gserviceaccount.com"
    assert said["sub"] == "forms@example.org"
    assert said["aud"].endswith("/token")
    assert all(scope.endswith(".readonly") for scope in said["scope"].split())
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == "RS256"
    assert signature


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"type": "service_account"}'])
def test_a_file_that_is_no_key_is_told(
    host: FormServer, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "key.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match="no JSON key"):
        google_source(host, path).read()


def test_a_key_goes_to_no_plain_address(host: FormServer, key: Path) -> None:
    held: dict[str, Any] = json.loads(key.read_text())
    key.write_text(json.dumps(held | {"token_uri": "http://example.org/token"}))
    with pytest.raises(ConfigError, match="no JSON key"):
        google_source(host, key).read()


def test_a_key_that_google_refuses_is_told(host: FormServer, key: Path) -> None:
    host.first = [told({"error": "invalid_grant"}, 400)]
    with pytest.raises(Permanent, match="gives no token") as caught:
        google_source(host, key).read()
    assert "PRIVATE" not in str(caught.value)


def test_an_expired_token_is_told(host: FormServer, key: Path) -> None:
    source = google_source(host, key)
    token = told({"access_token": "old", "expires_in": 1, "token_type": "Bearer"})
    host.first = [token]
    with pytest.raises(Permanent, match="let the bridge in"):
        source.read()


def test_pages_that_go_in_circles_count_for_none(host: FormServer, key: Path) -> None:
    source = google_source(host, key)
    page = {"responses": [], "nextPageToken": "again"}
    token = {"access_token": "t", "expires_in": 9, "token_type": "Bearer"}
    host.first = [told(token), told({"items": []}), *[told(page)] * 3]
    with pytest.raises(Transient, match="cut short"):
        source.read()


@pytest.mark.parametrize(
    "answer", [LOGIN_PAGE, told(None), told([]), told("x"), Told(body=b"\xff\xfe")]
)
def test_what_is_no_token_is_told_as_such(
    host: FormServer, key: Path, answer: Told
) -> None:
    host.first = [answer]
    with pytest.raises(Permanent, match="gives no token") as caught:
        google_source(host, key).read()
    assert "PRIVATE" not in f"{caught.value} {caught.value.advice}"
