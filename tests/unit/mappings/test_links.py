"""Addresses of web pages that may stand in a mail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.links import file_name, safe_link, tokens_masked

SITE = "https://moodle.example.org/school"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x?token=1", "https://a.example/x?token=1"),
        ("mod/x.php?id=1", f"{SITE}/mod/x.php?id=1"),
        ("/mod/x.php", "https://moodle.example.org/mod/x.php"),
        (f"{SITE}/x?a=&token=1&b=2#c", f"{SITE}/x?a=&b=2#c"),
        (f"{SITE}/x?sesskey=1", f"{SITE}/x"),
        (f"{SITE}/webservice/pluginfile.php/1/a?token=1", f"{SITE}/pluginfile.php/1/a"),
        (f"{SITE}/TokenPluginFile.php/abc/1/a", None),
        (" https://a.example/b c\n", "https://a.example/bc"),
        ("https://a.example/<é>", "https://a.example/%3C%C3%A9%3E"),
        ("https://a.example/%20", "https://a.example/%20"),
        ("HTTPS://a.example", "https://a.example"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("tel:+221338", "tel:+221338"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("http://", None),
        ("http://[", None),
        ("#top", None),
        ("", None),
        (f"https://a.example/{'x' * 2000}", None),
    ],
)
def test_only_a_safe_address_stands_in_a_mail(url: str, expected: str | None) -> None:
    assert safe_link(url, base_url=SITE) == expected


def test_without_a_site_no_address_keeps_a_token() -> None:
    assert safe_link("https://a.example/x?wstoken=1&b=2") == "https://a.example/x?b=2"
    assert safe_link("/x") is None


@given(st.text())
def test_an_address_is_always_fit_for_a_header(url: str) -> None:
    for base in ("", SITE):
        written = safe_link(url, base_url=base)
        assert written is None or (
            written.isascii()
            and written.isprintable()
            and not set(written) & set("<> ")
        )


def test_tokens_that_somebody_pasted_are_masked() -> None:
    text = (
        f"see {SITE}/webservice/pluginfile.php/1/a?forcedownload=1&token=0a1b and"
        f" {SITE}/tokenpluginfile.php/9f8e/1/a, not https://b.example/?token=x"
    )
    assert tokens_masked(text, base_url=SITE) == (
        f"see {SITE}/webservice/pluginfile.php/1/a?forcedownload=1&token=*** and"
        f" {SITE}/tokenpluginfile.php/***/1/a, not https://b.example/?token=x"
    )
    assert tokens_masked("a token is a key", base_url=SITE) == "a token is a key"
    assert tokens_masked("https://b.example/?token=x") == "https://b.example/?token=***"


def test_a_file_has_the_name_that_its_address_ends_in() -> None:
    assert file_name("https://a.example/b/%C3%A9t%C3%A9.jpg?c=/d") == "été.jpg"
    assert file_name("https://a.example/b/") == ""
    assert file_name("http://[") == ""
