"""Finds the marker that the bridge leaves in a post: a class of an element."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_MARKER = re.compile(r"ref-[A-Za-z0-9_-]{3,64}")


def bears(message: str, marker: str) -> bool:
    """Say whether an element of this HTML has the marker (`ref-...`) as a class.

    The same word in the text does not count. Raises ValueError for what is no marker.
    """
    if not _MARKER.fullmatch(marker):
        raise ValueError(f"{marker!r} is no marker")
    if marker not in message:
        return False
    reader = _Classes()
    reader.feed(message)
    reader.close()
    return marker in reader.found


class _Classes(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        for name, value in attrs:
            if name == "class" and value:
                self.found.update(value.split())
