"""All numbers of a report out of columns: what `reckoning.figures_of` gives.

The same to the last digit, in a small part of the time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations

import numpy as np
import numpy.typing as npt

from mappings.participation.activity import Said
from mappings.report.calendar import (
    Span,
    by_phase,
    by_week,
    last_day,
    phases_of,
    week_key,
    weeks_of,
)
from mappings.report.column_groups import (
    Clock,
    Codes,
    CountedColumns,
    Flags,
    clock,
    column_groups,
    column_log_rank,
    numbered,
    who_is_in,
)
from mappings.report.columns import (
    NONE,
    STATES,
    Clockwork,
    Columns,
    Numbers,
    days_shown,
    hours_shown,
    microseconds,
)
from mappings.report.counted import DELAYED, HOURS
from mappings.report.curves import response_curve
from mappings.report.facts import ReportFacts
from mappings.report.figures import Comparison, Figures, HourOfWeek, HourRow, Row
from mappings.report.hours import Hours, in_blocks, watched_shares
from mappings.report.late import apart
from mappings.report.reckoning import WHOLE
from mappings.report.rows import Group, Heading, answered_only, first_responses
from mappings.report.taking_part import participation_of
from mappings.response.causes import Cause, WhatIf, cover_that_catches
from mappings.rota.duty import Cover
from moodle_bridge.model.waits import Medium, WaitState

_MICROSECOND = timedelta(microseconds=1)
_HALF_HOUR = timedelta(minutes=30) // _MICROSECOND
# The hours of a week, and none of them.
_CHOICES = len(HOURS) + 1
_DELAYED = DELAYED // _MICROSECOND


def figures_of_columns(
    facts: ReportFacts, columns: Columns, *, definition: str
) -> Figures:
    """Return the figures of `facts`, whose waits and talk are in `columns`.

    Only for the whole time: `first` and `last` of the facts must be None. Of `facts`
    neither waits nor what was said nor `found_at` is looked at.
    """
    assert facts.first is None
    assert facts.last is None
    work = _Work(facts, columns)
    phases = phases_of(facts)
    said_days = _days(columns.talk["said"]["day"])
    end = last_day(facts)
    asked_days = _days(work.all_days)
    weeks = weeks_of(facts, asked_days | {day for day in said_days if day <= end})
    whole = work.groups(
        Codes(
            keys=[WHOLE],
            waits=np.zeros(len(work.began), dtype=np.int64),
            needless=np.zeros(len(work.needless_days), dtype=np.int64),
        ),
        [Heading(key=WHOLE, title=facts.names.course)],
        whole=True,
    )[0]
    phase_at = by_phase(facts, asked_days)
    phase_groups = work.by_span(phase_at, phases, whole=True)
    media = work.named("mail", lambda mail: _MEDIA[mail], str, whole=True)
    missed, windows = work.causes()
    week = work.hours()
    return Figures(
        made_at=facts.now,
        zone=facts.zone,
        promise=facts.promise,
        names=facts.names,
        first=None,
        last=None,
        whole=whole.row,
        weeks=_rows(work.by_span(by_week(asked_days), weeks)),
        phases=_rows(phase_groups),
        forums=_rows(work.named("forum_id", str, _by(facts.names.forums))),
        media=_rows(media),
        groups=_rows(work.named("group_id", str, _by(facts.names.groups))),
        hours=week.hours,
        blocks=week.blocks,
        curves=tuple(response_curve(one) for one in (whole, *media) if one.row.shown),
        comparisons=_compared("media", media) + _compared("phases", phase_groups),
        missed=missed,
        what_if=_what_if(windows),
        waiting=columns.open_questions(work.places[work.counted.open]),
        bias=answered_only(whole.times, facts.promise),
        participation=participation_of(
            replace(facts, said=_said_by_span(facts, columns, end)), weeks, phases
        ),
        plan=tuple(facts.phases),
        history_until=facts.history_until,
        first_responses=first_responses(whole.times),
        definition=definition,
    )


_MEDIA = {0: Medium.MOODLE.value, 1: Medium.MAIL.value}


class _Work:
    """The waits that count, with their days, hours and clocks."""

    def __init__(self, facts: ReportFacts, columns: Columns) -> None:
        self._facts = facts
        all_waits = columns.waits
        now = microseconds(facts.now)
        begun = all_waits["began"] <= now
        needless = all_waits["state"] == STATES.index(WaitState.NOT_NEEDED)
        self.places: Numbers = np.flatnonzero(begun & ~needless)
        self._waits = {name: one[self.places] for name, one in all_waits.items()}
        idle = np.flatnonzero(begun & needless)
        self._needless = {name: one[idle] for name, one in all_waits.items()}
        self._clockwork = Clockwork(facts.zone)
        self.began = self._waits["began"]
        shown = self._clockwork.local(self.began)
        self._days, self._hours = days_shown(shown), hours_shown(shown)
        self.needless_days = days_shown(self._clockwork.local(self._needless["began"]))
        self.all_days = np.concatenate([self._days, self.needless_days])
        self._cover = _CoverColumns(facts.watched or Cover(()))
        self.counted = self._counted(now)

    def _counted(self, now: int) -> CountedColumns:
        waits = self._waits
        end, answered = self._until("facilitator_answer", now)
        other_end, other_answered = self._until("first_answer", now)
        ended = waits["ended"]
        taken_back = (waits["state"] == STATES.index(WaitState.WITHDRAWN)) & (
            (ended == NONE) | (ended <= now)
        )
        felt = np.maximum(end - self.began, 0)
        self._missed: Flags = felt / 1_000_000 > self._facts.promise.total_seconds()
        return CountedColumns(
            now=now,
            asker=numbered(waits["asker_id"]),
            began=self.began,
            open=~answered & ~taken_back,
            withdrawn=~answered & taken_back,
            delayed=(waits["sent_at"] != NONE)
            & (
                self.began
                - np.where(waits["sent_at"] == NONE, self.began, waits["sent_at"])
                > _DELAYED
            ),
            felt=clock(felt, answered),
            anyone=clock(other_end - self.began, other_answered),
            watched=self._watched(end, answered),
        )

    def _until(self, column: str, now: int) -> tuple[Numbers, Flags]:
        answer, ended = self._waits[column], self._waits["ended"]
        answered = (answer != NONE) & (answer <= now)
        withdrawn = (self._waits["state"] == STATES.index(WaitState.WITHDRAWN)) & (
            ended != NONE
        )
        other = np.where(withdrawn, np.minimum(ended, now), now)
        return np.where(answered, answer, other), answered

    def _knows_rota(self) -> Flags:
        facts = self._facts
        if facts.watched is None:
            return np.zeros(len(self.began), dtype=bool)
        known = np.ones(len(self.began), dtype=bool)
        if facts.rota_since is not None:
            known &= self.began >= microseconds(facts.rota_since)
        if facts.rota_until is not None:
            known &= self.began <= microseconds(facts.rota_until)
        return known

    def _watched(self, end: Numbers, answered: Flags) -> Clock | None:
        if self._facts.watched is None:
            return None
        known = self._knows_rota()
        lengths = self._cover.between(self.began[known], end[known])
        return clock(lengths, answered[known], np.flatnonzero(known))

    def groups(
        self, codes: Codes, headings: Sequence[Heading], *, whole: bool = False
    ) -> tuple[Group, ...]:
        """Return the groups of these codes."""
        return column_groups(
            self.counted, codes, headings, self._facts.promise, whole=whole
        )

    def by_span(
        self,
        label: Callable[[date], str | None],
        spans: Sequence[Span],
        *,
        whole: bool = False,
    ) -> tuple[Group, ...]:
        """Return a group for each span; `label` tells that of a day."""
        keys = [span.key for span in spans]
        place = {key: number for number, key in enumerate(keys)}
        days = np.unique(self.all_days)
        codes = np.array(
            [
                place.get(label(date.fromordinal(day)) or "", -1)
                for day in days.tolist()
            ],
            dtype=np.int64,
        )
        headings = [
            Heading(key=one.key, title=one.title, provisional=one.provisional)
            for one in spans
        ]
        return self.groups(
            Codes(
                keys=keys,
                waits=_looked_up(codes, days, self._days),
                needless=_looked_up(codes, days, self.needless_days),
            ),
            headings,
            whole=whole,
        )

    def named(
        self,
        column: str,
        key: Callable[[int], str],
        title: Callable[[str], str],
        *,
        whole: bool = False,
    ) -> tuple[Group, ...]:
        """Return a group for each value of a column, by title and key."""
        waits, needless = self._waits[column], self._needless[column]
        values = np.unique(np.concatenate([waits, needless]))
        values = values[values != NONE]
        keys = [key(value) for value in values.tolist()]
        headings = sorted(
            (Heading(key=one, title=title(one)) for one in keys),
            key=lambda one: (one.title.casefold(), one.key),
        )
        codes = np.arange(len(values))
        return self.groups(
            Codes(
                keys=keys,
                waits=_looked_up(codes, values, waits),
                needless=_looked_up(codes, values, needless),
            ),
            headings,
            whole=whole,
        )

    def hours(self) -> Hours:
        """Return the hours of the week, and their blocks."""
        size = len(HOURS)
        asked = np.bincount(self._hours, minlength=size)
        missed = np.bincount(self._hours[self._missed], minlength=size)
        here = who_is_in(self._hours, self.counted.asker, size)
        askers = here.sum(axis=1)
        first = date.fromordinal(int(self._days.min())) if len(self._days) else None
        watched = watched_shares(self._facts, first)
        places = {hour: place for place, hour in enumerate(HOURS)}
        return in_blocks(
            {
                hour: HourRow(
                    asked=int(asked[place]),
                    missed=int(missed[place]),
                    askers=int(askers[place]),
                    watched=watched.get(hour),
                )
                for hour, place in places.items()
            },
            lambda hours: int(here[[places[hour] for hour in hours]].any(axis=0).sum()),
        )

    def causes(self) -> tuple[Mapping[Cause, int], _Windows]:
        """Return what `late.causes_of` does, the unwatched ones by their hours."""
        facts = self._facts
        promise = facts.promise // _MICROSECOND
        rows = {name: one[self._missed] for name, one in self._waits.items()}
        began, found = rows["began"], rows["found_at"]
        told = found != NONE
        if facts.history_until is not None:
            told &= began >= microseconds(facts.history_until)
        known = np.where(told, np.maximum(found, began), began)
        sent = np.where(rows["sent_at"] == NONE, began, rows["sent_at"])
        answer = rows["facilitator_answer"]
        in_time = (answer != NONE) & (
            np.where(answer == NONE, 0, answer - known) <= promise
        )
        lag = (known - np.minimum(sent, began) >= promise) | ((known > began) & in_time)
        on_duty = self._knows_rota()[self._missed] & ~lag
        if facts.rota_until is not None:
            on_duty &= began + promise <= microseconds(facts.rota_until)
        nobody = on_duty & (self._cover.between(began, began + promise) * 2 <= promise)
        counts = {
            Cause.NOBODY: int(nobody.sum()),
            Cause.LATE: int((on_duty & ~nobody).sum()),
            Cause.LAG: int(lag.sum()),
        }
        causes = (Cause.LAG,) if facts.watched is None else tuple(Cause)
        return {cause: counts[cause] for cause in causes}, self._windows(
            began[nobody], promise
        )

    def _windows(self, began: Numbers, promise: int) -> _Windows:
        """Return in which hours of the week each promise was to be kept."""
        steps = [*range(0, max(promise - 1, 0), _HALF_HOUR), promise - 1]
        # Each kind of window has a number, which grows with each of its hours.
        kinds = np.zeros(len(began), dtype=np.int64)
        hours: list[tuple[int, ...]] = [()]
        for step in steps:
            at = began + step
            # 0 stands for a moment when somebody was on duty.
            here = np.where(
                self._cover.is_on(at), 0, hours_shown(self._clockwork.local(at)) + 1
            )
            pairs, kinds = np.unique(kinds * _CHOICES + here, return_inverse=True)
            hours = [
                (*hours[before], number - 1) if number else hours[before]
                for before, number in (
                    divmod(pair, _CHOICES) for pair in pairs.tolist()
                )
            ]
        windows: Counter[frozenset[HourOfWeek]] = Counter()
        numbers = np.bincount(kinds, minlength=len(hours)).tolist()
        for kind, number in zip(hours, numbers, strict=False):
            windows[frozenset(HOURS[place] for place in kind)] += number
        return _Windows(windows=windows, missed=len(began))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Windows:
    windows: Mapping[frozenset[HourOfWeek], int]
    missed: int


class _CoverColumns:
    """A cover, for many periods at once."""

    def __init__(self, cover: Cover) -> None:
        edges = [[microseconds(one) for one in period] for period in cover.periods]
        both = np.array(edges, dtype=np.int64).reshape(-1, 2)
        self._begins, self._ends = both[:, 0], both[:, 1]
        self._before = np.concatenate([[0], np.cumsum(self._ends - self._begins)])

    def is_on(self, moments: Numbers) -> npt.NDArray[np.bool_]:
        """Say of each moment whether it lies in a period of it."""
        if not len(self._begins):
            return np.zeros(len(moments), dtype=bool)
        place = np.searchsorted(self._begins, moments, side="right") - 1
        found: npt.NDArray[np.bool_] = (place >= 0) & (moments < self._ends[place])
        return found

    def between(self, starts: Numbers, ends: Numbers) -> Numbers:
        """Return how much of each period is covered, in microseconds."""
        covered = self._until(ends) - self._until(starts)
        found: Numbers = np.where(starts < ends, covered, 0)
        return found

    def _until(self, at: Numbers) -> Numbers:
        if not len(self._begins):
            return np.zeros(len(at), dtype=np.int64)
        index = np.searchsorted(self._begins, at, side="right") - 1
        inside = np.minimum(at, self._ends[index]) - self._begins[index]
        found: Numbers = np.where(index < 0, 0, self._before[index] + inside)
        return found


def _said_by_span(facts: ReportFacts, columns: Columns, end: date) -> list[Said]:
    """Return what was said, by person, week and phase, on the last day of each.

    No number of a report of the whole time needs to know more.
    """
    said = columns.talk["said"]
    days = np.unique(said["day"])
    phase_at = by_phase(facts, _days(days))
    cells: dict[tuple[str, str | None], int] = {}
    codes = np.array(
        [
            cells.setdefault((week_key(day), phase_at(day)), len(cells))
            for day in map(date.fromordinal, days.tolist())
        ],
        dtype=np.int64,
    )
    past = said["day"] <= end.toordinal()
    person, day = said["person"][past], said["day"][past]
    cell = _looked_up(codes, days, day)
    order = np.lexsort([day, cell, person])
    person, day, cell = person[order], day[order], cell[order]
    if not len(order):
        return []
    new = np.ones(len(order), dtype=bool)
    new[1:] = (person[1:] != person[:-1]) | (cell[1:] != cell[:-1])
    starts = np.flatnonzero(new)
    last = np.append(starts[1:], len(order)) - 1
    moodle = np.add.reduceat(said["in_moodle"][past][order], starts)
    mail = np.add.reduceat(said["by_mail"][past][order], starts)
    known = {number: date.fromordinal(number) for number in days.tolist()}
    return [
        Said(person=one, day=known[on], in_moodle=here, by_mail=there)
        for one, on, here, there in zip(
            person[starts].tolist(),
            day[last].tolist(),
            moodle.tolist(),
            mail.tolist(),
            strict=True,
        )
    ]


def _what_if(found: _Windows) -> tuple[WhatIf, ...]:
    return apart(cover_that_catches(found.windows, missed=found.missed))


def _compared(kind: str, groups: Sequence[Group]) -> tuple[Comparison, ...]:
    return tuple(
        Comparison(
            kind=kind,
            first=one.row.key,
            second=two.row.key,
            p_value=column_log_rank(one.times, two.times)
            if one.row.shown and two.row.shown
            else None,
        )
        for one, two in combinations(groups, 2)
    )


def _looked_up(codes: Numbers, values: Numbers, column: Numbers) -> Numbers:
    """Return the code of each value of a column; `values` rise. -1: it is none."""
    if not len(values):
        return np.full(len(column), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(values, column), len(values) - 1)
    found: Numbers = np.where(values[place] == column, codes[place], -1)
    return found


def _days(numbers: Numbers) -> set[date]:
    return {date.fromordinal(number) for number in np.unique(numbers).tolist()}


def _by(names: Mapping[int, str]) -> Callable[[str], str]:
    return lambda key: names.get(int(key), key)


def _rows(groups: Sequence[Group]) -> tuple[Row, ...]:
    return tuple(group.row for group in groups)
