"""What the bridge itself says, in five languages."""

from __future__ import annotations

import re

import pytest

from mappings.phrases import (
    LANGUAGES,
    catalogue_subjects,
    file_size,
    known_language,
    phrase,
)


def blanks(form: str) -> list[str]:
    return sorted(re.findall(r"\{\w*\}", form))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_phrase_with_the_same_values(language: str) -> None:
    english, own = catalogue_subjects("en"), catalogue_subjects(language)
    assert own.keys() == english.keys()
    for subject, phrases in english.items():
        assert own[subject].keys() == phrases.keys(), subject
        for key, text in phrases.items():
            forms = own[subject][key]
            if isinstance(text, str):
                assert isinstance(forms, str), key
                assert blanks(forms) == blanks(text), key
                continue
            assert isinstance(forms, tuple), key
            wanted = blanks(text[-1])
            assert blanks(forms[-1]) == wanted, key
            for form in forms[:-1]:
                # `One mail` need not say 1.
                assert set(wanted) - {"{number}"} <= set(blanks(form)), key
                assert set(blanks(form)) <= set(wanted), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_can_be_written(language: str) -> None:
    for phrases in catalogue_subjects(language).values():
        for key, text in phrases.items():
            for form in [text] if isinstance(text, str) else text:
                assert form.strip(), key
                assert not re.search(r"[\u00a0\u2019\u202f\u2028\r\t]", form), key
            words = text if isinstance(text, str) else " ".join(text)
            values: dict[str, object] = {
                name.strip("{}"): "محمد" for name in blanks(words)
            }
            for number in (0, 1, 2, 7, 1_000_000):
                told = phrase(language, key, **(values | {"number": number}))
                assert "{" not in told, key
                assert "}" not in told, key


def test_no_key_stands_in_two_subjects() -> None:
    keys = [key for subject in catalogue_subjects("en").values() for key in subject]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", "fr"),
        ("fr_ca", "fr"),
        ("pt-BR", "pt"),
        ("es_mx_kids", "es"),
        (" FR_ca ", "fr"),
        ("tlh", "en"),
        ("", "en"),
        ("_", "en"),
        ("english", "en"),
        ("frp", "en"),
        (None, "en"),
    ],
)
def test_a_language_without_phrases_is_english(
    language: str | None, expected: str
) -> None:
    assert known_language(language) == expected


def test_values_stand_as_they_are() -> None:
    assert phrase("nl", "discussion", url="{x}") == "In Moodle: {x}"
    with pytest.raises(KeyError):
        phrase("en", "no such phrase")


@pytest.mark.parametrize(
    ("language", "size", "expected"),
    [
        ("en", 0, "1 KB"),
        ("en", 123_456, "123 KB"),
        ("en", 3_400_000, "3.4 MB"),
        ("fr", 3_400_000, "3,4 Mo"),
        ("en", 999_600, "1.0 MB"),
    ],
)
def test_a_size_is_told_as_people_read_it(
    language: str, size: int, expected: str
) -> None:
    assert file_size(language, size) == expected


def test_a_name_from_right_to_left_keeps_the_sentence_in_order() -> None:
    assert phrase("en", "by_mail", name="محمد") == "\u2068محمد\u2069, by mail"


def test_english_sizes_are_those_of_the_world() -> None:
    assert file_size("en_us", 3_400_000) == file_size("tlh", 3_400_000) == "3.4 MB"
