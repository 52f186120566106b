"""The hours of the week: when people ask, when promises are missed, who is there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from statistics import fmean

from mappings.report.counted import HOURS, Counted
from mappings.report.facts import ReportFacts
from mappings.report.figures import HourOfWeek, HourRow
from mappings.report.small_cells import left_out_beside
from mappings.rota.duty import Cover
from mappings.rota.wall_clock import local_day, moment

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_LONGEST = timedelta(weeks=520)

BLOCK = 4
"""How many hours of a day are taken as one where there is no room for each."""

Week = Mapping[HourOfWeek, HourRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The hours of the week, and the same in blocks, by the first hour of each."""

    hours: Week
    blocks: Week


def hours_of(facts: ReportFacts, counted: Counted) -> Hours:
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
    return in_blocks(
        {
            hour: HourRow(
                asked=asked[hour],
                missed=missed[hour],
                askers=len(people.get(hour, ())),
                watched=watched.get(hour),
            )
            for hour in HOURS
        },
        lambda hours: len(set().union(*(people.get(hour, ()) for hour in hours))),
    )


def in_blocks(hours: Week, people_of: Callable[[Collection[HourOfWeek]], int]) -> Hours:
    """Return the hours and their blocks, of which none can be found by subtraction.

    `hours` are all of the week, `people_of` says how many different people asked in
    some of them. The blocks add up to the whole, the hours to their blocks: a block is
    hidden with all its hours.
    """
    places: defaultdict[HourOfWeek, list[HourOfWeek]] = defaultdict(list)
    for day, hour in hours:
        places[day, hour - hour % BLOCK].append((day, hour))
    blocks = {
        first: _together([hours[one] for one in own], people_of(own))
        for first, own in places.items()
    }
    hidden_block = _hidden(
        blocks, lambda few: people_of([hour for one in few for hour in places[one]])
    )
    hidden: set[HourOfWeek | None] = set()
    for first, own in places.items():
        if first == hidden_block:
            blocks[first] = replace(blocks[first], hidden=True)
            hidden.update(own)
        else:
            hidden.add(_hidden({one: hours[one] for one in own}, people_of))
    return Hours(
        hours={
            hour: replace(row, hidden=True) if hour in hidden and row.shown else row
            for hour, row in hours.items()
        },
        blocks=blocks,
    )


def _together(rows: Collection[HourRow], people: int) -> HourRow:
    watched = [row.watched for row in rows if row.watched is not None]
    return HourRow(
        asked=sum(row.asked for row in rows),
        missed=sum(row.missed for row in rows),
        askers=people,
        watched=fmean(watched) if watched else None,
    )


def _hidden(
    rows: Week, people_of: Callable[[Collection[HourOfWeek]], int]
) -> HourOfWeek | None:
    few = [hour for hour, row in rows.items() if row.asked and not row.shown]
    return left_out_beside(
        {hour: row.people for hour, row in rows.items() if row.shown},
        people_of(few) if few else None,
    )


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
    end = min(facts.now, facts.rota_until or facts.now)
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
