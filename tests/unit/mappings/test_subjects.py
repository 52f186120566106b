"""Subjects: what the mail says, what Moodle takes, what is the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.one_line import cut, one_line
from mappings.subjects import mail_subject, plain_subject, post_subject, same_subject


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
    "whole",
    ["Report: week 2", "Hello Re: you", "Reply", "Response", "Ref 12", "Art: colours"],
)
def test_what_only_looks_like_a_prefix_stays(whole: str) -> None:
    assert plain_subject(whole) == whole


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
