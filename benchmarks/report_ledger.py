"""The ledger of a course of a year with a million posts: what a report is made from."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from mappings.response.waits import waits_of
from moodle_bridge.model.people import Person
from moodle_bridge.model.waits import Medium, Tone, Utterance
from sync.ledger import Ledger, schema

PAIR = "pilot"
COURSE = 7
BEGINS = datetime(2025, 1, 6, tzinfo=UTC)
ENDS = BEGINS + timedelta(weeks=52)
POSTS_EACH = 5
"""How many posts a discussion has: a question, and what follows it."""

_PARTICIPANTS = range(1000, 1400)
_FACILITATORS = range(2000, 2020)
_FORUMS = (11, 12, 13, 14)
_GROUPS = tuple(range(101, 109))
_AT_ONCE = 20_000
_UNANSWERED = 0.03
# So that one question in eight is never answered by a facilitator.
_BY_FACILITATORS = 0.45
_BY_MAIL = 0.3

Row = tuple[Any, ...]


def fill(ledger: Ledger, discussions: int) -> None:
    """Write a course of so many discussions down, a question each."""
    randomly = Random(7)
    utterances = schema.utterance.insert().compile(dialect=_dialect(ledger))
    waits = schema.wait.insert().compile(dialect=_dialect(ledger))
    talks = _talks(randomly, discussions)
    while some := list(islice(talks, _AT_ONCE // POSTS_EACH)):
        with ledger.writing() as transaction:
            # The driver's own way: a million rows are not to take minutes.
            transaction.connection.exec_driver_sql(
                str(utterances), [row for said, _ in some for row in said]
            )
            transaction.connection.exec_driver_sql(
                str(waits), [wait for _, wait in some]
            )
    with ledger.writing() as transaction:
        transaction.cursors.move(f"pair:{PAIR}:begun", BEGINS.isoformat())
        transaction.connection.execute(schema.shift.insert(), list(_shifts()))
        transaction.people.replace(COURSE, people())
        transaction.connection.execute(schema.presence.insert(), list(_presences()))


def say_a_day(ledger: Ledger, day: datetime, questions: int = 100) -> None:
    """Let a day of talk be heard as a run hears it: so many discussions, weighed."""
    first = 10_000_000
    with ledger.writing() as transaction:
        for number in range(questions):
            began = day + timedelta(minutes=14 * number)
            said = [
                Utterance(
                    pair=PAIR,
                    post_id=first + number * POSTS_EACH + place,
                    discussion_id=first + number,
                    forum_id=_FORUMS[number % len(_FORUMS)],
                    parent_post_id=first + number * POSTS_EACH if place else None,
                    author_id=_FACILITATORS[number % 20]
                    if place == POSTS_EACH - 1
                    else _PARTICIPANTS[(number * 7 + place) % 400],
                    facilitator=place == POSTS_EACH - 1,
                    medium=Medium.MAIL if number % 3 else Medium.MOODLE,
                    at=began + timedelta(minutes=8 * place),
                    tone=Tone.PLAIN if place else Tone.ASKS,
                    group_id=_GROUPS[number % len(_GROUPS)],
                )
                for place in range(POSTS_EACH)
            ]
            for one in said:
                transaction.utterances.add(one, words=40)
            transaction.waits.replace(
                PAIR, first + number, waits_of(said), begun=BEGINS
            )


def people() -> list[Person]:
    """Return who is in the course."""
    return [
        Person(
            user_id=number,
            username=f"u{number}",
            fullname=f"Person {number}",
            country=("NL", "SN", "UG", "VN")[number % 4],
            group_ids=frozenset({_GROUPS[number % len(_GROUPS)]}),
            facilitator=number in _FACILITATORS,
        )
        for number in (*_PARTICIPANTS, *_FACILITATORS)
    ]


def _dialect(ledger: Ledger) -> Any:
    with ledger.reading() as transaction:
        return transaction.connection.dialect


def _talks(randomly: Random, count: int) -> Iterator[tuple[list[Row], Row]]:
    """Give discussions in the order of their questions."""
    span = (ENDS - BEGINS).total_seconds()
    for number in range(count):
        began = BEGINS + timedelta(seconds=int(span * number / count))
        yield _talk(randomly, number, began)


def _talk(randomly: Random, number: int, began: datetime) -> tuple[list[Row], Row]:
    asker = randomly.choice(_PARTICIPANTS)
    group = _GROUPS[asker % len(_GROUPS)]
    forum = _FORUMS[number % len(_FORUMS)]
    first_id = number * POSTS_EACH + 1
    later: list[tuple[datetime, int]] = []
    for _ in range(POSTS_EACH - 1):
        teaches = randomly.random() < _BY_FACILITATORS
        # Who is not a facilitator is of the asker's own group.
        peer = asker % len(_GROUPS) + len(_GROUPS) * randomly.randrange(50) + 1000
        who = randomly.choice(_FACILITATORS) if teaches else peer
        delay = randomly.lognormvariate(7.5, 1.4)
        insort(later, (began + timedelta(seconds=int(delay)), who))
    if randomly.random() < _UNANSWERED:
        later = [(at, asker if who in _FACILITATORS else who) for at, who in later]
    medium = "mail" if randomly.random() < _BY_MAIL else "moodle"
    said = [_said(first_id, None, number, forum, group, asker, medium, began)]
    any_answer: tuple[datetime, int] | None = None
    answer: tuple[datetime, int, int] | None = None
    for place, (at, who) in enumerate(later, 1):
        post = first_id + place
        by = "mail" if randomly.random() < _BY_MAIL else "moodle"
        said.append(_said(post, first_id, number, forum, group, who, by, at))
        if who != asker and answer is None:
            any_answer = any_answer or (at, post)
            if who in _FACILITATORS:
                answer = (at, post, who)
    wait = (
        "facilitation-response v1",
        PAIR,
        first_id,
        number,
        forum,
        group,
        asker,
        medium,
        _text(began),
        None,
        "answered" if answer else "open",
        "new discussion",
        _text(any_answer[0]) if any_answer else None,
        any_answer[1] if any_answer else None,
        _text(answer[0]) if answer else None,
        answer[1] if answer else None,
        answer[2] if answer else None,
        _text(answer[0]) if answer else None,
        0,
        _text(answer[0] if answer else began),
    )
    return said, wait


def _said(  # noqa: PLR0917 - the columns of a row
    post: int,
    parent: int | None,
    discussion: int,
    forum: int,
    group: int,
    who: int,
    medium: str,
    at: datetime,
) -> Row:
    return (
        PAIR,
        post,
        discussion,
        forum,
        parent,
        who,
        int(who in _FACILITATORS),
        medium,
        _text(at),
        None,
        "A subject",
        "plain" if parent else "asks",
        None,
        40,
        0,
        0,
        group,
        None,
        None,
        _text(at + timedelta(minutes=2)),
    )


def _shifts() -> Iterator[dict[str, Any]]:
    """Give a watch a day, from eight to eight."""
    for day in range((ENDS - BEGINS).days):
        start = BEGINS + timedelta(days=day, hours=8)
        yield {
            "start": start,
            "person": f"f{day % 20}",
            "role": "primary",
            "end": start + timedelta(hours=12),
            "why": "rule",
            "frozen_at": start,
        }


def _presences() -> Sequence[dict[str, Any]]:
    return [
        {
            "course_id": COURSE,
            "user_id": one.user_id,
            "since": BEGINS,
            "until": None,
            "facilitator": int(one.facilitator),
            "group_ids": sorted(one.group_ids),
        }
        for one in people()
    ]


def _text(at: datetime) -> str:
    return f"{at.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
