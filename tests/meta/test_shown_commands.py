"""Whoever types what a page, an example or an error shows is understood."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from sync.cli.group import Group, bridge
from sync.cli.options import global_options
from sync.cli.reference import every_command
from tests.meta.project_files import FLOORS, ROOT, files

PAGES = [*files("docs", suffixes=frozenset({".md"})), *sorted(ROOT.glob("*.md"))]
SOURCES = [
    path for path in files(*FLOORS) if path.suffix in {".py", ".service", ".timer"}
]

IN_A_LINE = re.compile(r"`moodle-bridge ([^`]+)`")
BY_ITSELF = re.compile(
    r"(?m)^[ $*\d]*(?:sudo (?:-u \S+ )?|ExecStart=)?(?:\S*/)?moodle-bridge ([^\n#|>&;`]+)"
)
A_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")


def shown_in(page: Path) -> Iterator[str]:
    text = page.read_text(encoding="utf-8")
    fenced = re.findall(r"(?ms)^```\w*\n(.*?)^```", text)
    indented = re.findall(r"(?m)(?<=\n)    .*$", text)
    for block in [*fenced, *(line.strip() for line in indented)]:
        yield from BY_ITSELF.findall(block)
    outside = re.sub(r"(?ms)^```.*?^```", "", text)
    yield from (" ".join(found.split()) for found in IN_A_LINE.findall(outside))


def said_in(source: Path) -> Iterator[str]:
    if source.suffix != ".py":
        yield from BY_ITSELF.findall(source.read_text(encoding="utf-8"))
        return
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "NAME"
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        yield from (" ".join(found.split()) for found in IN_A_LINE.findall(text))


def options_of(command: click.Command) -> dict[str, click.Option]:
    """Return the options of a command by each of their names."""
    return {
        name: parameter
        for parameter in [*global_options(), *command.params]
        if isinstance(parameter, click.Option)
        for name in (*parameter.opts, *parameter.secondary_opts)
    }


def faults(shown: str) -> Iterator[str]:
    """Give what is not understood of the words behind `moodle-bridge`."""
    command: click.Command = bridge
    words = iter(shlex.split(re.sub(r"[\[\]…]|\.\.\.", " ", shown.replace("'", ""))))
    named = True
    for word in words:
        if word.startswith("-") and word != "-":
            name, given, _ = word.partition("=")
            option = options_of(command).get(name)
            if option is None and name not in {"--help", "--version"}:
                yield f"{command.name} has no {name}"
            elif option is not None and not option.is_flag and not given:
                next(words, None)
        elif named and isinstance(command, Group) and A_WORD.fullmatch(word):
            below = dict(command.every_command())
            if word not in below:
                yield f"{command.name} has no {word}"
                return
            command = below[word]
        else:
            named = False


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_can_be_typed(page: Path) -> None:
    wrong = {shown: list(faults(shown)) for shown in shown_in(page)}

    assert not {shown: why for shown, why in wrong.items() if why}


def test_what_errors_and_advice_show_can_be_typed() -> None:
    wrong = {
        (source.name, shown): list(faults(shown))
        for source in SOURCES
        for shown in said_in(source)
    }

    assert len(wrong) > 50
    assert not {shown: why for shown, why in wrong.items() if why}


@pytest.mark.parametrize("path", dict(every_command()), ids=" ".join)
def test_the_examples_of_a_command_can_be_typed(path: tuple[str, ...]) -> None:
    epilog = dict(every_command())[path].epilog or ""
    wrong = {shown: list(faults(shown)) for shown in BY_ITSELF.findall(epilog)}

    assert not {shown: why for shown, why in wrong.items() if why}


@pytest.mark.parametrize(
    "shown", ["synk", "sync --no-such", "enrol plans", "report now --ever"]
)
def test_a_slip_is_seen(shown: str) -> None:
    assert list(faults(shown))
