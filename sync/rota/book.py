"""The rota: what its sources say, with its changes, and frozen where it has passed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mappings.one_line import one_line
from mappings.rota.compiling import compiled, joined
from moodle_bridge.errors import RemoteError
from moodle_bridge.interfaces import IRotaSource
from moodle_bridge.model.rota import Facilitator, RotaReading, Shift
from moodle_bridge.redact import masked
from sync.ledger.cursors import ROTA_FROZEN
from sync.rota.reading import reading_json, reading_of

if TYPE_CHECKING:
    from sync.ledger import Ledger

AHEAD = timedelta(weeks=8)
"""How far ahead calendars are read."""

_BEHIND = timedelta(weeks=2)
_KEY_LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source stands.

    `read_at` is when it was last read well, None when it never was; `problem` says why
    it could not be read now, empty when it was.
    """

    name: str
    read_at: datetime | None
    problem: str = ""
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Book:
    readings: list[RotaReading] = field(default_factory=list)
    states: list[SourceState] = field(default_factory=list)


class Rota:
    """One rota. `sources` are opened when they are first read, and closed at the end.

    A source that cannot be read is replaced by what it said last, and that is told.
    """

    def __init__(
        self,
        ledger: Ledger,
        people: Sequence[Facilitator],
        sources: Callable[[], Sequence[IRotaSource]],
    ) -> None:
        self._ledger = ledger
        self.people = tuple(people)
        self._sources = sources
        self._book: _Book | None = None

    def states(self) -> tuple[SourceState, ...]:
        """Return how each source stands; reads them if that was not done yet."""
        return tuple(self._read().states)

    def titles(self) -> dict[str, str]:
        """Return what people know the spans of tables and calendars by, by their keys.

        The title of an event; of one that has none, the name of its source.
        """
        book = self._read()
        return {
            span.key: one_line(span.title) or state.name
            for reading, state in zip(book.readings, book.states, strict=True)
            for span in reading.spans
        }

    def shifts(self, start: datetime, end: datetime) -> tuple[Shift, ...]:
        """Return who was and will be on duty in a period (aware UTC).

        What has passed is as it was frozen; the rest as the sources and the changes
        say now. Calendars are known from two weeks back to eight weeks ahead.
        """
        with self._ledger.reading() as transaction:
            frozen_up_to = _moment(transaction.cursors.get(ROTA_FROZEN))
            past = (
                transaction.shifts.between(start, min(end, frozen_up_to))
                if frozen_up_to is not None and start < frozen_up_to
                else []
            )
        begin = start if frozen_up_to is None else max(start, frozen_up_to)
        coming = self._compiled(begin, end) if begin < end else ()
        return joined([*_cut(past, start, end), *coming])

    def states_kept(self) -> tuple[SourceState, ...]:
        """Return how sources stood when they were last read, from the ledger alone.

        Those that were never read well are not known there.
        """
        found = []
        with self._ledger.reading() as transaction:
            for number, source in enumerate(self._sources(), 1):
                kept = transaction.rota_readings.get(_key(number, source))
                if kept is not None:
                    reading = reading_of(kept.content)
                    found.append(
                        SourceState(
                            name=source.name,
                            read_at=kept.read_at,
                            problem=kept.problem,
                            unknown=reading.unknown,
                            problems=reading.problems,
                        )
                    )
        return tuple(found)

    def states_read(self) -> tuple[SourceState, ...]:
        """Return how each source stands, none where they were not read yet."""
        return tuple(self._book.states) if self._book else ()

    def freeze(self, *, every: timedelta = timedelta()) -> int:
        """Write down who was on duty since the last time; say how many shifts.

        Nothing when the last time is less than `every` ago. May be repeated, and by
        two runs at once: what is written never changes.
        """
        now = self._ledger.clock()
        with self._ledger.reading() as transaction:
            before = _moment(transaction.cursors.get(ROTA_FROZEN))
        if before is not None and now - before < every:
            return 0
        # The first time nothing has passed that anybody could have counted on.
        begin = now if before is None else before
        passed = self._compiled(begin, now) if begin < now else ()
        with self._ledger.writing() as transaction:
            if _moment(transaction.cursors.get(ROTA_FROZEN)) != before:
                return 0
            transaction.cursors.move(ROTA_FROZEN, now.isoformat())
            return transaction.shifts.freeze(passed)

    def _compiled(self, start: datetime, end: datetime) -> tuple[Shift, ...]:
        book = self._read()
        with self._ledger.reading() as transaction:
            layers = [kept.layer for kept in transaction.layers.between(start, end)]
        return compiled(
            [rule for reading in book.readings for rule in reading.rules],
            [span for reading in book.readings for span in reading.spans],
            layers,
            start=start,
            end=end,
        )

    def _read(self) -> _Book:
        if self._book is None:
            now = self._ledger.clock()
            book = _Book()
            for number, source in enumerate(self._sources(), 1):
                self._read_one(book, source, now, key=_key(number, source))
            self._book = book
        return self._book

    def _read_one(
        self, book: _Book, source: IRotaSource, now: datetime, *, key: str
    ) -> None:
        problem = ""
        try:
            reading = source.read(now - _BEHIND, now + AHEAD, self.people)
        except RemoteError as error:
            # Wherever it is told, the name of the source stands before it.
            told = error.what if error.item == source.name else str(error)
            problem = masked(told)
            with self._ledger.writing() as transaction:
                transaction.rota_readings.failed(key, problem)
                kept = transaction.rota_readings.get(key)
            reading = reading_of(kept.content) if kept else RotaReading()
            read_at = kept.read_at if kept else None
        else:
            read_at = now
            with self._ledger.writing() as transaction:
                transaction.rota_readings.keep(key, reading_json(reading))
        book.readings.append(reading)
        book.states.append(
            SourceState(
                name=source.name,
                read_at=read_at,
                problem=problem,
                unknown=reading.unknown,
                problems=reading.problems,
            )
        )


def _key(number: int, source: IRotaSource) -> str:
    """Return by what name a reading is kept; two sources may be called the same."""
    return f"{number} {source.name}"[:_KEY_LONGEST]


def _cut(shifts: Sequence[Shift], start: datetime, end: datetime) -> list[Shift]:
    return [
        Shift(
            start=max(shift.start, start),
            end=min(shift.end, end),
            person=shift.person,
            role=shift.role,
            why=shift.why,
        )
        for shift in shifts
    ]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
