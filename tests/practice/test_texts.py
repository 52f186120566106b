from __future__ import annotations

import pytest

from moodle_bridge.practice.texts import (
    HTML,
    MARKDOWN,
    PLAIN,
    cleaned_before_it_is_kept,
    one_line,
    rendered,
)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ('<div class="ref-a1">x</div>', '<div class="ref-a1">x</div>'),
        ('<span class="ref-a1"></span>', '<span class="ref-a1"></span>'),
        ('<a name="here"></a>', '<a name="here"></a>'),
        ("<!-- ref-a1 --><p>x</p>", "<p>x</p>"),
        ('<p data-ref="a1">x</p>', "<p>x</p>"),
        ('<p style="display:none">x</p>', "<p>x</p>"),
        ("<script>x()</script><p>y</p>", "<p>y</p>"),
        ("<svg><circle></circle></svg><p>y</p>", "<p>y</p>"),
        ('<img src="data:image/png;base64,AAAA" alt="x">', ""),
        ("<details><summary>s</summary>t</details>", "st"),
        ('<blockquote type="cite">q</blockquote>', "<blockquote>q</blockquote>"),
        ('<a href="javascript:x()">y</a>', "<a>y</a>"),
        ("<p onclick=x()>y</p>", "<p>y</p>"),
        ("one<br>two", "one<br />two"),
        (
            '<img src="https://example.org/a.png" alt="a > b">',
            '<img src="https://example.org/a.png" alt="a > b" />',
        ),
        (
            '<td style="width:10%;background-color:#eee">1</td>',
            "1",
        ),
    ],
)
def test_html_is_cleaned(sent: str, shown: str) -> None:
    assert rendered(sent, HTML).replace("&gt;", ">") == shown


def test_a_table_keeps_widths_and_colours() -> None:
    table = (
        "<table><tbody><tr>"
        '<td style="width:10%;background-color:#eee">1</td>'
        "</tr></tbody></table>"
    )
    shown = rendered(table, HTML)
    assert "width:10%" in shown
    assert "background-color:#eee" in shown


def test_plain_text_is_escaped_and_keeps_its_lines() -> None:
    assert rendered("a <b>\n\"c\" & 'd'", PLAIN) == (
        "a &lt;b&gt;<br />\n&quot;c&quot; &amp; &#039;d&#039;"
    )


def test_markdown_is_rendered_and_cleaned() -> None:
    shown = rendered("**a** <script>x()</script>", MARKDOWN)
    assert shown.strip() == "<p><strong>a</strong> </p>"


def test_a_subject_gets_its_ampersands_escaped() -> None:
    assert one_line("Q&A &amp; more") == "Q&amp;A &amp; more"


def test_an_edit_takes_ids_away_which_a_new_post_keeps() -> None:
    sent = '<h4 class="c" id="a" title="t">id="x"</h4><p id="b">y</p>'
    assert rendered(sent, HTML) == sent
    assert cleaned_before_it_is_kept(sent) == (
        '<h4 class="c" title="t">id="x"</h4><p>y</p>'
    )


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (
            '<td width="58%" bgcolor="#1b6ca8" style="background:#eee">&nbsp;</td>',
            '<td width="58%" bgcolor="#1b6ca8" style="background:#eee;">\N{NO-BREAK SPACE}</td>',
        ),
        (
            '<td style="max-width:200px;display:block;border-radius:3px">█▉</td>',
            '<td style="max-width:200px;">█▉</td>',
        ),
        (
            '<td style="color:red" aria-label="x" role="img" title="t">1</td>',
            '<td style="color:#FF0000;" title="t">1</td>',
        ),
        (
            '<td style="background-image:url(x.png);display:none">1</td>',
            "<td>1</td>",
        ),
        (
            '<td lang="fr" class="c">1</td>',
            '<td lang="fr" class="c" xml:lang="fr">1</td>',
        ),
    ],
)
def test_bars_in_a_table_are_cleaned_as_moodle_does(sent: str, shown: str) -> None:
    assert (
        rendered(f"<table><tr>{sent}</tr></table>", HTML)
        == f"<table><tr>{shown}</tr></table>"
    )
