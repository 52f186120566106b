"""What is asked before it is done, and what a check says of tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from moodle_bridge.practice import PracticeMoodle
from moodle_bridge.practice.seed import PracticeCourse
from sync.commands import resend
from tests.unit.sync_cli.cli_calls import Call, Configured, checked

KEY = '{env = "TOKEN_KEY"}'


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Says no to every question; holds what was asked."""
    questions: list[str] = []

    def no(text: str, **_options: object) -> None:
        questions.append(text)
        raise click.Abort

    monkeypatch.setattr(click, "confirm", no)
    return questions


def test_a_post_goes_again_only_after_a_yes(
    call: Call, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def describe(_invocation: Any, **_given: Any) -> str:
        return "Mail post 417 (Pens) again to Ha?"

    def run(_invocation: Any, **_given: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(resend, "describe", describe)
    monkeypatch.setattr(resend, "run", run)
    assert call("resend", "417", "--to", "ha").code == 130
    assert asked == ["Mail post 417 (Pens) again to Ha?"]


def test_a_token_is_forgotten_only_after_a_yes(call: Call, asked: list[str]) -> None:
    assert call("tokens", "remove", "ha").code == 130
    assert "ha" in asked[0]


def test_the_password_is_asked_for_and_not_shown(
    call: Call,
    configured: Configured,
    environ: dict[str, str],
    course: PracticeCourse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environ["TOKEN_KEY"] = "k" * 40
    configured(**{"moodle.token_key": KEY})
    hidden: list[object] = []

    def prompt(_text: str, **options: object) -> str:
        hidden.append(options["hide_input"])
        return "not the password"

    monkeypatch.setattr(click, "prompt", prompt)
    person = course.participants[0]
    called = call("tokens", "obtain", person.username)
    assert called.code == 2
    assert hidden == [True]
    assert "not the password" not in called.out + called.err
    assert "invalidlogin" in called.err


def test_a_check_tells_of_tokens_that_cannot_be_used(  # noqa: PLR0917
    call: Call,
    configured: Configured,
    environ: dict[str, str],
    moodle: PracticeMoodle,
    course: PracticeCourse,
    tmp_path: Path,
) -> None:
    environ["TOKEN_KEY"] = "k" * 40
    configured(**{"moodle.token_key": KEY})
    person = course.participants[0]
    token = moodle.token_for(person)
    (tmp_path / "tokens.csv").write_text(
        f"token\tperson\n{token}\t{person.username}\n", encoding="utf-8"
    )
    assert call("tokens", "import", "tokens.csv", "--json").code == 0
    what = "tokens of participants"
    assert checked(call)[1][what][0] == "ok"
    del moodle.state.tokens[token]
    assert call("tokens", "check").code == 2
    state, said = checked(call)[1][what]
    assert state == "warning"
    assert "invalidtoken" in said
    configured()
    assert checked(call)[1][what][0] == "missing"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name,token\nha,1\n", "first line"),
        ("", "first line"),
        ("person;token\n" + "x" * 1_000_001, "too large"),
        (b"person,token\n\xff\xfe\n", "UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_tokens_is_refused(
    call: Call, configured: Configured, tmp_path: Path, content: str | bytes, said: str
) -> None:
    configured()
    raw = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "tokens.csv").write_bytes(raw)
    called = call("tokens", "import", "tokens.csv")
    assert called.code == 2
    assert said in called.err


def test_an_audit_of_a_bridge_that_has_not_begun_finds_nothing(
    call: Call, configured: Configured
) -> None:
    configured()
    called = call("audit", "--json")
    assert (called.code, called.data["findings"]) == (0, [])
    assert call("audit", "--since", "soon").code == 2
