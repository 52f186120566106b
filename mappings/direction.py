"""Which way text runs: words from right to left in the midst of others."""

from __future__ import annotations

import re
import unicodedata

_ISOLATE, _END = "\u2068", "\u2069"
_LOOKED_AT = 500
_STRONG = {"L": 1, "R": -1, "AL": -1}
_ADDRESS = re.compile(r"\S*(?:://|@|www\.)\S*")
# Hebrew to the extended Arabic, their presentation forms, and the scripts of the
# supplementary plane that run the same way (N'Ko and Thaana stand in the first range).
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def direction_of(text: str) -> str:
    """Return `rtl` where most letters run from right to left, else `ltr`.

    The beginning of the text decides; addresses in it do not count.
    """
    if not has_right_to_left(text):
        return "ltr"
    balance = sum(
        _STRONG.get(unicodedata.bidirectional(letter), 0)
        for letter in _ADDRESS.sub(" ", text[: _LOOKED_AT * 4])[:_LOOKED_AT]
    )
    return "rtl" if balance < 0 else "ltr"


def has_right_to_left(text: str) -> bool:
    """Say whether anything in a text runs from right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


def isolated(text: str, *, among: str = "") -> str:
    """Return a name or subject so that it can stand in a sentence of plain text.

    Where the text, or the sentence `among` which it stands, runs from right to left,
    it is set between U+2068 and U+2069 (Unicode Annex 9, 2.4): without them the
    punctuation and the numbers beside it change places. Otherwise it is returned as
    it is, and so is an address of the web, to which the marks would stick. Not for
    headers; `one_line` takes the marks out there.
    """
    if "://" in text or not (has_right_to_left(text) or has_right_to_left(among)):
        return text
    return f"{_ISOLATE}{text}{_END}"
