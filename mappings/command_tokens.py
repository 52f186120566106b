"""Breaks a line of a mail into the words and numbers of commands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from mappings.command_words import Word, folded_words, vocabulary

_LONGEST_PHRASE = 4
_NUMBER = re.compile(
    r"#?\s?(?P<number>"
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"|[0-9]{1,2}([/.-])[0-9]{1,2}\2[0-9]{2,4}"
    r"|[0-9]+[/.:,-][0-9]+"
    r"|[0-9]{1,2}\s?[hu]\s?[0-9]{2}(?![0-9])"
    r"|[0-9]+(?![/.:,-]?[0-9]))"
    # 1st, 3rd, 1er, 2de, 3o; not the h of 18h nor the k of 20k.
    r"(?:st|nd|rd|th|er|re|eme|ste|de|e|o|a)?(?![^\W_])"
    r"|#?\s?(?P<glued>[0-9]+(?:[.,:][0-9]+)?)(?=[^\W\d_])"
)
# Telephones make other dashes of `417-1`, and in Spanish it is `6 p. m.`.
_DASH = re.compile(r"(?<=[0-9])[‐‑‒–—−](?=[0-9])")
_HALF = re.compile(r"(?i)(?<![^\W\d_])([ap])\.?\s?m\.?(?![^\W_])")
_WORD = re.compile(r"[^\W\d_]+")
# Marks that people put around and between; what else stands there is not understood.
_MARKS = frozenset(
    "*_~\"“”„«»‹›()[]<>{}.,;:!?¡¿…|/\\+=#-–—−•·◦‣▪►→✓'’‘`´\u00a0\u200b\ufeff"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A phrase with what it can mean, or a number as it is written (no meaning)."""

    text: str
    meanings: frozenset[Word] = frozenset()

    @property
    def is_number(self) -> bool:
        """Whether it is a number, a time, a date or a reference."""
        return self.text[:1].isdigit()

    @property
    def is_known(self) -> bool:
        """Whether it can stand in a command."""
        return self.is_number or bool(self.meanings)


def tokens_of(line: str) -> tuple[Token, ...]:
    """Return what stands in a line; the longest known phrase first.

    A word that no language has is a token without meaning. Marks and pictures are
    forgiven; anything else (an `@`, say) is such a token, too.
    """
    pieces = list(_pieces(_plain(line)))
    tokens: list[Token] = []
    known = vocabulary()
    place = 0
    while place < len(pieces):
        if pieces[place][:1].isdigit():
            tokens.append(Token(text=pieces[place]))
            place += 1
            continue
        for length in range(min(_LONGEST_PHRASE, len(pieces) - place), 0, -1):
            phrase = tuple(pieces[place : place + length])
            meanings = known.get(phrase)
            if meanings or length == 1:
                tokens.append(
                    Token(text=" ".join(phrase), meanings=meanings or frozenset())
                )
                place += length
                break
    return tuple(tokens)


def _plain(line: str) -> str:
    """Fold, but keep the strokes inside numbers; `a.m.` and `s.v.p.` lose their dots."""
    line = _DASH.sub("-", _HALF.sub(r"\1m", line))
    joined = re.sub(r"\b(?:[^\W\d_]\.){2,}", lambda one: one[0].replace(".", ""), line)
    words = re.split(r"([0-9][0-9/.:,-]*[0-9])", joined)
    return "".join(
        one if place % 2 else folded_words(one) for place, one in enumerate(words)
    )


def _pieces(line: str) -> Iterator[str]:
    place = 0
    while place < len(line):
        letter = line[place]
        number = _NUMBER.match(line, place)
        if number and (place == 0 or not line[place - 1].isalnum()):
            yield (number["number"] or number["glued"]).replace(" ", "")
            place = number.end()
            continue
        word = _WORD.match(line, place)
        if word:
            yield word[0]
            place = word.end()
            continue
        if not _is_forgiven(letter):
            yield letter
        place += 1


def _is_forgiven(letter: str) -> bool:
    return (
        letter.isspace()
        or letter in _MARKS
        or unicodedata.category(letter) in {"So", "Sk", "Cf", "Mn"}
    )
