"""Which language a short text is in: to answer in it, and to mark it in a post."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from mappings.phrases import known_language

_LOOKED_AT = 2000
_LEAST = 2

# Small words that people cannot do without. What stands in two lists counts for both;
# German and Italian are here so that they are not taken for their neighbours.
_SMALL: Mapping[str, str] = {
    "en": "the and is are was were you we they he she it this that these have has had"
    " for not of to from with would could should will can my your our their but what"
    " when where how there been do does did about i can in on at as if so or me us"
    " all some any which who why than then because",
    "nl": "de het een en is zijn was niet ik wij we jullie u ze van dat die dit voor met"
    " op te er ook wel naar mijn uw ons onze maar wat wanneer waar hoe kan kunnen heb"
    " heeft hebben wordt zou moet nog aan bij in je jij"
    " mag als of om dan gaan goed iedereen allemaal deze waarom omdat",
    "fr": "le la les l un une des du de et est sont vous nous je il elle ils on avec pour"
    " dans ce cette ces mon ma mes votre vos notre nos pas ne que qui mais sur par j"
    " c d n ai avons avez où quand comment très aussi être avoir au aux va"
    " peux peut bonne bon beaucoup plus tous toutes faire fait parce pourquoi",
    "es": "el la los las un una unos de del y o es son está están estoy con para por que"
    " en no mi mis su sus nuestro nuestra pero muy más también yo nosotros usted"
    " ustedes se lo le les me te cómo cuándo dónde hay al ha he tengo vamos"
    " puedo puede buena bueno aquí todos todas hacer porque",
    "pt": "o a os as um uma de do da dos das e é são está estão estou com para por que em"
    " no na nos nas não meu minha seu sua nosso nossa mas muito mais também eu nós"
    " você vocês se lhe me te como quando onde há ao à tenho foi"
    " vamos posso pode aqui todos todas fazer porque isso ainda",
    "de": "der die das den dem ein eine einen und ist sind nicht ich wir sie ihr es von"
    " mit für auf zu im auch mein unser aber wenn wie kann haben hat wird noch an bei"
    " zum zur",
    "it": "il lo la gli le un una di del della e è sono non che con per in mi si ma come"
    " quando dove questo questa nostro nostra molto anche ho ha abbiamo ci al alla",
}
# Words that nobody else writes, and that a mail of one line often consists of.
_TELLING: Mapping[str, str] = {
    "en": "thanks thank hello please dear regards sincerely sorry yes",
    "nl": "bedankt dank graag groet groeten groetjes beste goedemorgen goedemiddag"
    " alstublieft alsjeblieft dankjewel vriendelijke",
    "fr": "merci bonjour bonsoir salut cordialement cordiales oui chers chères voici"
    " désolé désolée",
    "es": "gracias hola buenos buenas saludos saludo estimado estimada estimados sí"
    " disculpe adjunto",
    "pt": "obrigado obrigada olá bom boa saudações cumprimentos abraço abraços sim"
    " caro cara caros prezado prezada prezados desculpe anexo",
    "de": "danke hallo guten bitte grüße liebe grüßen viele sehr",
    "it": "grazie ciao buongiorno buonasera saluti cordiali gentile salve",
}
_ANSWERED = ("en", "nl", "fr", "es", "pt")
# Letters that belong to one language among those whose script this is.
_LETTERS: Mapping[str, str] = {
    "ur": "ٹڈڑںےھہۃ",
    "fa": "پچژگ",
    "ckb": "ڕڵۆێە",
    "ps": "ټډړښڼېۍځڅ",
}
_VIETNAMESE = frozenset("ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
_SCRIPTS: Mapping[str, str] = {
    "HEBREW": "he",
    "GREEK": "el",
    "THAI": "th",
    "KHMER": "km",
    "LAO": "lo",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
}


def guess_language(text: str, *, fallback: str | None = None) -> str:
    """Return the code of the language that phrases may be written in for a text.

    One of en, nl, fr, es, pt; `fallback` (a Moodle code, None for English) where the
    text says too little, speaks another language, or two fit as well as each other.
    """
    found = written_language(text)
    return found if found in _ANSWERED else known_language(fallback)


def written_language(text: str) -> str | None:
    """Return the code of the language that a text is written in, for `lang` in HTML.

    None where the text says too little, or its letters serve several languages.
    """
    text = unicodedata.normalize("NFC", text[:_LOOKED_AT]).casefold()
    letters = [letter for letter in text if letter.isalpha()]
    scripts: dict[str, int] = {}
    for letter in letters:
        script = unicodedata.name(letter, "?").partition(" ")[0]
        scripts[script] = scripts.get(script, 0) + 1
    if scripts.keys() & {"HIRAGANA", "KATAKANA"}:
        return "ja"
    main = max(scripts, key=lambda script: scripts[script], default="")
    if main == "ARABIC":
        return _of_arabic_script(letters)
    if main == "LATIN":
        return _of_latin_script(text, letters)
    return "zh" if main == "CJK" else _SCRIPTS.get(main)


def _of_arabic_script(letters: list[str]) -> str:
    counts = {
        code: sum(letter in own for letter in letters) for code, own in _LETTERS.items()
    }
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else "ar"


def _of_latin_script(text: str, letters: list[str]) -> str | None:
    if sum(letter in _VIETNAMESE for letter in letters) * 20 > len(letters):
        return "vi"
    scores = dict.fromkeys(_SMALL, 0)
    for word in re.findall(r"[^\W\d_]+", text):
        for code in scores:
            scores[code] += (word in _WORDS[code][0]) + 2 * (word in _WORDS[code][1])
    best, next_best = sorted(scores.values(), reverse=True)[:2]
    if best < _LEAST or best == next_best:
        return None
    return next(code for code, score in scores.items() if score == best)


_WORDS = {
    code: (frozenset(_SMALL[code].split()), frozenset(_TELLING[code].split()))
    for code in _SMALL
}
