from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.intake.answers import QuestionMissing, Reading, found_in
from mappings.intake.fields import (
    AnswerKind,
    Asked,
    Customs,
    DateOrder,
    FieldMapping,
    Subject,
)
from mappings.intake.problems import Code, IntakeProblem, Severity
from mappings.phrases import LANGUAGES
from moodle_bridge.model.channels import Channel, ChannelKind
from moodle_bridge.model.intake import Entry, EntryState, Form, Question
from tests.unit.mappings_intake.forms import (
    CUSTOMS,
    MAPPING,
    SENT,
    TEXTS,
    codes,
    form,
    read,
)


def test_a_good_entry_becomes_a_person() -> None:
    found = read()

    one = found.applicant
    assert one is not None
    assert found.problems == ()
    assert (one.source, one.entry, one.row) == ("sm25", "e1", 2)
    assert (one.first_name, one.last_name) == ("Ana", "Silva")
    assert one.email == "ana.silva@example.org"
    assert one.phone == "+258841234567"
    assert (one.country, one.language, one.timezone) == ("MZ", "pt", "Africa/Maputo")
    assert one.channel == Channel(kind=ChannelKind.DIGEST, at=time(7, 30))
    assert one.consent is not None
    assert one.consent.given
    assert one.consent.text == "Do you agree that we keep your data?"
    assert one.consent.at == SENT
    assert (one.second_email, one.group, one.withdrawn) == (None, None, False)


BROKEN = [
    ({"email": None}, "error:missing:email"),
    ({"email": "ana.silva"}, "error:email-invalid:email"),
    ({"email": "ana@gmial.com"}, "error:email-typo:email"),
    ({"email": "josé@example.org"}, "error:email-not-ascii:email"),
    ({"email": "ana@example.org, rui@example.org"}, "error:email-several:email"),
    ({"email": "a@" + "b" * 60 + "." + "c" * 60 + ".org"}, "error:too-long:email"),
    ({"second_email": "rui@"}, "warning:email-invalid:second_email"),
    ({"first_name": None, "last_name": None}, "error:missing:first_name"),
    ({"first_name": "ana@example.org"}, "error:name-unreadable:first_name"),
    ({"last_name": "#REF!"}, "error:spreadsheet-error:first_name"),
    ({"first_name": "A" * 101}, "error:too-long:first_name"),
    ({"first_name": "Ana\u202e"}, "warning:name-cleaned:first_name"),
    ({"phone": "call me"}, "warning:phone-unreadable:phone"),
    ({"phone": "2.5884E+11"}, "warning:phone-spoilt:phone"),
    ({"country": "Congo"}, "error:country-ambiguous:country"),
    ({"country": "Atlantis"}, "error:country-unknown:country"),
    ({"country": "Mozambik"}, "error:country-near:country"),
    ({"language": "Klingonish"}, "warning:language-unknown:language"),
    ({"timezone": "noon"}, "warning:timezone-unknown:timezone"),
    ({"country": "Australia", "phone": None, "timezone": "UTC+10"},
     "warning:timezone-several:timezone"),
    ({"channel": "By pigeon"}, "error:channel-unknown:channel"),
    ({"hour": "after lunch"}, "warning:hour-unknown:hour"),
    ({"consent": "No"}, "error:consent-refused:consent"),
    ({"consent": None}, "error:consent-missing:consent"),
    ({"consent": "Perhaps"}, "error:yes-no-unclear:consent"),
    ({"organisation": "R" * 300}, "warning:too-long:organisation"),
    ({"organisation": "#N/A"}, "warning:spreadsheet-error:organisation"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "problem"), BROKEN)
def test_what_is_wrong_is_told_by_code_and_field(
    changed: dict[str, Any], problem: str
) -> None:
    found = read(**changed)

    assert codes(found) == [problem]
    assert (found.applicant is None) == problem.startswith("error")


def test_all_problems_of_a_row_are_told_at_once() -> None:
    found = read(email="ana@gmail.con", country="Korea", consent="No", phone="12")

    assert codes(found) == [
        "error:country-ambiguous:country",
        "error:consent-refused:consent",
        "error:email-typo:email",
        "warning:phone-unreadable:phone",
    ]


def test_a_problem_names_the_row_the_question_and_the_answer() -> None:
    (problem,) = read(country="Congo\u202e").problems

    assert (problem.row, problem.entry, problem.source) == (2, "e1", "sm25")
    assert (problem.question_key, problem.question) == ("country", "Country")
    assert problem.given == "Congo"
    assert "Congo - Brazzaville (CG), Congo - Kinshasa (CD)" in problem.what("en")
    assert "plus d'un pays" in problem.what("fr")


def test_a_phone_without_country_is_read_where_the_form_has_one() -> None:
    customs = Customs(source="sm25", phone_country="MZ")

    assert codes(read(country=None)) == ["warning:phone-no-country:phone"]
    one = read(country=None, customs=customs).applicant
    assert one is not None
    assert one.phone == "+258841234567"


def test_a_language_must_be_installed_where_that_is_known() -> None:
    customs = Customs(source="sm25", languages=frozenset({"en", "fr"}))

    found = read(customs=customs)

    assert codes(found) == ["warning:language-not-installed:language"]
    assert found.applicant is not None
    assert found.applicant.language is None


@pytest.mark.parametrize(
    ("policy", "names"),
    [("repeat", ("Suharto", "Suharto")), ("dash", ("Suharto", "-"))],
)
@pytest.mark.parametrize("last", [None, "-", "n/a", " . "])
def test_one_name_gets_a_last_name_by_the_policy(
    policy: str, names: tuple[str, str], last: str | None
) -> None:
    customs = Customs(source="sm25", one_word_names=policy)  # type: ignore[arg-type]

    one = read(first_name="Suharto", last_name=last, customs=customs).applicant

    assert one is not None
    assert (one.first_name, one.last_name) == names


def test_one_name_is_refused_where_the_policy_says_so() -> None:
    customs = Customs(source="sm25", one_word_names="refuse")

    found = read(first_name="Suharto", last_name=None, customs=customs)

    assert codes(found) == ["error:name-one-word:first_name"]


def test_choice_tables_go_before_what_is_guessed() -> None:
    mapping = replace(
        MAPPING,
        choices={
            Subject.COUNTRY: {"Congo": "CD"},
            Subject.CHANNEL: {"By pigeon": "bundle weekly monday 18:00"},
            Subject.EMAIL: {"ana@gmial.com": "ana@gmial.com"},
            Subject.GROUP: {"1": "Group 1"},
        },
    )

    one = read(
        mapping=mapping,
        country=" CONGO ",
        channel="by pigeon",
        email="ana@gmial.com",
        group="1",
        hour=None,
        phone=None,
    ).applicant

    assert one is not None
    assert one.country == "CD"
    assert one.channel is not None
    assert (one.channel.kind, one.channel.weekday) == (ChannelKind.BUNDLE, 0)
    assert one.email == "ana@gmial.com"
    assert one.group == "Group 1"


@pytest.mark.parametrize("state", [EntryState.WITHDRAWN, EntryState.COMPLETE])
def test_who_withdrew_needs_no_more_than_an_address(state: EntryState) -> None:
    status = Asked(questions=("Status",), yes=("Withdrawn",))
    mapping = replace(MAPPING, fields={**MAPPING.fields, Subject.WITHDRAWN: status})

    found = read(
        mapping=mapping,
        state=state,
        withdrawn="withdrawn",
        consent="No",
        first_name=None,
        last_name=None,
        country="Nowhere",
        channel="by owl",
    )

    assert found.applicant is not None
    assert found.applicant.withdrawn
    assert {one.severity for one in found.problems} == {Severity.WARNING}


def test_another_status_withdraws_nobody() -> None:
    status = Asked(questions=("Status",), yes=("Withdrawn",))
    mapping = replace(MAPPING, fields={**MAPPING.fields, Subject.WITHDRAWN: status})

    found = read(mapping=mapping, withdrawn="Accepted")

    assert found.applicant is not None
    assert not found.applicant.withdrawn
    assert found.problems == ()


def test_custom_fields_get_the_form_that_they_want() -> None:
    asked = {
        "birthday": Asked(
            questions=("Group",), kind=AnswerKind.DATE, order=DateOrder.MONTH_FIRST
        ),
        "newsletter": Asked(questions=("Status",), kind=AnswerKind.YES_NO),
    }
    mapping = replace(MAPPING, custom_fields=asked)

    found = read(mapping=mapping, group="03/12/1990", withdrawn="oui")
    wrong = read(mapping=mapping, group="32/13/1990", withdrawn="oui")

    assert found.applicant is not None
    assert found.applicant.custom_fields == {
        "birthday": "1990-03-12",
        "newsletter": "1",
    }
    assert codes(wrong) == ["warning:date-unreadable:custom:birthday"]
    assert wrong.applicant is not None
    assert wrong.applicant.custom_fields == {"newsletter": "1"}


def test_a_renamed_question_stops_with_its_name_and_the_nearest() -> None:
    questions = tuple(
        Question(key=text, text=text)
        for text in [*TEXTS.values(), "Your e-mail address (work)"]
        if text != TEXTS[Subject.EMAIL]
    )

    missing = found_in(form(questions=questions), MAPPING)

    assert isinstance(missing, tuple)
    (one,) = missing
    assert (one.field, one.named) == ("email", "Your e-mail address *")
    assert one.nearest[0] == "Your e-mail address (work)"
    assert not one.twice


def test_a_question_that_is_there_twice_is_not_guessed() -> None:
    questions = (
        Question(key="q1", text="Address"),
        Question(key="q2", text="Address"),
    )
    mapping = replace(MAPPING, fields={Subject.EMAIL: Asked(questions=("Address",))})

    missing = found_in(Form(name="F", questions=questions, entries=()), mapping)

    assert missing == (
        QuestionMissing(
            field="email", named="Address", nearest=("q1", "q2"), twice=True
        ),
    )


@pytest.mark.parametrize(
    "text",
    ["Your e-mail address", "<p>Your&nbsp;e-mail address *</p>".replace("&nbsp;", "\u00a0"),
     "YOUR E-MAIL\r\nADDRESS:"],
)  # fmt: skip
def test_small_changes_of_a_question_do_not_matter(text: str) -> None:
    questions = (Question(key="k7", text=text),)
    mapping = replace(
        MAPPING, fields={Subject.EMAIL: Asked(questions=("Your e-mail address *",))}
    )

    assert not isinstance(
        found_in(Form(name="F", questions=questions, entries=()), mapping), tuple
    )


ANSWER = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "Congo",
            "ana@gmial.com",
            "+258",
            "#REF!",
            "1.2E+9",
            "{given}",
            "yes no",
            "\x00",
        ]
    ),
    st.tuples(st.text(max_size=8), st.text(max_size=8)),
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([one.value for one in TEXTS]), ANSWER))
def test_nothing_that_is_answered_breaks_the_reading(
    answers: dict[str, Any],
) -> None:
    found = read(**answers)

    errors = [one for one in found.problems if one.severity is Severity.ERROR]
    assert (found.applicant is None) == bool(errors)
    for problem in found.problems:
        for language in LANGUAGES:
            assert problem.what(language)
            assert problem.advice(language)
    if (one := found.applicant) is not None:
        for name in (one.first_name, one.last_name):
            assert name
            assert name == unicodedata.normalize("NFC", name)
            assert not any(unicodedata.category(letter) == "Cc" for letter in name)
        assert one.email.isascii() or "@" in one.email


@pytest.mark.parametrize("code", Code)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_words_and_advice(code: Code, language: str) -> None:
    problem = IntakeProblem(
        code=code,
        severity=Severity.ERROR,
        source=CUSTOMS.source,
        entry="e1",
        row=None,
        field="email",
        question_key="",
        question="",
        given="?",
        values={
            "proposed": "a@b.org",
            "name": "No",
            "candidates": "A, B",
            "limit": "9",
            "missing": "x",
        },
    )

    assert problem.what(language)
    assert problem.advice(language)
    assert problem.data(language)["code"] == code.value


def test_who_cannot_be_taken_can_still_be_named_and_told() -> None:
    refused = read(country="Congo")

    assert refused.applicant is None
    assert refused.draft is not None
    assert refused.draft.email == "ana.silva@example.org"
    assert (refused.draft.language, refused.draft.fullname) == ("pt", "Ana Silva")


def test_the_whole_name_may_be_asked_for_in_one_question() -> None:
    fields: dict[Subject, Asked] = {
        subject: asked
        for subject, asked in MAPPING.fields.items()
        if subject not in (Subject.FIRST_NAME, Subject.LAST_NAME)
    }
    fields[Subject.NAME] = Asked(questions=("First name", "Last name"))

    one = read(mapping=replace(MAPPING, fields=fields), last_name="da Silva").applicant

    assert one is not None
    assert (one.first_name, one.last_name) == ("Ana", "da Silva")


def test_a_second_address_like_the_first_is_none() -> None:
    one = read(second_email="ANA.silva@example.org").applicant

    assert one is not None
    assert one.second_email is None


def test_a_status_that_says_neither_is_told() -> None:
    status = Asked(questions=("Status",))
    mapping = replace(MAPPING, fields={**MAPPING.fields, Subject.WITHDRAWN: status})

    assert codes(read(mapping=mapping, withdrawn="later")) == [
        "error:yes-no-unclear:withdrawn"
    ]


def in_two_columns(
    *asked: str, second: str = "Okello"
) -> Reading | tuple[QuestionMissing, ...]:
    twice = Form(
        name="Form",
        questions=(
            Question(key="Last", text="Last"),
            Question(key="Last (2)", text="Last"),
        ),
        entries=(
            Entry(key="1", answers={"Last": "Costa"}, row=2),
            Entry(key="2", answers={"Last (2)": second} if second else {}, row=3),
        ),
    )
    fields = {Subject.LAST_NAME: Asked(questions=asked)}
    return found_in(twice, FieldMapping(fields=fields, custom_fields={}, choices={}))


def test_a_column_whose_twin_holds_the_answers_never_becomes_blank() -> None:
    assert in_two_columns("Last") == (
        QuestionMissing(
            field="last_name", named="Last", nearest=("Last", "Last (2)"), twice=True
        ),
    )
    assert isinstance(in_two_columns("Last", second=""), Reading)
    both = in_two_columns("Last", "Last (2)")
    assert isinstance(both, Reading)
    assert len(both.sources[Subject.LAST_NAME].questions) == 2
