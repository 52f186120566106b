"""What the bridge itself puts under a post, in every language that it writes."""

from __future__ import annotations

import re
from functools import cache

from mappings.phrases import LANGUAGES, phrase
from mappings.post_body import FOOTER_LINE

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


def is_foot_line(line: str) -> bool:
    """Say whether a line is the one that sets our foot apart."""
    return line.strip(" \t>*_") == FOOTER_LINE


def _words(language: str, key: str) -> str:
    return _VALUE.sub(" ", phrase(language, key))
