"""Whether two ways of writing a name may be of one person."""

from __future__ import annotations

from anyascii import anyascii


def name_words(name: str) -> frozenset[str]:
    """Return the words of a name by which it is compared, in Latin letters.

    Without case, accents, hyphens and single letters; empty for a name that has none
    left. Order does not count: some people put the last name first.
    """
    written = anyascii(name).casefold().replace("-", " ")
    return frozenset(word for word in written.split() if len(word) > 1)
