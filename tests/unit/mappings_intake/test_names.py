from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.intake.fields import NameOrder
from mappings.intake.names import cleaned, names_in_one, names_in_two
from mappings.intake.problems import Code, Severity


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [
        ("Ana Silva", "Ana", "Silva"),
        ("Ana Maria da Silva", "Ana Maria", "da Silva"),
        ("Piet van der Berg", "Piet", "van der Berg"),
        ("Silva, Ana", "Ana", "Silva"),
        ("OUÉDRAOGO, Awa Marie", "Awa Marie", "OUÉDRAOGO"),
        ("Ahmed bin Salman", "Ahmed", "bin Salman"),
        ("  Ana\u00a0 Silva\n", "Ana", "Silva"),
        ("محمد الأحمد", "محمد", "الأحمد"),
        ("Анна Иванова", "Анна", "Иванова"),
        ("አበበ በቀለ", "አበበ", "በቀለ"),
        ("Suharto", "Suharto", "Suharto"),
        ("王小明", "王小明", "王小明"),
        ("Suharto -", "Suharto", "Suharto"),
        ("de Souza", "de", "Souza"),
    ],
)
def test_a_whole_name_is_parted_before_its_last_name(
    whole: str, first: str, last: str
) -> None:
    found = names_in_one(whole, "first-last", "repeat")

    assert (found.first_name, found.last_name, found.flaws) == (first, last, ())


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [
        ("Nguyễn Thị Mai", "Thị Mai", "Nguyễn"),
        ("OUÉDRAOGO Awa", "Awa", "OUÉDRAOGO"),
        ("van der Berg Piet", "Piet", "van der Berg"),
        ("Silva, Ana", "Ana", "Silva"),
    ],
)
def test_the_last_name_may_come_first(whole: str, first: str, last: str) -> None:
    found = names_in_one(whole, "last-first", "repeat")

    assert (found.first_name, found.last_name) == (first, last)


@pytest.mark.parametrize(
    ("first", "last"),
    [("Ana", "SILVA"), ("Ngọc", "Trần"), ("N'Golo", "d’Almeida"), ("José 2", "Luís")],
)
def test_names_stay_as_they_were_written(first: str, last: str) -> None:
    found = names_in_two(first, last, "refuse")

    assert (found.first_name, found.last_name) == (first, last)


def test_accents_that_were_typed_apart_are_put_together() -> None:
    apart = unicodedata.normalize("NFD", "Nguyễn")

    assert names_in_two(apart, "Mai", "repeat").first_name == "Nguyễn"


def test_joiners_of_persian_names_stay() -> None:
    assert cleaned("علی\u200cرضا") == "علی\u200cرضا"


@pytest.mark.parametrize(
    "name",
    [
        "ana@example.org",
        "https://example.org",
        "<b>Ana</b>",
        "12345",
        "-",
        "...",
        "{x}",
    ],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    found = names_in_two(name, "Silva", "repeat")

    assert found.flaws or found.first_name == "Silva"


@settings(deadline=None)
@given(
    st.text(max_size=60),
    st.sampled_from(["first-last", "last-first"]),
    st.sampled_from(["repeat", "dash", "refuse"]),
)
def test_a_name_is_found_or_refused_and_never_half(
    text: str, order: NameOrder, policy: str
) -> None:
    found = names_in_one(text, order, policy)  # type: ignore[arg-type]

    assert bool(found.first_name) == bool(found.last_name)
    assert found.first_name or found.flaws
    for name in (found.first_name, found.last_name):
        assert name == " ".join(name.split())
        assert not set(name) & set("\u200e\u200f\u202a\u202e\u2066\u2069\r\n\0")


@pytest.mark.parametrize(
    "name",
    ["Am\u00c3\u00a9lie", "Nguy?n", "Gon\ufffdalves", "Jos\u00c3\u00a9"],
)
def test_a_name_in_broken_letters_is_nobodys(name: str) -> None:
    for found in (
        names_in_two(name, "Costa", "repeat"),
        names_in_one(f"{name} Costa", "first-last", "repeat"),
    ):
        assert [flaw.code for flaw in found.flaws] == [Code.NAME_GARBLED]
        assert (found.first_name, found.last_name) == ("", "")


@pytest.mark.parametrize("first", ["Sem", "Nil", "Na", "No"])
def test_a_first_name_that_is_a_word_for_none_elsewhere_is_a_name(first: str) -> None:
    found = names_in_two(first, "de Vries", "repeat")
    assert (found.first_name, found.last_name) == (first, "de Vries")


@pytest.mark.parametrize("first", ["NA", "n/a", "-", "nil"])
def test_a_word_for_none_before_a_name_is_none(first: str) -> None:
    found = names_in_two(first, "Suharto", "repeat")
    assert (found.first_name, found.last_name) == ("Suharto", "Suharto")


@pytest.mark.parametrize("last", ["Na", "No", "Sem", "Nil"])
def test_a_last_name_that_may_mean_none_is_kept_and_told(last: str) -> None:
    for found in (
        names_in_two("Min", last, "repeat"),
        names_in_one(f"Min {last}", "first-last", "repeat"),
    ):
        assert (found.first_name, found.last_name) == ("Min", last)
        assert [flaw.code for flaw in found.flaws] == [Code.NAME_UNSURE]
        assert not [one for one in found.flaws if one.severity is Severity.ERROR]


@pytest.mark.parametrize("last", ["NA", "no", "n/a", "None", "-", "nil", "x"])
def test_a_word_for_none_after_a_name_is_none(last: str) -> None:
    for found in (
        names_in_two("Suharto", last, "repeat"),
        names_in_one(f"Suharto {last}", "first-last", "repeat"),
    ):
        assert (found.first_name, found.last_name) == ("Suharto", "Suharto")


def test_what_a_sheet_makes_of_true_is_no_name() -> None:
    found = names_in_two("TRUE", "Li", "repeat")
    assert [flaw.code for flaw in found.flaws] == [Code.SPOILT]
