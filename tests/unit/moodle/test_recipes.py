"""The recipes of docs/moodle-client.md, run one after the other."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.practice import PracticeMoodle, running
from moodle_bridge.practice.seed import practice_course

PAGE = Path(__file__).parents[3] / "docs" / "moodle-client.md"
RECIPE = re.compile(
    r"## (\d+)\. [^\n]*\n\n```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL
)


def test_the_recipes_do_what_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    recipes = RECIPE.findall(PAGE.read_text(encoding="utf-8"))
    assert [number for number, _, _ in recipes] == [str(n) for n in range(1, 11)]
    site = PracticeMoodle.empty(mount="/moodle")
    course = practice_course(site)
    monkeypatch.setenv("MOODLE_TOKEN", site.token_for(course.bridge))
    with running(site) as address:
        known: dict[str, Any] = {}
        for number, code, printed in recipes:
            said = io.StringIO()
            here = code.replace("https://moodle.example.org", address)
            with contextlib.redirect_stdout(said):
                exec(compile(here, f"recipe {number}", "exec"), known)
            assert said.getvalue().strip() == printed.strip(), f"recipe {number}"
