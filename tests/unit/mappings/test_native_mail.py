from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from mappings.command_words import Word, command_line
from mappings.mail_commands import read_commands
from mappings.mail_reading import read_mail
from mappings.mail_wishes import ChooseChannel
from mappings.native_mail import NativeIds, twice_mail
from mappings.phrases import LANGUAGES
from moodle_bridge.model.channels import ChannelKind
from tests.unit.mappings.course_of_mails import SITE as MAIL_SITE

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITE = "https://learn.example.org/moodle"


def told(post_id: int, user_id: int, end: str = "/moodle@learn.example.org") -> str:
    return f"<{hashlib.sha256(f'{post_id}to{user_id}'.encode()).hexdigest()}{end}>"


def test_the_post_of_a_notification_is_found_by_who_answers() -> None:
    ids = NativeIds(SITE)
    posts = [417, 416, 12]
    assert ids.post_of(told(12, 7), posts, author_ids=[7]) == 12
    assert ids.post_of(told(12, 7), posts, author_ids=[8]) is None
    assert ids.post_of(told(12, 7), posts, author_ids=[8], others=[8, 7]) == 12
    assert ids.post_of(told(99, 7), posts, author_ids=[7]) is None
    assert ids.post_of(told(12, 7), posts, author_ids=()) is None


def test_mail_programs_may_change_capitals() -> None:
    ids = NativeIds("https://Learn.Example.org")
    sent = told(12, 7, "@learn.example.org").upper()
    assert ids.post_of(sent, [12], author_ids=[7]) == 12


@pytest.mark.parametrize(
    ("message_id", "native"),
    [
        (told(1, 2), True),
        ("<65f1c0a1b2c3d4.12345678/moodle@learn.example.org>", True),
        (told(1, 2, "@learn.example.org"), False),
        (told(1, 2, "/moodle@other.example.org"), False),
        ("<CAF1=abc@learn.example.org>", False),
        ("<someone/moodle@learn.example.org>", False),
        ("", False),
        ("<>", False),
    ],
)
def test_only_what_moodle_writes_is_taken_for_its_own(
    message_id: str, native: bool
) -> None:
    assert NativeIds(SITE).is_native(message_id) is native


def test_what_is_tried_has_a_limit_and_the_oldest_go_first() -> None:
    ids = NativeIds(SITE)
    posts = list(range(2000, 0, -1))
    people = list(range(1, 301))
    assert ids.post_of(told(1999, 300), posts, author_ids=(), others=people) == 1999
    assert ids.post_of(told(1, 300), posts, author_ids=(), others=people) is None
    assert ids.post_of(told(1, 300), posts, author_ids=[300], others=people) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_that_it_names_is_one_that_the_bridge_reads(language: str) -> None:
    mail = twice_mail(
        to="ben@example.org",
        language=language,
        date=NOW,
        list_name="SM25",
        answers=None,
        by_command=True,
        site=MAIL_SITE,
        key="0" * 32,
    )
    said = read_mail(mail.content).text.splitlines()
    wanted = command_line(language, Word.CHANNEL, Word.MOODLE)
    assert wanted in said
    read = read_commands(wanted, language=language, now=NOW, zone=UTC, to_bridge=True)
    assert read is not None
    assert read.commands == (ChooseChannel(kind=ChannelKind.MOODLE),)
