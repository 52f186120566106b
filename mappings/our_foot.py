"""What the bridge itself puts under a post, in every language that it writes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from mappings.phrases import LANGUAGES, phrase
from mappings.post_body import FOOTER_LINE
from mappings.sent_words import SentWords

_LINES_MOST = 16
_ALONE = 8
_VALUE = re.compile(r"\{[^{}]*\}")


@cache
def foots() -> tuple[str, ...]:
    """Return each foot that a mail of the bridge may have, addresses left out.

    The mail may have gone to a reader of another language than the one whose text is
    kept, and even where nothing is known of the mail that is answered, its foot is.
    """
    return tuple(
        "\n".join(
            (FOOTER_LINE, _words(language, "discussion"), _words(language, answer))
        )
        for language in LANGUAGES
        for answer in ("answer_list", "answer_person")
    )


def foot_places(lines: Sequence[str]) -> list[int]:
    """Return which lines are our foot: its first line and what we put below it.

    Between them may stand an address in pieces; what people write below is not ours.
    """
    found: list[int] = []
    for start, line in enumerate(lines):
        if line.strip(" \t>*_") != FOOTER_LINE:
            continue
        end = start + 1
        while end < min(len(lines), start + _LINES_MOST) and lines[end].strip(" \t>"):
            end += 1
        ours = foot_words().ours_among(lines[start + 1 : end], least=1, alone=_ALONE)
        last = max((number for number, one in enumerate(ours, 1) if one), default=0)
        found += range(start, start + last + 1)
    return found


@cache
def foot_words() -> SentWords:
    """Return what is known where the mail that is answered is not: our foot."""
    return SentWords((), certain=foots())


def _words(language: str, key: str) -> str:
    return _VALUE.sub(" ", phrase(language, key))
