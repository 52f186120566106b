"""Who hears what of an entry that cannot be taken, and who hears nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from mappings.intake.problems import Code, IntakeProblem, Severity
from mappings.letter import MailSite
from mappings.phrases import LANGUAGES
from mappings.refused import MENDABLE, refused_mail, to_be_told

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SITE = MailSite(
    bridge_address="bridge@lists.example",
    domain="lists.example",
    site_tag="0123456789",
    site_url="https://learn.example.org",
)


def problem(
    code: Code, *, field: str = "country", severity: Severity = Severity.ERROR
) -> IntakeProblem:
    return IntakeProblem(
        code=code,
        severity=severity,
        source="sm25",
        entry="7",
        row=8,
        field=field,
        question_key="q3",
        question="Where do you live?",
        given="BUY PILLS AT pills.example",
    )


def told(language: str, *problems: IntakeProblem) -> str:
    mail = refused_mail(
        problems,
        to="grace@ug.example",
        language=language,
        course="Social media 2025",
        list_name="SM25",
        ask="help@learn.example.org",
        date=NOW,
        site=SITE,
        key="k" * 32,
    )
    read = message_from_bytes(mail.content, policy=policy.default)
    assert read["Reply-To"] == "help@learn.example.org"
    assert read["Auto-Submitted"] == "auto-generated"
    assert mail.sender == ""
    assert len(mail.content) < 5000
    text = read.get_content()
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(MENDABLE))
def test_what_can_be_mended_is_told_with_its_question(
    language: str, code: Code
) -> None:
    text = told(language, problem(code))
    assert "Where do you live?" in text
    assert "help@learn.example.org" in text


def test_nothing_that_was_answered_is_repeated() -> None:
    assert "PILLS" not in told("en", problem(Code.COUNTRY_UNKNOWN))


def test_only_errors_that_a_person_can_mend_are_told() -> None:
    unknown = problem(Code.COUNTRY_UNKNOWN)
    others = (
        problem(Code.SPOILT),
        problem(Code.PHONE_UNREADABLE, field="phone", severity=Severity.WARNING),
    )
    assert to_be_told([unknown, *others]) == (unknown,)
    assert to_be_told(others) == ()


@pytest.mark.parametrize(
    "bar",
    [
        problem(Code.CONSENT_REFUSED, field="consent"),
        problem(Code.CONSENT_MISSING, field="consent"),
        problem(Code.YES_NO_UNCLEAR, field="consent"),
        problem(Code.EMAIL_TYPO, field="email", severity=Severity.WARNING),
        problem(Code.EMAIL_INVALID, field="email"),
        problem(Code.MISSING, field="email"),
    ],
    ids=lambda one: f"{one.code}-{one.field}",
)
def test_who_did_not_agree_or_may_be_somebody_else_hears_nothing(
    bar: IntakeProblem,
) -> None:
    assert to_be_told([problem(Code.COUNTRY_UNKNOWN), bar]) == ()
