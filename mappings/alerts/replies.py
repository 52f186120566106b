"""Reads the few words with which a facilitator answers an alert, and not its question."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from mappings.closings import ends_a_mail

_LONGEST = 120
_ENDS_WITHIN = 4
_SIGNATURE_LINES = 5
_SIGNATURE_WIDTH = 60
_WORDS = re.compile(r"\w+")


class AlertReply(StrEnum):
    """What somebody says of a question that they were told of."""

    MINE = "mine"
    NEEDS_ANSWER = "needs-answer"
    NO_ANSWER_NEEDED = "no-answer-needed"


_SAID = {
    AlertReply.MINE: (
        "mine|its mine|it is mine|i take it|i will take it|ill take it|i take this|"
        "i take this one|ill take this one|im on it|i am on it|on it|i got it|"
        "ik|van mij|die is van mij|voor mij|deze is voor mij|die is voor mij|ik neem hem|"
        "ik neem het|ik neem deze|ik neem die|ik doe het|ik doe deze|ik pak hem|"
        "ik pak hem op|ik pak het op|ik pak deze op|"
        "je prends|je le prends|je la prends|je prends celle ci|je men occupe|"
        "je m en occupe|pour moi|cest pour moi|c est pour moi|a moi|"
        "mia|mio|es mia|es mio|la tomo|lo tomo|yo la tomo|yo|me encargo|yo me encargo|"
        "para mi|la respondo yo|"
        "minha|meu|e minha|e meu|fico com esta|eu fico com esta|fico com ela|"
        "eu trato|eu trato disso|eu respondo|para mim|deixa comigo|eu"
    ),
    AlertReply.NO_ANSWER_NEEDED: (
        "no answer needed|no answer is needed|no answer necessary|needs no answer|"
        "no reply needed|no reply is needed|does not need an answer|"
        "geen antwoord nodig|er is geen antwoord nodig|hoeft geen antwoord|"
        "hoeft niet beantwoord|"
        "pas de reponse necessaire|aucune reponse necessaire|pas besoin de reponse|"
        "reponse pas necessaire|sans reponse|"
        "no necesita respuesta|no hace falta respuesta|no hace falta responder|"
        "sin respuesta necesaria|"
        "nao precisa de resposta|nao precisa resposta|nao e preciso responder|"
        "nao e necessaria resposta|sem resposta necessaria"
    ),
    AlertReply.NEEDS_ANSWER: (
        "needs answer|needs an answer|needs a reply|answer needed|an answer is needed|"
        "antwoord nodig|heeft antwoord nodig|heeft een antwoord nodig|"
        "reponse necessaire|il faut une reponse|il faut repondre|besoin de reponse|"
        "necesita respuesta|hace falta respuesta|necesita una respuesta|"
        "precisa de resposta|precisa resposta|e preciso responder"
    ),
}
_POLITE_WORDS = (
    "please thanks thank you hi hello graag dank bedankt dankjewel hallo merci bonjour"
    " gracias hola obrigado obrigada ola por favor s v p svp aub"
)
_POLITE = frozenset(_POLITE_WORDS.split())
_OPENING = _POLITE | {"rota", "hoi", "dag", "beste", "dear", "cher", "estimado", "caro"}


def alert_reply(text: str, *, own_name: str = "") -> AlertReply | None:
    """Return what a mail says about a question; None for anything else: an answer.

    `text` is the author's own, without quotes. Only when it says that and nothing
    more, save for how mails begin and end and `own_name`, in English, Dutch, French,
    Spanish or Portuguese; accents, capitals and full stops are borne. Short lines below
    regards, or below the name, are who somebody is, and say nothing.
    """
    names = set(_words(own_name))
    lines = [line for line in text.splitlines() if _words(line)]
    for place, line in enumerate(lines[1:_ENDS_WITHIN], start=1):
        closes = all(ends_a_mail(word, names) for word in _words(line))
        if closes and _is_signature(lines[place + 1 :]):
            text = "\n".join(lines[:place])
            break
    if len(text) > _LONGEST:
        return None
    said = _words(text)
    while said and said[0] in _OPENING:
        said.pop(0)
    while said:
        # Asked before the last word is taken off: Mia may say that it is hers.
        wanted = " ".join(said)
        for reply, phrases in _SAID.items():
            if wanted in phrases.split("|"):
                return reply
        if not ends_a_mail(said[-1], names):
            return None
        said.pop()
    return None


def _is_signature(lines: Sequence[str]) -> bool:
    """Say whether lines may be who somebody is; a sentence never is."""
    return len(lines) <= _SIGNATURE_LINES and not any(
        len(line) > _SIGNATURE_WIDTH or line.rstrip().endswith((".", "!", "?", ":"))
        for line in lines
    )


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFD", text.casefold())
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return _WORDS.findall(plain.replace("'", "").replace("\u2019", ""))
