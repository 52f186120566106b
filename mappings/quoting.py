"""Finds the lines of a mail that we provably sent ourselves.

Programs wrap, indent and mark what they quote, so lines are compared by their words:
a line is ours when its words stand, in that order, in what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+")
_QUOTE = re.compile(r"^\s{0,3}(?:[A-Z]{0,3}>|»|＞)")


def is_quote(line: str) -> bool:
    """Say whether a mail program marked a line as quoted."""
    return _QUOTE.match(line) is not None


def ours_among(
    lines: Sequence[str], sent: Sequence[str], *, letters_least: int
) -> list[bool]:
    """Tell of each line whether it is provably part of what was sent.

    Lines count in blocks of at least so many letters, blank lines not looked at: so
    nobody loses a `Thank you`, or a choice that was offered, because we wrote it, too.
    """
    told = f" {' '.join(_words(text) for text in sent)} "
    marked = [False] * len(lines)
    block: list[int] = []
    letters = 0
    for place in range(len(lines) + 1):
        words = _words(lines[place]) if place < len(lines) else None
        if words == "":
            continue
        if words and f" {words} " in told:
            block.append(place)
            letters += len(words)
            continue
        if letters >= letters_least:
            for ours in block:
                marked[ours] = True
        block, letters = [], 0
    return marked


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
