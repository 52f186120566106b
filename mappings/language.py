"""Guesses the language of a short text, to answer a stranger in their own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mappings.phrases import DEFAULT_LANGUAGE, known_language

_LOOKED_AT = 2000
_LEAST = 2

# Small words that people cannot do without, and that the others do not have.
_WORDS: Mapping[str, str] = {
    "en": "the and is are you we with this that have for not of to please thank hello"
    " would my your",
    "nl": "het een en niet ik wij u van dat voor met zijn graag dank hallo bedankt naar"
    " mijn ook wel",
    "fr": "le les des et est vous nous avec pour dans une merci bonjour je ne pas sur mon"
    " votre cette",
    "es": "el los las y es usted con para una gracias hola muy pero mi su del estoy"
    " nosotros cómo está",
    "pt": "os as e é você com para uma obrigado obrigada olá muito mas meu seu não em"
    " nós como está são",
}
_LANGUAGES = {
    word: [code for code, words in _WORDS.items() if word in words.split()]
    for words in _WORDS.values()
    for word in words.split()
}


def guess_language(text: str, *, fallback: str | None = None) -> str:
    """Return the code of the language that phrases may be written in for a text.

    One of en, nl, fr, es, pt; `fallback` (a Moodle code, None for English) where the
    text says too little, speaks another language, or two fit as well as each other.
    """
    scores = dict.fromkeys(_WORDS, 0)
    for word in re.findall(r"[^\W\d_]+", text[:_LOOKED_AT].casefold()):
        for code in _LANGUAGES.get(word, ()):
            scores[code] += 1
    best, next_best = sorted(scores.values(), reverse=True)[:2]
    if best < _LEAST or best == next_best:
        return known_language(fallback or DEFAULT_LANGUAGE)
    return next(code for code, score in scores.items() if score == best)
