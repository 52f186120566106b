"""Answers of many mail programs in many languages: NAME.eml, NAME.kept, NAME.cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from mappings.mail_reading import read_mail
from mappings.subjects import is_forward_subject
from mappings.trimming import Trimmed, trim

FOLDER = Path(__file__).parents[2] / "mail" / "answers"
NAMES = sorted(path.stem for path in FOLDER.glob("*.eml"))
QUESTION = "How many come?"


def trimmed(name: str, *, sent: str | None = None) -> Trimmed:
    mail = read_mail((FOLDER / f"{name}.eml").read_bytes())
    forward = is_forward_subject(mail.subject)
    return trim(mail.text, sent_text=sent, passes_on=forward)


def words(name: str, ending: str) -> list[str]:
    return (FOLDER / f"{name}.{ending}").read_text("utf-8").split()


@pytest.mark.parametrize("name", NAMES)
def test_what_the_author_wrote_is_kept_and_nothing_else(name: str) -> None:
    assert trimmed(name).kept.split() == words(name, "kept")


@pytest.mark.parametrize(
    "name", [name for name in NAMES if (FOLDER / f"{name}.cut").exists()]
)
def test_what_was_quoted_signed_or_added_is_cut_and_not_lost(name: str) -> None:
    assert trimmed(name).cut.split() == words(name, "cut")


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("html-")])
def test_where_html_quotes_the_question_is_among_what_was_cut(name: str) -> None:
    assert QUESTION in trimmed(name).cut


@pytest.mark.parametrize("name", NAMES)
def test_to_know_what_was_sent_changes_nothing_for_the_worse(name: str) -> None:
    kept = trimmed(name, sent=f"{QUESTION}\n\nPeter").kept

    assert kept.split() == words(name, "kept")


def test_there_are_answers_in_more_than_twenty_languages() -> None:
    assert len([name for name in NAMES if len(name) == 2]) >= 21
