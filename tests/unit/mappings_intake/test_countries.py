from __future__ import annotations

import pytest
from babel import Locale
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.intake.countries import country_codes, country_name, country_named
from mappings.phrases import LANGUAGES

WRITTEN = {
    "CI": [
        "Ivory Coast",
        "Côte d’Ivoire",
        "COTE D'IVOIRE",
        "Ivoorkust",
        "Costa do Marfim",
    ],
    "CD": [
        "RDC",
        "DRC",
        "D.R.C.",
        "Congo-Kinshasa",
        "Congo (Kinshasa)",
        "DR Congo",
        "Congo, Democratic Republic of the",
        "République démocratique du Congo",
        "Zaïre",
    ],
    "CG": ["Congo-Brazzaville", "Congo (Brazzaville)", "République du Congo"],
    "KR": ["South Korea", "Republic of Korea", "Corée du Sud", "대한민국"],
    "KP": ["DPRK", "Noord-Korea"],
    "GB": ["UK", "United Kingdom", "England", "Scotland", "Royaume-Uni"],
    "NL": ["Holland", "the Netherlands", "Pays-Bas", "nederland"],
    "VN": ["Viet Nam", "Việt Nam", "Vietnam", "VIETNAM"],
    "SZ": ["Swaziland", "Eswatini", "Suazilândia"],
    "CV": ["Cape Verde", "Cabo Verde", "Cap-Vert"],
    "MM": ["Burma", "Myanmar", "Birmanie"],
    "TR": ["Turkey", "Türkiye", "turquie"],
    "GN": ["Guinea", "Guinée", "Guinée Conakry", "Guiné-Conacri"],
    "GW": ["Guinea-Bissau", "Guinée-Bissau", "Guiné Bissau", "Guinea - Bissau"],
    "GQ": ["Equatorial Guinea", "Guinée équatoriale", "Guinea Ecuatorial"],
    "PG": ["Papua New Guinea", "PNG", "Papouasie-Nouvelle-Guinée"],
    "NE": ["Niger", "Níger"],
    "NG": ["Nigeria", "Nigéria", "Naija"],
    "MZ": ["Moçambique", "Mozambique", "MOZ", "mz", "🇲🇿", "Mozambique 🇲🇿"],
    "ML": ["Mali (Bamako)", "Bamako, Mali", "Mali / Mali"],
    "EG": ["مصر", "Egypte"],
    "RU": ["Россия", "Russian Federation"],
    "CN": ["中国", "PRC"],
    "IN": ["India", "भारत"],
    "US": ["USA", "U.S.A.", "EE. UU.", "États-Unis d'Amérique"],
    "ST": ["São Tomé e Príncipe", "Sao Tome"],
    "DE": ["Deutschland", "DEU"],
    "KN": ["Saint Kitts and Nevis", "St. Kitts & Nevis", "St Kitts"],
    "TT": ["Trinidad and Tobago", "Trinidad & Tobago", "Trinité-et-Tobago"],
    "BA": ["Bosnia and Herzegovina", "Bosnië en Herzegovina"],
    "AG": ["Antigua and Barbuda"],
    "HK": ["Hong Kong"],
    "DM": ["Dominica"],
    "DO": ["Dominican Republic"],
    "SD": ["Sudan", "Soudan"],
    "SS": ["South Sudan", "Soudan du Sud"],
}


@pytest.mark.parametrize(
    ("text", "code"),
    [(text, code) for code, texts in WRITTEN.items() for text in texts],
)
def test_a_country_is_known_by_what_people_write(text: str, code: str) -> None:
    assert country_named(text).code == code


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("Congo", {"CG", "CD"}),
        ("congo ", {"CG", "CD"}),
        ("Korea", {"KR", "KP"}),
        ("Corée", {"KR", "KP"}),
        ("Kenya / Uganda", {"KE", "UG"}),
        ("Mali et Niger", {"ML", "NE"}),
        ("Virgin Islands", {"VG", "VI"}),
    ],
)
def test_what_may_be_two_countries_is_not_guessed(
    text: str, candidates: set[str]
) -> None:
    found = country_named(text)

    assert found.code is None
    assert found.ambiguous
    assert set(found.candidates) == candidates


@pytest.mark.parametrize(
    ("text", "near"), [("Mozambik", "MZ"), ("Ehtiopia", "ET"), ("Burkina Fasso", "BF")]
)
def test_a_mistyped_country_is_proposed_and_not_taken(text: str, near: str) -> None:
    found = country_named(text)

    assert found.code is None
    assert not found.ambiguous
    assert near in found.candidates


@pytest.mark.parametrize("text", ["", " ", "-", "n/a", "Africa", "42", "Kosovar", "ZZ"])
def test_what_is_no_country_gives_none(text: str) -> None:
    assert country_named(text).code is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_is_known_by_its_name_in_each_language(language: str) -> None:
    names = Locale.parse(language).territories

    lost = {
        names[code]: code
        for code in country_codes()
        # CLDR calls it "Congo" in Spanish, which people say of both.
        if code not in {"MF", "SX", "CG"} and country_named(names[code]).code != code
    }

    assert lost == {}


@settings(deadline=None)
@given(st.text())
def test_a_code_that_is_found_is_one_of_iso(text: str) -> None:
    found = country_named(text)

    assert {*found.candidates, *([found.code] if found.code else [])} <= country_codes()


def test_a_country_is_named_in_the_readers_language() -> None:
    assert country_name("CI", "fr") == "Côte d’Ivoire"
    assert country_name("CI", "nl") == "Ivoorkust"
    assert country_name("??", "nl") == "??"
