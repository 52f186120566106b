"""How people end a mail, in several languages: with regards, and their name."""

from __future__ import annotations

from collections.abc import Collection

_WORDS = (
    "please thanks thank you hi hello kind best warm regards greetings cheers sincerely"
    " yours"
    " graag dank bedankt dankjewel hallo met vriendelijke hartelijke groet groeten"
    " groetjes gr mvg svp aub s v p"
    " merci bonjour cordialement bien a vous amicalement salutations bonne journee"
    " gracias hola por favor un saludo saludos cordiales cordial atentamente abrazo"
    " abrazos"
    " obrigado obrigada ola com os melhores cumprimentos atenciosamente um abraco"
    " abracos"
)
_CLOSING = frozenset(_WORDS.split())


def ends_a_mail(word: str, names: Collection[str]) -> bool:
    """Say whether the last word of a mail adds nothing: it is polite, or a name.

    `word` and `names` are in small letters without accents.
    """
    return word in _CLOSING or word in names
