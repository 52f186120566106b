"""Who is meant by the words of a calendar: people, and in which role."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from moodle_bridge.model.rota import DutyRole, Facilitator

_BETWEEN = re.compile(r"\s*(?:[,;+&/|]|\b(?:and|et|en|y|e|und)\b)\s*", re.IGNORECASE)
_ROLES = {
    DutyRole.BACKUP: (
        "backup", "back-up", "reserve", "second", "secondary", "reserva", "remplacant",
        "achterwacht", "suplente", "substituto", "2nd",
    ),
    DutyRole.SHADOW: (
        "shadow", "learning", "observer", "meekijker", "observateur", "observador",
        "sombra",
    ),
    DutyRole.PRIMARY: (
        "primary", "first", "lead", "titular", "titulaire", "principal", "1st",
    ),
}  # fmt: skip
_OF_WORD = {word: role for role, words in _ROLES.items() for word in words}
_WORD = re.compile(r"[\w-]+")
# Not the one in 18:00.
_COLON = re.compile(r"(?<!\d):|:(?!\d)")
_BRACKETED = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_BRACKETS = re.compile(r"[()\[\]{}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Whom a text names: keys of people with their roles, and what nobody is called."""

    people: tuple[tuple[str, DutyRole], ...]
    unknown: tuple[str, ...]


def named_in(text: str, people: Sequence[Facilitator], role: DutyRole) -> Named:
    """Return whom a text names; `role` is theirs where the text says none.

    Several stand beside each other with a comma, `+`, `&`, `/` or "and". What stands
    before a colon (`Watch: Ana`) may be anything. Accents and capitals do not matter.
    """
    known = {
        _folded(name): person.key
        for person in people
        for name in (person.key, person.name, *person.names)
    }
    before, *after = _COLON.split(text, maxsplit=1)
    whole = "".join(after).strip() or text
    spoken = _role_in(before)[0] if after else None
    found: list[tuple[str, DutyRole]] = []
    unknown: list[str] = []
    # A name may hold what stands between names ("Ana and Co").
    pieces = [whole] if _folded(whole) in known else _BETWEEN.split(whole)
    for piece in pieces:
        # Somebody may be called as a role is ("Lead").
        named = _folded(piece) in known
        said, rest = (None, piece) if named else _role_in(piece)
        key = known.get(_folded(rest)) or _within(rest, known)
        if key is not None:
            found.append((key, said or spoken or role))
        elif rest.strip():
            unknown.append(" ".join(rest.split()))
    return Named(people=tuple(dict.fromkeys(found)), unknown=tuple(unknown))


def role_named(text: str) -> DutyRole | None:
    """Return the role that a word names, None when it names none."""
    return _OF_WORD.get(_folded(text))


def _role_in(text: str) -> tuple[DutyRole | None, str]:
    """Return the role that a text says, and the text without that word."""
    for part in _BRACKETED.finditer(text):
        role = _OF_WORD.get(_folded(part[1]))
        if role is not None:
            return role, f"{text[: part.start()]} {text[part.end() :]}".strip(" -:")
    plain = _BRACKETS.sub(" ", text)
    for word in _WORD.finditer(plain):
        role = _OF_WORD.get(_folded(word.group()))
        if role is not None:
            return role, f"{plain[: word.start()]} {plain[word.end() :]}".strip(" -:")
    return None, text.strip()


def _within(text: str, known: dict[str, str]) -> str | None:
    """Return who stands in a longer text by whole words, when it is one person."""
    words = f" {' '.join(_WORD.findall(_folded(text)))} "
    keys = {
        key
        for name, key in known.items()
        if name and f" {' '.join(_WORD.findall(name))} " in words
    }
    return keys.pop() if len(keys) == 1 else None


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFD", " ".join(text.split()).casefold())
    return "".join(one for one in parts if not unicodedata.combining(one))
