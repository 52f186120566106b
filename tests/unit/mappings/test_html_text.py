"""A forum post as plain text."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from mappings.html_text import html_text, text_excerpt
from mappings.html_tree import html_tree

POSTS = Path(__file__).parents[2] / "mail" / "out" / "html"
SITE = "https://moodle.example.org"


def test_a_post_of_many_kinds_of_things_reads_well() -> None:
    html = (POSTS / "forum-post.html").read_text(encoding="utf-8")
    expected = (POSTS / "forum-post.txt").read_text(encoding="utf-8")
    assert html_text(html, base_url=SITE) + "\n" == expected


@pytest.mark.parametrize("editor", ["tinymce", "atto"])
def test_a_post_of_moodles_own_editors_reads_well(editor: str) -> None:
    html = (POSTS / f"{editor}-post.html").read_text(encoding="utf-8")
    expected = (POSTS / f"{editor}-post.txt").read_text(encoding="utf-8")
    assert html_text(html, base_url=SITE) + "\n" == expected


LONG = "https://example.org/" + "a" * 80


def test_a_long_link_is_a_note_below() -> None:
    html = f"<p><a href='{LONG}'>one</a> and <a href='{LONG}b'>two</a></p><p>end</p>"
    assert html_text(html) == f"one [a] and two [b]\n\nend\n\n[a] {LONG}\n[b] {LONG}b"


def test_a_link_that_stands_often_is_paid_for_once() -> None:
    html = "<a href='https://example.org/plan'>plan</a> " * 3
    assert (
        html_text(html) == "plan [a] plan [a] plan [a]\n\n[a] https://example.org/plan"
    )


def test_notes_are_lettered_beyond_the_alphabet() -> None:
    links = "".join(f"<a href='{LONG}{n}'>x</a> " for n in range(28))
    assert "[z] " in html_text(links)
    assert f"[ab] {LONG}27" in html_text(links)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<math><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>=</mo><mn>2</mn></math>",
            "a/b=2",
        ),
        (
            "<math><msup><mi>x</mi><mrow><mi>n</mi><mo>+</mo></mrow></msup></math>",
            "x^(n+)",
        ),
        ("<math><msqrt><mn>2</mn></msqrt></math> x", "√(2) x"),
        ("<math><mroot><mi>x</mi><mn>3</mn></mroot></math>", "(x)^(1/3)"),
        ("<math><msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup></math>", "x_1^2"),
        ("<math alttext='x_1'><mi>no</mi></math>", "x_1"),
        (
            "<math><mi>y</mi><annotation encoding='TeX'>\\bar y</annotation></math>",
            "\\bar y",
        ),
        ("<img class='Wirisformula' alt='x squared' src='/x.png'>", "x squared"),
        ("<img class='icon emoticon' alt='odd' src='/s/unknown'>", "odd"),
        ("$$a < b$$ and \\( c \\)", "$$a < b$$ and \\( c \\)"),
        (
            "<iframe title='A film' src='https://v.example/1'></iframe>",
            "A film <https://v.example/1>",
        ),
        (
            "<video><source src='/a.webm'><source src='/a.mp4'>old</video>",
            f"a.webm <{SITE}/a.webm>",
        ),
        ("<object data='https://v.example/7'>old</object>", "<https://v.example/7>"),
        ("<video>nothing</video>after", "after"),
    ],
)
def test_formulas_smileys_and_films_are_told(html: str, text: str) -> None:
    assert html_text(html, base_url=SITE) == text


def test_a_table_too_wide_for_a_line_names_each_cell() -> None:
    wide = "word " * 15
    html = (
        "<table><tr><th>Who<th>What</tr>"
        f"<tr><td>Jan<td>{wide}</tr><tr><td>Hà<td></tr></table>end"
    )
    assert html_text(html) == f"Who: Jan\nWhat: {wide.strip()}\n\nWho: Hà\n\nend"


def test_a_wide_table_without_a_head_has_a_line_for_each_cell() -> None:
    wide = "word " * 8
    html = f"<table><tr><td>{wide}<td>{wide}</tr></table>"
    assert html_text(html) == f"{wide.strip()}\n{wide.strip()}"


@pytest.mark.parametrize(
    "nothing", ["", "  \n", "<p></p>", "<p>&nbsp;</p>", "<!--x-->"]
)
def test_nothing_is_nothing(nothing: str) -> None:
    assert html_text(nothing) == ""


def test_white_space_between_words_is_one_space() -> None:
    assert html_text("<p>one\n  <b> two</b> </p>  <i>three</i>") == "one two\n\nthree"


def test_a_link_is_not_doubled_when_its_text_is_the_address() -> None:
    assert html_text('<a href="https://a.example/">a.example</a>') == "a.example"
    assert html_text('<a href="https://a.example/x"><b>here</b></a>') == (
        "here <https://a.example/x>"
    )
    assert html_text('<a href="mailto:a@b.example">a@b.example</a>') == "a@b.example"


def test_a_link_without_text_still_shows_its_address() -> None:
    assert html_text('<a href="https://a.example/x"></a>') == "<https://a.example/x>"


def test_a_link_that_leads_nowhere_is_its_text() -> None:
    for address in ("javascript:alert(1)", "#top", "data:text/html,x", "", "http://["):
        assert html_text(f'<a href="{address}">text</a>') == "text"


def test_a_link_of_the_site_holds_no_token() -> None:
    html = '<a href="/webservice/pluginfile.php/1/x.pdf?token=abc&amp;forcedownload=1">x</a>'
    assert html_text(html, base_url=SITE) == (
        f"x <{SITE}/pluginfile.php/1/x.pdf?forcedownload=1>"
    )
    secret = '<a href="/tokenpluginfile.php/abc/1/x.pdf">x</a>'
    assert html_text(secret, base_url=SITE) == "x"


def test_a_picture_is_named_in_the_language_of_the_reader() -> None:
    assert html_text('<img alt="un champ">', picture="image") == "[image: un champ]"
    assert html_text('<img src="/a/%C3%A9t%C3%A9.jpg?x=1">') == "[picture: été.jpg]"
    assert html_text('<img src="data:image/png;base64,AAAA">') == ""
    assert html_text('<img src="http://[/x.png">') == ""


def test_what_is_hidden_is_not_read() -> None:
    html = (
        "<p>seen</p><div style='DISPLAY : none'>no</div><p hidden>no</p>"
        "<style>p{}</style><script>no</script><template>no</template>also seen"
    )
    assert html_text(html) == "seen\n\nalso seen"


def test_lists_are_numbered_as_they_say() -> None:
    html = "<ol start=3><li>a<li value=7>b<li>c</ol><ol start=x><li>d</ol><li>e"
    assert html_text(html) == "3. a\n7. b\n8. c\n\n1. d\n\n- e"


def test_a_list_in_a_quote_is_indented_in_the_quote() -> None:
    html = "<blockquote><ul><li>a<br>b</li></ul></blockquote>after"
    assert html_text(html) == "> - a\n>   b\n\nafter"


def test_a_row_of_data_stands_on_one_line() -> None:
    assert html_text("<table><tr><th>a<br>b<td>c</table>") == "a b | c"
    html = "<table><tr><td><span><pre>a\n b</pre></span></td><td>c</td></tr></table>"
    assert html_text(html) == "a b | c"


def test_cells_that_hold_blocks_stand_below_each_other() -> None:
    html = "<table><tr><td>a<br>b<td><pre>c\nd</pre></table>e"
    assert html_text(html) == "a\nb\n\nc\nd\n\ne"


def test_names_and_texts_of_all_scripts_stay() -> None:
    text = "Nguyễn Thị Hoa · فاطمة الزهراء · ዘውዱ · 👩🏽‍🌾 · עברית"
    assert html_text(f"<p>{text}</p>") == text


def test_elements_nested_deeper_than_parsers_go_lose_their_form_only() -> None:
    assert html_text("<b>" * 5000 + "deep <br>text") == "deep\ntext"
    html = "<div>" * 5000 + "deep<script>no</script></div>out" + "<p>next"
    assert html_text(html).split() == ["deep", "out", "next"]


def test_a_parser_that_gives_up_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Other versions of libxml2 refuse what this one mends.
    def refuse(*_: object) -> None:
        raise etree.ParserError("Document is empty")

    monkeypatch.setattr("mappings.html_tree.etree.fromstring", refuse)
    assert html_tree("<!-- -->") is None


def test_a_deep_quote_is_not_all_margin() -> None:
    assert html_text("<blockquote>" * 1000 + "x") == "> " * 8 + "x"


def test_an_excerpt_is_one_line_of_what_is_not_quoted() -> None:
    assert text_excerpt("> you said\n\nI  say\nthis", 40) == "I say this"
    assert text_excerpt("> only a quote", 40) == "> only a quote"
    assert text_excerpt("a long sentence about many things", 20) == "a long sentence…"


@given(st.text())
def test_anything_can_be_read(html: str) -> None:
    html_text(html)
    html_tree(html)


PIECES = (
    "<p>|</p>|<div>|</div>|<b>|</b>|<ul>|<ol start='2'>|</ul>|</ol>|<li>|</li>|<br>|"
    "<blockquote>|</blockquote>|<table>|<tr>|<td>|</td>|</tr>|</table>|<pre>|</pre>|"
    "<math>|</math>|<th>long words and more of them again|<video>|</video>|<source src=/x>|"
    "<a href='/x'>|</a>|<h2>|</h2>|<dl>|<dt>|<dd>|</dl>|<hr>|<img alt=p>|<caption>|"
    "<iframe src='http://a.example/'>|</iframe>|</html>|</body>|<|>|&|&nbsp;|\n| |"
    "<!--|-->|<a|=\"|'|<td style=x>|<form>|<section>|<center>|<span>|</span>"
)
pieces = st.lists(st.sampled_from(PIECES.split("|")), max_size=40)


@given(pieces)
def test_broken_markup_can_be_read(parts: list[str]) -> None:
    text = html_text("".join(parts), base_url=SITE)
    assert all(line == line.rstrip() for line in text.split("\n"))
    assert "\n\n\n" not in text or "<pre>" in parts


words = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=6)
trees = st.recursive(
    words.map(lambda word: (word, [word])),
    lambda inner: st.tuples(
        st.sampled_from(
            [
                "p",
                "div",
                "b",
                "em",
                "blockquote",
                "ul",
                "li",
                "table",
                "td",
                "pre",
                "h2",
            ]
        ),
        st.lists(inner, max_size=4),
    ).map(
        lambda made: (
            f"<{made[0]}>{' '.join(html for html, _ in made[1])}</{made[0]}>",
            [word for _, found in made[1] for word in found],
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(trees)
def test_every_text_is_kept_and_no_tag(tree: tuple[str, list[str]]) -> None:
    html, texts = tree
    read = html_text(html)
    assert "<" not in read
    if "<t" not in html:
        # A parser may move what stands in a table where no cell is.
        kept = [word for word in read.split() if word not in {"-", ">", "|"}]
        assert kept == texts
    for word in texts:
        assert word in read


@given(words, words)
def test_what_was_escaped_is_text(one: str, other: str) -> None:
    text = f"<{one}> & {other}"
    assert html_text(f"<p>{escape(text)}</p>") == text
