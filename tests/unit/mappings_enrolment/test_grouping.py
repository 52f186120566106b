"""Groups by an answer: called as in the course, and known again whatever happens."""

from __future__ import annotations

import pytest

from mappings.enrolment.grouping import GroupBy, Grouping, grouping_of, name_there
from moodle_bridge.model.applicants import Applicant


def applicant(**answers: str) -> Applicant:
    return Applicant(
        source="sm25",
        entry="1",
        first_name="Nakato",
        last_name="Grace",
        email="grace@ug.example",
        **answers,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Côte d’Ivoire"),
        ("fr", "Côte d’Ivoire"),
        ("nl", "Ivoorkust"),
        ("pt_br", "Costa do Marfim"),
        ("es_mx_kids", "Côte d’Ivoire"),
        (None, "Côte d’Ivoire"),
        ("xx", "Côte d’Ivoire"),
    ],
)
def test_a_country_is_called_as_in_the_course(
    language: str | None, expected: str
) -> None:
    found = grouping_of(applicant(country="CI"), GroupBy.COUNTRY, language=language)
    assert found == Grouping(idnumber="mb-group-country-ci", name=expected)


def test_a_language_is_called_as_in_the_course() -> None:
    person = applicant(language="pt_br")
    found = grouping_of(person, GroupBy.LANGUAGE, language="fr")
    assert found is not None
    assert found.name == "Portugais brésilien"
    assert found.idnumber == "mb-group-language-pt_br"


def test_spellings_of_one_organisation_are_one_group() -> None:
    written = ["Forum Syd – Niger", " FORUM SYD, niger", "forum syd\nNiger"]
    found = [
        grouping_of(applicant(organisation=one), GroupBy.ORGANISATION, language="en")
        for one in written
    ]
    assert len({one.idnumber for one in found if one}) == 1
    assert [one.name for one in found if one][2] == "forum syd Niger"


def test_names_of_every_script_are_groups() -> None:
    names = ["হাসি ফাউন্ডেশন", "جمعية الأمل", "Đông Nam Á", "❤"]
    found = [
        grouping_of(applicant(group=name), GroupBy.GROUP, language="en")
        for name in names
    ]
    assert [one.name for one in found if one] == names
    assert len({one.idnumber for one in found if one}) == len(names)


@pytest.mark.parametrize("by", list(GroupBy))
def test_who_did_not_answer_is_in_no_group(by: GroupBy) -> None:
    assert grouping_of(applicant(), by, language="en") is None
    blank = applicant(organisation=" \n", group="\u200b")
    assert grouping_of(blank, by, language="en") is None


def test_a_very_long_name_is_cut_to_what_moodle_keeps() -> None:
    person = applicant(organisation="Ngo " * 200)
    found = grouping_of(person, GroupBy.ORGANISATION, language="en")
    assert found is not None
    assert len(found.name) <= 254
    assert len(found.idnumber) <= 100


def test_a_group_that_was_renamed_is_known_by_its_key() -> None:
    wanted = Grouping(idnumber="mb-group-country-ug", name="Uganda")
    there = [("Group of the lakes", "mb-group-country-ug"), ("Uganda", "")]
    assert name_there(wanted, there) == "Group of the lakes"


def test_a_group_that_somebody_made_is_taken_by_its_name() -> None:
    wanted = Grouping(idnumber="mb-group-country-ug", name="Uganda")
    assert name_there(wanted, [("UGANDA ", "")]) == "UGANDA "
    assert name_there(wanted, [("Uganda", "own-key")]) == "Uganda"


def test_a_group_of_another_answer_is_never_taken_by_its_name() -> None:
    wanted = Grouping(idnumber="mb-group-country-ge", name="Georgia")
    there = [("Georgia", "mb-group-organisation-0123456789abcdef")]
    assert name_there(wanted, there) is None
    assert name_there(wanted, []) is None
