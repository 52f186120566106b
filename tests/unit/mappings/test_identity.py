"""The names that the bridge gives, and how it knows them again."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.identity import (
    IssueKey,
    ReplyKey,
    correction_message_id,
    is_ours,
    issue_key,
    issue_message_id,
    issue_of_message_id,
    key_of_address,
    key_of_reference,
    mail_key,
    marker,
    marker_in,
    native_message_id,
    notice_message_id,
    plus_address,
    post_id_of,
    post_message_id,
    read_issue_key,
    read_reply_key,
    reply_key,
    reply_reference,
    site_tag,
)

SECRET = b"a secret of thirty-two bytes ok!"
TAG = site_tag("https://moodle.example.org")
DOMAIN = "bridge.example.org"
ids = st.integers(min_value=0, max_value=2**63 - 1)


@pytest.mark.parametrize(
    "same",
    [
        "http://moodle.example.org",
        "https://MOODLE.example.org/",
        "https://moodle.example.org:443",
        " https://moodle.example.org/ ",
    ],
)
def test_a_site_keeps_its_tag_however_its_address_is_written(same: str) -> None:
    assert site_tag(same) == TAG
    assert len(TAG) == 6


@pytest.mark.parametrize(
    "other",
    [
        "https://moodle.example.org/school",
        "https://moodle.example.org:8443",
        "https://moodle.example.net",
    ],
)
def test_another_site_has_another_tag(other: str) -> None:
    assert site_tag(other) != TAG


def test_a_site_with_letters_of_another_script_has_one_tag() -> None:
    assert site_tag("https://bücher.example") == site_tag(
        "https://xn--bcher-kva.example"
    )


def test_the_message_id_of_a_post_is_short_enough_for_every_generator() -> None:
    written = post_message_id(
        1_234_567_890, site_tag=TAG, domain="bridge.some-course.example.org"
    )
    assert written == f"<post.1234567890.{TAG}@bridge.some-course.example.org>"
    assert len(written) < 60


@given(ids)
def test_a_post_is_known_by_its_message_id(post_id: int) -> None:
    written = post_message_id(post_id, site_tag=TAG, domain=DOMAIN)
    assert post_id_of(written, site_tag=TAG, domain=DOMAIN) == post_id
    shouted = f"  {written.upper()}\t"
    assert post_id_of(shouted, site_tag=TAG, domain=DOMAIN) == post_id
    assert is_ours(shouted, site_tag=TAG, domain=DOMAIN)


@given(ids, st.integers(min_value=0, max_value=2**40))
def test_a_correction_stands_for_the_post_that_it_corrects(
    post_id: int, revision: int
) -> None:
    written = correction_message_id(post_id, revision, site_tag=TAG, domain=DOMAIN)
    assert written != post_message_id(post_id, site_tag=TAG, domain=DOMAIN)
    assert post_id_of(written, site_tag=TAG, domain=DOMAIN) == post_id
    assert is_ours(written, site_tag=TAG, domain=DOMAIN)


@given(st.text())
def test_what_is_not_ours_stands_for_no_post(text: str) -> None:
    assert post_id_of(text, site_tag=TAG, domain=DOMAIN) is None
    assert not is_ours(text, site_tag=TAG, domain=DOMAIN)


@pytest.mark.parametrize(
    "foreign",
    [
        "<post.12.zzzzzz@bridge.example.org>",
        f"<post.12.{TAG}@elsewhere.example.org>",
        f"<post.12.{TAG}@bridge.example.org.evil.example>",
        f"<post.-12.{TAG}@bridge.example.org>",
        f"<post.99999999999999999999.{TAG}@bridge.example.org>",
        f"<post.9223372036854775808.{TAG}@bridge.example.org>",
        f"<post.١٢.{TAG}@bridge.example.org>",
        f"<post.12.{TAG}@bridgexexample.org>",
    ],
)
def test_a_message_id_that_only_looks_like_ours_stands_for_no_post(
    foreign: str,
) -> None:
    assert post_id_of(foreign, site_tag=TAG, domain=DOMAIN) is None


def test_a_notice_is_ours_and_stands_for_no_post() -> None:
    written = notice_message_id("held", "mail:abc", site_tag=TAG, domain=DOMAIN)
    again = notice_message_id("held", "mail:abc", site_tag=TAG, domain=DOMAIN)
    assert written == again
    assert written != notice_message_id("heldm", "ail:abc", site_tag=TAG, domain=DOMAIN)
    assert is_ours(written, site_tag=TAG, domain=DOMAIN)
    assert post_id_of(written, site_tag=TAG, domain=DOMAIN) is None


def test_a_domain_with_letters_of_another_script_gives_an_ascii_message_id() -> None:
    written = post_message_id(7, site_tag=TAG, domain="Bücher.example")
    assert written == f"<post.7.{TAG}@xn--bcher-kva.example>"
    unfit = post_message_id(7, site_tag=TAG, domain="é" * 80)
    assert unfit.isascii()


def test_the_native_message_id_is_the_one_that_moodle_makes() -> None:
    local = hashlib.sha256(b"417to23").hexdigest()
    assert native_message_id(417, 23, "learning.example.org") == (
        f"<{local}@learning.example.org>"
    )
    assert native_message_id(417, 23, "https://learning.example.org/moodle/") == (
        f"<{local}/moodle@learning.example.org>"
    )


def test_a_marker_is_found_in_the_class_of_a_div() -> None:
    mark = marker("in", "mail:abc")
    html = f'<div class="box moodle-bridge {mark}"><p>Hello</p></div>'
    assert marker_in(html) == {mark}
    assert len(mark) == 20
    assert marker_in(f"<DIV CLASS={mark}>x") == {mark}


def test_a_marker_that_is_only_written_about_is_none() -> None:
    mark = marker("in", "mail:abc")
    assert marker_in(f'<p>class="{mark}" {mark}</p><!-- class="{mark}" -->') == set()
    assert marker_in(f'&lt;div class="{mark}"&gt; <i title="{mark}">x</i>') == set()
    assert marker_in(f'<div class="x{mark} {mark}y"></div>') == set()
    assert marker_in("<!-- ref- -->") == set()


@given(st.text())
def test_looking_for_markers_takes_anything(html: str) -> None:
    assert marker_in(html) == set()
    assert marker_in(f"ref-{html}") == set()


def test_markers_of_other_parts_differ() -> None:
    assert marker("ab", "c") != marker("a", "bc")


@given(ids, ids)
def test_a_reply_key_says_who_was_written_to_about_what(
    post_id: int, user_id: int
) -> None:
    key = reply_key(SECRET, post_id, user_id)
    expected = ReplyKey(post_id=post_id, user_id=user_id)
    assert read_reply_key(SECRET, key) == expected
    assert read_reply_key(SECRET, f" {key.upper()} ") == expected
    assert len(f"bridge+{key}") <= 64
    assert read_reply_key(b"another secret of many bytes....", key) is None


@given(ids, ids, st.data())
def test_a_reply_key_with_one_character_changed_is_refused(
    post_id: int, user_id: int, data: st.DataObject
) -> None:
    key = reply_key(SECRET, post_id, user_id)
    place = data.draw(st.integers(0, len(key) - 1))
    other = data.draw(
        st.sampled_from("abcdefghijklmnopqrstuvwxyz234567").filter(
            lambda character: character != key[place]
        )
    )
    assert read_reply_key(SECRET, key[:place] + other + key[place + 1 :]) is None


@given(st.one_of(st.text(), st.from_regex(r"[a-z2-7]{20,64}", fullmatch=True)))
def test_any_other_text_is_no_reply_key(text: str) -> None:
    assert read_reply_key(SECRET, text) is None


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        reply_key(b"short", 1, 2)
    with pytest.raises(ValueError, match="16 bytes"):
        read_reply_key(b"", "aaaaaaaaaaaaaaaaaaaaaaa")


def test_what_is_no_id_gets_no_key() -> None:
    with pytest.raises(ValueError, match="no Moodle id"):
        reply_key(SECRET, -1, 2)


def test_the_key_travels_in_the_address_and_in_references() -> None:
    key = reply_key(SECRET, 417, 23)
    address = plus_address("bridge@example.org", key)
    assert address == f"bridge+{key}@example.org"
    assert key_of_address(address, "bridge@example.org") == key
    assert key_of_address(f"<BRIDGE-{key.upper()}@Example.ORG>", "bridge@example.org")
    reference = reply_reference(key, domain=DOMAIN)
    assert key_of_reference(reference, domain=DOMAIN) == key
    assert key_of_reference(reference.upper(), domain=DOMAIN) == key


@pytest.mark.parametrize(
    "address",
    [
        "bridge@example.org",
        "bridge+@example.org",
        "bridge+hello@example.org",
        "other+aaaaaaaaaaaaaaaaaaaaaaaa@example.org",
        "bridge+aaaaaaaaaaaaaaaaaaaaaaaa@example.net",
        "bridge.aaaaaaaaaaaaaaaaaaaaaaaa@example.org",
        "",
    ],
)
def test_an_address_without_a_key_carries_none(address: str) -> None:
    assert key_of_address(address, "bridge@example.org") is None


def test_an_id_of_another_kind_carries_no_key() -> None:
    assert key_of_reference("<post.1.abcdef@x>", domain=DOMAIN) is None


MAIL = (
    b"Received: from a by b; Mon, 2 Nov 2026 10:00:00 +0000\r\n"
    b"From: Aminata Diop\r\n <aminata@example.sn>\r\n"
    b"Message-ID: <a@example.sn>\r\nSubject: Re: Hello\r\n"
    b"Date: Mon, 2 Nov 2026 10:00:00 +0000\r\n\r\nMerci beaucoup\r\n"
)


def test_the_same_mail_by_another_way_has_the_same_key() -> None:
    other = (
        b"Return-Path: <list-bounces@example.org>\n"
        b"Delivered-To: b@example.org\nARC-Seal: i=1\n"
        b"DKIM-Signature: v=1;\n\tb=abc\nfrom:  Aminata Diop <aminata@example.sn>\n"
        b"Message-ID: <a@example.sn>\nSubject: [L] Re: Hello\n\nMerci beaucoup  \n\n"
    )
    assert mail_key(MAIL, "<a@example.sn>") == mail_key(other, " <a@example.sn>")


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"Merci", b"Mersi"), (b"aminata@", b"awa@")],
)
def test_another_mail_under_the_same_message_id_has_another_key(
    before: bytes, after: bytes
) -> None:
    other = MAIL.replace(before, after)
    assert mail_key(MAIL, "<a@example.sn>") != mail_key(other, "<a@example.sn>")


def test_two_mails_without_message_id_that_say_the_same_are_two() -> None:
    later = MAIL.replace(b"Date: Mon, 2", b"Date: Tue, 3")
    assert mail_key(MAIL, None) != mail_key(later, None)
    assert mail_key(MAIL, None) == mail_key(MAIL, None)
    assert mail_key(MAIL, None) != mail_key(MAIL, "<a@example.sn>")


@given(st.binary(), st.one_of(st.none(), st.text()))
def test_any_bytes_have_a_key_that_logs_do_not_mask(
    raw: bytes, message_id: str | None
) -> None:
    key = mail_key(raw, message_id)
    assert len(key) == 37
    assert key.startswith("mail:")


@given(issue=ids, user=ids)
def test_an_issue_key_says_which_issue_went_to_whom(issue: int, user: int) -> None:
    key = issue_key(SECRET, issue, user)
    assert read_issue_key(SECRET, f" {key.upper()} ") == IssueKey(
        issue_id=issue, user_id=user
    )
    assert key_of_address(
        plus_address("bridge@lists.org", key), "bridge@lists.org"
    ) == (key)


def test_an_issue_key_is_never_taken_for_a_reply_key_nor_the_other_way_round() -> None:
    assert read_reply_key(SECRET, issue_key(SECRET, 3, 4)) is None
    assert read_issue_key(SECRET, reply_key(SECRET, 3, 4)) is None


def test_the_message_id_of_an_issue_is_ours_and_gives_its_number() -> None:
    names = {"site_tag": "abcdef", "domain": "lists.org"}
    message_id = issue_message_id(12, **names)
    assert message_id == "<digest.12.abcdef@lists.org>"
    assert is_ours(message_id, **names)
    assert issue_of_message_id(message_id.upper(), **names) == 12
    assert issue_of_message_id("<digest.12.other@lists.org>", **names) is None
    assert issue_of_message_id(f"<digest.{2**63}.abcdef@lists.org>", **names) is None
    assert post_id_of(message_id, **names) is None
