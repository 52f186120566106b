"""What the mails share by which the rota speaks to those who keep it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mappings.letter import MailSite
from mappings.moments import clock_text, local_day, moment_text, weekday_name
from mappings.one_line import cut, one_line
from mappings.own_mail import own_mail
from mappings.phrases import phrase
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.model.rota import DutyRole, Facilitator

_NAME_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaPost:
    """From where a mail of the rota comes; `key` is its receipt key."""

    date: datetime
    list_name: str
    site: MailSite
    key: str


def rota_mail(
    reader: Facilitator, subject: str, paragraphs: Iterable[str], post: RotaPost
) -> OutgoingMail:
    """Return a mail of the rota to somebody, with a greeting and its end.

    Empty paragraphs are left out. The same arguments give the same mail. Raises
    ValueError for a reader without an address.
    """
    if reader.address is None:
        raise ValueError(f"no address of {reader.key} is known")
    parts = [
        phrase(reader.language, "question_greeting", name=plain_name(reader.name)),
        *paragraphs,
        one_line(post.list_name),
        phrase(reader.language, "notice_automatic"),
    ]
    return own_mail(
        to=reader.address,
        subject=subject,
        text="\n\n".join(part for part in parts if part),
        date=post.date,
        name=post.list_name,
        site=post.site,
        key=post.key,
        auto="auto-generated",
    )


def span_text(
    language: str, start: datetime, end: datetime, zone: str, role: DutyRole
) -> str:
    """Return from when to when, by the clock of a zone, and as what if not primary."""
    day = local_day(start, zone)
    until = (
        clock_text(language, end, zone)
        if local_day(end, zone) == day
        else moment_text(language, end, zone)
    )
    return phrase(
        language,
        f"rota_span_{role}",
        weekday=weekday_name(language, day.weekday()),
        start=moment_text(language, start, zone),
        end=until,
    )


def names_text(names: Iterable[str]) -> str:
    """Return names in one line."""
    return ", ".join(plain_name(name) for name in names)


def plain_name(name: str) -> str:
    """Return a name that stands in one line and is not too long."""
    return cut(one_line(name), _NAME_LONGEST) or "?"
