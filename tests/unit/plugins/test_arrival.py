from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from moodle_bridge.plugins.mailboxes.arrival import (
    HEADER_BYTES,
    OVERSIZE,
    Envelope,
    envelope_of,
    header_alone,
    key_of,
)

MAILS = Path(__file__).parent / "mails"


def test_the_envelope_is_what_the_own_host_wrote_and_no_forgery_below() -> None:
    assert envelope_of((MAILS / "postfix.eml").read_bytes()) == Envelope(
        recipient="forum+k3@bridge.example.org", sender="amina@learner.example.net"
    )


def test_the_null_return_path_is_an_empty_sender() -> None:
    found = envelope_of((MAILS / "null_sender.eml").read_bytes())
    assert found == Envelope(recipient=None, sender="")


def test_what_a_sender_writes_below_received_tells_nothing() -> None:
    raw = (
        b"Received: by x\r\nDelivered-To: eve@x.org\r\nReturn-Path: <eve@x.org>\r\n\r\n"
    )
    assert envelope_of(raw) == Envelope()


def test_what_stands_in_the_body_tells_nothing() -> None:
    assert envelope_of(b"Subject: x\r\n\r\nDelivered-To: eve@x.org\r\n") == Envelope()


def test_folded_lines_and_lone_line_feeds_are_read() -> None:
    raw = b"Subject: a\n b\nDelivered-To:\n <ben@x.org>\nReceived: by x\n\n"
    assert envelope_of(raw).recipient == "ben@x.org"


@given(st.binary(max_size=300))
def test_an_envelope_is_read_from_anything(raw: bytes) -> None:
    found = envelope_of(raw)
    assert found.recipient != ""


def test_a_mail_too_big_is_its_header_with_the_mark_first() -> None:
    raw = b"Subject: Week 2\r\nX-Moodle-Bridge-Oversize: 3\r\n\r\n" + b"x" * 100
    assert header_alone(raw, len(raw)) == (
        f"{OVERSIZE}: {len(raw)}\r\n".encode()
        + b"Subject: Week 2\r\nX-Moodle-Bridge-Oversize: 3\r\n\r\n"
    )


def test_a_header_without_end_is_cut() -> None:
    found = header_alone(b"x" * (HEADER_BYTES * 2), 99)
    assert found.startswith(b"X-Moodle-Bridge-Oversize: 99\r\n")
    assert len(found) < HEADER_BYTES + 100


def test_a_key_is_made_of_the_mail_and_for_whom_it_is() -> None:
    assert key_of("lmtp", b"a", "ben@x.org") == key_of("lmtp", b"a", "ben@x.org")
    others = [
        ("lmtp", b"b", "ben@x.org"),
        ("lmtp", b"a", "chi@x.org"),
        ("lmtp", b"a", None),
    ]
    keys = {key_of(*other) for other in others}
    assert len(keys | {key_of("lmtp", b"a", "ben@x.org")}) == 4
