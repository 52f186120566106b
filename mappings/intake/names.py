"""Names of people, kept as they were written: every script, every case."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from mappings.intake.fields import NameOrder, OneWord
from mappings.intake.folding import folded_words
from mappings.intake.problems import Code, Flaw
from mappings.one_line import one_line

LONGEST = 100
"""What Moodle keeps of a first name and of a last name."""

_MARKS = re.compile("[\u061c\u200e\u200f]")
_NOT_A_NAME = re.compile(r"[@<>{}\\|=]|https?:|www\.|\d.*\d")
_SPOILT = re.compile(r"#(?:REF|NAME|VALUE|N/A|DIV/0|NUM|NULL)[!?]?", re.IGNORECASE)
# What a sheet makes of `true` and `false`.
_TRUTHS = frozenset({"TRUE", "FALSE"})
_NOTHING = frozenset(
    {
        "", "na", "n a", "nil", "none", "no", "nvt", "n v t", "geen", "aucun", "neant",
        "sans", "ninguno", "ninguna", "nenhum", "sem", "s n", "x", "xx", "xxx", "null",
    }
)  # fmt: skip
# These are names too, last names of Korea among them, and are kept when written so.
_NAMES_TOO = frozenset({"Na", "Nil", "No", "Sem"})
_TAKEN_ALL_THE_SAME = frozenset({Code.NAME_CLEANED, Code.NAME_UNSURE})
_PARTICLES = frozenset(
    {
        "abu", "af", "al", "ap", "bin", "bint", "d", "da", "das", "de", "degli", "del",
        "dela", "della", "den", "der", "des", "di", "do", "dos", "du", "e", "el", "ibn",
        "la", "las", "le", "lo", "los", "op", "san", "st", "t", "te", "ten", "ter", "van",
        "vande", "vander", "von", "y", "zu",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesFound:
    """A first and a last name; what was wrong with them.

    Both are empty where there is an error among the flaws.
    """

    first_name: str = ""
    last_name: str = ""
    flaws: tuple[Flaw, ...] = ()


def cleaned(text: str) -> str:
    """Return a name in NFC on one line, without controls and marks of direction.

    Joiners stay: Persian and Indian names are spelt with them.
    """
    return one_line(_MARKS.sub("", unicodedata.normalize("NFC", text)))


def names_in_two(first: str, last: str, policy: OneWord) -> NamesFound:
    """Return the names where the form asks for both; one may be empty."""
    flaws = _flaws_of(first, last)
    first, last = cleaned(first), cleaned(last)
    if _is_nothing(last) and last not in _NAMES_TOO:
        return _one_word(first, policy, flaws)
    if _is_nothing(first) and first not in _NAMES_TOO:
        return _one_word(last, policy, flaws)
    return _found(first, last, [*flaws, *_unsure(last)])


def names_in_one(whole: str, order: NameOrder, policy: OneWord) -> NamesFound:
    """Return the names where the form asks for the name in one question.

    What stands before a comma is the last name. Else the last word is, or the first
    where that is the custom, together with what belongs to it (`da`, `van der`).
    """
    flaws = _flaws_of(whole)
    name = cleaned(whole)
    before, comma, after = name.partition(",")
    if comma and not _is_nothing(before) and not _is_nothing(after):
        return _found(after.strip(), before.strip(), flaws)
    words = name.replace(",", " ").split()
    said = [word for word in words[1:] if word in _NAMES_TOO or not _is_nothing(word)]
    if not said:
        return _one_word(words[0] if words else "", policy, flaws)
    at = _cut_last_first(words) if order == "last-first" else _cut_first_last(words)
    one, other = " ".join(words[:at]), " ".join(words[at:])
    flaws += _unsure(words[-1])
    return (
        _found(other, one, flaws)
        if order == "last-first"
        else _found(one, other, flaws)
    )


def _cut_first_last(words: list[str]) -> int:
    at = len(words) - 1
    while at > 1 and folded_words(words[at - 1]) in _PARTICLES:
        at -= 1
    return at


def _cut_last_first(words: list[str]) -> int:
    at = 1
    while at < len(words) - 1 and folded_words(words[at - 1]) in _PARTICLES:
        at += 1
    return at


def _one_word(name: str, policy: OneWord, flaws: list[Flaw]) -> NamesFound:
    if not _is_nothing(name) and policy == "refuse":
        flaws.append(Flaw(code=Code.NAME_ONE_WORD))
    return _found(name, "-" if policy == "dash" else name, flaws)


def _found(first: str, last: str, flaws: list[Flaw]) -> NamesFound:
    if any(flaw.code not in _TAKEN_ALL_THE_SAME for flaw in flaws):
        return NamesFound(flaws=tuple(flaws))
    if not first:
        return NamesFound(flaws=(Flaw(code=Code.MISSING),))
    if not any(letter.isalpha() for letter in first):
        return NamesFound(flaws=(Flaw(code=Code.NAME_UNREADABLE),))
    if max(len(first), len(last)) > LONGEST:
        return NamesFound(
            flaws=(Flaw(code=Code.TOO_LONG, values={"limit": str(LONGEST)}),)
        )
    return NamesFound(first_name=first, last_name=last, flaws=tuple(flaws))


def _unsure(last: str) -> list[Flaw]:
    if last not in _NAMES_TOO:
        return []
    return [Flaw(code=Code.NAME_UNSURE, values={"name": last})]


def _flaws_of(*names: str) -> list[Flaw]:
    flaws = []
    if any(_SPOILT.search(name) or name.strip() in _TRUTHS for name in names):
        flaws.append(Flaw(code=Code.SPOILT))
    elif any(map(_is_garbled, names)):
        flaws.append(Flaw(code=Code.NAME_GARBLED))
    elif any(_NOT_A_NAME.search(name) for name in names):
        flaws.append(Flaw(code=Code.NAME_UNREADABLE))
    if any(_had_more(name) for name in names):
        flaws.append(Flaw(code=Code.NAME_CLEANED))
    return flaws


def _is_garbled(name: str) -> bool:
    """Say whether letters were lost, or read in another encoding than written."""
    if "\ufffd" in name or "?" in name:
        return True
    if name.isascii():
        return False
    try:
        name.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return False
    return True


def _had_more(name: str) -> bool:
    # White space of every kind is nobody's fault and is put right without a word.
    spaced = " ".join(unicodedata.normalize("NFC", name).split())
    return cleaned(name) != spaced


def _is_nothing(name: str) -> bool:
    return folded_words(name) in _NOTHING
