"""The small HTML alternative of a post."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.mail_html import mail_html

POSTS = Path(__file__).parents[2] / "mail" / "out" / "html"
SITE = "https://moodle.example.org"


def test_a_post_of_many_kinds_of_things_stays_small() -> None:
    html = (POSTS / "forum-post.html").read_text(encoding="utf-8")
    expected = (POSTS / "forum-post.mail.html").read_text(encoding="utf-8")
    assert mail_html(html, base_url=SITE) + "\n" == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        ("<p>a</p><p>&nbsp;</p><br><div></div>", "<p>a</p>"),
        ("<p onclick=x style='color:red' class=c id=i>a</p>", "<p>a</p>"),
        ("<p>a<script>b</script><style>c</style></p>", "<p>a</p>"),
        ("<p>a<span hidden>b</span><b style='display:none'>c</b></p>", "<p>a</p>"),
        ("<form action=/x>a<input name=b><button>c</button></form>", "ac"),
        ('<img src="https://spy.example/1.gif" width=1>', "[picture: 1.gif]"),
        ('<a href="/x" target=_blank>a</a>', f'<a href="{SITE}/x">a</a>'),
        ('<a href="javascript:x">a</a>', "a"),
        (
            '<span style="x">a</span><span lang="fr">b</span>',
            'a<span lang="fr">b</span>',
        ),
        ('<p dir="rtl">ا</p>', '<p dir="rtl">ا</p>'),
        ("<svg><a xlink:href='x'>a</a></svg>", "a"),
        ("<h1>a</h1><!-- b -->", "<h1>a</h1>"),
        (
            f"<p>{SITE}/tokenpluginfile.php/0a1b/2/c</p>",
            f"<p>{SITE}/tokenpluginfile.php/***/2/c</p>",
        ),
    ],
)
def test_only_what_is_harmless_stays(html: str, expected: str) -> None:
    assert mail_html(html, base_url=SITE) == expected


def test_a_video_becomes_a_link() -> None:
    html = '<video><source src="https://a.example/x.mp4"></video>'
    assert (
        mail_html(html)
        == '<a href="https://a.example/x.mp4">https://a.example/x.mp4</a>'
    )


@given(st.text(), st.sampled_from(["script", "iframe", "img", "a", "p", "svg", "math"]))
def test_nothing_that_acts_gets_through(text: str, tag: str) -> None:
    html = f'<{tag} src="http://a.example/{text}" onload="{text}" href="{text}">{text}'
    written = mail_html(html, base_url=SITE)
    assert not re.search(r"<(script|iframe|img|svg|math|style|form|input)\b", written)
    assert not re.search(r"<[^>]*\son\w+=", written)
    assert "javascript:" not in re.sub(r">[^<]*<", "><", f">{written}<")


def test_a_block_that_runs_against_the_rest_says_so() -> None:
    arabic = "مرحبا بكم"
    assert mail_html(f"<p>Hello dear colleagues</p><p>{arabic}</p>") == (
        f'<p>Hello dear colleagues</p><p dir="rtl">{arabic}</p>'
    )
    assert mail_html(f"<p>{arabic} {arabic}</p><p>Hello</p><p>12</p>") == (
        f'<p>{arabic} {arabic}</p><p dir="ltr">Hello</p><p>12</p>'
    )
    assert mail_html(f"<p>Hello colleagues</p><ul><li>{arabic}</li></ul>") == (
        f'<p>Hello colleagues</p><ul dir="rtl"><li>{arabic}</li></ul>'
    )


def test_what_a_block_says_of_its_side_is_left_alone() -> None:
    html = '<div dir="ltr"><p dir="rtl">Hello</p><p>مرحبا</p></div>'
    assert mail_html(html) == (
        '<div dir="ltr"><p dir="rtl">Hello</p><p dir="rtl">مرحبا</p></div>'
    )
