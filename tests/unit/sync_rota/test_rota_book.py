"""The rota as it is now, its last good word, and what has passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from zope.interface import implementer

from mappings.rota.duty import on_duty
from moodle_bridge.errors import Transient
from moodle_bridge.interfaces import IRotaSource
from moodle_bridge.model.rota import (
    DutyRole,
    Facilitator,
    Layer,
    LayerKind,
    RotaReading,
    RotaRule,
    RotaSpan,
)
from sync.ledger import Ledger
from sync.rota.book import Rota
from sync.rota.reading import reading_json, reading_of

START = datetime(2026, 3, 2, tzinfo=UTC)
PEOPLE = (
    Facilitator(key="ana", name="Ana", zone="UTC"),
    Facilitator(key="ben", name="Ben", zone="UTC"),
)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@implementer(IRotaSource)
@dataclass
class Source:
    people: tuple[str, ...] = ("ana",)
    down: bool = False
    name: str = "table"
    reads: list[datetime] = field(default_factory=list)

    def read(
        self, start: datetime, end: datetime, people: Sequence[Facilitator]
    ) -> RotaReading:
        if self.down:
            raise Transient("cannot be reached", item=self.name)
        rule = RotaRule(
            name="watch",
            people=self.people,
            zone="UTC",
            weekdays=frozenset(range(7)),
            start=time(0),
            end=time(0),
            anchor=date(2026, 3, 2),
            turn_days=1,
        )
        return RotaReading(rules=(rule,), unknown=("Zoe",))

    def close(self) -> None:
        pass


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock)
    yield ledger
    ledger.close()


def rota(ledger: Ledger, *sources: Source) -> Rota:
    return Rota(ledger, PEOPLE, lambda: sources)


def who(book: Rota, at: datetime) -> list[str]:
    shifts = book.shifts(at - timedelta(hours=1), at + timedelta(hours=1))
    return [shift.person for shift in on_duty(shifts, at)]


def test_who_is_on_duty_is_what_the_sources_say(ledger: Ledger) -> None:
    assert who(rota(ledger, Source()), START) == ["ana"]


def test_a_source_that_is_down_is_replaced_by_its_last_good_word(
    ledger: Ledger, clock: Clock
) -> None:
    rota(ledger, Source()).states()
    clock.now += timedelta(hours=5)
    book = rota(ledger, Source(down=True))
    (state,) = book.states()
    assert state.read_at == START
    assert "cannot be reached" in state.problem
    assert who(book, clock.now) == ["ana"]


def test_a_source_that_never_answered_holds_nobody(ledger: Ledger) -> None:
    book = rota(ledger, Source(down=True))
    assert (who(book, START), book.states()[0].read_at) == ([], None)


def test_two_sources_of_one_name_are_kept_apart(ledger: Ledger, clock: Clock) -> None:
    rota(ledger, Source(("ana",)), Source(("ben",))).states()
    book = rota(ledger, Source(down=True), Source(down=True))
    assert who(book, START) == ["ana", "ben"]


def test_a_change_lies_over_what_the_sources_say(ledger: Ledger) -> None:
    with ledger.writing() as transaction:
        transaction.layers.add(
            Layer(
                key="o1",
                kind=LayerKind.OVERRIDE,
                start=START,
                end=START + timedelta(hours=2),
                person="ana",
                takes_over="ben",
            )
        )
        transaction.layers.add(
            Layer(
                key="s1",
                kind=LayerKind.SWAP,
                start=START,
                end=START + timedelta(hours=2),
                person="ben",
                takes_over="ana",
            ),
            state="asked",
        )
    assert who(rota(ledger, Source()), START + timedelta(hours=1)) == ["ben"]


def test_what_has_passed_never_changes_when_the_rota_does(
    ledger: Ledger, clock: Clock
) -> None:
    rota(ledger, Source()).freeze()
    for _ in range(30):
        clock.now += timedelta(hours=1)
        rota(ledger, Source()).freeze()
    changed = rota(ledger, Source(("ben",)))
    assert who(changed, START + timedelta(hours=20)) == ["ana"]
    assert who(changed, clock.now + timedelta(hours=2)) == ["ben"]
    with ledger.reading() as transaction:
        frozen = transaction.shifts.between(START, clock.now)
    # One shift, not one for each time that somebody looked.
    assert [(shift.person, shift.end - shift.start) for shift in frozen] == [
        ("ana", timedelta(hours=30))
    ]


def test_freezing_again_changes_nothing(ledger: Ledger, clock: Clock) -> None:
    rota(ledger, Source()).freeze()
    clock.now += timedelta(hours=3)
    assert [rota(ledger, Source()).freeze() for _ in range(3)] == [1, 0, 0]


def test_a_reading_is_kept_whole() -> None:
    reading = Source().read(START, START, PEOPLE)
    span = RotaSpan(
        key="k",
        person="ana",
        start=START,
        end=START,
        role=DutyRole.BACKUP,
        title="Watch: Ana",
    )
    whole = RotaReading(
        rules=reading.rules, spans=(span,), unknown=("Zoe",), problems=("row 5",)
    )
    kept = reading_json(whole)
    assert reading_of(kept) == whole
    # As a version wrote it that knew no titles.
    del kept["spans"][0]["title"]
    assert reading_of(kept).spans == (replace(span, title=""),)
