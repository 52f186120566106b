"""Answers that are kept as they were given."""

from __future__ import annotations

import re
import unicodedata

from mappings.intake.problems import Code, Flaw
from mappings.one_line import cut, one_line

LONGEST = 255
"""What Moodle keeps of an organisation and of a group's name."""

_SPOILT = re.compile(
    r"\s*#(?:REF|NAME|VALUE|N/A|DIV/0|NUM|NULL)[!?]?\s*", re.IGNORECASE
)


def plain_text(text: str) -> tuple[str | None, tuple[Flaw, ...]]:
    """Return an answer in NFC on one line, with what was wrong with it.

    None where nothing is left of it. What is longer than Moodle keeps is cut, and told.
    """
    if _SPOILT.fullmatch(text):
        return None, (Flaw(code=Code.SPOILT),)
    line = one_line(unicodedata.normalize("NFC", text))
    if len(line) > LONGEST:
        flaw = Flaw(code=Code.TOO_LONG, values={"limit": str(LONGEST)})
        return cut(line, LONGEST), (flaw,)
    return line or None, ()
