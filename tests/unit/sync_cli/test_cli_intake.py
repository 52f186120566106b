from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest

from tests.unit.sync_cli.cli_calls import Call, Configured

FORM = """\
ID,Your name,Your e-mail address,Country,How do you want your mail?,Do you agree?,Shoe size
1,Ana Silva,ana@example.org,Moçambique,Daily digest,Yes,37
2,Rui Gomes,rui@gmial.com,Congo,By pigeon,Yes,44
3,Nguyễn Thị Mai,mai@example.org,Việt Nam,Every message,Yes,36
"""
INTAKE = """
[[intake]]
name = "fo26"
course = "FO26"
language = "fr"

[intake.source]
plugin = "csv"
path = "form.csv"
key = ["ID"]
"""
QUESTIONS = """
[intake.questions]
name = "Your name"
email = "Your e-mail address"
country = "Country"
channel = "How do you want your mail?"
consent = { question = "Do you agree?", yes = ["Yes"] }
"""


@pytest.fixture
def form(tmp_path: Path, configured: Configured) -> Path:
    """A form of three entries, one of them with three things wrong."""
    configured()
    path = tmp_path / "form.csv"
    path.write_text(FORM, encoding="utf-8")
    with (tmp_path / "bridge.toml").open("a", encoding="utf-8") as file:
        file.write(INTAKE + QUESTIONS)
    return path


@pytest.mark.usefixtures("form")
def test_a_preview_shows_people_as_they_are_understood(call: Call) -> None:
    called = call("intake", "preview", "--json")

    assert called.code == 3
    ana, rui, mai = called.data["entries"]
    assert ana["person"]["name"] == "Ana Silva"
    assert ana["person"]["country"] == "MZ"
    assert ana["person"]["timezone"] == "Africa/Maputo"
    assert ana["person"]["channel"] == "digest daily 18:00"
    assert rui["person"] is None
    assert (mai["person"]["first_name"], mai["person"]["last_name"]) == (
        "Nguyễn Thị",
        "Mai",
    )
    assert called.data["counts"]["people"] == 2
    assert called.data["changes"]["new"] == ["1", "2", "3"]


@pytest.mark.usefixtures("form")
def test_a_preview_says_from_which_question_each_field_is_read(call: Call) -> None:
    called = call("intake", "preview", "fo26")

    assert "Your e-mail address" in called.out
    assert "ana@example.org" in called.out
    assert "Shoe size" not in called.out
    assert "3 entries count: 2 people, 1 to be mended first." in called.out


@pytest.mark.usefixtures("form")
def test_looking_writes_nothing_into_the_ledger(call: Call) -> None:
    call("intake", "preview")

    assert call("intake", "preview", "--json").data["changes"]["unchanged"] == 0
    (listed,) = call("intake", "list", "--json").data["forms"]
    assert (listed["name"], listed["counting"]) == ("fo26", None)


@pytest.mark.usefixtures("form")
def test_one_entry_is_shown_answer_by_answer(call: Call) -> None:
    called = call("intake", "preview", "--row", "1", "--json")

    assert called.code == 0
    country = next(one for one in called.data["answers"] if one["field"] == "country")
    assert country == {
        "field": "country",
        "question": "Country",
        "answered": "Moçambique",
        "understood": "MZ",
    }
    assert call("intake", "preview", "--row", "99").code == 2


@pytest.mark.usefixtures("form")
def test_problems_are_told_in_the_language_of_the_form(call: Call) -> None:
    french = call("intake", "problems")
    dutch = call("intake", "problems", "--language", "nl", "--json")

    assert french.code == 3
    assert "Cela peut être plus d'un pays" in french.out
    assert {one["code"] for one in dutch.data["problems"]} == {
        "email-typo",
        "country-ambiguous",
        "channel-unknown",
    }
    assert all(one["row"] == 3 for one in dutch.data["problems"])
    assert any("tikfout" in one["what"] for one in dutch.data["problems"])
    assert call("intake", "problems", "--language", "tlh").code == 2


def test_problems_go_into_a_file_that_a_spreadsheet_carries_nothing_out_of(
    call: Call, form: Path, tmp_path: Path
) -> None:
    form.write_text(FORM.replace("By pigeon", "=1+1"), encoding="utf-8")

    called = call("intake", "problems", "--csv", str(tmp_path / "problems.csv"))

    path = tmp_path / "problems.csv"
    assert called.code == 3
    assert path.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert {row["given"] for row in rows} == {"Congo", "rui@gmial.com", "'=1+1"}


def test_a_renamed_question_stops_with_its_name_and_the_nearest(
    call: Call, form: Path
) -> None:
    form.write_text(
        FORM.replace("Your e-mail address", "Your e-mail address (work)"),
        encoding="utf-8",
    )

    called = call("intake", "preview")

    assert called.code == 2
    assert 'there is no question "Your e-mail address"' in called.err
    assert 'Nearest: "Your e-mail address (work)"' in called.err


def test_a_form_without_a_mapping_gets_one_proposed(
    call: Call, form: Path, tmp_path: Path
) -> None:
    config = tmp_path / "bridge.toml"
    text = config.read_text("utf-8")
    config.write_text(text.replace(QUESTIONS, ""), encoding="utf-8")

    refused = call("intake", "preview")
    called = call("intake", "propose")

    assert refused.code == 2
    assert "intake propose fo26" in refused.err
    assert called.code == 0
    proposal = tomllib.loads(called.out)["intake"]
    assert proposal["questions"] == {
        "name": "Your name",
        "email": "Your e-mail address",
        "country": "Country",
        "channel": "How do you want your mail?",
        "consent": "Do you agree?",
    }
    assert proposal["choices"]["channel"] == {
        "Daily digest": "digest",
        "Every message": "each",
    }
    assert "Shoe size" in called.out
    assert form.read_text("utf-8") == FORM


def test_a_proposal_can_be_put_into_the_file_as_it_is(
    call: Call, form: Path, tmp_path: Path
) -> None:
    config = tmp_path / "bridge.toml"
    text = config.read_text("utf-8").replace(QUESTIONS, "")
    proposal = call("intake", "propose").out
    config.write_text(f"{text}\n{proposal}", encoding="utf-8")

    assert form.exists()
    assert call("intake", "preview", "--json").data["counts"]["people"] == 2


def test_a_name_of_no_form_is_answered_with_those_there_are(
    call: Call, form: Path
) -> None:
    assert form.exists()
    called = call("intake", "preview", "other")

    assert called.code == 2
    assert "fo26" in called.err


def test_who_has_no_form_is_told_how_to_begin(
    call: Call, configured: Configured
) -> None:
    configured()

    assert "[[intake]]" in call("intake", "preview").err
    assert call("intake", "list").code == 0


def test_a_form_that_nobody_answered_yet_is_shown_too(call: Call, form: Path) -> None:
    form.write_text(FORM.partition("\n")[0] + "\n", encoding="utf-8")

    called = call("intake", "preview")

    assert called.code == 0
    assert "(none)" in called.out
    assert "0 entries count" in called.out
