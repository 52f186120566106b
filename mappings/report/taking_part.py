"""Who takes part: by week and phase, by what the intake form said, among whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mappings.participation.activity import (
    Member,
    Said,
    active_between,
    gone_quiet,
    participants_between,
)
from mappings.participation.exchange import Answered, Exchange, exchange, front_runners
from mappings.report.calendar import Span, by_phase, by_week, last_day, today
from mappings.report.facts import ReportFacts
from mappings.report.figures import ActiveRow, Participation
from mappings.report.small_cells import left_out_beside
from mappings.rota.wall_clock import moment

_DAY = timedelta(days=1)


def participation_of(
    facts: ReportFacts, weeks: Sequence[Span], phases: Sequence[Span]
) -> Participation:
    """Return who takes part, by these weeks and phases.

    Weeks, phases and traits are of the days of the report. Who has gone quiet is as of
    now. How the talk is woven, and who helped others early, is of the course so far,
    up to the last day of the report. Days of membership are cut by the report's zone.
    Where what is not shown of all that was written would be that of too few people, the
    smallest row that would be shown is hidden.
    """
    place = ZoneInfo(facts.zone)
    members = [_local(one, place) for one in facts.members]
    end = last_day(facts)
    said = [
        one
        for one in facts.said
        if one.day <= end and (facts.first is None or one.day >= facts.first)
    ]
    days = {one.day for one in said}
    over = moment(end + _DAY, time(), facts.zone)
    answered = [one for one in facts.answered if one.first_at < over]
    return Participation(
        weeks=_rows(facts, weeks, said, members, by_week(days)),
        phases=_rows(facts, phases, said, members, by_phase(facts, days)),
        traits=_traits(facts, said, members),
        exchange=_exchange(answered, members, end),
        quiet=gone_quiet(facts.said, members, today(facts), after=facts.quiet_after),
        front_runners=_front_runners(facts, answered, members),
    )


def _rows(
    facts: ReportFacts,
    spans: Sequence[Span],
    said: Iterable[Said],
    members: Sequence[Member],
    label: Callable[[date], str | None],
) -> tuple[ActiveRow, ...]:
    end = last_day(facts)
    heaps: defaultdict[str | None, list[Said]] = defaultdict(list)
    for one in said:
        heaps[label(one.day)].append(one)
    rows, few = [], []
    for span in spans:
        first, last = max(span.first, facts.first or span.first), min(span.last, end)
        row = ActiveRow(
            key=span.key,
            title=span.title,
            active=active_between(heaps[span.key], members, first, last),
            provisional=span.provisional,
        )
        rows.append(row)
        if row.active.enrolled and not row.shown:
            few.append(participants_between(members, first, last))
    if heaps[None]:
        few += (
            participants_between(members, first, last)
            for first, last in _outside_phases(facts, end)
        )
    return _with_hidden(rows, few)


def _outside_phases(facts: ReportFacts, end: date) -> Iterator[tuple[date, date]]:
    """Give the times of the report that are in no phase, by first and last day."""
    day = facts.first or date.min
    for phase in sorted(facts.phases, key=lambda one: one.first):
        if day < phase.first:
            yield day, min(phase.first - _DAY, end)
        day = max(day, phase.last + _DAY)
    if day <= end:
        yield day, end


def _with_hidden(
    rows: Sequence[ActiveRow], few: Sequence[frozenset[int]]
) -> tuple[ActiveRow, ...]:
    """Return rows of which none can be found by subtraction.

    `few` are the people of each part of the whole that is not shown.
    """
    together = frozenset().union(*few)
    hidden = left_out_beside(
        {row.key: row.active.enrolled for row in rows if row.shown},
        len(together) if together else None,
    )
    return tuple(
        replace(row, hidden=True) if row.key == hidden else row for row in rows
    )


def _traits(
    facts: ReportFacts, said: Iterable[Said], members: Sequence[Member]
) -> Mapping[str, tuple[ActiveRow, ...]]:
    """Return for each question of the form a row for each answer, over the report.

    Who gave no answer is in no row, and is known by subtraction.
    """
    end = last_day(facts)
    first = facts.first or min((one.since.date() for one in members), default=end)
    posts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for one in said:
        posts[one.person][0] += one.in_moodle
        posts[one.person][1] += one.by_mail
    given: defaultdict[str, defaultdict[str, list[Member]]]
    given = defaultdict(lambda: defaultdict(list))
    for member in members:
        for trait, answer in set(member.traits):
            given[trait][answer].append(member)
    enrolled = participants_between(members, first, end)
    found = {}
    for trait, answers in sorted(given.items()):
        rows, unshown = [], set(enrolled)
        for answer, people in sorted(answers.items()):
            said_by_them = [
                Said(
                    person=person,
                    day=end,
                    in_moodle=posts[person][0],
                    by_mail=posts[person][1],
                )
                for person in {one.person for one in people}
            ]
            active = active_between(said_by_them, people, first, end)
            row = ActiveRow(key=answer, title=answer, active=active)
            rows.append(row)
            if row.shown:
                unshown -= participants_between(people, first, end)
        found[trait] = _with_hidden(rows, [frozenset(unshown)])
    return found


def _exchange(
    answered: Iterable[Answered], members: Sequence[Member], end: date
) -> Exchange:
    """Return how the talk is woven.

    Who was a participant at some time counts as one: a promotion does not rewrite what
    was. Isolates are only those who are still there.
    """
    participants = participants_between(members, date.min, end)
    facilitators = {
        one.person for one in members if one.facilitator and one.since.date() <= end
    }
    found = exchange(answered, participants, facilitators - participants)
    there = participants_between(members, end, end)
    return replace(found, isolates=found.isolates & there)


def _front_runners(
    facts: ReportFacts, answered: Iterable[Answered], members: Sequence[Member]
) -> tuple[tuple[int, int], ...]:
    began = _began(facts, members)
    if began is None:
        return ()
    participants = participants_between(members, date.min, last_day(facts))
    return front_runners(answered, participants, began)


def _began(facts: ReportFacts, members: Sequence[Member]) -> datetime | None:
    """Return when the course began: its first phase, and somebody was enrolled."""
    enrolled = min((one.since for one in members if not one.facilitator), default=None)
    if enrolled is None or not facts.phases:
        return enrolled
    day = min(phase.first for phase in facts.phases)
    return max(enrolled, moment(day, time(), facts.zone))


def _local(member: Member, place: ZoneInfo) -> Member:
    """Return a member whose days are those of the report's zone."""
    until = member.until.astimezone(place) if member.until else None
    return replace(member, since=member.since.astimezone(place), until=until)
