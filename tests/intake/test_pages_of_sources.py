"""Every source has a page, and what a page says to write can be written."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.interfaces import IIntakeSource
from moodle_bridge.plugins import includeme
from moodle_bridge.registry import Registry

FOLDER = Path(__file__).parents[2] / "docs" / "intake"
PAGES = sorted(page for page in FOLDER.glob("*.md") if page.name != "index.md")
SNIPPET = re.compile(r"```toml\n(.*?)```", re.DOTALL)
SECRETS = ({"env"}, {"file"}, {"command"})


def written(page: Path) -> list[dict[str, Any]]:
    """Return the sources that a page shows, with a text in place of each secret."""
    found = []
    for snippet in SNIPPET.findall(page.read_text("utf-8")):
        source = tomllib.loads(snippet).get("intake", {}).get("source")
        if source is not None:
            found.append(
                {
                    key: "https://docs.google.com/spreadsheets/d/a/edit"
                    if isinstance(value, dict) and set(value) in SECRETS
                    else value
                    for key, value in source.items()
                }
            )
    return found


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.include(includeme)
    return registry


def test_every_source_has_a_page(registry: Registry) -> None:
    shown = {one["plugin"] for page in PAGES for one in written(page)}
    assert shown == set(registry.names(IIntakeSource))


def test_every_page_is_in_the_list() -> None:
    listed = (FOLDER / "index.md").read_text("utf-8")
    assert [page.name for page in PAGES if f"({page.name})" not in listed] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_says_to_write_can_be_written(
    page: Path, registry: Registry
) -> None:
    for source in written(page):
        plugin = source.pop("plugin")
        registry.settings(IIntakeSource, plugin, source, "intake.source")
