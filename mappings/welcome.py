"""The mail that says to somebody new how to take part, in under 5 KB."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from string import Template

from mappings.command_answers import settings_lines
from mappings.direction import isolated
from mappings.letter import MailSite
from mappings.moments import date_text
from mappings.one_line import cut, one_line
from mappings.own_mail import own_mail
from mappings.personal_fields import bounce_address
from mappings.phrases import phrase
from moodle_bridge.model.channels import Channel
from moodle_bridge.model.mail import OutgoingMail

WIRE_LIMIT = 5000
"""The most bytes that a welcome mail may have: its reader may pay for each."""

_WAY_BACK_IN = "/login/forgot_password.php"

_NAME_LONGEST = 80
_LINE_LONGEST = 120
_SUBJECT = re.compile(r"\ASubject:[ \t]*(?P<subject>\S[^\n]*)\n\s*\n", re.IGNORECASE)
_LINK_LIKE = re.compile(r"(?i)[:/@]|\bwww\.|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b")


class Password(StrEnum):
    """How somebody gets into Moodle; no password ever stands in our mail.

    MOODLE_MAIL: Moodle mails a first one. LINK: they choose one. KNOWN: their account
    is older than the form.
    """

    MOODLE_MAIL = "moodle-mail"
    LINK = "link"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Whom a welcome is for, and what it says.

    `name` is how they are greeted and `language` a Moodle code. `list_name` and
    `list_address` are those of the list, the address None where the course has none.
    `page` is where taking part by mail is told, `ask` the address for questions, `begins`
    the first day of the course; each None where it is not said. `answers_to_course` says
    that what they answer to the welcome itself goes to the list; else it goes to `ask`,
    or to the bridge.
    """

    user_id: int
    to: str
    name: str
    username: str
    language: str | None
    zone: str | None
    course: str
    list_name: str
    list_address: str | None
    channel: Channel
    password: Password
    page: str | None = None
    ask: str | None = None
    begins: date | None = None
    answers_to_course: bool = True


class TemplateProblem(ValueError):
    """A template cannot be used; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeTemplate:
    """An organisation's own words, with `$name` and the like in them."""

    subject: str
    text: str


def read_template(text: str) -> WelcomeTemplate:
    """Return the template that a file holds.

    Its first line is `Subject: ...`, then comes an empty line, then the text. Raises
    TemplateProblem for a file without a subject or a text, and for a placeholder that
    nobody knows; `$$` stands for a dollar.
    """
    plain = "\n".join(text.removeprefix("\ufeff").splitlines()) + "\n"
    begins = _SUBJECT.match(plain)
    if begins is None:
        raise TemplateProblem("must begin with a line `Subject: ...` and an empty line")
    body = plain[begins.end() :].strip("\n")
    if not body.strip():
        raise TemplateProblem("has no text below its subject")
    for part in (begins["subject"], body):
        _look_through(part)
    return WelcomeTemplate(subject=begins["subject"].strip(), text=body)


def welcome_mail(
    welcome: Welcome,
    *,
    date: datetime,
    site: MailSite,
    key: str,
    template: WelcomeTemplate | None = None,
) -> OutgoingMail:
    """Return the welcome as a mail, plain text alone.

    `key` is its receipt key; the same key makes the same Message-ID. What comes back
    names its reader. Raises ValueError for an address that is none.
    """
    subject, text = welcome_words(welcome, date=date, site=site, template=template)
    answers = welcome.list_address if welcome.answers_to_course else welcome.ask
    return own_mail(
        to=welcome.to,
        subject=subject,
        text=text,
        date=date,
        name=one_line(welcome.list_name),
        site=site,
        key=key,
        auto="auto-generated",
        reply_to=answers,
        sender=bounce_address(site, welcome.user_id),
    )


def welcome_words(
    welcome: Welcome,
    *,
    date: datetime,
    site: MailSite,
    template: WelcomeTemplate | None = None,
) -> tuple[str, str]:
    """Return the subject and the text of a welcome."""
    values = _values(welcome, date, site)
    if template is None:
        subject = phrase(welcome.language, "welcome_subject", course=values["course"])
        paragraphs = [values[name] for name in _ORDER]
        return one_line(subject), _joined([*paragraphs, values["list"]])
    text = Template(template.text).substitute(values)
    if "answer" not in _placeholders(template.text):
        # Nobody may believe that an answer goes to one person when it does not.
        text = _joined([text, values["answer"]])
    # What was not said leaves empty lines behind.
    return (
        one_line(Template(template.subject).substitute(values)),
        re.sub(r"\n{3,}", "\n\n", text).strip("\n"),
    )


_ORDER = (
    "greeting",
    "intro",
    "by_mail",
    "channel",
    "change",
    "account",
    "password",
    "more",
    "answer",
    "questions",
)
PLACEHOLDERS = frozenset(
    {
        *_ORDER,
        "name",
        "course",
        "begins",
        "username",
        "site",
        "address",
        "bridge",
        "page",
        "ask",
        "list",
    }
)
"""What may stand in a template: whole paragraphs, and single values."""


def _values(welcome: Welcome, now: datetime, site: MailSite) -> dict[str, str]:
    language = welcome.language
    course = cut(one_line(welcome.course), _LINE_LONGEST)
    begins = date_text(language, welcome.begins) if welcome.begins else ""
    address = welcome.list_address or site.bridge_address
    url = site.site_url.rstrip("/")
    name = _greeted(welcome.name)
    ask = welcome.ask or ""
    intro = [phrase(language, "welcome_intro", course=course)]
    if begins:
        intro.append(phrase(language, "welcome_begins", date=begins))
    return {
        "name": isolated(name),
        "course": course,
        "begins": begins,
        "username": welcome.username,
        "site": url,
        "address": address,
        "bridge": site.bridge_address,
        "page": welcome.page or "",
        "ask": ask,
        "list": one_line(welcome.list_name),
        "greeting": phrase(language, "welcome_greeting", name=name)
        if name
        else phrase(language, "notice_greeting"),
        "intro": " ".join(intro),
        "by_mail": phrase(language, "welcome_by_mail", address=address),
        "channel": "\n".join(
            settings_lines(language, welcome.channel, zone=welcome.zone, now=now)
        ),
        "change": phrase(language, "welcome_change", bridge=site.bridge_address),
        "account": phrase(
            language, "welcome_account", url=url, username=welcome.username
        ),
        "password": phrase(
            language,
            f"welcome_password_{welcome.password}",
            url=f"{url}{_WAY_BACK_IN}",
        ),
        "more": phrase(language, "welcome_more", url=welcome.page)
        if welcome.page
        else "",
        "answer": _where_answers_go(welcome),
        "questions": phrase(language, "welcome_questions", ask=ask)
        if ask and welcome.answers_to_course
        else "",
    }


def _where_answers_go(welcome: Welcome) -> str:
    if welcome.answers_to_course:
        return phrase(welcome.language, "welcome_answer_course")
    if welcome.ask:
        return phrase(welcome.language, "welcome_answer_ask", ask=welcome.ask)
    return ""


def _greeted(name: str) -> str:
    """Return a name from a form; empty where it looks like an advertisement.

    Anybody may write a stranger's address into a form and words beside it.
    """
    plain = cut(one_line(name), _NAME_LONGEST)
    return "" if _LINK_LIKE.search(plain) else plain


def _joined(paragraphs: Iterable[str]) -> str:
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _look_through(text: str) -> None:
    template = Template(text)
    if not template.is_valid():
        raise TemplateProblem(
            "has a $ that begins no placeholder; write $$ for a dollar"
        )
    unknown = sorted(_placeholders(text) - PLACEHOLDERS)
    if unknown:
        known = ", ".join(f"${name}" for name in sorted(PLACEHOLDERS))
        raise TemplateProblem(f"has no value for ${unknown[0]}; known: {known}")


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(Template(text).get_identifiers())
