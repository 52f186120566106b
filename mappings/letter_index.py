"""The letters and digits of a text, however written, and where they stand in another."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

# Mail programs write these where HTML has a picture.
_PICTURE = re.compile(
    r"\[(?:cid:|image:|inline[ -]image)[^\]\n]{0,200}\]", re.IGNORECASE
)
_OTHER = re.compile(r"[\W_]+")
# Places are looked up by so many letters.
_GRAM = 6
_CANDIDATES_MOST = 24
# Between two lines that follow each other a bullet or a number may have been lost.
SLACK = 3
# A line of this weight is believed by itself; a shorter one has to follow or precede
# another in what was sent.
WEIGHTY = 24
# What is one letter in Latin is much less than one in Chinese.
_DENSE = 3
_DENSE_FROM = "\u2e80"


class LetterIndex:
    """Letters in which other letters are looked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._grams = _grams(text)

    def cover(self, letters: str, hints: Sequence[int]) -> tuple[int, int] | None:
        """Return where letters stand, in one stretch or in several weighty ones.

        `hints` are where they may well begin.
        """
        first: int | None = None
        place = end = 0
        while place < len(letters):
            start, length = self._longest(letters, place, () if place else hints)
            through = place + length == len(letters)
            weighty = weight_of(letters[place : place + length]) >= WEIGHTY
            if not length or not (weighty or (through and not place)):
                return None
            first = start if first is None else first
            place += length
            end = start + length
        return None if first is None else (min(first, end), end)

    def _longest(
        self, letters: str, place: int, hints: Sequence[int]
    ) -> tuple[int, int]:
        starts = [hint + slack for hint in hints for slack in range(SLACK + 1)]
        if len(letters) - place >= _GRAM:
            starts += self._grams.get(letters[place : place + _GRAM], ())
        elif not place and (somewhere := self._text.find(letters)) >= 0:
            starts.append(somewhere)
        best = (0, 0)
        for start in starts:
            length = _common(letters, place, self._text, start)
            if length > best[1]:
                best = (start, length)
            if place + length == len(letters):
                break
        return best


def letters_of(text: str) -> str:
    """Return the letters and digits alone, however they were written."""
    text = _PICTURE.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    return _OTHER.sub("", text.casefold())


def weight_of(letters: str) -> int:
    """Return how much letters say: those of dense scripts say more."""
    if letters.isascii():
        return len(letters)
    dense = sum(letter >= _DENSE_FROM for letter in letters)
    return len(letters) + (_DENSE - 1) * dense


def _grams(text: str) -> dict[str, list[int]]:
    grams: defaultdict[str, list[int]] = defaultdict(list)
    for place in range(len(text) - _GRAM + 1):
        places = grams[text[place : place + _GRAM]]
        if len(places) < _CANDIDATES_MOST:
            places.append(place)
    return dict(grams)


def _common(letters: str, place: int, text: str, start: int) -> int:
    """Return how many letters are the same from two places on."""
    most = min(len(letters) - place, len(text) - start)
    if letters[place : place + most] == text[start : start + most]:
        return most
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        if letters[place + low : place + middle] == text[start + low : start + middle]:
            low = middle
        else:
            high = middle
    return low
