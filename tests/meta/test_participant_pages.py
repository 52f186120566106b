"""What the pages for participants tell people to write is understood."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mappings.digest_answers import Answerable, place_answers
from mappings.mail_commands import read_commands
from mappings.mail_wishes import (
    ChooseChannel,
    Command,
    GetFile,
    GetNew,
    GetPosts,
    Help,
    LimitMail,
    LimitPictures,
    Pause,
    Resume,
    ShowSettings,
)
from mappings.phrases import LANGUAGES
from moodle_bridge.model.channels import ChannelKind
from tests.meta.project_files import ROOT

FOLDER = ROOT / "docs" / "participants"
NOW = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
DIGEST = """\
[1] The plan - Aminata Diop, 09:00

Shall we try it?

[2] The visit - Hoa, 10:00

On Monday.

[3] The parents - Nakato Grace, 11:00

How did you begin?
"""


def page_of(language: str) -> Path:
    return FOLDER / f"{language}.md"


def blocks(language: str, kind: str) -> list[str]:
    text = page_of(language).read_text(encoding="utf-8")
    return re.findall(rf"(?ms)^```{kind}\n(.*?)^```$", text)


def commands_of(language: str) -> list[Command]:
    found: list[Command] = []
    for block in blocks(language, "commands"):
        for line in block.splitlines():
            read = read_commands(line, now=NOW, zone=UTC, to_bridge=True)
            assert read is not None, line
            assert read.problems == (), line
            assert len(read.commands) == 1, line
            found += read.commands
    return found


def test_every_language_has_a_page_and_every_page_a_language() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_the_chapters_of_the_english_one(language: str) -> None:
    def form(name: str) -> list[str]:
        text = page_of(name).read_text(encoding="utf-8")
        return re.findall(r"(?m)^(#+ |```\w+|- )", text)

    assert form(language) == form("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_of_a_page_is_understood_as_in_english(language: str) -> None:
    assert commands_of(language) == commands_of("en")


def test_the_pages_tell_of_everything_that_can_be_asked_for() -> None:
    told = commands_of("en")

    assert {type(command) for command in told} == {
        ChooseChannel,
        Pause,
        Resume,
        LimitMail,
        LimitPictures,
        GetPosts,
        GetFile,
        GetNew,
        Help,
        ShowSettings,
    }
    kinds = {one.kind for one in told if isinstance(one, ChooseChannel)}
    assert kinds == set(ChannelKind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_to_a_digest_are_placed(language: str) -> None:
    items = [Answerable(number=number, post_id=400 + number) for number in (1, 2, 3)]
    (block,) = blocks(language, "answers")
    placed = place_answers(block, issue_text=DIGEST, items=items)

    assert [part.number for part in placed.parts] == [1, 3]
    assert placed.unplaced == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_can_be_read_on_a_phone(language: str) -> None:
    text = page_of(language).read_text(encoding="utf-8")

    assert len(text) < 5000
    assert "|" not in text
    for line in re.findall(r"(?ms)^```\w+\n(.*?)^```$", text):
        assert all(len(row) <= 60 for row in line.splitlines())


def test_the_front_page_leads_to_every_page() -> None:
    front = (ROOT / "README.md").read_text(encoding="utf-8")

    for language in LANGUAGES:
        assert f"(docs/participants/{language}.md)" in front
