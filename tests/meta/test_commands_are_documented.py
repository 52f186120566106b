from __future__ import annotations

import click
import pytest

from sync.cli.options import global_options
from sync.cli.reference import every_command
from sync.reference import pages
from tests.meta.project_files import ROOT

COMMANDS = dict(every_command())


@pytest.mark.parametrize("name", sorted(pages()))
def test_pages_made_from_the_code_say_what_the_code_says(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")

    assert written == pages()[name], "run: python -m sync.reference docs"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_is_for(path: tuple[str, ...]) -> None:
    assert COMMANDS[path].help
    assert COMMANDS[path].get_short_help_str(limit=200).endswith(".")


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_says_what_it_is_for(path: tuple[str, ...]) -> None:
    for parameter in COMMANDS[path].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.help.endswith("."), parameter.name


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_takes_the_global_options(path: tuple[str, ...]) -> None:
    taken = {parameter.name for parameter in COMMANDS[path].params}

    assert {option.name for option in global_options()} <= taken


def test_every_command_is_in_the_documentation() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

    for path in COMMANDS:
        assert f"## `{' '.join(path)}`" in page
