"""What people are told who asked the bridge for something, or answered a digest."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from mappings.command_answers import (
    answer_subject,
    answer_text,
    file_text,
    posts_lines,
    settings_lines,
)
from mappings.digest_receipt import Told, receipt_text
from mappings.mail_commands import read_commands
from mappings.mail_wishes import CommandMail, Help, Problem, Unclear
from mappings.phrases import LANGUAGES, phrase
from moodle_bridge.model.channels import Channel, ChannelKind, Frequency

NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)
ZONE = "Africa/Kampala"
WEEKLY = Channel(
    kind=ChannelKind.DIGEST,
    every=Frequency.WEEKLY,
    weekday=4,
    at=time(18),
    budget=20_000,
    picture_limit=0,
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_of_the_help_is_a_command(language: str) -> None:
    text = phrase(language, "command_help")
    examples = [line for line in text.split("\n") if line.startswith("  ")]
    assert len(examples) >= 16
    for example in examples:
        found = read_commands(
            example, now=NOW, zone=ZoneInfo(ZONE), to_bridge=True, language=language
        )
        assert found is not None, example
        assert found.problems == (), example
        assert len(found.commands) == 1, example
    whole = answer_text(
        language,
        CommandMail(commands=(Help(),)),
        done=(),
        settings=(),
        list_name="FO26",
    )
    assert len(whole.encode()) < 1500


def test_settings_are_told_with_the_hour_of_the_next_mail() -> None:
    assert settings_lines("en", WEEKLY, zone=ZONE, now=NOW) == [
        "You get one mail a week with what is new, on Friday at 18:00 UTC+3.",
        "At most 20 KB of mail come in a day.",
        "Pictures do not come along; they are named.",
        "The next mail comes on 24 April 2026, 18:00.",
    ]


def test_a_pause_is_told_and_the_next_mail_comes_after_it() -> None:
    paused = Channel(
        kind=ChannelKind.BUNDLE, paused_until=datetime(2026, 5, 2, 21, tzinfo=UTC)
    )
    lines = settings_lines("nl", paused, zone=ZONE, now=NOW)
    assert lines[1] == (
        "U hebt pauze: er komen geen berichten per mail tot 3 mei 2026, 00:00."
    )
    assert lines[-1] == "De volgende mail komt op 3 mei 2026, 18:00."
    moodle = Channel(kind=ChannelKind.MOODLE, budget=5000)
    assert len(settings_lines("nl", moodle, zone=ZONE, now=NOW)) == 1


def test_lines_that_were_not_understood_are_told_with_what_may_be_meant() -> None:
    asked = CommandMail(
        problems=(
            Problem(
                line="chanel digest",
                why=Unclear.NOT_UNDERSTOOD,
                suggestion="channel digest",
            ),
            Problem(line="pause until 1/1/2020", why=Unclear.PAST),
            Problem(line="limit 1", why=Unclear.TOO_SMALL),
            Problem(line="get 1 2 3", why=Unclear.TOO_MANY),
        )
    )
    text = answer_text("en", asked, done=(), settings=(), list_name="FO26")
    assert '"chanel digest" was not understood. Did you mean "channel digest"?' in text
    assert '"pause until 1/1/2020": that day is over.' in text
    assert 'For no mail at all, write "channel moodle".' in text
    assert "at most 20." in text
    assert "is not in the forum" in text
    assert phrase("en", "command_help") not in text


def test_who_is_not_understood_at_all_gets_the_help() -> None:
    asked = CommandMail(problems=(Problem(line="get it", why=Unclear.NOT_UNDERSTOOD),))
    text = answer_text("fr", asked, done=(), settings=(), list_name="FO26")
    assert phrase("fr", "command_help") in text


def test_posts_and_files_that_were_asked_for_are_told_of() -> None:
    assert posts_lines("en", [417], [9, 10]) == [
        "Post 417 comes in a mail of its own.",
        "There are no posts 9, 10 that you may read.",
    ]
    assert posts_lines("en", [], []) == []
    linked = file_text("en", "417-1", "a.heic", 5_000_000, "https://moodle.example/f")
    assert linked.endswith("\nhttps://moodle.example/f")


@pytest.mark.parametrize(
    ("subject", "told"),
    [("Re: get 417", "Re: get 417"), ("", "Sus ajustes"), ("Re:", "Sus ajustes")],
)
def test_the_subject_is_that_of_the_mail_that_asked(subject: str, told: str) -> None:
    assert answer_subject("es", subject) == told


def test_a_receipt_says_what_went_where_and_quotes_what_did_not() -> None:
    text = receipt_text(
        "en",
        [
            Told(number=3, subject="Lunch", url="https://moodle.example/p#p9"),
            Told(number=None, subject="News", url="https://moodle.example/p#p10"),
            Told(number=1, subject="Blog", url=None, reason="locked"),
            Told(number=2, subject="Pens", url=None, reason="nopermission"),
        ],
        unplaced="I have been away\nfor a week",
        files=["cat.jpg"],
        example=4,
        list_name="FO26",
    )
    assert text.startswith(
        "Your answers are in the forum:\n[3] Lunch\n    https://moodle.example/p#p9\n"
        "News (a discussion of its own)\n    https://moodle.example/p#p10\n\n"
    )
    assert "[1] Blog: the discussion is closed\n[2] Pens: Moodle did not" in text
    assert "> I have been away\n> for a week" in text
    assert "4: ..." in text
    assert "cat.jpg" in text


def test_a_receipt_of_what_went_well_says_no_more() -> None:
    told = [Told(number=3, subject="Lunch", url="https://moodle.example/p#p9")]
    text = receipt_text("pt", told, unplaced="", files=(), example=1, list_name="FO26")
    assert text.split("\n\n")[1:] == ["FO26", phrase("pt", "notice_automatic")]
