"""The waits that a report counts, in columns: each is looked at once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import compress
from zoneinfo import ZoneInfo

from mappings.report.facts import ReportFacts
from mappings.report.figures import HourOfWeek
from mappings.response.clocks import counts, seconds_between, until
from mappings.response.survival import Times
from moodle_bridge.model.waits import Wait, WaitState

Label = Callable[[Wait, date], str | None]
"""By what a question is grouped: it and the day on which it began; None: in no group.

The day is one of the report's zone.
"""

HOURS: tuple[HourOfWeek, ...] = tuple(
    (day, hour) for day in range(7) for hour in range(24)
)
"""The hours of the week."""

DELAYED = timedelta(minutes=15)
"""A mail that took longer from its Date to its arrival was long on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockColumn:
    """What one clock shows for each wait, the shortest time first.

    `places` are those of the waits, `seconds` and `answered` stand beside them.
    """

    places: Sequence[int]
    seconds: Sequence[float]
    answered: Sequence[int]

    def by_label(self, labels: Sequence[str | None]) -> dict[str | None, Times]:
        """Return the times of each group; `labels` has the group of each wait."""
        heaps: dict[str | None, tuple[array[float], array[float]]] = {
            label: (array("d"), array("d")) for label in set(labels)
        }
        for place, seconds, answered in zip(
            self.places, self.seconds, self.answered, strict=True
        ):
            heaps[labels[place]][answered].append(seconds)
        return {key: Times(ends=ends, lost=lost) for key, (lost, ends) in heaps.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The waits that count: those that began by `now` and need an answer.

    `days` and `hours` are those of their beginning, by the clock of the report's zone.
    `needless` are the questions that need no answer, with their day. `open`,
    `withdrawn`, `delayed` and `missed` are places of waits; missed are the promises of
    those that were felt longer, answered or not. `felt`, `anyone` and `watched` are the
    clocks; `watched` is None without a rota, and has only waits for which it is known.
    """

    now: datetime
    waits: Sequence[Wait]
    days: Sequence[date]
    hours: Sequence[HourOfWeek]
    needless: Sequence[tuple[Wait, date]]
    open: Sequence[int]
    withdrawn: Sequence[int]
    delayed: Sequence[int]
    missed: Sequence[int]
    felt: ClockColumn
    anyone: ClockColumn
    watched: ClockColumn | None


def counted(facts: ReportFacts) -> Counted:
    """Look at each wait of a report once; their order does not matter.

    A wait that is open at `now` is censored then, one that was taken back when it was
    ("facilitation-response v1").
    """
    now, place = facts.now, ZoneInfo(facts.zone)
    waits = [wait for wait in facts.waits if counts(wait, now)]
    ends = [until(wait, now) for wait in waits]
    answered = bytes(came for _, came in ends)
    felt = array("d", _lengths(waits, ends))
    unanswered = [at for at, came in enumerate(answered) if not came]
    taken_back = [at for at in unanswered if _is_taken_back(waits[at], now)]
    days, hours = _days_and_hours(waits, place)
    others = [until(wait, now, by_anybody=True) for wait in waits]
    most = facts.promise.total_seconds()
    return Counted(
        now=now,
        waits=waits,
        days=days,
        hours=hours,
        needless=[
            (one, one.began.astimezone(place).date())
            for one in facts.waits
            if one.state is WaitState.NOT_NEEDED and one.began <= now
        ],
        open=sorted(set(unanswered).difference(taken_back)),
        withdrawn=taken_back,
        delayed=[
            at
            for at, one in enumerate(waits)
            if one.sent_at is not None and one.began - one.sent_at > DELAYED
        ],
        missed=[at for at, seconds in enumerate(felt) if seconds > most],
        felt=_column(felt, answered),
        anyone=_column(
            array("d", _lengths(waits, others)), bytes(came for _, came in others)
        ),
        watched=_watched(facts, waits, ends),
    )


def knows_rota(facts: ReportFacts, wait: Wait) -> bool:
    """Say whether it is known who was on duty when a question was asked."""
    if facts.watched is None:
        return False
    return facts.rota_since is None or wait.began >= facts.rota_since


def _watched(
    facts: ReportFacts, waits: Sequence[Wait], ends: Sequence[tuple[datetime, bool]]
) -> ClockColumn | None:
    if facts.watched is None:
        return None
    cover = facts.watched
    known = [knows_rota(facts, wait) for wait in waits]
    both = list(compress(zip(waits, ends, strict=True), known))
    lengths = (cover.between(one.began, end).total_seconds() for one, (end, _) in both)
    return _column(
        array("d", lengths),
        bytes(came for _, (_, came) in both),
        places=list(compress(range(len(waits)), known)),
    )


def _is_taken_back(wait: Wait, now: datetime) -> bool:
    if wait.state is not WaitState.WITHDRAWN:
        return False
    return wait.ended is None or wait.ended <= now


def _lengths(
    waits: Iterable[Wait], ends: Iterable[tuple[datetime, bool]]
) -> Iterator[float]:
    for wait, (end, _) in zip(waits, ends, strict=True):
        yield seconds_between(wait.began, end)


def _days_and_hours(
    waits: Iterable[Wait], place: ZoneInfo
) -> tuple[list[date], list[HourOfWeek]]:
    days, hours = [], []
    # The same few days come again and again.
    known: dict[date, date] = {}
    for wait in waits:
        at = wait.began.astimezone(place)
        day = at.date()
        days.append(known.setdefault(day, day))
        hours.append(HOURS[at.weekday() * 24 + at.hour])
    return days, hours


def _column(
    seconds: array[float], answered: bytes, *, places: Sequence[int] | None = None
) -> ClockColumn:
    """Return a column in order; without `places` it has every wait."""
    order = sorted(range(len(seconds)), key=seconds.__getitem__)
    return ClockColumn(
        places=array("l", order if places is None else (places[at] for at in order)),
        seconds=array("d", (seconds[at] for at in order)),
        answered=bytes(answered[at] for at in order),
    )
