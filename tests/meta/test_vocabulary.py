"""The project speaks of itself alone, and in the words of its field."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.meta.project_files import FLOORS, ROOT, files, text_files

# Written in pieces, so that this file holds none of them.
FOREIGN_WORDS = {
    "enrol" + "lment": "enrolment",
    "sub" + "scriber": "list member",
    "top" + "ic": "discussion",
    "ros" + "ter": "rota, or members",
}
# Moodle's, Mailman's and the package index's own names, which are not ours to choose.
THEIR_WORDS = re.compile(
    r"\bview" + "subscribers" + r"\b|manage" + "subscriptions"
    r'|"enrol' + 'lmentmethods"|"format": "top' + 'ics"|"Top' + "ic ::"
    r'|"?sub' + 'scriber(?:"|=)'
)
EMPTY_NAMES = {"manager", "helper", "helpers", "util", "utils", "handle", "process"}
# Names that a library calls us by.
CALLED_BY_LIBRARIES = re.compile(
    r"handle|handle_[A-Z]+|handle_error|handle_starttag|handle_endtag|handle_data"
    r"|handle_startendtag|handle_exception|process_bind_param|process_result_value"
)
MACHINE_PATHS = re.compile(
    "|".join(
        re.escape(piece)
        for piece in (
            "/wo" + "rk/",
            "/ro" + "ot/",
            "/ho" + "me/",
            "/op" + "t/",
            "C:\\" + "Users",
        )
    )
)


def names_in(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def words_of(name: str) -> set[str]:
    parts = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().split("_")
    return set(parts)


@pytest.mark.parametrize("word", FOREIGN_WORDS)
def test_the_words_are_those_of_the_field(word: str) -> None:
    pattern = re.compile(rf"(?i)\b\w*{word}s?\b")
    found = []
    for path in text_files():
        if path == Path(__file__) or path.suffix not in {".py", ".md", ".toml"}:
            continue
        if "fixtures" in path.parts or "answers" in path.parts:
            continue
        for number, line in enumerate(
            path.read_text(encoding="utf-8").splitlines(), start=1
        ):
            if pattern.search(THEIR_WORDS.sub("", line)):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")

    glossary = {line for line in found if line.startswith("docs/glossary.md")}
    assert sorted(set(found) - glossary) == [], f"say: {FOREIGN_WORDS[word]}"


def test_no_name_hides_behind_an_empty_word() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in files(*FLOORS, suffixes=frozenset({".py"}))
        for name in (*names_in(path), path.stem)
        if words_of(name) & EMPTY_NAMES and not CALLED_BY_LIBRARIES.fullmatch(name)
    ]

    assert found == []


def test_no_file_speaks_of_the_machine_it_was_written_on() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in text_files()
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        )
        if MACHINE_PATHS.search(line)
    ]

    assert found == []
