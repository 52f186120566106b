"""Who was active of those enrolled, by period; who has gone quiet.

Only what is said can be seen: web services do not tell who reads. A post counts alike
whether it was written in Moodle or by mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

LEAST_SHOWN = 5
"""Cells of fewer people are not shown: they would name somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How often somebody said something on a day (of the course's zone), by medium."""

    person: int
    day: date
    in_moodle: int = 0
    by_mail: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who was in the course; `until` is None while they are.

    `facilitator` is their role in that time. `traits` are what the intake form said
    (bandwidth, country, ...), as far as they may be used.
    """

    person: int
    since: datetime
    until: datetime | None = None
    facilitator: bool = False
    traits: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """Of `enrolled` participants `active` said something; `by_mail` only by mail."""

    active: int
    enrolled: int
    by_mail: int = 0
    posts: int = 0

    @property
    def share(self) -> float | None:
        """The share that was active; None when nobody was enrolled."""
        return self.active / self.enrolled if self.enrolled else None

    @property
    def shown(self) -> bool:
        """Whether there are enough people for the number to be shown."""
        return self.enrolled >= LEAST_SHOWN


def active_between(
    said: Iterable[Said],
    members: Sequence[Member],
    first: date,
    last: date,
) -> Active:
    """Return how many participants were active from `first` to `last`, both included.

    Facilitators and people who were not enrolled in that time do not count.
    """
    enrolled = participants_between(members, first, last)
    in_moodle: set[int] = set()
    by_mail: set[int] = set()
    posts = 0
    for one in said:
        if one.person in enrolled and first <= one.day <= last:
            posts += one.in_moodle + one.by_mail
            if one.in_moodle:
                in_moodle.add(one.person)
            if one.by_mail:
                by_mail.add(one.person)
    return Active(
        active=len(in_moodle | by_mail),
        enrolled=len(enrolled),
        by_mail=len(by_mail - in_moodle),
        posts=posts,
    )


def participants_between(
    members: Iterable[Member], first: date, last: date
) -> frozenset[int]:
    """Return who was enrolled as a participant at some time of a period."""
    return frozenset(
        member.person
        for member in members
        if not member.facilitator
        and member.since.date() <= last
        and (member.until is None or member.until.date() >= first)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Somebody who was active and is no more: for facilitators only.

    `last_day` is when they last said something, None when they never did.
    """

    person: int
    last_day: date | None
    days: int


def gone_quiet(
    said: Iterable[Said],
    members: Sequence[Member],
    today: date,
    *,
    after: timedelta = timedelta(days=10),
) -> tuple[Quiet, ...]:
    """Return who is enrolled and has said nothing for so long, the longest first.

    Who came less than `after` ago is not among them, nor who is a facilitator now.
    Each is named once; who came several times came with the first.
    """
    last: dict[int, date] = {}
    for one in said:
        if one.day <= today and (one.in_moodle or one.by_mail):
            last[one.person] = max(one.day, last.get(one.person, one.day))
    here = [member for member in members if member.until is None]
    facilitators = {member.person for member in here if member.facilitator}
    came: dict[int, date] = {}
    for member in here:
        day = member.since.date()
        came[member.person] = min(day, came.get(member.person, day))
    found = []
    for person, since in came.items():
        if person in facilitators:
            continue
        quiet = today - max(last.get(person, since), since)
        if quiet >= after:
            quiet_one = Quiet(person=person, last_day=last.get(person), days=quiet.days)
            found.append(quiet_one)
    return tuple(sorted(found, key=lambda one: (-one.days, one.person)))
