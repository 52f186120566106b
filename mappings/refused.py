"""The mail that says to somebody what in their entry of a form they can mend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from mappings.intake.fields import Subject
from mappings.intake.problems import Code, IntakeProblem, Severity
from mappings.letter import MailSite
from mappings.one_line import cut, one_line
from mappings.own_mail import own_mail
from mappings.phrases import phrase
from moodle_bridge.model.mail import OutgoingMail

MENDABLE = frozenset(
    {
        Code.MISSING,
        Code.NAME_UNREADABLE,
        Code.NAME_ONE_WORD,
        Code.TOO_LONG,
        Code.COUNTRY_UNKNOWN,
        Code.COUNTRY_NEAR,
        Code.COUNTRY_AMBIGUOUS,
        Code.CHANNEL_UNKNOWN,
        Code.DATE_UNREADABLE,
        Code.YES_NO_UNCLEAR,
    }
)
"""What a person can put right in the form by themselves."""

_NO_CONSENT = frozenset({Code.CONSENT_REFUSED, Code.CONSENT_MISSING})
_FORBIDDING = frozenset({Subject.CONSENT, Subject.EMAIL})
_QUESTION_LONGEST = 120
_MOST = 10


def to_be_told(problems: Iterable[IntakeProblem]) -> tuple[IntakeProblem, ...]:
    """Return what somebody is to be told of their entry; empty when nothing.

    Only errors that they can mend. Nothing at all where the address itself is in
    question, for a mail would reach nobody or somebody else, and nothing where they
    did not agree: then nothing may be mailed to them.
    """
    found = tuple(problems)
    if any(one.code in _NO_CONSENT or one.field in _FORBIDDING for one in found):
        return ()
    return tuple(
        one for one in found if one.severity is Severity.ERROR and one.code in MENDABLE
    )


def refused_mail(
    problems: Sequence[IntakeProblem],
    *,
    to: str,
    language: str | None,
    course: str,
    list_name: str,
    ask: str | None,
    date: datetime,
    site: MailSite,
    key: str,
) -> OutgoingMail:
    """Return the mail that tells what `to_be_told` has found.

    It repeats nothing of what was answered: anybody can write a stranger's address
    into a form, and words beside it. The questions are those of the form. It comes
    from nobody who could be answered but `ask`, who is asked for help. Raises
    ValueError for an address that is none.
    """
    named = one_line(course)
    paragraphs = [
        phrase(language, "notice_greeting"),
        phrase(language, "refused_intro", course=named),
        "\n".join(_line(one, language) for one in problems[:_MOST]),
        phrase(language, "refused_what"),
        phrase(language, "refused_ask", ask=ask) if ask else "",
        phrase(language, "refused_not_you"),
        one_line(list_name),
        phrase(language, "notice_automatic"),
    ]
    return own_mail(
        to=to,
        subject=phrase(language, "refused_subject", course=named),
        text="\n\n".join(paragraph for paragraph in paragraphs if paragraph),
        date=date,
        name=one_line(list_name),
        site=site,
        key=key,
        auto="auto-generated",
        reply_to=ask,
    )


def _line(problem: IntakeProblem, language: str | None) -> str:
    told = phrase(language, f"refused_{problem.code}")
    question = cut(one_line(problem.question), _QUESTION_LONGEST)
    return f"- {question}\n  {told}" if question else f"- {told}"
