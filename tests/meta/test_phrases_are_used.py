"""All that people read stands in the catalogues, and nothing else stands there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mappings.phrases import LANGUAGES, catalogue_subjects
from tests.meta.project_files import ROOT, files

KEYS = {key for subject in catalogue_subjects("en").values() for key in subject}
MODULES = {
    path: ast.parse(path.read_text(encoding="utf-8"))
    for path in files("mappings", "sync", suffixes=frozenset({".py"}))
}
# Who imports one of these writes to people.
WRITERS = {
    f"mappings.{name}"
    for name in ("phrases", "own_letter", "text_html", "post_body", "mime_parts")
}
# Lists of words by which other people's are recognised.
RECOGNISERS = {"command_words.py", "language.py"}
SENTENCE = re.compile(r"[A-Za-z][a-z']*[,;:]? [a-z']+[,;:]? [a-z']+")


def speakers() -> dict[str, int]:
    """Return the functions that take a key, and the place of the key in a call."""
    found = {"phrase": 1}
    for tree in MODULES.values():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef) or node.name == "phrase":
                continue
            names = [argument.arg for argument in node.args.args]
            for call in ast.walk(node):
                if not isinstance(call, ast.Call) or name_of(call) != "phrase":
                    continue
                key = call.args[1] if len(call.args) > 1 else None
                if isinstance(key, ast.Name) and key.id in names:
                    method = names[0] in {"self", "cls"}
                    found[node.name] = names.index(key.id) - method
    return found


def name_of(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def spoken() -> Iterator[tuple[str, ast.expr]]:
    """Give every key that is asked for, with where that is."""
    places = speakers()
    for path, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name_of(node) in places:
                place = places[name_of(node)]
                if len(node.args) > place:
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    yield where, node.args[place]


def pattern_of(key: ast.JoinedStr) -> str:
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
        for part in key.values
    )


def constants(tree: ast.AST) -> set[str]:
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_phrase_that_is_asked_for_stands_in_the_english_catalogue() -> None:
    missing = []
    for where, key in spoken():
        if isinstance(key, ast.Constant) and str(key.value) not in KEYS:
            missing.append(f"{where}: {key.value!r}")
        if isinstance(key, ast.JoinedStr) and not any(
            re.fullmatch(pattern_of(key), known) for known in KEYS
        ):
            missing.append(f"{where}: {pattern_of(key)}")

    assert missing == []


def test_no_phrase_stands_in_the_catalogues_unused() -> None:
    used: set[str] = set()
    patterns = {
        pattern_of(key) for _, key in spoken() if isinstance(key, ast.JoinedStr)
    }
    for tree in MODULES.values():
        used |= constants(tree)

    assert {
        key
        for key in KEYS - used
        if not any(re.fullmatch(pattern, key) for pattern in patterns)
    } == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_is_left_to_be_looked_at(language: str) -> None:
    for subject in catalogue_subjects("en"):
        path = ROOT / "mappings" / "locale" / language / f"{subject}.po"
        text = path.read_text(encoding="utf-8")
        assert "fuzzy" not in text
        assert f'"Language: {language}\\n"' in text, path
        written = set(re.findall(r'"Plural-Forms: .*"', text))
        first = path.with_name("mails.po").read_text(encoding="utf-8")
        assert written == set(re.findall(r'"Plural-Forms: .*"', first)), path


def sentences(path: Path) -> Iterator[str]:
    """Give the sentences that a module holds outside docstrings and errors."""
    passed: set[ast.AST] = set()
    for node in ast.walk(MODULES[path]):
        if isinstance(node, ast.Raise | ast.Assert):
            passed.update(ast.walk(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(node.value)
        elif isinstance(node, ast.Call) and name_of(node) == "compile":
            passed.update(ast.walk(node))
        elif isinstance(node, ast.keyword) and node.arg in {"advice", "reason"}:
            # What an admin reads on the terminal is English.
            passed.update(ast.walk(node))
    for node in ast.walk(MODULES[path]):
        if node in passed or not isinstance(node, ast.Constant):
            continue
        if isinstance(node.value, str) and SENTENCE.search(node.value):
            yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"


def imports(tree: ast.AST) -> set[str]:
    return {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
    }


def test_what_is_written_to_people_comes_from_the_catalogues() -> None:
    found = [
        sentence
        for path, tree in MODULES.items()
        if path.is_relative_to(ROOT / "mappings") and imports(tree) & WRITERS
        if path.name not in RECOGNISERS
        for sentence in sentences(path)
    ]

    assert found == []


def test_the_command_line_starts_without_the_catalogues() -> None:
    started = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, sync.cli; print('babel' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    assert started.stdout.strip() == "False"
