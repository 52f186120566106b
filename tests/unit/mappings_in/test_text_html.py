from __future__ import annotations

import re
from html import unescape

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.text_html import html_from_line, html_from_text, wrapped_in_marker

TAGS = {"p", "br", "blockquote", "a"}


def test_paragraphs_and_lines_are_kept() -> None:
    assert html_from_text("One\ntwo\n\nthree") == "<p>One<br>two</p><p>three</p>"


def test_blank_text_is_no_html() -> None:
    assert html_from_text(" \n\t\n") == ""


def test_what_runs_from_right_to_left_says_so() -> None:
    assert html_from_text("Hello\n\nمرحبا بكم\n\n> שלום") == (
        '<p>Hello</p><p dir="rtl">مرحبا بكم</p>'
        '<blockquote dir="rtl"><p dir="rtl">שלום</p></blockquote>'
    )
    assert html_from_line("محمد") == '<p dir="rtl">محمد</p>'


def test_the_language_of_the_words_stands_beside_the_marker() -> None:
    told = wrapped_in_marker("<p>x</p>", "ref-abcdefgh23456777", language="ar")
    assert told.startswith('<div class="via-mail ref-abcdefgh23456777" lang="ar">')


def test_markup_is_shown_not_done() -> None:
    told = html_from_text("<script>alert(1)</script> & <b>")
    assert told == "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;</p>"


def test_markdown_is_left_as_it_was_written() -> None:
    text = "*no* _stress_ `code` # 1. [a](b)"
    assert html_from_text(text) == f"<p>{text}</p>"


def test_quotes_become_blockquotes_one_in_another() -> None:
    assert html_from_text("> one\n> > two\nmine") == (
        "<blockquote><p>one</p><blockquote><p>two</p></blockquote></blockquote>"
        "<p>mine</p>"
    )


def test_quotes_nested_beyond_reason_end_in_text() -> None:
    told = html_from_text(">" * 60 + " x")
    assert told.count("<blockquote>") == 5
    assert "&gt;" in told


def test_addresses_become_links_and_what_follows_them_does_not() -> None:
    told = html_from_text("See https://x.example/a?b=1&c=2. Or ami@x.org, (www.x.org)")
    assert (
        '<a href="https://x.example/a?b=1&amp;c=2">https://x.example/a?b=1&amp;c=2</a>. '
        in told
    )
    assert '<a href="mailto:ami@x.org">ami@x.org</a>, ' in told
    assert '(<a href="http://www.x.org">www.x.org</a>)' in told


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://x.example/",
        "notes.md",
        "//x.org",
    ],
)
def test_nothing_else_becomes_a_link(text: str) -> None:
    assert "<a" not in html_from_text(text)


def test_columns_set_with_spaces_stay_columns() -> None:
    assert (
        html_from_text("a   b\n  c") == "<p>a&nbsp;&nbsp;&nbsp;b<br>&nbsp;&nbsp;c</p>"
    )


def test_a_line_is_one_paragraph_whatever_is_in_it() -> None:
    assert html_from_line("> A\n<b> ") == "<p>&gt; A &lt;b&gt;</p>"


def test_the_marker_stands_in_a_class_and_is_checked() -> None:
    told = wrapped_in_marker("<p>x</p>", "ref-abcdefgh23456777")
    assert told == '<div class="via-mail ref-abcdefgh23456777"><p>x</p></div>'
    with pytest.raises(ValueError, match="marker"):
        wrapped_in_marker("", 'ref-abcd"><script>')


PIECES = st.sampled_from(
    [
        *("<script>", "</p>", "<a href='javascript:x'>", "&lt;", "&", '"', "> ", ">> "),
        *("https://x.example/?a=1&b=<i>", "www.x.example/'\"", "a@b.example", "\n"),
        *(
            "mailto:a@b.example?body=<x>",
            "http://[::1]/",
            "\x00",
            "\ud800",
            "\xa0",
            "  ",
        ),
        *(
            "http://x.example/\u202e",
            "javascript://www.x.example/%0aalert(1)",
            "\u2028",
        ),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=14).map("".join)


@given(TEXTS)
def test_no_text_can_bring_other_elements_along(text: str) -> None:
    told = html_from_text(text)
    for name, attributes in re.findall(r"</?([a-zA-Z!?][^\s>/]*)([^<>]*)>", told):
        assert name in TAGS
        assert name == "a" or attributes in {"", ' dir="rtl"'}
    for target in re.findall(r'href="([^"]*)"', told):
        assert unescape(target).lower().startswith(("http://", "https://", "mailto:"))


@given(TEXTS)
def test_a_cleaner_has_nothing_to_clean(text: str) -> None:
    told = html_from_text(text)
    cleaned = nh3.clean(
        told,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    assert cleaned == told


@given(st.text())
def test_every_letter_of_a_text_is_still_there(text: str) -> None:
    letters = [letter for letter in text if letter.isalnum()]
    shown = unescape(re.sub(r"<[^>]*>", "", html_from_text(text)))
    assert [letter for letter in shown if letter.isalnum()] == letters
