"""Finds what stands below the author's words: signatures, feet of lists, legal words.

Each function looks at the lines from the end and says where the foot begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mappings.legal_words import is_legal

_SEPARATOR = re.compile(r"^\s{0,3}(?:--|—|–|__|- -)\s*$")
_RULE = re.compile(r"^\s*_{3,}\s*$")
_DIVIDER = re.compile(r"^\s*(?:[-_=~#*+·•.—–]{2,}|[ᐧ\u200b\ufeff—–*_~]+)\s*$")
_SIGNATURE_LINES_MOST = 12
_RULE_LONGEST = 200
_SIGNATURE_LINE_LONGEST = 160
_RULED_LINES_MOST = 8
_LIST_FOOT_LINES_MOST = 25
_LIST_FOOT_FULL_LINES_MOST = 10
_STANDARD = "-- "
_NAME_WORDS_MOST = 8
_SENTENCE_ENDS = (".", "!", "?", ",", ";", ":", "…", "。", "！", "？", "،", "؟")
_NUMBER = re.compile(r"\d[\d\s()./-]{5,}\d")
_SMALL_WORD = re.compile(r"(?<![\w@])(?![^\W\d_]*[A-Z])[a-zß-ÿ][^\W\d_]{3,}(?!\w)")
_CONTACT = re.compile(r"@|https?://")

_LIST_FOOT = re.compile(
    r"(?i)mailing list\b|unsubscribe|you received this (?:message|email|mail) because"
    r"|désabonner|désinscri|liste de diffusion|vous recevez ce (?:message|courriel)"
    r"|lista de correo|cancelar (?:la |a )?(?:suscripción|inscrição)|darse de baja"
    r"|lista de (?:discussão|e-mails)|mailinglist|mailingliste|abbestellen|afmelden"
    r"|uitschrijven|hủy đăng ký|list-unsubscribe|groups\.io links|mailman/listinfo"
    r"|groups\.google\.com|reply to this email directly"
)
_LIST_RULE = re.compile(r"^\s*(?:_{5,}|(?:-=){3,}-?|-{5,}|--\s?|[-~_.,]{7,})\s*$")
# These words need no line above them.
_LIST_WORDS = re.compile(
    r"(?i)^(?:you (?:received|are receiving) this (?:message|email|e-mail|mail) because"
    r"|vous recevez ce (?:message|courriel|mail)|has recibido este mensaje porque"
    r"|(?:você )?recebeu (?:esta|essa) mensagem (?:porque|pois)|sie (?:haben|erhalten) diese"
    r" (?:nachricht|e-mail)|(?:je|u) ontvangt dit (?:bericht|e-mailbericht)|hai ricevuto"
    r" questo messaggio|otrzymujesz tę wiadomość|вы получили это сообщение|du (?:får|har"
    r" fått|modtager) (?:detta|denne|det här) (?:meddelande|meddelelse|melding)"
    r"|bạn nhận được (?:thư|email) này|bu iletiyi|您收到此邮件|您會收到這封郵件"
    r"|groups\.io links:)"
)

_DISCLAIMERS_MOST = 5
_DISCLAIMER_LONGEST = 4_000
_DISCLAIMER = re.compile(
    r"(?i)^[\s*_>\[(~-]*(?:(?:legal |confidentiality |privacy )?(?:disclaimer|notice|warning)\b"
    r"|(?:this|the information (?:contained )?in this|the contents? of this|this communication|any views)"
    r".{0,60}(?:e-?mail|message|communication|transmission)"
    r"|(?:ce|cet|le présent) (?:message|courriel|courrier|e-?mail|mail)\b"
    r"|(?:diese|der inhalt dieser|diese nachricht) ?(?:e-?mail|nachricht)?\b"
    r"|(?:dit|de informatie in dit|deze|de inhoud van (?:dit|deze)) (?:e-?mail)?(?:bericht)?"
    r"|(?:este|esta|la información|el contenido|as informações|aviso legal|aviso de)\b"
    r"|(?:questo|questa|le informazioni|avviso)\b"
    r"|(?:detta|denna|denne|dette) (?:e-?(?:post|mail)|meddelande|meddelelse|melding)"
    r"|(?:niniejsza|ta) wiadomość|(?:настоящее|данное|это) (?:сообщение|электронное)"
    r"|bu e-?posta|thư này|email này|本邮件|本電子郵件|このメール|이 메일|"
    r"confidentiality|confidential|confidentiel|confidencial|vertraulich|vertrouwelijk)"
)
_GREEN = re.compile(
    r"(?i)^[\s*_>🌳🌲-]*(?:please )?(?:consider|think (?:of|about)|pensez|merci de penser"
    r"|bitte denken|denk aan|antes de imprimir|piense|pense|prima di stampare"
    r"|avant d.imprimer|before printing|save a tree).{0,120}"
    r"(?:print|imprim|drucken|afdruk|stampa|environ|umwelt|milieu|ambient|tree).{0,120}$"
)


def signature_start(lines: Sequence[str]) -> int | None:
    """Return where a signature begins: `-- ` or a drawn line, then a few short lines.

    None when there is none. What is long, or has paragraphs, is text after a line
    that its author drew, and stays; so do verses and sentences after dashes without
    the space that mail programs write.
    """
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        below = lines[place + 1 :]
        if _SEPARATOR.match(line[:_RULE_LONGEST]):
            if not _is_short(below, _SIGNATURE_LINES_MOST):
                return None
            named = _looks_signed(below)
            typed = line.strip() == "--" or not _is_sentence(below)
            sure = (named and typed) or line == _STANDARD
            drawn_again = any(
                _SEPARATOR.match(above[:_RULE_LONGEST]) for above in lines[:place]
            )
            if drawn_again:
                sure = line == _STANDARD and named and not _is_sentence(below)
            return place if sure else None
        if len(line) < _RULE_LONGEST and _RULE.match(line):
            ruled = _is_short(below, _RULED_LINES_MOST) and (
                _stands_apart(lines, place)
                or (_looks_signed(below) and not _is_sentence(below))
            )
            return place if ruled else None
        if len(lines) - place > 4 * _SIGNATURE_LINES_MOST:
            return None
    return None


def list_foot_start(lines: Sequence[str]) -> int | None:
    """Return where the foot begins that a mailing list put under the mail, or None."""
    least = max(-1, len(lines) - _LIST_FOOT_LINES_MOST)
    foot: list[str] = []
    unruled: int | None = None
    for place in range(len(lines) - 1, least, -1):
        line = lines[place]
        if len(line) < _RULE_LONGEST and _LIST_RULE.match(line):
            told = "\n".join(reversed(foot))
            short = len(foot) <= _LIST_FOOT_FULL_LINES_MOST
            if short and _LIST_FOOT.search(told) and _CONTACT.search(told):
                return place
            if foot:
                return unruled
        elif line.strip():
            foot.append(line[:_SIGNATURE_LINE_LONGEST])
            if _LIST_WORDS.match(line.strip()[:_SIGNATURE_LINE_LONGEST]) and (
                _CONTACT.search("\n".join(foot))
            ):
                unruled = place
    return unruled


def disclaimer_start(lines: Sequence[str]) -> int | None:
    """Return where the legal words begin that a mail server put at the end, or None."""
    start: int | None = None
    end = len(lines)
    for _ in range(_DISCLAIMERS_MOST):
        while end and (not lines[end - 1].strip() or _DIVIDER.match(lines[end - 1])):
            end -= 1
        begin = end
        while begin and lines[begin - 1].strip():
            begin -= 1
        said = " ".join(lines[begin:end])[:_DISCLAIMER_LONGEST]
        if not (_DISCLAIMER.match(said) and is_legal(said)) and not (
            _GREEN.match(said)
        ):
            break
        start = end = begin
    return start


def is_divider(line: str) -> bool:
    """Say whether a line holds nothing but a drawn line."""
    return _DIVIDER.match(line) is not None


def _is_short(lines: Sequence[str], most: int) -> bool:
    full = [line for line in lines if line.strip()]
    return len(full) <= most and all(
        len(line) <= _SIGNATURE_LINE_LONGEST for line in full
    )


def _looks_signed(lines: Sequence[str]) -> bool:
    """Say whether lines are names and addresses, and no sentences."""
    full = [line.strip() for line in lines if line.strip()]
    if any(_CONTACT.search(line) or _NUMBER.search(line) for line in full):
        return True
    return all(
        len(line.split()) <= _NAME_WORDS_MOST and not line.endswith(_SENTENCE_ENDS)
        for line in full
    )


def _is_sentence(lines: Sequence[str]) -> bool:
    """Say whether the first line has words that are no names: those begin large.

    Only where scripts have small letters, and only words of four letters or more.
    """
    first = next((line for line in lines if line.strip()), "")
    told = _CONTACT.search(first) or _NUMBER.search(first)
    return not told and _SMALL_WORD.search(first) is not None


def _stands_apart(lines: Sequence[str], place: int) -> bool:
    """Say whether a line is drawn right above others, and away from those before.

    Whoever leaves a blank to be filled in draws it otherwise.
    """
    above = place == 0 or not lines[place - 1].strip()
    return above and bool("".join(lines[place + 1 : place + 2]).strip())
