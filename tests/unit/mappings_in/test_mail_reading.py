from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.identity import mail_key
from mappings.mail_body import unless_broken
from mappings.mail_reading import ReadingLimits, read_mail
from mappings.screening import VerdictKind, screen
from mappings.senders import author_of
from mappings.trimming import trim
from tests.unit.mappings_in.mails_in import FOLDER, RULES, mail, raw, written

MAILS = sorted(FOLDER.glob("*.eml"))


def test_ids_are_read_whatever_stands_around_them() -> None:
    read = mail("odd-ids")
    assert read.in_reply_to == ("<q1[2]@x.example>",)
    assert read.references == (
        "<a@x.example>",
        "<b@x.example>",
        "<c@x.example>",
        "<d@x.example>",
    )


def test_of_a_very_long_chain_of_references_the_first_and_the_last_are_kept() -> None:
    chain = " ".join(f"<{number}@x>" for number in range(5000))
    read = written(f"From: a@b.example\nReferences: {chain}")
    assert read.references[0] == "<0@x>"
    assert read.references[-1] == "<4999@x>"
    assert len(read.references) == 500


def test_what_a_mail_does_not_have_is_none() -> None:
    read = mail("no-message-id")
    assert (read.message_id, read.date, read.return_path, read.list_id) == (
        None,
        None,
        None,
        None,
    )


def test_a_date_is_told_in_utc() -> None:
    assert mail("french-quotes-below").date == datetime(2025, 2, 3, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "",
        "Mon, 99 Feb 2025 10:00:00 +0100",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "3 Feb 99999999999999999999 10:00",
    ],
)
def test_a_date_that_makes_no_sense_is_none(value: str) -> None:
    assert written(f"From: a@b.example\nDate: {value}").date is None


def test_a_date_without_a_zone_is_taken_as_utc() -> None:
    read = written("From: a@b.example\nDate: Mon, 3 Feb 2025 10:00:00 -0000")
    assert read.date == datetime(2025, 2, 3, 10, tzinfo=UTC)


def test_a_name_in_any_script_is_decoded() -> None:
    sender = mail("vietnamese-base64").from_
    assert sender is not None
    assert sender.name == "Nguyễn Thị Hương"
    assert mail("vietnamese-base64").subject == "Trả lời: Kế hoạch"


def test_an_encoded_word_cut_inside_a_character_is_made_whole() -> None:
    octets = "é".encode()
    words = " ".join(
        f"=?utf-8?B?{base64.b64encode(part).decode()}?="
        for part in (b"caf" + octets[:1], octets[1:] + b"!")
    )
    assert written(f"From: a@b.example\nSubject: {words}").subject == "café!"


def test_a_subject_in_bare_eight_bit_letters_is_read() -> None:
    read = read_mail("From: a@b.example\nSubject: Été à Thiès\n\nx".encode("cp1252"))
    assert read.subject == "Été à Thiès"


def test_names_cannot_smuggle_lines_or_controls() -> None:
    read = written("From: =?utf-8?q?A=0D=0ABcc:_x=40y.example=00?= <a@b.example>")
    assert read.from_ is not None
    assert read.from_.name == "A Bcc: x@y.example"


def test_for_whom_it_was_delivered_comes_from_the_servers_that_say_so() -> None:
    read = written(
        "Delivered-To: bridge+key@x.example\nX-Original-To: bridge@x.example\n"
        "X-Gm-Original-To: first@x.example\nReturn-Path: <>\nFrom: a@b.example"
    )
    assert read.delivered_to == (
        "first@x.example",
        "bridge+key@x.example",
        "bridge@x.example",
    )
    assert read.return_path == ""


def test_format_flowed_is_undone() -> None:
    lines = mail("flowed").text.split("\n")
    assert lines[1].startswith("> Do you all agree")
    assert lines[1].endswith("last Friday?")
    assert lines[-2:] == ["-- ", "Peter"]


def test_delsp_joins_words_without_their_space() -> None:
    read = read_mail(
        b"From: a@b.example\nContent-Type: text/plain; format=flowed; delsp=yes\n"
        b"\nkilo \nmetre \n\nend\n"
    )
    assert read.text == "kilometre\n\nend"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wrong-charset", "Olá, a reunião é amanhã. Não posso ir."),
        ("unknown-charset", "Olá, a reunião é amanhã."),
        ("base64-without-padding", "Olá, amanhã às dez."),
    ],
)
def test_text_is_read_although_its_charset_or_coding_is_a_lie(
    name: str, text: str
) -> None:
    assert mail(name).text == text


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("gb2312", "我们同意这个计划。"),
        ("iso-2022-jp", "私たちは計画に同意します。"),
        ("windows-1256", "نحن موافقون على الخطة"),
        ("koi8-r", "Мы согласны с планом"),
        ("windows-1258", "Chào"),
        ("utf-7", "Réponse"),
        ("ISO-8859-1", "Coût: 30"),
    ],
)
def test_charsets_of_the_world_are_read(charset: str, text: str) -> None:
    head = f"From: a@b.example\nContent-Type: text/plain; charset={charset}\n\n"
    assert read_mail(head.encode() + text.encode(charset)).text == text


@pytest.mark.parametrize("charset", ["unicode_escape", "idna", "rot13", "zip", "hex"])
def test_codecs_that_are_no_charsets_are_not_used(charset: str) -> None:
    head = f"From: a@b.example\nContent-Type: text/plain; charset={charset}\n\n"
    assert read_mail(head.encode() + b"plain \\d words").text == "plain \\d words"


def test_a_photo_comes_with_its_name_and_its_id() -> None:
    (photo,) = mail("phone-photo").files
    assert (photo.filename, photo.media_type) == ("photo été.jpeg", "image/jpeg")
    assert photo.content_id == "ABC-1@local"
    assert photo.content.startswith(b"\xff\xd8")


def test_names_of_files_lose_paths_and_tricks() -> None:
    names = [file.filename for file in mail("enclosed-mail").files]
    assert names == ["Pump offer.eml", "winmail.dat", "evil.exe"]


def test_an_enclosed_mail_is_a_file_that_can_be_read_again() -> None:
    enclosed = mail("enclosed-mail").files[0]
    assert read_mail(enclosed.content).text == "We sell pumps."


def test_html_beside_the_foot_of_a_list_is_not_lost() -> None:
    assert mail("html-beside-list-foot").text.startswith("The words of the author.")


def test_of_two_alternatives_the_plain_one_is_taken_and_the_other_remembered() -> None:
    read = read_mail(
        b"From: a@b.example\nContent-Type: multipart/alternative; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nplain\n--b\nContent-Type: text/html\n\n"
        b"<p>rich</p>\n--b--\n"
    )
    assert read.text == "plain"
    assert read.html == "<p>rich</p>"


def test_a_blank_plain_alternative_gives_way_to_the_html() -> None:
    read = read_mail(
        b"From: a@b.example\nContent-Type: multipart/alternative; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\n \n--b\nContent-Type: text/html\n\n"
        b"<p>rich</p>\n--b--\n"
    )
    assert read.text == "rich"


def test_the_same_mail_delivered_twice_reads_the_same() -> None:
    one, two = mail("double-one"), mail("double-two")
    assert (one.message_id, one.text) == (two.message_id, two.text)
    assert mail_key(raw("double-one"), one.message_id) == mail_key(
        raw("double-two"), two.message_id
    )


def test_over_its_limits_a_mail_is_read_as_far_as_its_headers() -> None:
    many = b"From: a@b.example\nSubject: S\n\n" + b"--x\n" * 200
    read = read_mail(many, limits=ReadingLimits(parts=100))
    assert (read.subject, read.text, read.problems) == ("S", "", ("over-parts",))
    assert read_mail(many, limits=ReadingLimits(size=100)).problems == ("over-size",)
    assert screen(read, RULES).kind == VerdictKind.UNREADABLE


def test_ten_thousand_enclosed_mails_are_not_opened() -> None:
    nested = b"From: a@b.example\n" + b"Content-Type: message/rfc822\n\n" * 10_000
    read = read_mail(nested)
    assert read.problems == ("over-nesting",)
    assert read.size == len(nested)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: multipart/mixed",
        b"Content-Type: multipart/mixed; boundary=never",
        b"Content-Type: text/markdown",
        b"Content-Type: nonsense",
        b"Content-Type: text/plain; charset*=x''%zz",
        b"Content-Transfer-Encoding: x-unheard-of",
    ],
)
def test_words_are_found_although_their_part_is_labelled_wrongly(head: bytes) -> None:
    read = read_mail(b"From: a@b.example\n" + head + b"\n\nThe words.\n")
    assert (read.text, read.files) == ("The words.", ())


def test_a_thousand_parts_are_enough() -> None:
    parts = b"--b\nContent-Type: text/plain\n\nx\n" * 1_500
    head = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n"
    read = read_mail(head + parts)
    assert read.problems == ("over-parts",)


def test_a_mail_cut_off_inside_a_letter_is_still_utf8() -> None:
    head = b"From: a@b.example\nContent-Type: text/plain; charset=utf-8\n\n"
    read = read_mail(head + "déjà été à Thiès".encode()[:-2])
    assert read.text.startswith("déjà été à Thi")


def test_an_encoded_word_that_is_no_base64_is_shown_as_it_came() -> None:
    read = written("From: a@b.example\nSubject: =?utf-8?B?a?= and =?utf-8?B?YmI=?=")
    assert read.subject == "a and bb"


def test_flowed_text_ends_where_the_depth_of_quoting_changes() -> None:
    read = read_mail(
        b"From: a@b.example\nContent-Type: text/plain; format=flowed\n\n"
        b"> one \nmine \n-- \nName \n"
    )
    assert read.text == "> one\nmine\n-- \nName"


def test_what_the_library_cannot_read_is_given_a_plain_answer() -> None:
    assert unless_broken(lambda: "x".encode("no-such").decode(), "plain") == "plain"


def everything_holds(octets: bytes) -> None:
    read = read_mail(octets)
    assert read.size == len(octets)
    "".join((read.text, read.subject, *(one.name for one in read.senders))).encode()
    assert "\0" not in read.text
    assert all(file.filename.isprintable() for file in read.files)
    assert all("/" not in file.filename for file in read.files)
    screen(read, RULES)
    author_of(read, RULES.mailing_list)
    trim(read.text)


@given(st.binary(max_size=400))
def test_any_bytes_can_be_read(octets: bytes) -> None:
    everything_holds(octets)


HEADERS = st.sampled_from(
    [
        b"From: ",
        b"Subject: =?utf-8?b?",
        b"Date: ",
        b"References: <",
        b"To: ((((",
        b"Content-Type: multipart/mixed; boundary=",
        b"Content-Type: message/rfc822\n\n",
        b"Content-Type: message/delivery-status\n\n",
        b"Content-Type: text/html; charset=\n\n<blockquote>",
        b"Content-Type: text/plain; format=flowed\n\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: x-uuencode\n",
        b"Content-Disposition: attachment; filename*0*=utf-8''%ff",
        b"\n--",
        b"\n\n",
        b"Content-Type: text/calendar; method*=x''%zz\n\n",
    ]
)


@given(st.lists(st.one_of(HEADERS, st.binary(max_size=20)), max_size=30))
def test_anything_that_looks_like_a_mail_can_be_read(pieces: list[bytes]) -> None:
    everything_holds(b"\n".join(pieces))


@given(
    st.sampled_from(MAILS),
    st.integers(min_value=0, max_value=3000),
    st.integers(min_value=0, max_value=200),
    st.binary(max_size=30),
)
def test_a_mail_that_was_damaged_on_the_way_can_be_read(
    path: object, start: int, length: int, put: bytes
) -> None:
    octets = path.read_bytes()  # type: ignore[attr-defined]
    everything_holds(octets[:start] + put + octets[start + length :])


@pytest.mark.parametrize(
    "octets",
    [
        b"To: " + b"(" * 50_000,
        b"From: " + b'"' * 50_001,
        b"Subject: " + b"=?utf-8?q?" * 20_000,
        b"Content-Type: text/html\n\n" + b"<blockquote>" * 20_000,
        b"Content-Type: text/html\n\n" + b"<" * 200_000,
        b"References: " + b"<" * 200_000,
        b"List-Post: " + b"<" * 200_000,
        b"Content-Type: text/plain\n\n"
        + b"On 3 Feb 2025 10:00 a@b.example wrote:\n" * 9_000,
        b"Content-Type: text/plain\n\n" + b"> " * 200_000,
        b"Content-Type: text/plain\n\n" + b"From: a\n" * 19_000,
        b"Content-Type: text/plain\n\n" + b"-" * 200_000 + b"\nx",
        b"Content-Type: text/plain\n\n" + b"From " * 100_000 + b":",
    ],
    ids=range(12),
)
def test_a_mail_built_to_be_a_burden_is_read_all_the_same(octets: bytes) -> None:
    everything_holds(octets)


def _part(kind: str, text: str) -> bytes:
    head = (
        f"From: a@b.example\nSubject: x\nContent-Type: text/{kind}; charset=utf-8\n\n"
    )
    return (head + text).encode()


def test_a_text_as_long_as_a_book_is_a_file() -> None:
    mail = read_mail(_part("plain", "word\n" * 200_000))
    assert mail.text == ""
    (file,) = mail.files
    assert (file.filename, file.media_type) == ("attachment-1.txt", "text/plain")
    assert file.content.count(b"word") == 200_000
    assert mail.problems == ()


def test_a_page_as_long_as_a_book_is_a_file() -> None:
    mail = read_mail(_part("html", "<p>word</p>" * 200_000))
    assert (mail.text, mail.html) == ("", None)
    assert [file.filename for file in mail.files] == ["attachment-1.html"]


def test_a_long_page_beside_a_short_text_is_let_go() -> None:
    page = "Content-Type: text/html\n\n" + "<p>word</p>" * 200_000
    raw = (
        "From: a@b.example\nContent-Type: multipart/alternative; boundary=b\n\n"
        f"--b\n\nword\n--b\n{page}\n--b--\n"
    )
    mail = read_mail(raw.encode())
    assert (mail.text, mail.html, mail.files) == ("word", None, ())


@pytest.mark.parametrize(
    "raw",
    [
        b"X-A: 1\n" * 6_000 + b"From: a@b.example\n\nx\n",
        b"From: a@b.example\n\n" + b"x\n" * 500_000,
    ],
)
def test_a_mail_of_too_many_lines_is_read_as_far_as_its_headers(raw: bytes) -> None:
    mail = read_mail(raw)
    assert mail.problems == ("over-lines",)
    assert mail.text == ""


def test_an_endless_subject_is_cut() -> None:
    mail = read_mail(b"Subject: " + b"Re: " * 100_000 + b"\nFrom: a@b.example\n\nx")
    assert len(mail.subject) <= 4_000


def test_a_tag_with_ten_thousand_attributes_is_the_bare_tag() -> None:
    told = " ".join(f"a{number}={number}" for number in range(10_000))
    assert read_mail(_part("html", f"<p {told}>one</p>two")).text == "one\n\ntwo"


def test_tables_within_tables_without_end_give_their_text() -> None:
    html = "<table><tr><td>" * 300 + "word" + "<td>x" * 20_000
    assert read_mail(_part("html", html)).text.split()[0] == "word"


@given(st.lists(st.sampled_from([b"a", b" ", b"\n", b"\r\n", b"\t", b"> x", b"\r"])))
def test_the_key_of_a_mail_is_that_of_its_lines(pieces: list[bytes]) -> None:
    body = b"".join(pieces)
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    plain = b"\n".join(line.rstrip() for line in lines).strip(b"\n")
    head = b"From: a@b.example\n\n"
    assert mail_key(head + body, "<1@x>") == mail_key(head + plain, "<1@x>")
    assert mail_key(head + plain + b"\nz", "<1@x>") != mail_key(head + plain, "<1@x>")


def test_the_key_of_a_mail_does_not_change_with_versions() -> None:
    raw = b"From: a@b.example\r\nTo: c@d.example\r\n\r\n\r\n  one \r\n\r\ntwo\t\r\n\r\n"
    assert mail_key(raw, "<1@x>") == "mail:7odmkzbq47llyjg4m3hvczzsfibtdvnz"
    assert mail_key(raw, None) == "mail:6kl5jbilqsodnh5j22vwanw4s4e2xhsd"
    assert (
        mail_key(b"From: a@b.example", None) == "mail:osybdt2bxqwwz6npvzuqdazg5n6mawpw"
    )


def test_an_enclosed_mail_with_line_ends_in_its_headers_is_kept_whole() -> None:
    inner = b"From: a@b.example\rTo: x\nContent-Type: multipart/mixed; boundary=q\n\n"
    raw = (
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nLook.\n"
        b"--b\nContent-Type: message/rfc822\n\n"
        + inner
        + b"--q\n\nwords\n--q--\n--b--\n"
    )
    (file,) = read_mail(raw).files
    assert file.media_type == "message/rfc822"
    assert b"words" in file.content
