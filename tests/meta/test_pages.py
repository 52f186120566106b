from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from moodle_bridge.moodle.functions import (
    OPTIONAL,
    PURPOSES,
    PURPOSES_OF,
    Job,
    jobs_of,
)
from tests.meta.project_files import ROOT, files

PAGES = [
    *files("docs", suffixes=frozenset({".md"})),
    *sorted(ROOT.glob("*.md")),
]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text(encoding="utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_page_can_be_reached_from_the_first() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix not in {"", ".md"}:
            continue
        reached.add(page)
        if page.is_dir():
            waiting += page.glob("*.md")
            continue
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            path = unquote(link).partition("#")[0]
            if path and ":" not in path:
                waiting.append((page.parent / path).resolve())

    assert set(PAGES) <= reached


def test_the_table_of_rights_names_every_function_of_each_job() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = {
        name: (jobs, told)
        for name, jobs, told in re.findall(
            r"(?m)^\| `((?:core|enrol|mod|tool)_\w+)` \| (.*) \| (.*) \|$", text
        )
    }
    assert set(rows) == {name for job in Job for name in PURPOSES_OF[job]}
    for name, (jobs, told) in rows.items():
        wanted = "all" if len(jobs_of(name)) == len(Job) else ", ".join(jobs_of(name))
        assert jobs == wanted, name
        left_out = "may be left out: " if name in OPTIONAL else ""
        assert told == left_out + PURPOSES[name], name


def test_the_picture_needs_nothing_from_elsewhere() -> None:
    picture = (ROOT / "docs" / "picture.svg").read_text(encoding="utf-8")

    assert picture.startswith("<svg ")
    assert "href" not in picture
    assert "<script" not in picture
