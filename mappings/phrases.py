"""What the bridge itself writes to people, in the reader's language.

The words stand in `locale/LANGUAGE/SUBJECT.po`: gettext catalogues, one file a subject,
with a key as msgid. English is a language like the others, and has every key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from gettext import c2py
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from mappings.direction import isolated

Phrases = Mapping[str, str | tuple[str, ...]]
"""Phrases by key; the forms of one that counts something as a tuple."""

_LOCALE = Path(__file__).with_name("locale")

DEFAULT_LANGUAGE = "en"
LANGUAGES = (
    DEFAULT_LANGUAGE,
    *sorted(
        folder.name
        for folder in _LOCALE.iterdir()
        if folder.is_dir() and folder.name not in {DEFAULT_LANGUAGE, "__pycache__"}
    ),
)
"""The languages that have a catalogue, English first: the folders in `locale`."""


def known_language(language: str | None) -> str:
    """Return the language that phrases are written in for this code.

    Takes Moodle codes and mail tags (`fr_ca`, `es_mx_kids`, `pt-BR`), and finds the
    nearest: the whole code, then without what sets it apart. English when there is no
    catalogue for it, and for None.
    """
    code = (language or "").strip().lower().replace("-", "_")
    while code:
        if code in LANGUAGES:
            return code
        code = code.rpartition("_")[0]
    return DEFAULT_LANGUAGE


def phrase(language: str | None, key: str, **values: object) -> str:
    """Return a phrase in a language, with the values put in.

    Where the phrase has plural forms, the value `number` chooses among them. Values
    stand as they are, but for the marks that a value from right to left gets
    (`direction.isolated`): whoever has them from outside cleans them first. Raises
    KeyError for a key that English does not have.
    """
    known = known_language(language)
    pattern = _catalogue(known).get(key)
    if pattern is None:
        known = DEFAULT_LANGUAGE
        pattern = _catalogue(known)[key]
    if isinstance(pattern, tuple):
        pattern = pattern[_plural(known)(abs(int(str(values["number"]))))]
    if not values:
        return pattern
    shown = {
        name: isolated(value, among=pattern) if isinstance(value, str) else value
        for name, value in values.items()
    }
    return pattern.format(**shown)


def file_size(language: str | None, size: int) -> str:
    """Return a size in bytes as people read it: `120 KB`, `3.4 MB`."""
    kilobytes = max(1, round(size / 1000))
    if kilobytes < 1000:  # noqa: PLR2004 (a thousand is a thousand)
        return phrase(language, "kilobytes", number=kilobytes)
    number = format_decimal(size / 1_000_000, format="0.0", locale=written_as(language))
    return phrase(language, "megabytes", number=number)


def written_as(language: str | None) -> Locale:
    """Return by whose custom numbers, dates and times stand among our phrases.

    English stands for the world's but where it is that of the United States (`en_us`).
    """
    known = known_language(language)
    if known == DEFAULT_LANGUAGE:
        american = (language or "").lower().replace("-", "_").startswith("en_us")
        return Locale("en", "US" if american else "GB")
    try:
        return Locale.parse(known)
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def catalogue_subjects(language: str) -> Mapping[str, Phrases]:
    """Return what stands in each catalogue file of a language, by subject and key."""
    return _read(language)[0]


@cache
def _read(language: str) -> tuple[Mapping[str, Phrases], str]:
    subjects: dict[str, Phrases] = {}
    counts_by = "n != 1"
    for file in sorted(_LOCALE.joinpath(language).glob("*.po")):
        catalogue = read_po(BytesIO(file.read_bytes()), abort_invalid=True)
        counts_by = catalogue.plural_expr
        found: dict[str, str | tuple[str, ...]] = {}
        for message in catalogue:
            key, text = message.id, message.string
            # An empty phrase is not translated yet, a fuzzy one not looked at yet.
            if not key or not text or not all(text) or message.fuzzy:
                continue
            found[key if isinstance(key, str) else key[0]] = (
                text if isinstance(text, str) else tuple(text)
            )
        subjects[file.stem] = found
    return subjects, counts_by


@cache
def _catalogue(language: str) -> Phrases:
    return {
        key: text
        for subject in catalogue_subjects(language).values()
        for key, text in subject.items()
    }


@cache
def _plural(language: str) -> Callable[[int], int]:
    return c2py(_read(language)[1])
