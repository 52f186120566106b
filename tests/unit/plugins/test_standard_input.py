from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from moodle_bridge.model.mail import IncomingMail
from moodle_bridge.plugins.mailboxes.arrival import OVERSIZE
from moodle_bridge.plugins.mailboxes.standard_input import read_stdin

MAILS = Path(__file__).parent / "mails"
NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
PIPED = (MAILS / "piped.eml").read_bytes()


def read(
    raw: bytes, environment: dict[str, str] | None = None, max_bytes: int = 10_000
) -> IncomingMail | None:
    return read_stdin(
        BytesIO(raw), environment=environment or {}, received=NOW, max_bytes=max_bytes
    )


def test_the_mbox_line_is_taken_off_and_no_line_of_the_text() -> None:
    mail = read(PIPED)
    assert mail is not None
    assert mail.raw == PIPED.split(b"\n", 1)[1]
    assert b"\nFrom here on it is mine." in mail.raw
    assert mail.received == NOW


@pytest.mark.parametrize(
    ("environment", "recipient"),
    [
        (
            {"ORIGINAL_RECIPIENT": "forum+k3@b.org", "RECIPIENT": "b@b.org"},
            "forum+k3@b.org",
        ),
        ({"ORIG_RECIPIENT": "forum+k3@b.org"}, "forum+k3@b.org"),
        ({"RECIPIENT": "forum@b.org", "EXTENSION": "k3"}, "forum+k3@b.org"),
        ({"RECIPIENT": "forum+k3@b.org", "EXTENSION": "k3"}, "forum+k3@b.org"),
        ({"RECIPIENT": "forum", "EXTENSION": "k3"}, "forum"),
        ({"RECIPIENT": "forum@b.org"}, "forum@b.org"),
        ({"EXTENSION": "k3"}, None),
        ({}, None),
    ],
)
def test_the_recipient_is_read_from_the_pipe(
    environment: dict[str, str], recipient: str | None
) -> None:
    mail = read(PIPED, environment)
    assert mail is not None
    assert mail.envelope_recipient == recipient


@pytest.mark.parametrize(
    ("environment", "sender"),
    [
        ({"SENDER": "ben@x.org"}, "ben@x.org"),
        ({"SENDER": "<ben@x.org>"}, "ben@x.org"),
        ({"SENDER": ""}, ""),
        ({"SENDER": "<>"}, ""),
        ({"SENDER": "MAILER-DAEMON"}, ""),
        ({}, "amina@learner.example.net"),
    ],
)
def test_the_sender_is_read_from_the_pipe_or_from_above_the_mail(
    environment: dict[str, str], sender: str
) -> None:
    mail = read(PIPED, environment)
    assert mail is not None
    assert mail.envelope_sender == sender


@pytest.mark.parametrize("raw", [b"", b"\n", b"From x\n"])
def test_an_empty_stream_is_no_mail(raw: bytes) -> None:
    assert read(raw) is None


def test_the_same_mail_for_the_same_recipient_has_the_same_key() -> None:
    first, second = read(PIPED), read(PIPED)
    other = read(PIPED, {"RECIPIENT": "else@b.org"})
    assert first is not None
    assert second is not None
    assert other is not None
    assert first.key == second.key != other.key


def test_a_stream_that_is_too_long_is_read_to_its_end_and_kept_as_header() -> None:
    stream = BytesIO(b"Subject: big\n\n" + b"x\n" * 200_000)
    mail = read_stdin(stream, environment={}, received=NOW, max_bytes=1000)
    assert mail is not None
    assert mail.raw == f"{OVERSIZE}: 400014\r\nSubject: big\r\n\r\n".encode()
    assert stream.read() == b""
