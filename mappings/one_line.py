"""Text of strangers on one line: for subjects, names, headers and excerpts."""

from __future__ import annotations

import re
import unicodedata

# Line ends of every kind, the C0 and C1 controls, and what must not reach a header.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Overrides and embeddings of writing direction make one text look like another;
# the plain marks (U+200E, U+200F) and the joiners of Persian and emoji stay.
_UNSEEN = re.compile("[\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_JOINER = "\u200d"
_EMOJI_TONES = range(0x1F3FB, 0x1F400)
_ELLIPSIS = "…"


def one_line(text: str) -> str:
    """Return the text on one line: single spaces, no control characters.

    Lone surrogates become U+FFFD, so that the result can always be encoded.
    """
    text = _UNSEEN.sub("", _CONTROL.sub(" ", text))
    return " ".join(_SURROGATE.sub("\ufffd", text).split())


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters, with an ellipsis where something is left out.

    Cuts between words where one is near, and never between a letter and its accent
    or inside an emoji made of several.
    """
    if len(text) <= limit:
        return text
    if limit <= 0:
        return ""
    end = limit - 1
    while end > 0 and (_leans(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    word = text.rfind(" ", 0, end + 1)
    if word > end * 3 // 4:
        end = word
    return text[:end].rstrip() + _ELLIPSIS


def _leans(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Mn", "Mc", "Me"}
        or character == _JOINER
        or ord(character) in _EMOJI_TONES
    )
