"""The hours of the week: when people ask, when promises are missed, who is there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from mappings.report.counted import HOURS, Counted
from mappings.report.facts import ReportFacts
from mappings.report.figures import HourOfWeek, HourRow
from mappings.rota.duty import Cover
from mappings.rota.wall_clock import local_day, moment

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_LONGEST = timedelta(weeks=520)


def hours_of(facts: ReportFacts, counted: Counted) -> Mapping[HourOfWeek, HourRow]:
    """Return all 168 hours of the week, from Monday 0:00 on.

    The share in which somebody was on duty is the mean over the time of the report for
    which the rota is known: from its first day (without one, the first question's) to
    its last, or now. An hour that a clock change repeats counts twice there, one that
    it skips not at all.
    """
    asked = Counter(counted.hours)
    missed = Counter(counted.hours[at] for at in counted.missed)
    people: defaultdict[HourOfWeek, set[int]] = defaultdict(set)
    for hour, asker in zip(counted.hours, counted.askers, strict=True):
        people[hour].add(asker)
    watched = watched_shares(facts, min(counted.days, default=None))
    return {
        hour: HourRow(
            asked=asked[hour],
            missed=missed[hour],
            askers=len(people.get(hour, ())),
            watched=watched.get(hour),
        )
        for hour in HOURS
    }


def watched_shares(
    facts: ReportFacts, first: date | None
) -> Mapping[HourOfWeek, float]:
    """Return the share of each hour of the week in which somebody was on duty.

    `first` is the day of the first question, None when there was none. Nothing where no
    rota was kept.
    """
    cover = facts.watched
    if cover is None:
        return {}
    on_duty: Counter[HourOfWeek] = Counter()
    length: Counter[HourOfWeek] = Counter()
    for hour, begins, ends in _hours_between(*_time_of(facts, first, cover), facts):
        length[hour] += round((ends - begins).total_seconds())
        on_duty[hour] += round(cover.between(begins, ends).total_seconds())
    return {hour: on_duty[hour] / length[hour] for hour in length if length[hour]}


def _time_of(
    facts: ReportFacts, first: date | None, cover: Cover
) -> tuple[datetime, datetime]:
    """Return for which time the rota is averaged."""
    end = facts.now
    if facts.last is not None:
        end = min(end, moment(facts.last + _DAY, time(), facts.zone))
    if facts.first is not None:
        start = moment(facts.first, time(), facts.zone)
    elif first is not None:
        start = moment(first, time(), facts.zone)
    else:
        start = cover.periods[0][0] if cover.periods else end
    # A question may bear a year that no course lasted since.
    start = max(start, end - _LONGEST)
    return max(start, facts.rota_since or start), end


def _hours_between(
    start: datetime, end: datetime, facts: ReportFacts
) -> Iterator[tuple[HourOfWeek, datetime, datetime]]:
    """Give each hour on the clock, and when it is, cut at both ends."""
    day = local_day(start, facts.zone)
    while (midnight := moment(day, time(), facts.zone)) < end:
        for hour, begins, ends in _hours_of(day, midnight, facts.zone):
            first, last = max(begins, start), min(ends, end)
            if first < last:
                yield (day.weekday(), hour), first, last
        day += _DAY


def _hours_of(
    day: date, midnight: datetime, zone: str
) -> Iterator[tuple[int, datetime, datetime]]:
    following = moment(day + _DAY, time(), zone)
    if following - midnight == _DAY:
        edges = [midnight + number * _HOUR for number in range(25)]
    else:
        edges = [moment(day, time(hour), zone) for hour in range(24)]
        edges.append(following)
    for hour in range(24):
        yield hour, edges[hour], edges[hour + 1]
