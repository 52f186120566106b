"""The key by which two ways of writing the same answer are compared."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(r"[\W_]+")
_TAGS = re.compile(r"<[^<>]{0,200}>")


def folded_words(text: str) -> str:
    """Return the words of a text in small letters, without accents and punctuation.

    `Côte d’Ivoire` and `COTE D'IVOIRE` give the same. Letters of every script stay, and
    so do the marks without which a word of an Indian or Arabic script is another.
    """
    opened = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in opened if not _is_accent(letter))
    return _MARKS.sub(" ", unicodedata.normalize("NFC", plain)).strip()


def folded_question(text: str) -> str:
    """Return the key by which two wordings of one question are the same.

    Markup, line ends, no-break spaces, a star for "required" and a number before it do
    not count; accents do not either.
    """
    return folded_words(_TAGS.sub(" ", text))


def _is_accent(letter: str) -> bool:
    # Only those of Latin, Greek and Cyrillic: U+0300 to U+036F.
    return "\u0300" <= letter <= "\u036f"
