"""The mail to who comes on duty: what is open, who is quiet, who comes after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mappings.alerts.wording import waiting_text
from mappings.moments import clock_text, date_text, moment_text
from mappings.one_line import cut, one_line
from mappings.phrases import phrase
from mappings.rota.beginnings import Beginning
from mappings.rota.rota_mail import RotaPost, names_text, plain_name, rota_mail
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.model.rota import Facilitator

_SUBJECT_LONGEST = 70
_QUESTIONS_MOST = 20
_QUIET_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A question that is open when somebody comes on duty.

    `asker` and `subject` are theirs, any text. `answer_to` is the address that takes
    an answer by mail, None where none does. `claimed_by` is who said until when that
    it is theirs, None for nobody.
    """

    asker: str
    subject: str
    began: datetime
    url: str
    answer_to: str | None = None
    claimed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietOne:
    """A participant who says nothing any more; `last_day` None: they never did."""

    name: str
    last_day: date | None
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What is handed over to `reader`; questions with the one that waits longest first.

    `quiet` are those who say nothing any more, for `quiet_days` or longer.
    `people` are the names of those of the rota, by key. `swap_command` is what
    an admin types to ask for a swap of this watch.
    """

    reader: Facilitator
    beginning: Beginning
    people: Mapping[str, str]
    swap_command: str
    questions: Sequence[OpenQuestion] = ()
    quiet: Sequence[QuietOne] = ()
    quiet_days: int = 10


def handover_mail(said: Handover, post: RotaPost) -> OutgoingMail:
    """Return the mail, in the language and the zone of its reader.

    Raises ValueError for a reader without an address.
    """
    reader, number = said.reader, len(said.questions)
    until = moment_text(reader.language, said.beginning.end, reader.zone)
    subject = (
        phrase(reader.language, "handover_subject_open", number=number, end=until)
        if number
        else phrase(reader.language, "handover_subject", end=until)
    )
    paragraphs = [_watch(said), _open(said, post.date), _quiet(said), _swap(said)]
    return rota_mail(reader, subject, paragraphs, post)


def _watch(said: Handover) -> str:
    begun, language, zone = said.beginning, said.reader.language, said.reader.zone
    lines = [
        phrase(
            language,
            "handover_watch",
            start=moment_text(language, begun.start, zone),
            end=moment_text(language, begun.end, zone, named=True),
        )
    ]
    if begun.beside:
        names = _names(said, begun.beside)
        lines.append(phrase(language, "handover_beside", names=names))
    if begun.backups:
        names = _names(said, begun.backups)
        lines.append(phrase(language, "handover_backup", names=names))
    if begun.next_start is None:
        lines.append(phrase(language, "handover_nobody_next"))
    else:
        seamless = begun.next_start <= begun.end
        lines.append(
            phrase(
                language,
                "handover_next" if seamless else "handover_next_later",
                names=_names(said, begun.followers),
                start=moment_text(language, begun.next_start, zone),
            )
        )
    return "\n".join(lines)


def _open(said: Handover, now: datetime) -> str:
    language, zone, number = said.reader.language, said.reader.zone, len(said.questions)
    if not number:
        return phrase(language, "handover_nothing_open")
    longest = waiting_text(language, now - said.questions[0].began)
    lines = [phrase(language, "handover_open", number=number, waits=longest)]
    for question in said.questions[:_QUESTIONS_MOST]:
        lines += [
            "",
            phrase(
                language,
                "handover_question",
                subject=cut(one_line(question.subject), _SUBJECT_LONGEST) or "…",
                name=plain_name(question.asker),
                waits=waiting_text(language, now - question.began),
                hour=clock_text(language, question.began, zone),
            ),
        ]
        if question.claimed_by is not None:
            name = plain_name(question.claimed_by)
            lines.append(f"  {phrase(language, 'handover_claimed', name=name)}")
        lines.append(f"  {question.url}")
        if question.answer_to is not None:
            address = question.answer_to
            said_how = phrase(language, "alert_answer_to", address=address)
            lines.append(f"  {said_how}")
    if number > _QUESTIONS_MOST:
        more = number - _QUESTIONS_MOST
        lines += ["", phrase(language, "handover_more", number=more)]
    return "\n".join(lines)


def _quiet(said: Handover) -> str:
    language, number = said.reader.language, len(said.quiet)
    if not number:
        return ""
    lines = [phrase(language, "handover_quiet", number=number, days=said.quiet_days)]
    for one in said.quiet[:_QUIET_MOST]:
        name = plain_name(one.name)
        lines.append(
            phrase(language, "handover_never_said", name=name, days=one.days)
            if one.last_day is None
            else phrase(
                language,
                "handover_last_said",
                name=name,
                day=date_text(language, one.last_day, year=False),
                days=one.days,
            )
        )
    if number > _QUIET_MOST:
        more = number - _QUIET_MOST
        lines.append(phrase(language, "handover_more", number=more))
    return "\n".join(lines)


def _swap(said: Handover) -> str:
    reader = said.reader
    others = [name for key, name in said.people.items() if key != reader.key]
    if not others:
        return ""
    words = phrase(reader.language, "handover_swap", names=names_text(others))
    return f"{words}\n\n    {said.swap_command}"


def _names(said: Handover, keys: Sequence[str]) -> str:
    return names_text(said.people.get(key, key) for key in keys)
