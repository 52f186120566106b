"""What the bridge itself writes to people, in the reader's language.

The words stand in `locale/LANGUAGE/SUBJECT.po`: gettext catalogues, one file a subject,
with a key as msgid. English is a language like the others, and has every key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from gettext import c2py
from importlib.resources import files
from io import BytesIO

from babel.messages.pofile import read_po
from babel.numbers import format_decimal

DEFAULT_LANGUAGE = "en"
LANGUAGES = ("en", "nl", "fr", "es", "pt")
"""The languages that have a catalogue."""


def known_language(language: str | None) -> str:
    """Return the language that phrases are written in for this code.

    Takes Moodle codes and mail tags (`fr_ca`, `pt-BR`); English when there is no
    catalogue for it, and for None.
    """
    plain = (language or "").strip().lower().replace("-", "_").partition("_")[0]
    return plain if plain in LANGUAGES else DEFAULT_LANGUAGE


def phrase(language: str | None, key: str, **values: object) -> str:
    """Return a phrase in a language, with the values put in.

    Where the phrase has plural forms, the value `number` chooses among them. Values
    stand as they are: whoever has them from outside cleans them first. Raises KeyError
    for a key that English does not have.
    """
    known = known_language(language)
    catalogue = _catalogue(known)
    pattern = catalogue.get(key)
    if pattern is None:
        known = DEFAULT_LANGUAGE
        pattern = _catalogue(known)[key]
    if isinstance(pattern, tuple):
        pattern = pattern[_plural(known)(abs(int(str(values["number"]))))]
    return pattern.format(**values) if values else pattern


def file_size(language: str | None, size: int) -> str:
    """Return a size in bytes as people read it: `120 KB`, `3.4 MB`."""
    kilobytes = max(1, round(size / 1000))
    if kilobytes < 1000:  # noqa: PLR2004 (a thousand is a thousand)
        return phrase(language, "kilobytes", number=kilobytes)
    number = format_decimal(
        size / 1_000_000, format="0.0", locale=known_language(language)
    )
    return phrase(language, "megabytes", number=number)


@cache
def catalogue_subjects(
    language: str,
) -> Mapping[str, Mapping[str, str | tuple[str, ...]]]:
    """Return what stands in each catalogue file of a language, by subject and key."""
    found: dict[str, Mapping[str, str | tuple[str, ...]]] = {}
    for file in files("mappings").joinpath("locale", language).iterdir():
        if not file.name.endswith(".po"):
            continue
        read = read_po(BytesIO(file.read_bytes()), locale=language, abort_invalid=True)
        found[file.name.removesuffix(".po")] = {
            _key(message.id): message.string
            if isinstance(message.string, str)
            else tuple(message.string)
            for message in read
            if message.id and message.string
        }
    return found


@cache
def _catalogue(language: str) -> Mapping[str, str | tuple[str, ...]]:
    return {
        key: text
        for subject in catalogue_subjects(language).values()
        for key, text in subject.items()
    }


@cache
def _plural(language: str) -> Callable[[int], int]:
    # French and Portuguese count nothing as one thing, the others as many.
    return c2py("n > 1" if language in {"fr", "pt"} else "n != 1")


def _key(msgid: object) -> str:
    return str(msgid[0] if isinstance(msgid, tuple | list) else msgid)
