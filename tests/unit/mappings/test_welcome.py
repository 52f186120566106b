"""The welcome: small, in five languages, and never with a password in it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from mappings.letter import MailSite
from mappings.mail_commands import read_commands
from mappings.mail_wishes import ChooseChannel, Help, Pause
from mappings.phrases import LANGUAGES
from mappings.welcome import (
    WIRE_LIMIT,
    Password,
    TemplateProblem,
    Welcome,
    read_template,
    welcome_mail,
    welcome_words,
)
from moodle_bridge.model.channels import Channel, ChannelKind
from moodle_bridge.model.mail import OutgoingMail

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SITE = MailSite(
    bridge_address="bridge@lists.example",
    domain="lists.example",
    site_tag="0123456789",
    site_url="https://learn.example.org/moodle/",
    reply_secret=b"a secret for reply keys",
)
WELCOME = Welcome(
    user_id=417,
    to="grace@ug.example",
    name="Nakato Grace",
    username="nakato.grace",
    language="en",
    zone="Africa/Kampala",
    course="Social media 2025",
    list_name="SM25",
    list_address="sm25@lists.example",
    channel=Channel(kind=ChannelKind.DIGEST, at=time(18)),
    password=Password.MOODLE_MAIL,
    page="https://learn.example.org/by-mail",
    ask="facilitators@learn.example.org",
    begins=date(2026, 3, 9),
)


def words(welcome: Welcome) -> str:
    return welcome_words(welcome, date=NOW, site=SITE)[1]


def mail_of(welcome: Welcome) -> OutgoingMail:
    return welcome_mail(welcome, date=NOW, site=SITE, key="k" * 32)


def read(mail: OutgoingMail) -> EmailMessage:
    read = message_from_bytes(mail.content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("password", list(Password))
def test_it_says_all_that_somebody_new_needs(language: str, password: Password) -> None:
    told = words(replace(WELCOME, language=language, password=password))
    for needed in (
        "Nakato Grace",
        "Social media 2025",
        "2026",
        "sm25@lists.example",
        "bridge@lists.example",
        "nakato.grace",
        "https://learn.example.org/moodle\n",
        "https://learn.example.org/moodle/login/forgot_password.php",
        "https://learn.example.org/by-mail",
        "facilitators@learn.example.org",
    ):
        assert needed in told + "\n", needed
    assert "\n\n\n" not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_small_whatever_has_to_be_said(language: str) -> None:
    longest = replace(
        WELCOME,
        language=language,
        name="Ꮳ" * 300,
        course="Курс о социальных сетях " * 20,
        username="a" * 100,
        list_name="Социальные сети 2025",
        page="https://learn.example.org/" + "x" * 200,
        channel=Channel(
            kind=ChannelKind.BUNDLE, at=time(18), budget=20_000, picture_limit=50_000
        ),
    )
    assert len(mail_of(longest).content) < WIRE_LIMIT
    assert len(mail_of(replace(WELCOME, language=language)).content) < WIRE_LIMIT * 0.7


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_it_tells_to_write_is_understood(language: str) -> None:
    told = words(replace(WELCOME, language=language))
    lines = re.findall(r"(?m)^  (\S.*)$", told)
    understood = []
    for line in lines:
        asked = read_commands(line, now=NOW, zone=UTC, to_bridge=True)
        assert asked is not None, line
        assert asked.problems == (), line
        understood += [type(command) for command in asked.commands]
    assert understood == [ChooseChannel, Pause, Help]


def test_its_answers_go_where_it_says() -> None:
    to_course = read(mail_of(WELCOME))
    assert to_course["Reply-To"] == "sm25@lists.example"
    assert "everybody in the course reads it" in to_course.get_content()
    private = read(mail_of(replace(WELCOME, answers_to_course=False)))
    assert private["Reply-To"] == "facilitators@learn.example.org"
    assert "goes to facilitators@learn.example.org alone" in private.get_content()


def test_it_is_plain_text_known_again_when_it_comes_back() -> None:
    mail = mail_of(WELCOME)
    told = read(mail)
    assert told.get_content_type() == "text/plain"
    assert told["From"] == "SM25 <bridge@lists.example>"
    assert told["Auto-Submitted"] == "auto-generated"
    assert mail.sender.startswith("bridge+b-")
    assert mail_of(WELCOME) == mail


def test_what_is_not_known_is_not_said() -> None:
    told = words(replace(WELCOME, page=None, ask=None, begins=None, list_address=None))
    assert "None" not in told
    assert "It begins on" not in told
    assert "\n\n\n" not in told


@pytest.mark.parametrize(
    "name",
    [
        "Win at www.prize.example now",
        "https://x.example",
        "cheap-pills.com",
        "me@you.example",
        "  ",
    ],
)
def test_a_name_that_is_an_advertisement_is_not_repeated(name: str) -> None:
    told = words(replace(WELCOME, name=name))
    assert told.startswith("Hello,\n")
    assert name.strip() == "" or name not in told


@pytest.mark.parametrize("name", ["Jan P. de Wit", "O'Neil", "Nguyễn Thị Hà", "محمد"])
def test_every_other_name_is(name: str) -> None:
    assert name in words(replace(WELCOME, name=name))


def test_an_organisation_may_have_words_of_its_own() -> None:
    template = read_template(
        "\ufeffSubject: $course: hello\r\n\r\nDear $name,\r\n\r\n$begins$begins\r\n\r\n"
        "$channel\n$change\n\nIt costs $$5.\n\n$answer\n"
    )
    subject, text = welcome_words(
        replace(WELCOME, begins=None), date=NOW, site=SITE, template=template
    )
    assert subject == "Social media 2025: hello"
    assert text.startswith("Dear Nakato Grace,\n\nYou get one mail a day")
    assert "$5" in text
    assert text.count("answer this mail") == 1


def test_where_answers_go_is_said_whatever_the_template_leaves_out() -> None:
    template = read_template("Subject: Hello\n\nHello $name, what $course is to be.")
    _, text = welcome_words(WELCOME, date=NOW, site=SITE, template=template)
    assert text.endswith("everybody in the course reads it.")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Hello", "must begin with a line"),
        ("Subject: Hello\nHello", "must begin with a line"),
        ("Subject: \n\nHello", "must begin with a line"),
        ("Subject: Hello\n\n  \n", "no text"),
        ("Subject: Hello\n\nYour $pasword", r"no value for \$pasword"),
        ("Subject: $sekret\n\nHello", r"no value for \$sekret"),
        ("Subject: Hello\n\nIt costs $5", r"begins no placeholder"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_with_the_reason(
    text: str, why: str
) -> None:
    with pytest.raises(TemplateProblem, match=why):
        read_template(text)


def test_values_that_look_like_placeholders_stay_as_they_are() -> None:
    template = read_template("Subject: Hello\n\nHello $name")
    _, text = welcome_words(
        replace(WELCOME, name="$username {0}"), date=NOW, site=SITE, template=template
    )
    assert text.startswith("Hello $username {0}")
