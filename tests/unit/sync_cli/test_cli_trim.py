from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.unit.sync_cli.cli_calls import Call

PARENT = """From: Ana <ana@example.org>
Date: Mon, 3 Feb 2025 10:00:00 +0000
Subject: The visit

The visit takes place on Friday. Please tell us how many of you will come, and
whether you need a bed for the night.
"""
ANSWER = """From: Ben <ben@example.org>
Date: Mon, 3 Feb 2025 11:00:00 +0000
Subject: Re: The visit

Twelve, and no beds.

> The visit takes place on Friday.
> Please tell us how many of you
> will come, and whether you need a bed for the night.

--\x20
Ben
Thiès
"""


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    path = tmp_path / "answer.eml"
    path.write_text(ANSWER, "utf-8")
    return path


def test_what_would_be_posted_is_printed_without_any_bridge_toml(
    call: Call, answer: Path
) -> None:
    called = call("trim", str(answer))

    assert (called.code, called.out) == (0, "Twelve, and no beds.\n")


def test_a_name_without_a_folder_is_that_of_a_file_in_this_one(
    call: Call, answer: Path
) -> None:
    assert call("trim", answer.name).out == "Twelve, and no beds.\n"


def test_what_would_be_hidden_is_printed_on_demand(call: Call, answer: Path) -> None:
    called = call("trim", "--cut", str(answer))

    assert called.code == 0
    assert "> will come, and whether" in called.out
    assert called.out.endswith("-- \nBen\nThiès\n")
    assert "Twelve" not in called.out


def test_a_program_reads_which_rule_cut_what(call: Call, answer: Path) -> None:
    data = call("trim", "--json", str(answer)).data

    assert data["ok"] is True
    assert data["kept"] == "Twelve, and no beds."
    assert data["rules"] == ["signature", "quote-below"]
    assert [(piece["rule"], piece["line"]) for piece in data["pieces"]] == [
        ("quote-below", 3),
        ("signature", 7),
    ]


def test_the_rules_are_told_on_the_side_to_who_asks(call: Call, answer: Path) -> None:
    called = call("trim", "--verbose", str(answer))

    assert called.out == "Twelve, and no beds.\n"
    assert "line 7: signature" in called.err


@pytest.mark.parametrize("as_mail", [True, False], ids=["mail", "text"])
def test_what_the_parent_said_is_cut_without_any_mark(
    call: Call, tmp_path: Path, *, as_mail: bool
) -> None:
    body = PARENT.partition("\n\n")[2]
    parent, text = tmp_path / "parent", tmp_path / "answer.txt"
    parent.write_text(PARENT if as_mail else body, "utf-8")
    wrapped = body.replace("come, and", "come,\nand")
    text.write_text(f"Twelve.\n\n{wrapped}", "utf-8")

    told = call("trim", "--text", "--parent", str(parent), str(text))
    alone = call("trim", "--text", str(text))

    assert told.out == "Twelve.\n"
    assert "The visit takes place" in alone.out


def test_standard_input_is_a_file_too(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sys.stdin", SimpleNamespace(buffer=io.BytesIO(ANSWER.encode()))
    )

    assert call("trim", "-").out == "Twelve, and no beds.\n"


def test_standard_input_cannot_be_both(call: Call) -> None:
    called = call("trim", "--parent", "-", "-")

    assert called.code == 2
    assert "cannot both be standard input" in called.err


@pytest.mark.parametrize("name", ["not-there.eml", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_named(call: Call, name: str) -> None:
    called = call("trim", name)

    assert called.code == 2
    assert "cannot be read" in called.err
    assert "What to do:" in called.err


def test_plain_text_is_not_taken_for_a_mail(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "answer.txt"
    path.write_text("Note: we come.\n\nAll of us.", "utf-8")

    called = call("trim", str(path))

    assert called.code == 2
    assert "--text" in called.err
    assert call("trim", "--text", str(path)).out == "Note: we come.\n\nAll of us.\n"


def test_a_mail_that_passes_another_on_is_kept_whole(
    call: Call, tmp_path: Path
) -> None:
    path = tmp_path / "forward.eml"
    inside = "From: Cy\nSent: Monday\nTo: Ben\nSubject: Pumps\n\nWe sell pumps."
    path.write_text(
        f"From: ben@example.org\nSubject: FW: Pumps\n\nGood ones.\n\n{inside}\n",
        "utf-8",
    )

    assert call("trim", str(path)).out == f"Good ones.\n\n{inside}\n"
