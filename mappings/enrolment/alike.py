"""Whether two ways of writing a name may be of one person."""

from __future__ import annotations

import unicodedata
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher

from anyascii import anyascii

_SHORT_FORM = 4
_LIKE = 0.8


def name_words(name: str) -> frozenset[str]:
    """Return the words of a name by which it is compared, in Latin letters.

    Without case, accents, hyphens and single letters; empty for a name that has none
    left. Order does not count: some people put the last name first.
    """
    return frozenset(word for word in _folded(name).split() if len(word) > 1)


def may_be_one(words: AbstractSet[str], others: AbstractSet[str]) -> bool:
    """Say whether two names, as `name_words` gives them, may be of one person.

    One may leave words of the other out, shorten one or slip in one: `Amina Okello`
    and `Amina W. Okelo`. Where each has a word that is not like any of the other they
    are of two: families share a name, and neighbours in a table the other. An empty
    name is like every other.
    """
    if not words or not others:
        return True
    mine, theirs = words - others, others - words
    return _all_like(mine, theirs) or _all_like(theirs, mine)


def are_spelt_as_two(name: str, other: str) -> bool:
    """Say whether two names of the same words are spelt as those of two people.

    Of `Hà` and `Hạ` each says what it means; of `Ha` and `Hà` one left the marks out.
    """
    mine, theirs = _marked(name), _marked(other)
    return any(
        mine[word] != theirs[word]
        for word in mine.keys() & theirs.keys()
        if word not in {*mine[word], *theirs[word]}
    )


def _marked(name: str) -> dict[str, frozenset[str]]:
    """Return the words of a name as they are spelt, by how they are compared."""
    found: dict[str, frozenset[str]] = {}
    for written in unicodedata.normalize("NFC", name).replace("-", " ").split():
        word = _folded(written).strip()
        if len(word) > 1 and " " not in word:
            found[word] = found.get(word, frozenset()) | {written.casefold()}
    return found


def _folded(name: str) -> str:
    return anyascii(name).casefold().replace("-", " ")


def _all_like(words: AbstractSet[str], others: AbstractSet[str]) -> bool:
    return all(any(_is_like(one, other) for other in others) for one in words)


def _is_like(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(short) >= _SHORT_FORM and long.startswith(short):
        return True
    return SequenceMatcher(None, one, other, autojunk=False).ratio() > _LIKE
