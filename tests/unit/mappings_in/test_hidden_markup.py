from __future__ import annotations

import time

import pytest

from mappings.mail_html_text import text_from_mail_html
from mappings.mail_markup import markup_of

HIDING = [
    "display:none",
    "DISPLAY : NONE !important; color:red",
    "visibility:hidden",
    "font-size:0",
    "font-size:0px;line-height:0",
    "font-size:1px;color:#fff",
    "opacity:0",
    "max-height:0;overflow:hidden",
    "display:none;font-size:1px;line-height:1px;max-width:0px;opacity:0",
]


@pytest.mark.parametrize("style", HIDING)
def test_what_no_mail_program_shows_is_not_among_the_words(style: str) -> None:
    html = f'<div style="{style}">Open me!</div><p>Use <b>ink</b>.</p>'
    assert text_from_mail_html(html) == "Use ink."
    markup = markup_of(html, "Use ink.", ())
    assert markup is not None
    assert markup.html == "<p>Use <b>ink</b>.</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<p hidden>Open me!</p><p>Use ink.</p>",
        "<style>.pre, #x{display:none}</style><p class='a pre'>Open me!</p>Use ink.",
        "<style>/* { */ p#x{display:none!important}</style><p id=x>Open!</p>Use ink.",
        "<style>@media print{.a{top:0}} .b{display:none}</style><i class=b>A</i>Use ink.",
        "<p>Use <span style='display:none'>Open me!</span>ink.</p>",
    ],
)
def test_it_may_be_hidden_in_other_ways(html: str) -> None:
    assert text_from_mail_html(html) == "Use ink."


@pytest.mark.parametrize(
    "html",
    [
        # A program in the dark wrote it, and only Outlook hides the second.
        "<p style='color:#fff'>Use ink.</p>",
        "<p style='mso-hide:all'>Use ink.</p>",
        "<div style='font-size:0'><span style='font-size:14px'>Use ink.</span></div>",
        "<div style='font-size:0'><table><tr><td>Use ink.</td></tr></table></div>",
        "<div style='visibility:hidden'><i style='visibility:visible'>Use ink.</i></div>",
        "<style>@media print{.a{display:none}}</style><p class=a>Use ink.</p>",
        "<style>.a{display:none} .a{display:block}</style><p class=a>Use ink.</p>",
        "<style>.a{display:none}</style><p class=a style='display:block'>Use ink.</p>",
        "<style>.b .a{display:none}</style><p class=a>Use ink.</p>",
        "<p style='max-height:0'>Use ink.</p>",
        "<p style='font-size:.8em;opacity:0.5'>Use ink.</p>",
        "<p style='font-size:6pt'>Use ink.</p>",
        "<p hidden style='display:block'>Use ink.</p>",
        # Nothing else is there: somebody must have seen it.
        "<div style='opacity:0'>Use ink.</div>",
    ],
)
def test_what_is_shown_stays(html: str) -> None:
    assert text_from_mail_html(html) == "Use ink."


def test_pictures_between_letters_of_no_size_stay() -> None:
    html = "<div style='font-size:0'>x<img src='cid:a' alt='🙂'></div><p>Ink</p>"
    assert text_from_mail_html(html) == "🙂\n\nInk"


@pytest.mark.parametrize(
    "style", ["/*" * 50_000, "{" * 99_000, "a," * 50_000, ";@" * 9]
)
def test_styles_of_strangers_take_no_time(style: str) -> None:
    begun = time.process_time()
    html = f"<style>{style}</style><p style='{style}'>Use ink.</p>"
    assert text_from_mail_html(html) == "Use ink."
    assert time.process_time() - begun < 2
