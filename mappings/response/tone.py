"""Whether a text asks, thanks, or neither, as far as its words tell.

A rule of thumb in several languages: a facilitator's mark wins over it.
"""

from __future__ import annotations

import re
import unicodedata

from moodle_bridge.model.waits import Tone

_SHORT = 240
_QUOTED = re.compile(r"(?m)^\s*>.*$")
_LINK = re.compile(r"(?i)\b(?:https?://|www\.)\S+|\b\S+@\S+")
_MARKS = re.compile(r"[?？؟⸮՞]|(?<=[\u0370-\u03ff]);")
# Asked out of politeness: nobody waits for the answer.
_GREETINGS = re.compile(
    r"(?i)\b(?:how are (?:you|things)(?: all| doing| everyone)*|how do you do|"
    r"ca va(?: bien)?|comment (?:ca va|allez[- ]vous|vas[- ]tu)|"
    r"hoe gaat (?:het|ie)(?: met (?:je|jullie|u))?|alles goed|"
    r"como est(?:a|as|an|ais)(?: usted(?:es)?)?|que tal(?: todo)?|"
    r"como vai(?: voce)?|tudo bem|wie geht(?: e|')?s(?: euch| dir| ihnen)?)"
    r"[^?？.!\n]{0,20}[?？]"
)
_ASKING = re.compile(
    r"(?i)\b(?:(?:can|could|would|will) (?:some(?:one|body)|any(?:one|body)|you)\b|"
    r"(?:some|any)(?:one|body) (?:know|can|could|able)|"
    r"(?:i|we) (?:do not|don't|cannot|can't|am not able to|are not able to) "
    r"(?:know|find|open|see|understand|log ?in|upload|download|get)|"
    r"(?:please|kindly) (?:help|explain|advise|tell|let (?:me|us) know)|"
    r"(?:i|we) (?:need help|wonder(?: if| whether| how)|would like to know)|"
    r"quelqu'?un (?:peut|pourrait|sait)|pou(?:vez|rriez)[- ]vous|peux[- ]tu|"
    r"je (?:n'arrive pas|ne (?:sais|comprends|trouve|peux) pas)|"
    r"est[- ]ce (?:que|qu')|j'aimerais savoir|j'ai une question|"
    r"merci de (?:m'|nous )?(?:aider|expliquer|indiquer)|"
    r"(?:kan|kunnen|weet|heeft) (?:iemand|jullie|jij|u)\b|kun je|"
    r"ik (?:kan|weet|begrijp|snap|vind) (?:het |de |dat )?niet|ik heb een vraag|"
    r"wie (?:kan|weet)|"
    r"alguien (?:puede|podria|sabe)|(?:puede|podria)[ns]? (?:usted(?:es)? )?"
    r"(?:ayudar|explicar|decir)|no (?:puedo|entiendo|se como|encuentro)|"
    r"tengo una (?:pregunta|duda)|quisiera saber|"
    r"alguem (?:pode|poderia|sabe)|(?:pode|poderia)[ms]? (?:me )?"
    r"(?:ajudar|explicar|dizer)|nao (?:consigo|entendo|sei como|encontro)|"
    r"tenho uma (?:pergunta|duvida)|gostaria de saber|"
    r"(?:i|we) have a question|my question is|ma question est|mijn vraag is|"
    r"mi pregunta es|minha pergunta e)\b"
)
_THANKING = re.compile(
    r"(?i)\b(?:thanks?|thank you|thx|merci|bedankt|dank(?: je| u| jullie)?(?: wel)?|"
    r"dankjewel|dankuwel|gracias|obrigad[oa]|danke|grazie|asante|webale|jerejef|"
    r"cam on|shukran|welcome|de rien|graag gedaan|de nada|well done|bravo|great|"
    r"genial|top|super|perfect|parfait|perfecto|perfeito|congratulations|"
    r"felicitations|gefeliciteerd|felicidades|parabens|i agree|d'accord|eens|"
    r"de acuerdo|concordo)\b|شكرا|谢谢|ありがとう|감사"
)


def tone_of(text: str, subject: str = "") -> Tone:
    """Return what a text is; `text` is the own words as plain text, quotes marked by >.

    `subject` counts for what begins a discussion; leave it out for answers, whose
    subject is that of another.
    """
    own = _LINK.sub(" ", _QUOTED.sub(" ", text))
    folded = _folded(own)
    asked = _GREETINGS.sub(" ", folded)
    if _MARKS.search(asked) or _MARKS.search(subject) or _ASKING.search(asked):
        return Tone.ASKS
    short = len(own.strip()) <= _SHORT
    return Tone.THANKS if short and _THANKING.search(folded) else Tone.PLAIN


def _folded(text: str) -> str:
    """Return Latin text without accents and with plain apostrophes."""
    parts = unicodedata.normalize("NFD", text.replace("’", "'"))
    return "".join(one for one in parts if not unicodedata.combining(one))
