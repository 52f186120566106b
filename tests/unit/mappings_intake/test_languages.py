from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.intake.languages import language_named


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("English", "en"),
        ("anglais", "en"),
        ("FRANÇAIS", "fr"),
        ("Francais", "fr"),
        ("Frans", "fr"),
        ("fr", "fr"),
        ("fr-FR", "fr"),
        ("Português", "pt"),
        ("Portugués", "pt"),
        ("Portuguese (Brazil)", "pt"),
        ("Português do Brasil", "pt_br"),
        ("pt-BR", "pt_br"),
        ("Castellano", "es"),
        ("español", "es"),
        ("Vlaams", "nl"),
        ("Tiếng Việt", "vi"),
        ("العربية", "ar"),
        ("русский", "ru"),
        ("中文", "zh_cn"),
        ("Kiswahili", "sw"),
        ("French, English", "fr"),
        ("Português / English", "pt"),
        ("Inglés y español", "en"),
    ],
)
def test_a_language_is_known_by_what_people_write(text: str, code: str) -> None:
    assert language_named(text, None).code == code


@pytest.mark.parametrize("text", ["", "-", "both", "any", "Klingonish", "42"])
def test_what_is_no_language_gives_none(text: str) -> None:
    found = language_named(text, None)

    assert (found.code, found.missing) == (None, None)


@pytest.mark.parametrize(
    ("text", "installed", "code", "missing"),
    [
        ("Português", {"en", "pt_br"}, "pt_br", None),
        ("pt_br", {"en", "pt"}, "pt", None),
        ("Kiswahili, English", {"en", "fr"}, "en", None),
        ("Kiswahili", {"en", "fr"}, None, "sw"),
    ],
)
def test_only_what_is_installed_is_taken(
    text: str, installed: set[str], code: str | None, missing: str | None
) -> None:
    found = language_named(text, installed)

    assert (found.code, found.missing) == (code, missing)


@settings(deadline=None)
@given(st.text(), st.sets(st.sampled_from(["en", "fr", "pt_br", "zh_tw"])))
def test_nothing_is_found_that_is_not_installed(text: str, installed: set[str]) -> None:
    code = language_named(text, installed).code

    assert code is None or code in installed
