"""The weeks and phases of a report, by the calendar of its zone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from mappings.report.facts import ReportFacts
from mappings.rota.wall_clock import local_day

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_MOST_WEEKS = 520


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A week or a phase, from `first` to `last`, both included.

    `provisional`: it is not over yet.
    """

    key: str
    title: str
    first: date
    last: date
    provisional: bool


def today(facts: ReportFacts) -> date:
    """Return the day on which the report is made."""
    return local_day(facts.now, facts.zone)


def last_day(facts: ReportFacts) -> date:
    """Return the last day of which the report can tell."""
    day = today(facts)
    return day if facts.last is None else min(facts.last, day)


def week_key(day: date) -> str:
    """Return the ISO 8601 week of a day: `2026-W47`; its year is that of Thursday."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def weeks_of(facts: ReportFacts, days: Collection[date]) -> tuple[Span, ...]:
    """Return the weeks of the report, those in which nothing was asked as well.

    They begin with the first day of the report, or of `days`, on which something was
    said. Before the last ten years only weeks with one of `days` are among them: a post
    may bear any year.
    """
    now, end = today(facts), last_day(facts)
    mondays = {_monday(day) for day in days}
    start = _monday(facts.first or min(days, default=end))
    monday = max(start, _monday(end) - _MOST_WEEKS * _WEEK)
    while monday <= end:
        mondays.add(monday)
        monday += _WEEK
    return tuple(
        Span(
            key=week_key(monday),
            title=week_key(monday),
            first=monday,
            last=monday + _WEEK - _DAY,
            provisional=monday + _WEEK > now,
        )
        for monday in sorted(mondays)
    )


def phases_of(facts: ReportFacts) -> tuple[Span, ...]:
    """Return the phases that have begun and are part of the report, in their order.

    Two of the same name are one, from the first day of both to the last.
    """
    now, end = today(facts), last_day(facts)
    found: dict[str, Span] = {}
    for phase in facts.phases:
        if phase.first > end or (facts.first and phase.last < facts.first):
            continue
        known = found.get(phase.name)
        first = min(phase.first, known.first) if known else phase.first
        last = max(phase.last, known.last) if known else phase.last
        found[phase.name] = Span(
            key=phase.name,
            title=phase.name,
            first=first,
            last=last,
            provisional=last >= now,
        )
    return tuple(found.values())


def by_week(days: Iterable[date]) -> Callable[[date], str | None]:
    """Return what tells the week of one of these days."""
    return {day: week_key(day) for day in set(days)}.get


def by_phase(facts: ReportFacts, days: Iterable[date]) -> Callable[[date], str | None]:
    """Return what tells the phase of one of these days, None for one in none.

    Where two overlap a day belongs to the one that the plan names first.
    """
    known = {
        day: next((one.name for one in facts.phases if one.holds(day)), None)
        for day in set(days)
    }
    return known.get


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
