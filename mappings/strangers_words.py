"""Words of somebody unknown, as they may stand in a mail of the bridge."""

from __future__ import annotations

import re

from mappings.one_line import cut, one_line

_LINK = re.compile(r"(?i)\b(?:[a-z]{2,8}://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)+/\S*")
_LOOKED_AT = 4000


def harmless(text: str, longest: int) -> str:
    """Return a stranger's words on one line, short and without links.

    Whoever forges a sender is not to have links sent about by us.
    """
    return cut(one_line(_LINK.sub("…", text[:_LOOKED_AT])), longest) or "…"


def quoted(text: str, *, lines: int, longest: int) -> str:
    """Return the first lines of a stranger's mail as a quote, harmless."""
    found = [line for line in text[:_LOOKED_AT].splitlines() if line.strip()]
    shown = [f"> {harmless(line, longest)}" for line in found[:lines]]
    return "\n".join(shown) or "> …"
