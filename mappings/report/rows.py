"""Groups of questions: how many there are, and how long they waited."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import fsum

from mappings.report.counted import Counted, Label
from mappings.report.figures import (
    RESPONSE_BUCKETS,
    Estimate,
    FirstResponses,
    Row,
)
from mappings.report.small_cells import left_out_beside
from mappings.response.survival import Curve, Times, curve_of

_MEDIAN = 0.5
_P90 = 0.9
_NONE = Times(ends=(), lost=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of questions with its row, its felt times, and their curve."""

    row: Row
    times: Times
    curve: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a group is called, and whether its time is not over."""

    key: str
    title: str
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Which wait is in which group: `labels` by place, `needless` beside them."""

    labels: Sequence[str | None]
    needless: Sequence[str | None]

    @property
    def keys(self) -> frozenset[str]:
        """The groups that have a question, needless ones among them."""
        return frozenset(
            label for label in {*self.labels, *self.needless} if label is not None
        )


def labelled(counted: Counted, label: Label) -> Labelled:
    """Put each question into a group, or into none."""
    return Labelled(
        labels=list(map(label, counted.waits, counted.days)),
        needless=[label(wait, day) for wait, day in counted.needless],
    )


def groups_of(
    counted: Counted,
    by: Labelled,
    headings: Iterable[Heading],
    promise: timedelta,
) -> tuple[Group, ...]:
    """Return a group for each heading, in their order; one without questions as well.

    Every question is in at most one group. `asked` counts all that need an answer,
    whatever became of them; `askers` are different people; the times are estimated by
    Kaplan and Meier (1958), open ones and those taken back censored; on the watched
    clock of those questions alone of which it is known who was on duty. Waits that need no
    answer count as `not_needed` alone. Where what is not shown of all questions, those
    in no group among them, would stand for too few people, the smallest row that would
    be shown is hidden.
    """
    labels = by.labels
    people: defaultdict[str | None, set[int]] = defaultdict(set)
    for label, asker in zip(labels, counted.askers, strict=True):
        people[label].add(asker)
    oldest: dict[str | None, datetime] = {}
    for at in counted.open:
        began = counted.waits[at].began
        oldest[labels[at]] = min(began, oldest.get(labels[at], began))
    asked, needless = Counter(labels), Counter(by.needless)
    still_open = Counter(labels[at] for at in counted.open)
    withdrawn = Counter(labels[at] for at in counted.withdrawn)
    delayed = Counter(labels[at] for at in counted.delayed)
    felt, anyone = counted.felt.by_label(labels), counted.anyone.by_label(labels)
    watched = None if counted.watched is None else counted.watched.by_label(labels)
    known = _known_people(counted, labels)
    found = []
    for heading in headings:
        key = heading.key
        times = felt.get(key, _NONE)
        curve = curve_of(times)
        row = Row(
            key=key,
            title=heading.title,
            asked=asked[key],
            askers=len(people.get(key, ())),
            open=still_open[key],
            withdrawn=withdrawn[key],
            not_needed=needless[key],
            delayed=delayed[key],
            oldest_open=(counted.now - oldest[key]).total_seconds()
            if key in oldest
            else None,
            felt=_estimate(curve, promise),
            anyone=_estimate(curve_of(anyone.get(key, _NONE)), promise),
            watched=None
            if watched is None
            else _estimate(curve_of(watched.get(key, _NONE)), promise),
            watched_asked=None if watched is None else watched.get(key, _NONE).total,
            watched_askers=None if watched is None else len(known.get(key, ())),
            provisional=heading.provisional,
        )
        found.append(Group(row=row, times=times, curve=curve))
    unshown = {*labels, *by.needless} - {one.row.key for one in found if one.row.shown}
    few: set[int] = set().union(*(people.get(label, ()) for label in unshown))
    return with_hidden(found, len(few) if unshown else None)


def with_hidden(groups: Sequence[Group], together: int | None) -> tuple[Group, ...]:
    """Return groups that add up to a whole, of which none can be found by subtraction.

    `together` is as for `left_out_beside`.
    """
    shown = {one.row.key: one.row.askers for one in groups if one.row.shown}
    hidden = left_out_beside(shown, together)
    return tuple(
        replace(one, row=replace(one.row, hidden=True))
        if one.row.key == hidden
        else one
        for one in groups
    )


def answered_only(times: Times, promise: timedelta) -> float | None:
    """Return the share within the promise that leaving out open waits would tell.

    None when nothing was answered. It flatters: it is shown to warn of it.
    """
    if not times.ends:
        return None
    return bisect_right(times.ends, promise.total_seconds()) / len(times.ends)


def first_responses(times: Times) -> FirstResponses:
    """Return how many answers came within each time of `RESPONSE_BUCKETS`."""
    return FirstResponses(
        within={most: bisect_right(times.ends, most) for most in RESPONSE_BUCKETS},
        number=len(times.ends),
        seconds=fsum(times.ends),
    )


def _known_people(
    counted: Counted, labels: Sequence[str | None]
) -> Mapping[str | None, set[int]]:
    """Return by group who asked what of which it is known who was on duty."""
    people: defaultdict[str | None, set[int]] = defaultdict(set)
    if counted.watched is not None:
        for place in counted.watched.places:
            people[labels[place]].add(counted.askers[place])
    return people


def _estimate(curve: Curve, promise: timedelta) -> Estimate:
    return Estimate(
        within=curve.answered_within(promise.total_seconds()),
        median=curve.quantile(_MEDIAN),
        p90=curve.quantile(_P90),
    )
