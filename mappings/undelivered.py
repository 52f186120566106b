"""The mails about mail that does not arrive: to facilitators, and to try an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mappings.bounce_score import AddressState, Standing
from mappings.letter import MailSite
from mappings.moments import date_text, local_day
from mappings.one_line import cut, one_line
from mappings.own_mail import own_mail
from mappings.personal_fields import bounce_address
from mappings.phrases import phrase
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.model.people import Person

_MOST = 50
_REASON_LONGEST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """Somebody whom mail does not reach, and how their address stands."""

    name: str
    address: str
    standing: Standing


def undelivered_mail(
    unreached: Sequence[Unreached],
    *,
    person: Person,
    language: str | None,
    course: str,
    date: datetime,
    list_name: str,
    site: MailSite,
    key: str,
) -> OutgoingMail:
    """Return the mail that tells a facilitator whom mail does not reach.

    Names, since when, what the mail hosts said, and what to do. `key` is the receipt
    key. Not more than fifty are named.
    """
    lines = [_line(one, language, person.timezone, date) for one in unreached[:_MOST]]
    number = len(unreached)
    paragraphs = [
        phrase(language, "undelivered_greeting", name=one_line(person.fullname)),
        phrase(language, "undelivered_intro", number=number, course=one_line(course)),
        "\n".join(lines),
        phrase(language, "undelivered_what"),
        phrase(language, "undelivered_kept"),
        one_line(list_name),
        phrase(language, "notice_automatic"),
    ]
    return own_mail(
        to=person.addresses[0],
        subject=phrase(
            language, "undelivered_subject", number=number, course=one_line(course)
        ),
        text="\n\n".join(paragraphs),
        date=date,
        name=list_name,
        site=site,
        key=key,
        auto="auto-generated",
    )


def trial_mail(
    *,
    person: Person,
    language: str | None,
    course: str,
    date: datetime,
    list_name: str,
    site: MailSite,
    key: str,
) -> OutgoingMail:
    """Return the mail that tries whether mail reaches somebody again.

    It comes back to the address that was made for them, so that a bounce counts.
    """
    paragraphs = [
        phrase(language, "undelivered_greeting", name=one_line(person.fullname)),
        phrase(language, "trial_text", course=one_line(course)),
        one_line(list_name),
        phrase(language, "notice_automatic"),
    ]
    return own_mail(
        to=person.addresses[0],
        subject=phrase(language, "trial_subject"),
        text="\n\n".join(paragraphs),
        date=date,
        name=list_name,
        site=site,
        key=key,
        auto="auto-generated",
        sender=bounce_address(site, person.user_id),
    )


def _line(one: Unreached, language: str | None, zone: str | None, now: datetime) -> str:
    standing = one.standing
    known = {
        AddressState.DEAD: "undelivered_dead",
        AddressState.UNWANTED: "undelivered_unwanted",
    }
    told = phrase(
        language,
        known.get(standing.state, "undelivered_doubtful"),
        name=one_line(one.name),
        address=one_line(one.address),
        since=date_text(language, local_day(standing.since or now, zone)),
    )
    reason = cut(one_line(standing.reason), _REASON_LONGEST)
    said = reason and standing.state is not AddressState.UNWANTED
    return f"- {told}\n  ({reason})" if said else f"- {told}"
