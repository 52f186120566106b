"""The waits that a report counts, in columns: each is looked at once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
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

    `askers`, `days` and `hours` stand beside `waits`: user ids, and when each began by
    the clock of the report's zone. `needless` are the questions that need no answer,
    with their day. `open`, `withdrawn`, `delayed` and `missed` are places of waits;
    missed are the promises of those that were felt longer, answered or not. `felt`,
    `anyone` and `watched` are the clocks; `watched` is None without a rota, and has
    only waits for which it is known.
    """

    now: datetime
    waits: Sequence[Wait]
    askers: Sequence[int]
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


@dataclass(slots=True)
class _Clock:
    """A clock while it is read."""

    places: array[int] = field(default_factory=lambda: array("l"))
    seconds: array[float] = field(default_factory=lambda: array("d"))
    answered: bytearray = field(default_factory=bytearray)

    def add(self, place: int, seconds: float, *, answered: bool) -> None:
        self.places.append(place)
        self.seconds.append(seconds)
        self.answered.append(answered)

    def column(self) -> ClockColumn:
        order = sorted(range(len(self.seconds)), key=self.seconds.tolist().__getitem__)
        return ClockColumn(
            places=array("l", map(self.places.__getitem__, order)),
            seconds=array("d", map(self.seconds.__getitem__, order)),
            answered=bytes(map(self.answered.__getitem__, order)),
        )


def counted(facts: ReportFacts) -> Counted:
    """Look at each wait of a report once; their order does not matter.

    A wait that is open at `now` is censored then, one that was taken back when it was
    ("facilitation-response v1").
    """
    now, cover = facts.now, facts.watched
    waits = [wait for wait in facts.waits if counts(wait, now)]
    felt, anyone, watched = _Clock(), _Clock(), _Clock()
    for place, wait in enumerate(waits):
        began = wait.began
        end, answered = until(wait, now)
        seconds = seconds_between(began, end)
        felt.add(place, seconds, answered=answered)
        if wait.first_answer != wait.facilitator_answer:
            first, by_anybody = until(wait, now, by_anybody=True)
            anyone.add(place, seconds_between(began, first), answered=by_anybody)
        else:
            anyone.add(place, seconds, answered=answered)
        if cover is not None and knows_rota(facts, wait):
            length = cover.between(began, end).total_seconds()
            watched.add(place, length, answered=answered)
    unanswered = [place for place, came in enumerate(felt.answered) if not came]
    taken_back = [at for at in unanswered if _is_taken_back(waits[at], now)]
    most = facts.promise.total_seconds()
    days, hours = _days_and_hours(waits, ZoneInfo(facts.zone))
    needless = [wait for wait in facts.waits if _is_needless(wait, now)]
    needless_days, _ = _days_and_hours(needless, ZoneInfo(facts.zone))
    return Counted(
        now=now,
        waits=waits,
        askers=[wait.asker_id for wait in waits],
        days=days,
        hours=hours,
        needless=list(zip(needless, needless_days, strict=True)),
        open=sorted(set(unanswered).difference(taken_back)),
        withdrawn=taken_back,
        delayed=[
            at
            for at, one in enumerate(waits)
            if one.sent_at is not None and one.began - one.sent_at > DELAYED
        ],
        missed=[at for at, seconds in enumerate(felt.seconds) if seconds > most],
        felt=felt.column(),
        anyone=anyone.column(),
        watched=None if cover is None else watched.column(),
    )


def knows_rota(facts: ReportFacts, wait: Wait) -> bool:
    """Say whether it is known who was on duty when a question was asked."""
    if facts.watched is None:
        return False
    since, until = facts.rota_since, facts.rota_until
    begun = since is None or wait.began >= since
    return begun and (until is None or wait.began <= until)


def knows_promised_time(facts: ReportFacts, wait: Wait) -> bool:
    """Say whether it is known who was on duty while a promise was to be kept."""
    until = facts.rota_until
    kept = until is None or wait.began + facts.promise <= until
    return kept and knows_rota(facts, wait)


def _is_needless(wait: Wait, now: datetime) -> bool:
    return wait.state is WaitState.NOT_NEEDED and wait.began <= now


def _is_taken_back(wait: Wait, now: datetime) -> bool:
    if wait.state is not WaitState.WITHDRAWN:
        return False
    return wait.ended is None or wait.ended <= now


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
