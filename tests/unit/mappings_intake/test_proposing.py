from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.intake.fields import Asked, Subject
from mappings.intake.presets import preset_names, with_preset
from mappings.intake.proposing import proposed
from moodle_bridge.model.intake import Entry, Form, Question


def form(answers: dict[str, str], keys: dict[str, str] | None = None) -> Form:
    return Form(
        name="F",
        questions=tuple(
            Question(key=(keys or {}).get(text, text), text=text) for text in answers
        ),
        entries=(
            Entry(
                key="1",
                answers={
                    (keys or {}).get(text, text): answer
                    for text, answer in answers.items()
                    if answer
                },
            ),
        ),
    )


FORMS = {
    "en": {
        "Timestamp": "2025-01-01",
        "First name": "Ana",
        "Surname": "Silva",
        "What is your e-mail address?": "ana@example.org",
        "Another e-mail address": "ana@example.net",
        "WhatsApp number": "+258841234567",
        "Which organisation do you work for?": "Rede Sul",
        "Country of residence": "Mozambique",
        "Preferred language": "Portuguese",
        "Do you agree that we keep your data?": "Yes",
        "Shoe size": "37",
    },
    "fr": {
        "Prénom": "Awa",
        "Nom de famille": "Ouédraogo",
        "Adresse e-mail": "awa@example.org",
        "Numéro de téléphone": "+22670123456",
        "Organisation": "Réseau",
        "Dans quel pays vivez-vous ?": "Burkina Faso",
        "Langue préférée": "français",
        "Fuseau horaire": "GMT",
        "J'accepte que mes données soient conservées": "Oui",
    },
    "nl": {
        "Voornaam": "Piet",
        "Achternaam": "van der Berg",
        "E-mailadres": "piet@example.org",
        "Telefoonnummer": "0612345678",
        "Land": "Nederland",
        "Taal": "Nederlands",
    },
    "es": {
        "Nombre completo": "Luis Gómez",
        "Correo electrónico": "luis@example.org",
        "Teléfono": "+51987654321",
        "País": "Perú",
        "Idioma": "Español",
    },
    "pt": {
        "Nome completo": "Rui Gomes",
        "Endereço de e-mail": "rui@example.org",
        "País": "Angola",
        "Grupo": "2",
    },
}


FIELDS = {
    "en": "first_name last_name email second_email phone organisation country language"
    " consent",
    "fr": "first_name last_name email phone organisation country language timezone"
    " consent",
    "nl": "first_name last_name email phone country language",
    "es": "name email phone country language",
    "pt": "name email country group",
}


@pytest.mark.parametrize(("language", "expected"), FIELDS.items())
def test_a_form_in_each_language_gets_its_fields_proposed(
    language: str, expected: str
) -> None:
    found = proposed(form(FORMS[language]))

    assert [one.subject.value for one in found] == expected.split()
    texts = list(FORMS[language])
    places = [texts.index(one.question.text) for one in found]
    assert places == sorted(places)


def test_an_address_is_known_by_its_answers_alone() -> None:
    (one,) = proposed(form({"How can we reach you?": "ana@example.org"}))

    assert one.subject is Subject.EMAIL
    assert one.confidence < 0.7


def test_what_asks_for_somebody_else_is_not_proposed() -> None:
    texts = ["Name of your organisation", "Emergency phone", "Country of birth"]
    found = proposed(form(dict.fromkeys(texts, "")))

    assert [one.subject for one in found] == [Subject.ORGANISATION]


def test_names_of_questions_count_as_their_words_do() -> None:
    found = proposed(form({"Q1": "", "Q2": ""}, {"Q1": "p/first_name", "Q2": "p/pays"}))

    assert [one.subject for one in found] == [Subject.FIRST_NAME, Subject.COUNTRY]


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=30), st.text(max_size=30), max_size=8))
def test_no_form_breaks_the_proposing(answers: dict[str, str]) -> None:
    found = proposed(form(answers))

    assert len({one.question.key for one in found}) == len(found)
    assert all(0 < one.confidence <= 1 for one in found)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_one(name: str) -> None:
    nothing = Form(name="F", questions=(), entries=())

    assert with_preset({}, name, nothing) == {}


def test_a_preset_finds_what_is_there_and_leaves_what_is_said() -> None:
    keys = ["person/email", "full_name", "first_name", "last_name", "pays"]
    asked = Form(
        name="F",
        questions=tuple(Question(key=key, text=key.title()) for key in keys),
        entries=(),
    )
    own = Asked(questions=("full_name",))

    found = with_preset({}, "kobo", asked)
    told = with_preset({Subject.NAME: own}, "kobo", asked)

    assert {subject: asked.questions for subject, asked in found.items()} == {
        Subject.FIRST_NAME: ("first_name",),
        Subject.LAST_NAME: ("last_name",),
        Subject.EMAIL: ("email",),
        Subject.COUNTRY: ("pays",),
    }
    assert set(told) == {Subject.NAME, Subject.EMAIL, Subject.COUNTRY}
    with pytest.raises(KeyError):
        with_preset({}, "none", asked)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("First", "Last"),
        ("Name", "Surname"),
        ("FirstName", "LastName"),
        ("Voornaam", "Achternaam"),
        ("Voornaam", "Naam"),
        ("Prénom", "Nom"),
        ("Prénom(s)", "Nom"),
        ("Nombre", "Apellidos"),
        ("Nombre(s)", "Apellido(s)"),
        ("Nome", "Apelido"),
        ("Nome", "Sobrenome"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_two_bare_headings_are_the_first_and_the_last_name(
    first: str, last: str, *, turned: bool
) -> None:
    answers = {first: "Ana", last: "Silva", "Email": "ana@example.org"}
    if turned:
        answers = dict(reversed(answers.items()))
    found = {one.subject: one.question.text for one in proposed(form(answers))}
    assert found[Subject.FIRST_NAME] == first
    assert found[Subject.LAST_NAME] == last
    assert Subject.NAME not in found


def test_a_bare_heading_over_whole_names_is_the_whole_name() -> None:
    whole = form({"Name": "Ana Silva", "Surname": "Silva", "Email": "a@example.org"})
    found = {one.subject: one.question.text for one in proposed(whole)}
    assert found[Subject.NAME] == "Name"
    assert Subject.FIRST_NAME not in found


def test_a_bare_heading_by_itself_says_nothing_of_names() -> None:
    found = proposed(form({"First": "Ana", "Last visit": "May"}))
    assert [one.subject for one in found] == []


def test_a_column_that_stays_empty_gives_way_to_one_with_answers() -> None:
    found = proposed(
        form(
            {
                "Email": "",
                "Name": "",
                "Nombre completo": "Ana Silva",
                "Correo electrónico": "ana@example.org",
                "¿Acepta que guardemos sus datos?": "Sí",
            }
        )
    )
    named = {one.subject: one.question.text for one in found}
    assert named[Subject.EMAIL] == "Correo electrónico"
    assert named[Subject.NAME] == "Nombre completo"
    assert named[Subject.CONSENT] == "¿Acepta que guardemos sus datos?"
