"""The parts of a mail, small and safe."""

from __future__ import annotations

import email
import email.policy
import re
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.mime_parts import file_part, multipart, shown_name, text_part
from moodle_bridge.model.mail import MailFile


def read(part: bytes) -> email.message.EmailMessage:
    return email.message_from_bytes(part, policy=email.policy.default)


def encoding_of(text: str) -> str:
    return str(read(text_part(text))["Content-Transfer-Encoding"])


def test_the_smallest_safe_encoding_is_taken() -> None:
    assert encoding_of("Hello all") == "7bit"
    assert encoding_of("Chers collègues, bonjour à tous de Thiès") == "quoted-printable"
    assert encoding_of("مرحبا بكم في الدورة") == "base64"
    assert encoding_of("one very long line " * 60) == "quoted-printable"
    assert encoding_of("Hello\x07") == "7bit"


@given(st.text(st.characters(codec="utf-8")))
def test_a_text_is_the_same_when_it_is_read(text: str) -> None:
    part = text_part(text)
    expected = "\n".join(text.splitlines()).strip("\n") + "\n"
    assert read(part).get_content().replace("\r\n", "\n") == expected
    assert all(len(line) <= 998 for line in part.split(b"\r\n"))
    assert b"\n" not in part.replace(b"\r\n", b"")
    assert part.isascii()


def test_lone_surrogates_do_not_stop_a_mail() -> None:
    assert read(text_part("a\ud800b")).get_content().rstrip() == "a?b"


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("plan.pdf", "plan.pdf"),
        ("C:\\Users\\a\\plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("a\r\nb.pdf", "a b.pdf"),
        ("", "file"),
        ("..", "file"),
        ("ảnh chụp.jpg", "ảnh chụp.jpg"),
        ("x" * 200 + ".jpeg", "x" * 75 + ".jpeg"),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_file_keeps_a_name_that_does_no_harm(given_name: str, expected: str) -> None:
    assert shown_name(given_name) == expected


@pytest.mark.parametrize(
    "name", ["plan.pdf", "été.pdf", "ảnh chụp ở đồng.jpg", "خطة الدورة التدريبية" * 3]
)
def test_a_file_is_the_same_when_it_is_read(name: str) -> None:
    part = file_part(
        MailFile(filename=name, media_type="image/jpeg", content=bytes(range(256)))
    )
    found = read(part)
    assert found.get_filename() == name
    assert found.get_content() == bytes(range(256))
    assert found.get_content_type() == "image/jpeg"
    assert all(len(line) <= 78 for line in part.split(b"\r\n"))


def test_a_long_name_is_never_parted_within_a_character() -> None:
    name = "Kế hoạch số 1 – été ở đồng bằng sông Cửu Long.txt"
    part = file_part(MailFile(filename=name, media_type="text/plain", content=b"a"))
    for piece in re.findall(rb"filename\*\d+\*=(?:utf-8'')?([^;\s]+)", part):
        unquote_to_bytes(piece).decode("utf-8")
    header = read(part)["Content-Disposition"]
    assert not header.defects
    assert header.params["filename"] == name


@pytest.mark.parametrize(
    ("content", "charset"),
    [("Kế hoạch".encode(), "utf-8"), (b"plan", None), ("é".encode("latin-1"), None)],
)
def test_a_text_file_says_utf8_where_it_is(content: bytes, charset: str | None) -> None:
    part = file_part(
        MailFile(filename="a.txt", media_type="text/plain", content=content)
    )
    assert read(part).get_param("charset") == charset
    assert read(part).get_payload(decode=True) == content


@pytest.mark.parametrize(
    "media_type", ["message/rfc822", "multipart/mixed", "x", "a/b\r\nc:d"]
)
def test_a_media_type_that_would_be_read_as_mail_is_not_kept(media_type: str) -> None:
    part = file_part(MailFile(filename="a", media_type=media_type, content=b"x"))
    assert read(part).get_content_type() == "application/octet-stream"


def test_no_part_can_hold_the_boundary() -> None:
    first = multipart("mixed", [text_part("a")], "seed")
    boundary = read(first).get_boundary()
    second = multipart("mixed", [text_part(f"--{boundary}--")], "seed")
    found = read(second)
    assert found.get_boundary() != boundary
    (inner,) = found.iter_parts()
    assert f"--{boundary}--" in inner.get_content()
