"""What `explain` tells of a post as a question, or as an answer to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mappings.response.causes import Cause, cause_of
from mappings.response.clocks import clocked
from mappings.response.reasons import NoQuestion, Part, no_question
from mappings.rota.duty import Cover
from moodle_bridge.model.waits import Medium, Utterance, Wait, WaitState
from sync.commands.story import Event
from sync.ledger.report_facts import ReportRows
from sync.report.gathering import frozen_up_to, promise_of, watched_of

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.settings import Settings

_MOMENT = timedelta(seconds=1)
_OPENED = {
    "new discussion": "it begins a discussion",
    "asks": "it asks, later in a discussion",
    "marked": "a facilitator said that it needs an answer",
}
_CAUSES = {
    Cause.NOBODY: "for half of the promised time or more nobody was on duty",
    Cause.LATE: "somebody was on duty, and it took longer",
    Cause.LAG: "the question itself came late: long on its way, or found late",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a wait is measured by.

    `watched` are the periods in which somebody was on duty, None where no rota was
    kept then; `watched_until` is up to when that is written down, None: up to `now`.
    `found_at` is when the bridge first saw the question, None when it saw it
    at once, or read it later as history.
    """

    now: datetime
    promise: timedelta
    watched: Cover | None
    watched_until: datetime | None
    found_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionStory:
    """Lines for a person, events in time, and the same for a program."""

    lines: Sequence[str]
    events: Sequence[Event]
    data: dict[str, Any]


def circumstances(
    transaction: Transaction, settings: Settings, wait: Wait
) -> Circumstances:
    """Return what a wait is measured by, as the report measures it."""
    now = transaction.clock()
    rows = ReportRows(transaction.connection, [wait.pair])
    since = rows.rota_since()
    until = frozen_up_to(transaction)
    known = since is not None and wait.began >= since
    known = known and (until is None or wait.began <= until)
    found_at = next(
        (
            heard.found_at
            for heard in rows.waits(since=wait.began, until=wait.began + _MOMENT)
            if heard.wait.post_id == wait.post_id
        ),
        None,
    )
    return Circumstances(
        now=now,
        promise=promise_of(settings),
        watched=watched_of(transaction, rows, now) if known else None,
        watched_until=until,
        found_at=found_at,
    )


def question_story(
    transaction: Transaction, settings: Settings, said: Utterance
) -> QuestionStory:
    """Tell whether a post waits for an answer, why (not), and what it answers."""
    waits = transaction.waits.of_discussion(said.pair, said.discussion_id)
    kept = transaction.marks.get(said.pair, said.post_id)
    part = no_question(said, waits, mark=kept.mark if kept else None)
    lines: list[str] = []
    events: list[Event] = []
    data: dict[str, Any] = {"pair": said.pair, "post": said.post_id, "question": None}
    if part is None:
        own = next(wait for wait in waits if wait.post_id == said.post_id)
        lines, events, data["question"] = _question(
            transaction, said, own, circumstances(transaction, settings, own)
        )
    else:
        lines, data["no_question"] = _no_question(said, part)
    answered = [
        wait
        for wait in waits
        if said.post_id in {wait.first_answer_post, wait.facilitator_answer_post}
    ]
    lines += [_answers(transaction, said, wait) for wait in answered]
    data["answers"] = [
        {
            "post": wait.post_id,
            "first": said.post_id == wait.first_answer_post,
            "stopped_the_clock": said.post_id == wait.facilitator_answer_post,
        }
        for wait in answered
    ]
    return QuestionStory(lines=lines, events=events, data=data)


def length_text(seconds: float) -> str:
    """Return a length of time in words: `35 min`, `2 h 5 min`, `3 d 4 h`."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return f"{int(seconds)} s"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def _question(
    transaction: Transaction, said: Utterance, wait: Wait, measured: Circumstances
) -> tuple[list[str], list[Event], dict[str, Any]]:
    by = "by mail" if wait.medium is Medium.MAIL else "in Moodle"
    lines = [
        f'Question {wait.post_id} of pair {wait.pair}, under "{wait.definition}":',
        f"  asked {by} by {_name(transaction, wait.asker_id)}",
        f"  it opens a wait because {_OPENED.get(wait.why, wait.why)}",
        f"  the clock started {_moment(wait.began)}, when {_started(said, wait)}",
    ]
    lines += _evidence(wait, measured)
    lines += _answer_lines(transaction, wait)
    lines.append(_end(transaction, wait))
    timed, verdict = _judged(wait, measured)
    lines += timed
    events = [Event(at=wait.began, what=f"question {wait.post_id} began to wait")]
    for at, post, what in (
        (wait.first_answer, wait.first_answer_post, "was answered first by"),
        (wait.facilitator_answer, wait.facilitator_answer_post, "was ended by"),
    ):
        if at is not None:
            told = f"question {wait.post_id} {what} post {post}"
            events.append(Event(at=at, what=told))
    if wait.state is WaitState.WITHDRAWN and wait.ended is not None:
        what = f"question {wait.post_id} was taken back"
        events.append(Event(at=wait.ended, what=what))
    return (
        lines,
        events,
        {
            "definition": wait.definition,
            "state": wait.state.value,
            "why": wait.why,
            "began": wait.began,
            "medium": wait.medium.value,
            "asker": wait.asker_id,
            "sent_at": wait.sent_at,
            "found_at": measured.found_at,
            "first_answer": wait.first_answer,
            "first_answer_post": wait.first_answer_post,
            "facilitator_answer": wait.facilitator_answer,
            "facilitator_answer_post": wait.facilitator_answer_post,
            "answered_by": wait.answered_by,
            "ended": wait.ended,
            **verdict,
        },
    )


def _started(said: Utterance, wait: Wait) -> str:
    if wait.began == said.asks_since:
        return "an edit made a question of it"
    if wait.medium is Medium.MAIL:
        return "the mail arrived"
    return "Moodle made the post, or let it be seen"


def _evidence(wait: Wait, measured: Circumstances) -> list[str]:
    lines = []
    if wait.sent_at is not None:
        on_its_way = (wait.began - wait.sent_at).total_seconds()
        lines.append(
            f"  its mail says {_moment(wait.sent_at)}: {length_text(on_its_way)} on its"
            " way, which do not count; the facilitators could not know of it"
        )
    if measured.found_at is not None and measured.found_at > wait.began:
        lag = (measured.found_at - wait.began).total_seconds()
        lines.append(
            f"  the bridge first saw it {_moment(measured.found_at)},"
            f" {length_text(lag)} later"
        )
    return lines


def _answer_lines(transaction: Transaction, wait: Wait) -> list[str]:
    if wait.first_answer is None:
        return ["  first answer of anybody: none yet"]
    by = _author(transaction, wait.pair, wait.first_answer_post)
    after = length_text((wait.first_answer - wait.began).total_seconds())
    by = f"post {wait.first_answer_post} by {by}"
    at = _moment(wait.first_answer)
    return [f"  first answer of anybody: {by}, {at}, after {after}"]


def _end(transaction: Transaction, wait: Wait) -> str:
    if wait.state is WaitState.NOT_NEEDED:
        kept = transaction.marks.get(wait.pair, wait.post_id)
        by = f" (said by {kept.by}, {_moment(kept.at)})" if kept else ""
        return f"  it needs no answer{by}, and counts nowhere"
    if wait.facilitator_answer is not None:
        by = _author(transaction, wait.pair, wait.facilitator_answer_post)
        return (
            f"  the clock was stopped {_moment(wait.facilitator_answer)} by post"
            f" {wait.facilitator_answer_post} of {by}, a facilitator at that time"
        )
    if wait.state is WaitState.WITHDRAWN and wait.ended is not None:
        return (
            f"  it was taken back {_moment(wait.ended)}: watched until then, and not"
            " counted as answered"
        )
    return "  the clock runs: no facilitator has answered below it"


def _judged(wait: Wait, measured: Circumstances) -> tuple[list[str], dict[str, Any]]:
    counted = clocked([wait], measured.now, watched=measured.watched)
    if not counted:
        return [], {"felt": None, "watched": None, "promise": None, "cause": None}
    (timed,) = counted
    promise = measured.promise.total_seconds()
    watched = (
        "no rota was kept then"
        if timed.watched is None
        else f"{length_text(timed.watched)} of it while somebody was on duty"
    )
    so_far = "" if timed.answered else " so far"
    lines = [f"  waited{so_far}: {length_text(timed.felt)}; {watched}"]
    promised = f"  the promise ({length_text(promise)})"
    cause: Cause | None = None
    if timed.felt > promise:
        kept: bool | None = False
        cause = _cause(wait, measured)
        why = "it is not known why" if cause is None else _CAUSES[cause]
        lines.append(f"{promised} was missed: {why}")
    elif timed.answered:
        kept = True
        lines.append(f"{promised} was kept")
    elif wait.state is WaitState.WITHDRAWN:
        kept = None
        lines.append(f"{promised} was neither kept nor missed")
    else:
        kept = None
        left = length_text(promise - timed.felt)
        lines.append(f"{promised} can be kept yet: {left} are left")
    return lines, {
        "felt": timed.felt,
        "watched": timed.watched,
        "promise": promise,
        "kept": kept,
        "cause": None if cause is None else cause.value,
    }


def _cause(wait: Wait, measured: Circumstances) -> Cause | None:
    """Return why it was missed; where no rota was kept only lag can be told."""
    (late,) = clocked([wait], measured.now, watched=measured.watched)
    cover = measured.watched or Cover(())
    found = cause_of(late, measured.promise, watched=cover, found_at=measured.found_at)
    until = measured.watched_until
    unknown = until is not None and wait.began + measured.promise > until
    if found is not Cause.LAG and (measured.watched is None or unknown):
        return None
    return found


def _no_question(said: Utterance, part: Part) -> tuple[list[str], dict[str, Any]]:
    of = f" (question {part.of.post_id})" if part.of else ""
    lines = [f"Post {said.post_id} of pair {said.pair} waits for no answer:"]
    lines.append(f"  {part.why}{of}")
    if part.why in {NoQuestion.PLAIN, NoQuestion.THANKS}:
        lines.append(
            f"  if that is wrong: `moodle-bridge question mark {said.post_id} needs`"
        )
    return lines, {
        "why": part.why.name.lower().replace("_", "-"),
        "part_of": part.of.post_id if part.of else None,
    }


def _answers(transaction: Transaction, said: Utterance, wait: Wait) -> str:
    after = length_text(max((said.at - wait.began).total_seconds(), 0))
    asker = _name(transaction, wait.asker_id)
    question = f"question {wait.post_id} of {asker}, after {after}"
    if said.post_id == wait.facilitator_answer_post:
        return f"It stopped the clock of {question}."
    return f"It was the first answer to {question}; a facilitator's stops the clock."


def _author(transaction: Transaction, pair: str, post_id: int | None) -> str:
    said = transaction.utterances.get(pair, post_id) if post_id else None
    if said is None or said.author_id is None:
        return "somebody"
    return _name(transaction, said.author_id)


def _name(transaction: Transaction, user_id: int) -> str:
    person = transaction.people.of_user(user_id)
    return person.fullname if person else f"user {user_id}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
