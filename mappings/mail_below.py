"""The mail that stands below an answer without quote marks, and answers inside it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mappings.device_feet import phone_foot_start
from mappings.mail_lines import BLANK, QUOTE, TEXT, MailLines
from mappings.quoted_headers import quoted_headers_in
from mappings.quoting import is_banner, is_quote
from mappings.signatures import is_divider, list_foot_start

_PROOF_BELOW = 34
_DRAWN_WITHIN = 200
# Who draws more lines than these draws them for something else.
_DRAWN_MOST = 8
_BEGUN_MOST = 300
_BEGUN_LETTERS = 20
_BEGUN_LONGEST = 1_000
_SENTENCE_END = re.compile(r"[.?!:…。？！](?=\s+\S)")
_SAID_MOST = 25
_BELOW = re.compile(
    r"\b(?:in-?line|(?:answers?|answered|comments?|repl(?:y|ies)|responses?) (?:\w+ )?"
    r"(?:below|between|in (?:the|your) (?:text|mail))|see (?:my )?(?:\w+ )?below"
    r"|in (?:red|blue|green|bold|capitals)|siehe unten|(?:unten )?im text|in (?:rot|blau)"
    r"|ci-dessous|dans le texte|en (?:rouge|bleu|vert|gras)|más abajo|en el texto"
    r"|en (?:rojo|azul|verde|negrita)|abaixo|no texto|em (?:vermelho|azul|verde)"
    r"|hieronder|in de tekst|in het (?:rood|blauw|groen))\b",
    re.IGNORECASE,
)


def mail_below(mail: MailLines) -> tuple[int, int, str] | None:
    """Return where headers begin and end that a mail stands under, and by which rule.

    None when there is none, or it is all marked as a quote.
    """
    found: list[tuple[int, int, str]] = []
    headers = quoted_headers_in(mail.lines)
    if headers:
        found.append((headers.start, headers.end, "headers-below"))
    for attribution in mail.attributions:
        following = _next_full(mail, attribution.end)
        unmarked = following < len(mail.lines) and mail.kinds[following] == TEXT
        if unmarked and attribution.firm and TEXT in mail.kinds[: attribution.start]:
            found.append((attribution.start, attribution.end, "mail-below"))
            break
    drawn = _drawn_above_ours(mail)
    if drawn is not None:
        found.append((drawn, drawn + 1, "mail-below"))
    return min(found, default=None)


def answers_inside(mail: MailLines, start: int) -> bool:
    """Say whether the author wrote into the mail below; turns proof into quotes."""
    if not mail.sent:
        return False
    below = mail.lines[start:]
    deeper = mail.next_level(start)
    feet = (list_foot_start(below), phone_foot_start(below), deeper)
    below = below[: min((foot for foot in feet if foot is not None), default=None)]
    ours = mail.words.ours_among(below, least=_PROOF_BELOW)
    begun = _begun_by_ours(mail, below, ours)
    first = next(
        (place for place in range(len(ours)) if ours[place] or place in begun),
        len(ours),
    )
    own = [
        place
        for place, line in enumerate(below)
        if line.strip()
        and not ours[place]
        and not is_divider(line)
        and not is_quote(line)
        and not (place < first and is_banner(line))
    ]
    if first == len(ours) or not own:
        return False
    for place, proven in enumerate(ours):
        if proven:
            mail.ours[start + place] = True
            mail.kinds[start + place] = QUOTE
    for place in range(start + len(below), len(mail.lines)):
        if mail.kinds[place] == TEXT and deeper is not None:
            mail.kinds[place] = QUOTE
    return True


def says_answers_are_below(mail: MailLines, start: int) -> bool:
    """Say whether the few words above a mail say that answers stand in it."""
    said = " ".join(mail.lines[:start])
    return len(said.split()) <= _SAID_MOST and _BELOW.search(said) is not None


def _begun_by_ours(
    mail: MailLines, lines: Sequence[str], ours: Sequence[bool]
) -> set[int]:
    """Return the lines that begin with a sentence of ours and go on otherwise."""
    found: set[int] = set()
    tried = 0
    for place, line in enumerate(lines):
        if ours[place] or len(line) > _BEGUN_LONGEST:
            continue
        for end in _SENTENCE_END.finditer(line):
            tried += 1
            if tried > _BEGUN_MOST:
                return found
            if any(mail.words.ours_among([line[: end.end()]], least=_BEGUN_LETTERS)):
                found.add(place)
                break
    return found


def _drawn_above_ours(mail: MailLines) -> int | None:
    """Return the place of a line drawn above all that was sent, and nothing else.

    However short that is: a line above it and nothing of the author's in it or
    below it are proof.
    """
    if not mail.sent:
        return None
    last = len(mail.lines)
    drawn = (
        place
        for place in range(last - 1, max(0, last - _DRAWN_WITHIN), -1)
        if is_divider(mail.lines[place])
    )
    tried = 0
    for place in drawn:
        below = [line for line in mail.lines[place + 1 :] if line.strip()]
        if not below or not mail.cover_most(below):
            continue
        if mail.all_ours(below):
            return place
        tried += 1
        if tried == _DRAWN_MOST:
            break
    return None


def _next_full(mail: MailLines, place: int) -> int:
    while place < len(mail.lines) and mail.kinds[place] == BLANK:
        place += 1
    return place
