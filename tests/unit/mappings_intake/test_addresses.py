from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.intake.addresses import address_in
from mappings.intake.problems import Code


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ana@example.org", "ana@example.org"),
        ("  Ana.Silva+x@Example.ORG ", "Ana.Silva+x@example.org"),
        ("Ana Silva <ana@example.org>", "ana@example.org"),
        ("<ana@example.org>", "ana@example.org"),
        ("mailto:ana@example.org", "ana@example.org"),
        ("ana @ example.org", "ana@example.org"),
        ("ana@example.org.", "ana@example.org"),
        ("ana@example.org\u200b", "ana@example.org"),
        ("ana@example.org / ANA@example.org", "ana@example.org"),
        ("info@example.org", "info@example.org"),
        ("ana@ñandu.org", "ana@ñandu.org"),
        ("ana@yahoo.com.mx", "ana@yahoo.com.mx"),
        ("ana@yahoo.de", "ana@yahoo.de"),
        ("ana@mail.com", "ana@mail.com"),
        ("ana@ymail.com", "ana@ymail.com"),
        ("ana@gmx.net", "ana@gmx.net"),
        ("ana@uem.mz", "ana@uem.mz"),
        ("ana@hotmail.be", "ana@hotmail.be"),
    ],
)
def test_an_address_is_found_as_it_was_written(text: str, address: str) -> None:
    assert address_in(text).address == address


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("ana@gmail.con", "ana@gmail.com"),
        ("ana@gmail.cm", "ana@gmail.com"),
        ("ana@gmial.com", "ana@gmail.com"),
        ("ana@gmai.com", "ana@gmail.com"),
        ("ana@gmal.com", "ana@gmail.com"),
        ("ana@gnail.com", "ana@gmail.com"),
        ("ana@gmail.comm", "ana@gmail.com"),
        ("ana@gmailcom", "ana@gmail.com"),
        ("ana@hotmal.fr", "ana@hotmail.fr"),
        ("ana@hotmail.co", "ana@hotmail.com"),
        ("ana@yahooo.com", "ana@yahoo.com"),
        ("ana@yaho.fr", "ana@yahoo.fr"),
        ("ana@yahoo.con", "ana@yahoo.com"),
        ("ana@outlok.com", "ana@outlook.com"),
        ("ana@example.ogr", "ana@example.org"),
        ("ana@gmial.con", "ana@gmail.com"),
    ],
)
def test_a_mistyped_domain_is_proposed_and_not_taken(text: str, proposed: str) -> None:
    found = address_in(text)

    assert found.address is None
    (flaw,) = found.flaws
    assert flaw.code is Code.EMAIL_TYPO
    assert flaw.values["proposed"] == proposed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ana", Code.EMAIL_INVALID),
        ("ana@", Code.EMAIL_INVALID),
        ("@example.org", Code.EMAIL_INVALID),
        ("ana@example", Code.EMAIL_INVALID),
        ("ana silva@example.org", Code.EMAIL_INVALID),
        ("ana(at)example.org", Code.EMAIL_INVALID),
        ("ana@localhost", Code.EMAIL_INVALID),
        ("ana@[127.0.0.1]", Code.EMAIL_INVALID),
        ("none", Code.EMAIL_INVALID),
        ("josé@example.org", Code.EMAIL_NOT_ASCII),
        ("用户@example.org", Code.EMAIL_NOT_ASCII),
        ("ana@example.org rui@example.org", Code.EMAIL_SEVERAL),
        ("ana@example.org;rui@example.org", Code.EMAIL_SEVERAL),
        ("ana@" + "b" * 50 + "." + "c" * 50 + ".org", Code.TOO_LONG),
    ],
)
def test_what_cannot_be_used_is_said_by_code(text: str, code: Code) -> None:
    found = address_in(text)

    assert found.address is None
    assert [flaw.code for flaw in found.flaws] == [code]


def test_a_domain_that_was_confirmed_is_taken() -> None:
    assert address_in("ana@gmial.com", confirmed=True).address == "ana@gmial.com"


@settings(deadline=None)
@given(st.one_of(st.text(), st.emails()))
def test_an_address_is_found_or_it_is_said_why_not(text: str) -> None:
    found = address_in(text)

    assert (found.address is None) == bool(found.flaws)
    if found.address is not None:
        assert found.address.count("@") == 1
        assert not any(letter.isspace() for letter in found.address)
