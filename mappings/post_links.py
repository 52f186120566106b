"""The links of a post as text: beside their words, or as notes below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from string import ascii_lowercase

_BESIDE_LONGEST = 70
_REPEATED_LEAST = 16


class LinkNotes:
    """Says of each link of one post where it is written; lives for one post.

    A short link that stands once is written beside its words, where it is seen. A long
    one would part the sentence, and one that stands often would be paid for each time:
    these become notes `[a]`, which no number of a digest is taken for.
    """

    def __init__(self, links: Iterable[str]) -> None:
        self._count = Counter(links)
        self._marks: dict[str, str] = {}

    def written(self, link: str) -> str:
        """Return what stands behind the words of a link."""
        repeated = self._count[link] > 1 and len(link) >= _REPEATED_LEAST
        if len(link) <= _BESIDE_LONGEST and not repeated:
            return f"<{link}>"
        if link not in self._marks:
            self._marks[link] = _letters(len(self._marks))
        return f"[{self._marks[link]}]"

    def below(self) -> list[str]:
        """Return the lines of the notes, in the order in which they are met."""
        return [f"[{mark}] {link}" for link, mark in self._marks.items()]


def _letters(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, place = divmod(number - 1, len(ascii_lowercase))
        letters = ascii_lowercase[place] + letters
    return letters
