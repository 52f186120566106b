from __future__ import annotations

from typing import Any

import pytest

from mappings.mail_files import safe_filename, uniquely_named
from mappings.mail_reading import ReadMail, read_mail
from mappings.mail_to_post import PostDraft, post_from_mail, without_author_line
from mappings.trimming import Trimmed, trim
from moodle_bridge.model.mail import MailFile
from tests.unit.mappings_in.mails_in import mail, written

MARKER = "ref-abcdefgh23456777"


def post_of(read: ReadMail, **told: Any) -> PostDraft:
    return post_from_mail(read, trimmed=trim(read.text), marker=MARKER, **told)


def test_a_mail_becomes_a_post_in_a_marked_div() -> None:
    draft = post_of(mail("bottom-answer"))
    assert draft.message_html == (
        f'<div class="via-mail {MARKER}"><p>Two from Kampala.</p></div>'
    )
    assert draft.subject == "Plan"
    assert draft.files == ()


def test_an_answer_keeps_its_re_and_loses_the_tag_of_the_list() -> None:
    draft = post_of(mail("french-quotes-below"), parent_subject="La visite à Thiès")
    assert draft.subject == "Re: La visite à Thiès"


def test_an_answer_without_a_subject_takes_the_one_it_answers() -> None:
    draft = post_of(
        written("From: a@b.example\nSubject: Re:"), parent_subject="Re: Plan"
    )
    assert draft.subject == "Re: Plan"


def test_a_word_of_the_subject_is_not_taken_for_a_prefix() -> None:
    answer = written("From: a@b.example\nSubject: SV: [SM25] PD: next year")
    draft = post_of(answer, parent_subject="PD: next year", tags=("SM25",))
    assert draft.subject == "Re: PD: next year"
    new = written("From: a@b.example\nSubject: [SM25] PD: next year")
    assert post_of(new, tags=("SM25",)).subject == "PD: next year"


def test_a_new_discussion_without_a_subject_is_named_by_its_first_words() -> None:
    read = written("From: a@b.example", "> quoted\n\nWhere is the plan? I need it.\n")
    assert post_of(read).subject == "Where is the plan? I need it."


def test_a_subject_with_markup_is_made_fit_for_moodle() -> None:
    read = written("From: a@b.example\nSubject: <b>Plan</b> 3 < 4")
    assert "<" not in post_of(read).subject


def test_words_from_right_to_left_are_marked_with_side_and_language() -> None:
    draft = post_of(
        written(
            "From: a@b.example\nContent-Type: text/plain; charset=utf-8",
            "شكرا جزيلا لكم\n",
        )
    )
    assert draft.message_html == (
        f'<div class="via-mail {MARKER}" lang="ar"><p dir="rtl">شكرا جزيلا لكم</p></div>'
    )


def test_who_wrote_is_said_when_another_account_posts() -> None:
    draft = post_of(mail("bottom-answer"), author_line="Aminata <Diop>, by mail")
    line = '<div class="via-mail-author"><p>Aminata &lt;Diop&gt;, by mail</p></div>'
    assert f"{line}<p>Two" in draft.message_html
    assert "Aminata" not in without_author_line(draft.message_html)


@pytest.mark.parametrize(
    ("language", "note"),
    [("fr", "Le texte cité"), ("pt_br", "O texto citado"), (None, "Quoted text")],
)
def test_only_when_much_was_cut_the_post_says_so(
    language: str | None, note: str
) -> None:
    read = written("From: a@b.example")
    much = Trimmed(kept="Yes.", cut="> word\n" * 80, rules=("quote-below",))
    foot = Trimmed(kept="Yes.", cut="word\n" * 80, rules=("signature",))
    told = post_from_mail(read, trimmed=much, marker=MARKER, language=language)
    assert note in told.message_html
    silent = post_from_mail(read, trimmed=foot, marker=MARKER, language=language)
    assert note not in silent.message_html


def test_a_photo_comes_along_and_alone_it_is_named_in_the_text() -> None:
    draft = post_of(mail("phone-photo"))
    assert [file.filename for file in draft.files] == ["photo été.jpeg"]
    alone = read_mail(
        b"From: ami@example.sn\nContent-Type: image/png; name=a.png\n"
        b"Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n"
    )
    draft = post_of(alone)
    assert "<p>a.png</p>" in draft.message_html
    assert draft.subject == "a.png"


def test_signatures_of_programs_are_no_attachments() -> None:
    read = read_mail(
        b"From: a@b.example\nContent-Type: multipart/signed; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nSigned.\n"
        b"--b\nContent-Type: application/pgp-signature; name=signature.asc\n\nxyz\n--b--\n"
    )
    assert len(read.files) == 1
    assert post_of(read).files == ()


def test_what_is_no_marker_is_refused() -> None:
    with pytest.raises(ValueError, match="marker"):
        post_from_mail(mail("bottom-answer"), trimmed=Trimmed(kept="x"), marker="x")


def test_files_of_one_name_are_told_apart() -> None:
    def file(name: str) -> MailFile:
        return MailFile(filename=name, media_type="x/y", content=b"")

    names = ["a.jpg", "A.jpg", "a-2.jpg", "b", "b"]
    told = [one.filename for one in uniquely_named(file(name) for name in names)]
    assert told == ["a.jpg", "A-2.jpg", "a-2-2.jpg", "b", "b-2"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\plan.doc", "plan.doc"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("..", "attachment-4.jpg"),
        ("", "attachment-4.jpg"),
        ("y" * 300, "y" * 120),
        (f"{'x' * 300}.pdf", f"{'x' * 116}.pdf"),
    ],
)
def test_a_file_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_filename(name, "image/jpeg", 4) == safe
