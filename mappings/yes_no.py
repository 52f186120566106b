"""Reads the one word with which somebody answers a question."""

from __future__ import annotations

import re
import unicodedata

from mappings.closings import ends_a_mail

_YES = frozenset(
    {
        "yes",
        "y",
        "yeah",
        "yep",
        "ja",
        "jawel",
        "oui",
        "ouais",
        "si",
        "sim",
        "ok",
        "okay",
    }
)
_NO = frozenset({"no", "nope", "nee", "neen", "non", "nao", "nein"})
_WORDS = re.compile(r"\w+")
_MOST = 3
_LONGEST = 1_000
_POLITE = frozenset(
    {"please", "thanks", "thank", "you", "graag", "dank", "bedankt", "merci", "gracias"}
    | {"obrigado", "obrigada", "por", "favor", "sir", "madam"}
)


def yes_or_no(text: str, *, own_name: str = "") -> bool | None:
    """Return what a text of one word says; None when it is anything else.

    In English, Dutch, French, Spanish and Portuguese (and German); accents, capitals,
    a thank-you, and regards with `own_name` below are borne. Who writes a sentence may
    mean something else, and is not guessed at.
    """
    if len(text) > _LONGEST:
        return None
    words = _WORDS.findall(_plain(text))
    names = frozenset(_WORDS.findall(_plain(own_name)))
    while len(words) > 1 and ends_a_mail(words[-1], names):
        words.pop()
    if not words or len(words) > _MOST:
        return None
    said = [word for word in words if word not in _POLITE]
    if len(said) != 1:
        return None
    if said[0] in _YES:
        return True
    return False if said[0] in _NO else None


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.strip().casefold())
    return "".join(one for one in decomposed if not unicodedata.combining(one))
