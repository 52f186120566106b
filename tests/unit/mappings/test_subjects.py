"""Subjects: what the mail says, what Moodle takes, what is the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.one_line import cut, one_line
from mappings.subjects import (
    is_forward_subject,
    mail_subject,
    plain_subject,
    post_subject,
    same_subject,
)


def test_the_first_mail_of_a_discussion_has_the_tag_alone() -> None:
    assert mail_subject("Starting up", tag="SM25") == "[SM25] Starting up"


def test_an_answer_says_re_before_the_tag() -> None:
    assert mail_subject("Starting up", tag="SM25", reply=True) == (
        "Re: [SM25] Starting up"
    )


def test_tag_and_prefix_stand_there_once() -> None:
    name = "RE: [SM25] Re: [sm25] Starting up"
    assert mail_subject(name, tag="[SM25]", reply=True) == "Re: [SM25] Starting up"


def test_another_tag_of_the_author_stays() -> None:
    assert mail_subject("[Phase 2] Coaching", tag="SM25") == "[SM25] [Phase 2] Coaching"


def test_a_list_without_a_tag_gets_none() -> None:
    assert mail_subject("Coaching") == "Coaching"


def test_a_correction_has_its_own_prefix() -> None:
    assert mail_subject("Coaching", tag="SM25", prefix="Correction") == (
        "Correction: [SM25] Coaching"
    )


def test_a_subject_that_is_only_a_prefix_stays_readable() -> None:
    assert mail_subject("Re:", tag="SM25") == "[SM25] Re:"
    assert mail_subject("\r\n", tag="SM25") == "[SM25] …"


@given(st.text(), st.text(), st.booleans())
def test_a_mail_subject_is_one_short_line(name: str, tag: str, reply: bool) -> None:
    written = mail_subject(name, tag=tag, reply=reply)
    assert 0 < len(written) <= 200
    assert one_line(written) == written
    written.encode()


@pytest.mark.parametrize(
    "prefixed",
    [
        "Re: Hello",
        "RE:Hello",
        "re : Hello",
        "Re[2]: Hello",
        "Re(3): Hello",
        "RE^2: Hello",
        "AW: WG: Hello",
        "Antw: Hello",
        "Betr.: Hello",
        "SV: VS: Hello",
        "VB: Hello",
        "Odp: PD: Hello",
        "TR : Hello",
        "RÉ: Hello",
        "Re\u0301: Hello",
        "RV: Hello",
        "RES: ENC: Hello",
        "R: RIF: Hello",
        "YNT: İLT: Hello",
        "Atb: Hello",
        "Vá: Hello",
        "回复: Hello",
        "答复：Hello",
        "转发: Hello",
        "返信: Hello",
        "회신: Hello",
        "Σχετ: Hello",
        "ΑΠ: ΠΡΘ: Hello",
        "Отв: Hello",
        "رد: Hello",
        "إعادة توجيه: Hello",
        "השב: Hello",
        "Trả lời: Hello",
        "Bls: Hello",
        "Fwd: Fw: Hello",
        "[SM25] Hello",
        "Re: [SM25] AW: [SM25] Re: Hello",
        "Re: [list-name] [EXTERNAL] Hello",
        "Correction: [SM25] Hello",
        "  Re:\r\n\tHello  ",
    ],
)
def test_prefixes_and_tags_come_off(prefixed: str) -> None:
    assert plain_subject(prefixed) == "Hello"
    assert same_subject(prefixed, "hello")


@pytest.mark.parametrize(
    ("language", "answer", "forward"),
    [
        ("English", "Re", "Fwd"),
        ("German", "AW", "WG"),
        ("Dutch", "Antw", "Doorst"),
        ("Swedish, Danish, Norwegian", "SV", "VB"),
        ("Danish", "Sv", "VS"),
        ("Finnish", "VS", "VL"),
        ("Icelandic", "Sv", "FS"),
        ("French", "Rép", "TR"),
        ("French, capitals", "RÉP", "TRANSFERT"),
        ("Spanish", "RE", "RV"),
        ("Portuguese", "RES", "ENC"),
        ("Italian", "R", "I"),
        ("Romanian", "Răsp", "Fwd"),
        ("Polish", "Odp", "PD"),
        ("Hungarian", "Vá", "Továbbítás"),
        ("Latvian, Welsh", "Atb", "YML"),
        ("Turkish", "YNT", "İLT"),
        ("Turkish, small", "Ynt", "ilt"),
        ("Indonesian", "Bls", "Trs"),
        ("Vietnamese", "Trả lời", "Chuyển tiếp"),
        ("Greek", "ΑΠ", "ΠΡΘ"),
        ("Russian", "Отв", "Пересл"),
        ("Ukrainian", "Відп", "Пересл"),
        ("Arabic", "رد", "إعادة توجيه"),
        ("Persian", "پاسخ", "هدایت"),
        ("Hebrew", "השב", "הועבר"),
        ("Chinese", "回复", "转发"),
        ("Chinese, Outlook", "答复", "转发"),
        ("Chinese, traditional", "回覆", "轉寄"),
        ("Japanese", "返信", "転送"),
        ("Korean", "회신", "전달"),
        ("Thai", "ตอบกลับ", "ส่งต่อ"),
    ],
)
def test_the_prefixes_of_mail_programs_come_off_in_every_form(
    language: str, answer: str, forward: str
) -> None:
    for subject in (
        f"{answer}: Hello",
        f"{answer} : Hello",
        f"{answer}:Hello",
        f"{answer}：Hello",
        f"{answer}[2]: Hello",
        f"{answer}:[2]: Hello",
        f"{answer}: {answer}: {forward}: Hello",
        f"[list] {answer}: Hello",
        f"{answer}: [list] {answer}: Hello",
        f"{forward}: Hello",
        f"{forward}: [list] {answer}: Hello",
    ):
        assert plain_subject(subject) == "Hello", language
        assert same_subject(subject, "Hello")
    assert is_forward_subject(f"{forward}: Hello")
    assert is_forward_subject(f"[list] {forward} : Hello")


@pytest.mark.parametrize(
    "whole",
    [
        "Report: week 2",
        "Reg: exam",
        "Hello Re: you",
        "Reply",
        "Re",
        "Response",
        "Ref 12",
        "Art: colours",
        "Antwerp: the visit",
        "re-opening: schools",
        "Résumé: la visite",
        "RDV: lundi",
        "Er wordt gewerkt: morgen",
        "رد الجميل: قصة",
        "回复的问题",
    ],
)
def test_what_only_looks_like_a_prefix_stays(whole: str) -> None:
    assert plain_subject(whole) == whole


@pytest.mark.parametrize(
    "whole",
    [
        "PD: professional development",
        "TR: demande de visa",
        "R: the language",
        "I: introduction",
        "VS: one against the other",
        "Vb: een voorbeeld",
        "Réf: 12",
        "Trả lời: bài tập 1",
        "Respuesta: la gestión",
        "TL: who leads",
        "Correction: exam 3",
    ],
)
def test_a_prefix_that_may_be_a_word_stays_where_a_discussion_begins(
    whole: str,
) -> None:
    assert plain_subject(whole, answer=False) == whole
    assert mail_subject(whole, tag="SM25", reply=True) == f"Re: [SM25] {whole}"
    assert plain_subject(f"Re: {whole}", answer=False) == whole
    assert plain_subject(f"[SM25] {whole}", answer=False) == whole


@pytest.mark.parametrize(
    "prefixed", ["SV: Re: Hello", "TR : [SM25] Hello", "Fw: Hello"]
)
def test_before_a_certain_prefix_or_a_tag_it_is_no_word(prefixed: str) -> None:
    assert plain_subject(prefixed, answer=False) == "Hello"


def test_only_named_tags_come_off_when_they_are_named() -> None:
    assert plain_subject("Re: [SM25] [Urgent] Hello", tags=["[sm25]"]) == (
        "[Urgent] Hello"
    )
    assert plain_subject("[Urgent] Hello", tags=[]) == "[Urgent] Hello"


def test_a_long_row_of_prefixes_is_no_trouble() -> None:
    assert plain_subject("Re: [x] " * 20_000 + "Hello") == "Hello"


def test_a_subject_that_was_cut_is_the_same() -> None:
    name = "A discussion about " + "many " * 60 + "things"
    assert same_subject(mail_subject(name, tag="SM25", reply=True), name)
    assert not same_subject("…", "Hello")
    assert not same_subject("Hello", "Hello again")


@given(st.text())
def test_taking_off_is_done_in_one_go(text: str) -> None:
    plain = plain_subject(text)
    assert plain_subject(plain) == plain
    assert same_subject(text, plain)
    assert same_subject(text, f"Re: [SM25] {text}")


def test_a_post_subject_has_no_tags_and_no_lone_bracket() -> None:
    assert post_subject("<b>Hello</b>\r\n world") == "Hello world"
    assert post_subject("I <3 Moodle") == "I ‹3 Moodle"
    assert post_subject("a <script") == "a ‹script"
    assert post_subject("5 > 3 & more") == "5 > 3 & more"


def test_a_post_subject_is_never_empty() -> None:
    assert post_subject("", fallback="Mail of Aminata") == "Mail of Aminata"
    assert post_subject("<p></p>", fallback="<x>") == "…"


@given(st.text(), st.text())
def test_moodle_takes_every_post_subject(text: str, fallback: str) -> None:
    written = post_subject(text * 3, fallback=fallback)
    assert 1 <= len(written) <= 255
    assert "<" not in written
    assert not any(unicodedata.category(character) in "Cc Cs" for character in written)
    written.encode()


def test_cutting_never_takes_the_accent_from_its_letter() -> None:
    text = "Việt Nam" * 3
    apart = unicodedata.normalize("NFD", text)
    for limit in range(len(apart)):
        rest = apart[len(cut(apart, limit).removesuffix("…")) :]
        assert not rest or not unicodedata.combining(rest[0])


def test_cutting_never_goes_through_an_emoji_of_several() -> None:
    family = "\U0001f469\u200d\U0001f467\u200d\U0001f466"
    toned = "\U0001f44d\U0001f3fd"
    for limit in range(1, 6):
        assert cut(family * 2, limit) == "…" or cut(family * 2, limit) == f"{family}…"
    assert cut(toned + "abc", 2) == "…"
    assert cut("abc", 0) == ""


def test_cutting_is_done_between_words_where_one_is_near() -> None:
    assert cut("one two three four", 15) == "one two three…"
    assert cut("abcdefghij", 5) == "abcd…"


@given(st.text(), st.integers(0, 40))
def test_what_is_cut_fits(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit or len(text) <= limit
