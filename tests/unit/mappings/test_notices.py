"""The one polite mail to somebody whose mail was not posted."""

from __future__ import annotations

import email
import email.policy
import os
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.bridge_header import BRIDGE_HEADER, bridge_header
from mappings.identity import is_ours, plus_address, reply_key
from mappings.notices import ANSWERED_REASONS, notice_to_mail
from mappings.phrases import LANGUAGES
from moodle_bridge.model.mail import OutgoingMail
from tests.unit.mappings.course_of_mails import MOODLE_IDS, SITE, STARTED

MAILS = Path(__file__).parents[2] / "mail" / "out"


def notice(
    reason: str = "unknown-sender",
    *,
    to: str = "stranger@example.net",
    subject: str = "Re: [SM25] Bonjour à tous",
    message_id: str | None = "<q1@example.net>",
    references: tuple[str, ...] = (),
    language: str = "fr",
) -> OutgoingMail | None:
    return notice_to_mail(
        reason=reason,
        to=to,
        subject=subject,
        message_id=message_id,
        references=references,
        language=language,
        date=STARTED,
        list_name="SM25",
        site=SITE,
        key="notice:mail:abc",
    )


def read(mail: OutgoingMail | None) -> EmailMessage:
    assert mail is not None
    return email.message_from_bytes(mail.content, policy=email.policy.default)


def text_of(mail: OutgoingMail | None) -> str:
    return str(read(mail).get_content()).replace("\r\n", "\n")


def test_a_stranger_gets_exactly_this_mail() -> None:
    mail = notice()
    assert mail is not None
    path = MAILS / "notice-to-a-stranger.eml"
    if os.environ.get("WRITE_EXPECTED_MAILS"):
        path.write_bytes(mail.content)
    assert mail.content == path.read_bytes()


def test_it_can_be_told_from_the_word_of_a_person_and_bounces_to_nobody() -> None:
    outgoing = notice()
    mail = read(outgoing)
    assert outgoing is not None
    assert outgoing.sender == ""
    assert outgoing.recipients == ("stranger@example.net",)
    assert mail["Auto-Submitted"] == "auto-replied"
    assert is_ours(outgoing.message_id, site_tag=SITE.site_tag, domain=SITE.domain)
    mark = bridge_header(mail[BRIDGE_HEADER])
    assert mark is not None
    assert mark.post_id is None
    assert mark.key == outgoing.key


def test_it_answers_their_mail() -> None:
    mail = read(notice(references=MOODLE_IDS))
    assert mail["In-Reply-To"] == "<q1@example.net>"
    assert mail["References"].split() == [*MOODLE_IDS[-10:], "<q1@example.net>"]
    assert "In-Reply-To" not in read(notice(message_id=None))


def test_the_same_mail_gets_the_same_notice() -> None:
    assert notice() == notice()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", sorted(ANSWERED_REASONS))
def test_it_says_what_happened_and_what_to_do(reason: str, language: str) -> None:
    mail = notice(reason, language=language)
    assert mail is not None
    text = text_of(mail)
    assert "> Bonjour à tous\n" in text
    assert len(text.split("\n\n")) == 6
    assert len(mail.content) < 1500
    assert "{" not in text


@pytest.mark.parametrize(
    "reason", ["failed-authentication", "auto-reply", "bounce", "echo", "digest", ""]
)
def test_what_must_not_be_answered_is_not(reason: str) -> None:
    assert notice(reason) is None


@pytest.mark.parametrize(
    "to",
    [
        "",
        "no address",
        "a@b.example, c@d.example",
        "MAILER-DAEMON@example.net",
        "noreply@example.net",
        "sm25-bounces@lists.example.org",
        "Bridge@Example.org",
        plus_address("bridge@example.org", reply_key(b"x" * 16, 1, 2)),
    ],
)
def test_machines_and_ourselves_get_no_answer(to: str) -> None:
    assert notice(to=to) is None


def test_a_forged_sender_is_sent_no_link() -> None:
    subject = "Win at https://evil.example/x or www.evil.example or evil.example/y now"
    text = read(notice(subject=subject)).as_string()
    assert "evil" not in text
    assert "now" in text


def test_a_mail_without_a_subject_gets_a_notice_too() -> None:
    assert "> …\n" in text_of(notice(subject="Re:"))


@given(st.text(), st.text())
def test_nothing_of_theirs_can_add_a_header(subject: str, message_id: str) -> None:
    mail = read(notice(subject=subject, message_id=message_id))
    expected = read(notice()).keys()
    optional = {"In-Reply-To", "References"}
    assert [key for key in mail.keys() if key not in optional] == [  # noqa: SIM118
        key for key in expected if key not in optional
    ]
