"""The files of the project itself, for tests about them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = ("moodle_bridge", "mappings", "sync")
FOLDERS = (*FLOORS, "tests", "docs", "benchmarks", "examples", ".ci")
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".json",
    ".eml",
    ".svg",
    ".mako",
    ".service",
    ".timer",
    "",
}


def files(*folders: str, suffixes: frozenset[str] | None = None) -> Iterator[Path]:
    """Give the files in some folders of the project, and no caches."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if "__pycache__" in path.parts or not path.is_file():
                continue
            if suffixes is None or path.suffix in suffixes:
                yield path


def text_files() -> Iterator[Path]:
    """Give every text file of the project."""
    yield from files(*FOLDERS, suffixes=frozenset(TEXT))
    for path in sorted(ROOT.iterdir()):
        if path.is_file() and path.suffix in TEXT and not path.name.startswith("."):
            yield path
