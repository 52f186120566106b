"""Writes the pages of the documentation that are made from the code.

`python -m sync.reference docs` writes them into a folder; a test compares them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sync.cli.reference import commands_page
from sync.settings import registry_of
from sync.settings.reference import configuration_page


def pages() -> dict[str, str]:
    """Return the pages by the name of their file."""
    return {
        "commands.md": commands_page(),
        "configuration.md": configuration_page(registry_of(None)),
    }


def main(folder: Path) -> None:
    """Write the pages into a folder; may be repeated."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
