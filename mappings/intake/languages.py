"""Languages by the names that people give them, as Moodle language codes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from babel import Locale, UnknownLocaleError
from babel.localedata import locale_identifiers

from mappings.intake.folding import folded_words
from mappings.phrases import LANGUAGES

_DATA = files("mappings.intake").joinpath("data/languages.toml")
_CODE = re.compile(r"[a-z]{2,3}(?:[_-][a-z]{2,8})*", re.IGNORECASE)
_BETWEEN = re.compile(
    r"[,;/|()\[\]\n&+]|\s[-–—]\s|\s(?:and|et|en|y|e|ou|or|of|o)\s", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageFound:
    """What a language's name means.

    `code` is a Moodle language code, None where nothing is known by that name, or what
    is known is not installed; `missing` is then what was meant and is not installed.
    """

    code: str | None = None
    missing: str | None = None


def language_named(text: str, installed: Collection[str] | None) -> LanguageFound:
    """Return which language a text names.

    Where it names several, the first that is installed counts. `installed` are Moodle
    codes, None when they are not known. Where the very language is not installed, a
    form of it is taken that is (`pt` for `pt_br`, and the other way round).
    """
    meant = list(_meant(text))
    for code in meant:
        if (found := _installed(code, installed)) is not None:
            return LanguageFound(code=found)
    return LanguageFound(missing=meant[0] if meant else None)


def _meant(text: str) -> Iterator[str]:
    whole = _code_of(text)
    if whole is not None:
        yield whole
        return
    for part in _BETWEEN.split(text):
        if (code := _code_of(part)) is not None:
            yield code


def _code_of(text: str) -> str | None:
    name = folded_words(text)
    if not name:
        return None
    plain = text.strip().lower().replace("-", "_")
    names = _names()
    if found := names.get(name):
        return found
    if _CODE.fullmatch(plain) and plain.partition("_")[0] in _codes():
        return plain if plain in _REGIONS else plain.partition("_")[0]
    return _own_names().get(name)


_REGIONS = frozenset({"pt_br", "zh_cn", "zh_tw", "en_us", "es_mx", "fr_ca"})
"""The forms of a language that are language packs of their own in Moodle."""


def _installed(code: str, installed: Collection[str] | None) -> str | None:
    if installed is None or code in installed:
        return code
    base = code.partition("_")[0]
    if base in installed:
        return base
    near = sorted(one for one in installed if one.partition("_")[0] == base)
    return near[0] if near else None


@cache
def _codes() -> frozenset[str]:
    return frozenset(Locale.parse("en").languages)


@cache
def _names() -> Mapping[str, str]:
    """Return the codes by folded name, in the languages of the bridge and as aliases."""
    data = tomllib.loads(_DATA.read_text("utf-8"))
    names: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).languages.items():
            if "_" not in code:
                names.setdefault(folded_words(str(name)), code)
    for code, aliases in data["aliases"].items():
        names |= {folded_words(alias): code for alias in aliases}
    return names


@cache
def _own_names() -> Mapping[str, str]:
    """Return the codes by the name of each language in itself; slow."""
    names: dict[str, str] = {}
    for code in sorted(locale_identifiers()):
        if "_" in code:
            continue
        try:
            name = Locale.parse(code).languages.get(code)
        except (UnknownLocaleError, ValueError):
            continue
        if name:
            names.setdefault(folded_words(str(name)), code)
    return names
