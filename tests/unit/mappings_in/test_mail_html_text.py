from __future__ import annotations

import pytest

from mappings.mail_html_text import text_from_mail_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p>One</p><p>Two<br>three</p>", "One\n\nTwo\nthree"),
        ("a<style>b{}</style><script>c</script>", "a"),
        ('<p>seen</p><p style="display:none">hidden</p>', "seen"),
        ("<p>one</p><hr><p>two</p>", "one\n\n----------\n\ntwo"),
        ("<ul><li>one<li>two</ul>", "  * one\n  * two"),
        ("<blockquote>one<blockquote>two</blockquote></blockquote>", "> one\n> > two"),
        ('<a href="http://x.org/a">here</a>', "here <http://x.org/a>"),
        ('<a href="http://x.org/">x.org</a>', "x.org"),
        ('<a href="javascript:x">here</a>', "here"),
        ('<a href="mailto:a@b.org">a@b.org</a>', "a@b.org"),
        ('<img alt="😀" src="cid:1">', "😀"),
        ('<img alt="a long description">', ""),
        ('<div class="yahoo_quoted"><div>X wrote:</div>y</div>', "> X wrote:\n> y"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert text_from_mail_html(html) == text


def test_what_an_author_indents_is_not_taken_for_a_quote() -> None:
    indented = (
        '<blockquote style="margin:0 0 0 40px;border:none;padding:0">mine</blockquote>'
    )
    assert text_from_mail_html(indented) == "mine"
    cited = '<blockquote type="cite" style="border:none">theirs</blockquote>'
    assert text_from_mail_html(cited) == "> theirs"


@pytest.mark.parametrize("depth", [300, 1500, 5000])
def test_however_deep_it_is_nested_no_word_is_lost(depth: int) -> None:
    told = text_from_mail_html(f"{'<div>' * depth}deep &amp; <b>down</b>")
    assert told.split() == ["deep", "&", "down"]
    told = text_from_mail_html(f"{'<blockquote>' * depth}deep<script>no</script>")
    assert "deep" in told
    assert "no" not in told
