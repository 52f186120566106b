"""What a facilitator is told about questions that wait: plain text in their language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mappings.alerts.escalation import AlertTo
from mappings.moments import clock_text, moment_text
from mappings.one_line import cut, one_line
from mappings.phrases import phrase

_SHORT = 300
_SUBJECT_LONGEST = 70
_NAME_LONGEST = 60
_TEXT_LONGEST = 1500
_LINES_MOST = 30
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# Up to here minutes say it best: the promise is told in them.
_MINUTES_UP_TO = timedelta(minutes=120)
_HOURS_UP_TO = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertQuestion:
    """One question as it is told of.

    `asker`, `subject` and `text` are theirs (plain text, any length). `place` is where
    they asked. `url` opens it in Moodle. `answer_to` is the address that takes an
    answer by mail, None where none does. `by_mail`: it was asked by mail. `digest`: the
    asker gets an answer with their next digest only. `unreachable`: no mail reaches
    them now. `claimed_by` said at `claimed_at` that it is theirs; None for nobody. With
    `answering` they said so by an answer that is on its way. `peer`, another
    participant, answered at `peer_at`; None when none did.
    """

    asker: str
    subject: str
    text: str
    place: str
    began: datetime
    url: str
    answer_to: str | None = None
    by_mail: bool = False
    digest: bool = False
    unreachable: bool = False
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    answering: bool = False
    peer: str | None = None
    peer_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertReader:
    """Who is told: their language and zone, and why they are.

    `why` is None for who hears, as lead, that nobody is on duty. `replies`: an answer
    to the message itself reaches the bridge.
    """

    name: str
    language: str
    zone: str
    why: AlertTo | None
    replies: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertWords:
    """An alert in words: one line, a text, and the same in at most 300 characters."""

    subject: str
    text: str
    short: str


def alert_words(
    questions: Sequence[AlertQuestion],
    reader: AlertReader,
    *,
    now: datetime,
    promise: timedelta,
    claim_lasts: timedelta,
) -> AlertWords:
    """Return the words of an alert; at least one question, the oldest first."""
    language, oldest = reader.language, questions[0]
    waits = waiting_text(language, now - oldest.began)
    asker, subject = _name(oldest.asker), _subject(oldest.subject)
    number = len(questions)
    if number == 1:
        line = phrase(
            language, "alert_subject", name=asker, subject=subject, waits=waits
        )
    else:
        line = phrase(language, "alert_subject_several", number=number, waits=waits)
    parts = [
        phrase(language, "alert_greeting", name=_name(reader.name)),
        _why(reader),
        *(_question(one, reader, now=now, promise=promise) for one in questions),
        _how(questions, reader, claim_lasts),
    ]
    return AlertWords(
        subject=line,
        text="\n\n".join(part for part in parts if part),
        short=cut(one_line(f"{line} {oldest.url}"), _SHORT),
    )


def unwatched_words(
    questions: Sequence[AlertQuestion],
    reader: AlertReader,
    *,
    number: int,
    now: datetime,
    promise: timedelta,
    next_watch: datetime | None,
) -> AlertWords:
    """Return what a lead is told when questions wait and nobody is on duty.

    `number` is how many wait; `questions` are those of them that the lead may read.
    `next_watch` is when somebody comes on duty, None when nobody is planned to.
    """
    language = reader.language
    line = phrase(language, "alert_nobody_subject", number=number)
    coming = (
        phrase(
            language,
            "alert_nobody_until",
            moment=moment_text(language, next_watch, reader.zone, named=True),
        )
        if next_watch
        else phrase(language, "alert_nobody_planned")
    )
    parts = [
        phrase(language, "alert_greeting", name=_name(reader.name)),
        f"{phrase(language, 'alert_nobody', number=number)} {coming}",
        *(_question(one, reader, now=now, promise=promise) for one in questions),
        phrase(language, "alert_nobody_once"),
    ]
    return AlertWords(
        subject=line,
        text="\n\n".join(parts),
        short=cut(one_line(f"{line} {coming}"), _SHORT),
    )


def trial_words(reader: AlertReader) -> AlertWords:
    """Return the words with which an admin tries how somebody is reached."""
    language = reader.language
    line = phrase(language, "alert_trial_subject")
    text = phrase(language, "alert_trial", name=_name(reader.name))
    return AlertWords(subject=line, text=text, short=cut(one_line(text), _SHORT))


def waiting_text(language: str | None, waited: timedelta) -> str:
    """Return how long something waits, as people say it: `25 minutes`, `3 hours`."""
    waited = max(waited, timedelta())
    if waited < _MINUTES_UP_TO:
        return phrase(
            language, "alert_minutes", number=int(waited.total_seconds() // 60)
        )
    if waited < _HOURS_UP_TO:
        return phrase(language, "alert_hours", number=int(waited / _HOUR))
    return phrase(language, "alert_days", number=int(waited / _DAY))


def _why(reader: AlertReader) -> str:
    return (
        "" if reader.why is None else phrase(reader.language, f"alert_why_{reader.why}")
    )


def _question(
    question: AlertQuestion,
    reader: AlertReader,
    *,
    now: datetime,
    promise: timedelta,
) -> str:
    language, zone = reader.language, reader.zone
    until = question.began + promise
    lines = [
        phrase(
            language,
            "alert_asks",
            name=_name(question.asker),
            place=_subject(question.place),
            waits=waiting_text(language, now - question.began),
            hour=clock_text(language, question.began, zone),
        ),
        phrase(
            language,
            "alert_promise" if now < until else "alert_promise_over",
            hour=clock_text(language, until, zone),
        ),
        "",
        f"> {_subject(question.subject)}",
        *(f"> {line}".rstrip() for line in _shown(question.text)),
        "",
    ]
    if question.unreachable:
        lines.append(phrase(language, "alert_unreachable"))
    elif question.by_mail:
        lines.append(
            phrase(
                language, "alert_by_mail_digest" if question.digest else "alert_by_mail"
            )
        )
    if question.peer is not None and question.peer_at is not None:
        lines.append(
            phrase(
                language,
                "alert_peer",
                name=_name(question.peer),
                hour=clock_text(language, question.peer_at, zone),
            )
        )
    if question.claimed_by is not None and question.claimed_at is not None:
        lines.append(
            phrase(
                language,
                "alert_answering" if question.answering else "alert_claimed",
                name=_name(question.claimed_by),
                hour=clock_text(language, question.claimed_at, zone),
            )
        )
    lines.append(phrase(language, "alert_link", url=question.url))
    if question.answer_to is not None:
        lines.append(phrase(language, "alert_answer_to", address=question.answer_to))
    return "\n".join(lines)


def _how(
    questions: Sequence[AlertQuestion], reader: AlertReader, claim_lasts: timedelta
) -> str:
    language = reader.language
    if not any(question.answer_to for question in questions):
        return ""
    alone = len(questions) == 1 and reader.replies
    return phrase(
        language,
        "alert_how" if alone else "alert_how_each",
        minutes=int(claim_lasts.total_seconds() // 60),
    )


def _shown(text: str) -> list[str]:
    lines = [one_line(line) for line in cut(text.strip(), _TEXT_LONGEST).splitlines()]
    shown = lines[:_LINES_MOST]
    return [*shown, "…"] if len(lines) > _LINES_MOST else shown


def _name(text: str) -> str:
    return cut(one_line(text), _NAME_LONGEST) or "?"


def _subject(text: str) -> str:
    return cut(one_line(text), _SUBJECT_LONGEST) or "…"
