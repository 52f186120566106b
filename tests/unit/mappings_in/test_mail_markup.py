from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.html_tree import html_tree
from mappings.mail_markup import markup_of
from mappings.mail_reading import ReadMail, read_mail
from mappings.mail_to_post import PostDraft, post_from_mail
from mappings.markup_words import words_of
from mappings.moodle_markup import KEPT_ATTRIBUTES, KEPT_EVERYWHERE, KEPT_TAGS
from mappings.trimming import trim
from moodle_bridge.model.mail import MailFile

_FOLDER = Path(__file__).parents[2] / "mail" / "markup"
_MARKER = "ref-abcdefghijklmnop"


def mail_named(name: str) -> ReadMail:
    return read_mail((_FOLDER / f"{name}.eml").read_bytes())


def draft_of(mail: ReadMail) -> PostDraft:
    return post_from_mail(mail, trimmed=trim(mail.text), marker=_MARKER)


@pytest.mark.parametrize("path", sorted(_FOLDER.glob("*.eml")), ids=lambda p: p.stem)
def test_the_post_of_a_mail_has_its_form(path: Path) -> None:
    draft = draft_of(mail_named(path.stem))
    told = [f"{file.filename} shown" for file in draft.pictures]
    told += [f"{file.filename} beside" for file in draft.files]
    written = "\n".join([draft.message_html, *told, ""])
    expected = path.with_suffix(".html")
    assert written == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(_FOLDER.glob("*.eml")), ids=lambda p: p.stem)
def test_no_word_of_a_mail_is_lost_or_added_by_its_form(path: Path) -> None:
    mail = mail_named(path.stem)
    kept = trim(mail.text).kept
    inside = draft_of(mail).message_html
    tree = html_tree(inside)
    assert tree is not None
    for link in tree.iter("a"):
        text = link.text or ""
        if text.startswith("[") and text.endswith("]"):
            link.text = ""
    shown = "".join(str(text) for text in tree.itertext())
    unbracketed = re.sub(r"\[[^\]]*\]", "", shown)
    letters = words_of(unbracketed).letters
    assert letters in {
        words_of(kept).letters,
        words_of(kept, numbered=False).letters,
    }


@pytest.mark.parametrize("path", sorted(_FOLDER.glob("*.eml")), ids=lambda p: p.stem)
def test_all_that_a_post_holds_is_kept_by_moodle(path: Path) -> None:
    tree = html_tree(draft_of(mail_named(path.stem)).message_html)
    assert tree is not None
    for element in tree.iter():
        if element.tag in {"html", "body"}:
            continue
        assert element.tag in KEPT_TAGS
        known = KEPT_EVERYWHERE | KEPT_ATTRIBUTES.get(str(element.tag), frozenset())
        assert set(element.attrib) <= known


def test_a_mail_whose_html_says_something_else_is_posted_by_its_text() -> None:
    mail = mail_named("html-says-otherwise")
    assert markup_of(mail.html or "", trim(mail.text).kept, ()) is None
    assert "not" not in draft_of(mail).message_html


def test_nobody_can_write_a_stand_in_of_ours() -> None:
    forged = "\ufdd0\ufde0\ufde0"
    markup = markup_of(f"<p><b>a</b>{forged}<img src='cid:x'></p>", "a", [picture("x")])
    assert markup is not None
    assert markup.html.count("<img") == 1


def test_a_picture_that_stands_twice_goes_up_once() -> None:
    html = "<p>a <img src='cid:x'> b <img src='cid:x'></p>"
    markup = markup_of(html, "a b", [picture("x")])
    assert markup is not None
    assert len(markup.pictures) == 1
    assert markup.html.count("@@PLUGINFILE@@/x.png") == 2


def test_pictures_of_one_name_are_told_apart() -> None:
    files = [picture("x", "image.png"), picture("y", "image.png")]
    markup = markup_of("<p>a<img src=cid:x><img src=cid:y></p>", "a", files)
    assert markup is not None
    assert [file.filename for file in markup.pictures] == ["image.png", "image-2.png"]
    assert "@@PLUGINFILE@@/image-2.png" in markup.html


def test_a_picture_that_no_browser_shows_stays_a_file() -> None:
    file = MailFile(
        filename="a.heic", media_type="image/heic", content=b"x", content_id="x"
    )
    markup = markup_of("<p><b>a</b><img src=cid:x></p>", "a", [file])
    assert markup is not None
    assert markup.pictures == ()
    assert markup.elided == frozenset()


def test_an_answer_below_the_quote_keeps_its_form() -> None:
    html = (
        "<blockquote type=cite><p>old <b>words</b></p></blockquote>"
        "<p>my <i>answer</i>.</p>"
    )
    markup = markup_of(html, "my answer.", ())
    assert markup is not None
    assert markup.html == "<p>my <i>answer</i>.</p>"


def test_a_text_that_stands_twice_is_not_guessed_at() -> None:
    html = "<p><i>x</i></p><p>yes <b>1</b></p><blockquote>yes <b>1</b></blockquote>"
    assert markup_of(html, "yes 1", ()) is None


def test_half_a_word_is_no_beginning() -> None:
    assert markup_of("<p><b>yes</b>terday</p>", "yes", ()) is None


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<b style='font-weight:normal'>a</b> <i>b</i>", "a <i>b</i>"),
        ("<span style='font-weight:700'>a</span> b", "<strong>a</strong> b"),
        (
            "<font style='text-decoration: underline; font-style: italic'>a b</font>",
            "<em><u>a b</u></em>",
        ),
        (
            "<figure><i>a</i></figure><section>b</section>",
            "<div><i>a</i></div><div>b</div>",
        ),
        ("<p lang=sw><i>a</i> b</p>", '<p lang="sw"><i>a</i> b</p>'),
        (
            "<ul><li>a</li><li></li></ul><p> </p><p>b</p>",
            "<ul><li>a</li></ul><p>b</p>",
        ),
        ("<a href='https://x.example/?a=1&b=2'>a b</a>", None),
        (
            "<a href='https://evil.example/'>https://good.example/a</a> <i>b</i>",
            '<a href="https://good.example/a">https://good.example/a</a> <i>b</i>',
        ),
        ("<a href='ftp://x.example'>a</a> <i>b</i>", "a <i>b</i>"),
        ("<a name=top></a><i>a</i> b", "<i>a</i> b"),
    ],
)
def test_forms_are_told_with_elements(html: str, shown: str | None) -> None:
    tree = html_tree(html)
    assert tree is not None
    kept = "".join(str(text) for text in tree.itertext())
    markup = markup_of(html, kept, ())
    assert markup is not None
    assert markup.html == (shown or html.replace("&", "&amp;").replace("'", '"'))


def picture(name: str, filename: str | None = None) -> MailFile:
    return MailFile(
        filename=filename or f"{name}.png",
        media_type="image/png",
        content=b"x",
        content_id=name,
    )


_PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<ul>", "<li>", "</ul>", "<br>",
        "<table>", "<tr>", "<td>", "</table>", "<blockquote type=cite>", "</blockquote>",
        "<img src=cid:x>", "<img src=https://x.example/a.png alt=q>", "<a href=",
        "'https://x.example'>", "</a>", "one ", "two.", "&nbsp;", "&lt;", "<script>",
        "</script>", "<span style='font-weight:bold'>", "</span>", "1. ", "😀", "<ol>",
        "<!--", "-->", "<style>", "<svg>", "<template>", "<o:p>", "\x00", "<h1>", "</h1>",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(_PIECES, max_size=30), cut=st.integers(0, 40))
def test_whatever_the_html_the_words_are_those_that_were_kept(
    pieces: list[str], cut: int
) -> None:
    html = "".join(pieces)
    tree = html_tree(html)
    text = "" if tree is None else " ".join(str(piece) for piece in tree.itertext())
    kept = text[: max(0, len(text) - cut)]
    markup = markup_of(html, kept, [picture("x")])
    if markup is None:
        return
    shown = html_tree(re.sub(r"<a[^>]*>\[q\]</a>|\[q\]", "", markup.html))
    told = "" if shown is None else "".join(str(piece) for piece in shown.itertext())
    assert words_of(told).letters in {
        words_of(kept).letters,
        words_of(kept, numbered=False).letters,
    }
    assert "script" not in markup.html
    assert "style=" not in markup.html
