"""Tells a line that a mail program quotes or puts in from one that somebody wrote."""

from __future__ import annotations

import re

_QUOTE = re.compile(r"^\s{0,3}(?:[A-Z]{0,3}>|»|＞)")
_BANNER_LONGEST = 300
# What mail servers put above a mail from outside.
_BANNER = re.compile(
    r"^[\s*\[(!⚠\ufe0f_-]*(?:"
    r"(?:caution|warning|attention|notice|external|important)\b.{0,60}?"
    r"\b(?:external|originated|outside|sender|unknown)\b"
    r"|(?:external|extern|externe|externo|esterno) ?(?:e-?mail|sender|mail)?[\]\s*:!)]*$"
    r"|you don[’'t]{0,3}t often get e?mail from"
    r"|(?:some people who received this message|certaines personnes).{0,60}"
    r"(?:often get e?mail|souvent)"
    r"|vous n[’']obtenez pas souvent d[’']e-?mail"
    r"|vous ne recevez pas souvent de courriers?"
    r"|sie erhalten nicht (?:oft|häufig) e-?mail"
    r"|u ontvangt niet vaak e-?mail|no suele recibir correos"
    r"|você não costuma receber|non si ricevono spesso messaggi"
    r"|###? ?please type your reply above"
    r")",
    re.IGNORECASE,
)


def is_quote(line: str) -> bool:
    """Say whether a mail program marked a line as quoted."""
    return _QUOTE.match(line) is not None


def is_banner(line: str) -> bool:
    """Say whether a line is the warning of a mail server about who sent the mail."""
    return len(line) <= _BANNER_LONGEST and _BANNER.match(line) is not None
