"""Countries by the names that people give them.

The names are those of CLDR in the languages of the bridge and in the country's own,
with what people really write beside them (`data/countries.toml`). Nothing is guessed: a
name that could mean two countries gives both.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_official_languages

from mappings.intake.folding import folded_words
from mappings.phrases import LANGUAGES, known_language

_DATA = files("mappings.intake").joinpath("data/countries.toml")
_LETTERS = 26
_FLAG_A = 0x1F1E6
_BETWEEN = re.compile(
    r"[,;/|()\[\]\n&+]|\s[-–—]\s|\s(?:and|et|en|y|e|ou|or|of|o)\s", re.IGNORECASE
)
_ALPHA_2, _ALPHA_3 = 2, 3
_NEAR = 3
_SMALL_WORDS = frozenset({"and", "et", "en", "y", "e", "the"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryFound:
    """What a country's name means.

    `code` is ISO 3166 alpha-2, None where the name means none or several. Then
    `candidates` are the codes that it may mean: all of them where `ambiguous`, else
    those whose names are near.
    """

    code: str | None = None
    candidates: tuple[str, ...] = ()
    ambiguous: bool = False


@lru_cache(maxsize=4096)
def country_named(text: str) -> CountryFound:
    """Return which country a text names: a name, a code, a flag, a name in two scripts.

    Where the text holds several names of one country, or a town beside it, that country
    is meant (`Mali (Bamako)`); where it names two, nothing is.
    """
    if code := _by_flag(text):
        return CountryFound(code=code)
    found = _by_name(_key(text))
    if len(found) == 1:
        return CountryFound(code=found[0])
    if found:
        return CountryFound(candidates=found, ambiguous=True)
    parts = [_by_name(_key(part)) for part in _BETWEEN.split(text)]
    codes = tuple(dict.fromkeys(chain.from_iterable(parts)))
    if len(codes) == 1:
        return CountryFound(code=codes[0])
    if codes:
        return CountryFound(candidates=codes, ambiguous=True)
    return CountryFound(candidates=_near(_key(text)))


def country_name(code: str, language: str | None) -> str:
    """Return the name of a country in a language of the bridge; the code if unknown."""
    known = known_language(language)
    return str(Locale.parse(known).territories.get(code, code))


@cache
def country_codes() -> frozenset[str]:
    """Return the ISO 3166 alpha-2 codes."""
    return frozenset(_plain_names())


def _by_flag(text: str) -> str | None:
    letters = [
        chr(ord("A") + ord(one) - _FLAG_A)
        for one in text
        if _FLAG_A <= ord(one) < _FLAG_A + _LETTERS
    ]
    code = "".join(letters)
    return code if code in country_codes() else None


def _by_name(name: str) -> tuple[str, ...]:
    """Return the codes of a folded name; several where it is ambiguous."""
    if not name:
        return ()
    if found := _names().get(name):
        return found
    # CLDR has the three letters of each country as an alias of the two.
    if name.isascii() and len(name) in {_ALPHA_2, _ALPHA_3}:
        code = name.upper()
        alias = get_global("territory_aliases").get(code, ())
        codes = [one for one in (code, *alias) if one in country_codes()]
        return tuple(codes[:1])
    return _own_names().get(name, ())


def _near(name: str) -> tuple[str, ...]:
    near = difflib.get_close_matches(name, _names(), n=_NEAR * 2, cutoff=0.8)
    codes = chain.from_iterable(_names()[one] for one in near)
    return tuple(dict.fromkeys(codes))[:_NEAR]


def _key(name: str) -> str:
    """Return the folded name, without the small words that lists leave out."""
    words = folded_words(name).split()
    # "St. Kitts & Nevis" and "Saint Kitts and Nevis" are one.
    saints = ("saint" if word == "st" else word for word in words)
    return " ".join(word for word in saints if word not in _SMALL_WORDS)


@cache
def _names() -> Mapping[str, tuple[str, ...]]:
    """Return the codes by folded name, in the languages of the bridge and as aliases."""
    data = tomllib.loads(_DATA.read_text("utf-8"))
    ambiguous = {
        _key(name): tuple(codes.split("_"))
        for codes, names in data["ambiguous"].items()
        for name in names
    }
    aliases = [
        (_key(name), code) for code, names in data["aliases"].items() for name in names
    ]
    # An alias is set with care, and goes before what CLDR says.
    plain = ((_key(name), code) for code, name in _plain_names().items())
    named = _gathered(chain(_in_languages(LANGUAGES), plain))
    return {**named, **_gathered(aliases), **ambiguous}


@cache
def _own_names() -> Mapping[str, tuple[str, ...]]:
    """Return the codes by folded name in the languages of each country; slow."""
    return _gathered(
        (_key(name), code)
        for code in sorted(country_codes())
        for language in get_official_languages(code, regional=True, de_facto=True)
        if (name := _name_in(language, code))
    )


@cache
def _plain_names() -> Mapping[str, str]:
    """Return the names that the time zone database has, by code."""
    table = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line[:1] != "#")
    return {row[0]: row[1] for row in rows}


def _in_languages(languages: Iterable[str]) -> Iterator[tuple[str, str]]:
    for language in languages:
        territories = Locale.parse(language).territories
        for code in sorted(country_codes()):
            if name := territories.get(code):
                yield _key(name), code


def _name_in(language: str, code: str) -> str | None:
    try:
        name = Locale.parse(language).territories.get(code)
    except (UnknownLocaleError, ValueError):
        return None
    return None if name is None else str(name)


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, code in pairs:
        if code not in found.get(name, ()):
            found[name] = (*found.get(name, ()), code)
    return found
