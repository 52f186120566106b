"""Figures out of kept parts: the same as by the full reckoning, whatever changed."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mappings.report.reckoning import figures_of
from moodle_bridge.model.rota import DutyRole, Shift
from moodle_bridge.model.waits import Mark, Medium
from sync.ledger.cursors import ROTA_FROZEN
from sync.report import figuring
from sync.report.figuring import figures
from sync.report.gathering import facts
from sync.settings import Settings
from tests.unit.sync_report.talking import ANA, GRACE, START, Talking, settings_of

PEOPLE = range(1, 31)
TEACHERS = (GRACE, 20)
MORE = """
[report]
zone = "{zone}"
promise = "{promise}"
[[phase]]
name = "intake"
first = 2026-03-02
last = 2026-03-18
[[phase]]
name = "online"
first = 2026-03-17
last = 2026-05-01
"""


class Life:
    """A course in which things happen at random, back in time as well."""

    def __init__(self, talk: Talking, seed: int) -> None:
        self.talk = talk
        self.randomly = Random(seed)
        self.said: list[int] = []

    def begin(self, *, rota: bool) -> None:
        self.talk.begin(at=START + timedelta(days=3))
        self.talk.enrol(*PEOPLE, teaching=TEACHERS)
        if rota:
            with self.talk.ledger.writing() as transaction:
                transaction.shifts.freeze(
                    Shift(
                        start=START + timedelta(days=day, hours=3),
                        end=START + timedelta(days=day, hours=12),
                        person="grace",
                        role=DutyRole.PRIMARY,
                        why="rule",
                    )
                    for day in range(2, 60)
                )
                written_down = START + timedelta(days=self.randomly.randint(5, 40))
                transaction.cursors.move(ROTA_FROZEN, written_down.isoformat())

    def go_on(self, steps: int) -> None:
        for _ in range(steps):
            self.talk.move(minutes=self.randomly.randint(1, 600))
            if self.said and self.randomly.random() < 0.15:
                self.change()
            else:
                self.speak()

    def speak(self) -> None:
        randomly = self.randomly
        answers = (
            randomly.choice(self.said)
            if randomly.random() < 0.7 and self.said
            else None
        )
        if answers and randomly.random() < 0.8:
            answers = self.said[-1]
        sent = randomly.random() < 0.3
        at = self.talk.now - timedelta(minutes=randomly.choice([0, 0, 1, 40, 3000]))
        self.said.append(
            self.talk.say(
                randomly.choice([*PEOPLE, *TEACHERS * 6]),
                answers,
                at=at,
                medium=randomly.choice(list(Medium)),
                asks=randomly.random() < 0.5,
                automatic=randomly.random() < 0.05,
                private=answers is not None and randomly.random() < 0.05,
                sent_at=at - timedelta(minutes=randomly.randint(16, 200))
                if sent
                else None,
                teaching=TEACHERS,
            )
        )

    def change(self) -> None:
        post = self.randomly.choice(self.said)
        match self.randomly.randint(0, 2):
            case 0:
                self.talk.delete(post)
            case 1:
                self.talk.restore(post)
            case _:
                with self.talk.ledger.writing() as transaction:
                    mark = self.randomly.choice(list(Mark))
                    transaction.marks.set("one", post, mark, by="x", source="mail")
                self.talk.weigh(post)


def assert_same(talk: Talking, settings: Settings) -> None:
    with talk.ledger.reading() as transaction:
        known = facts(transaction, settings)
    wanted = figures_of(known)
    made_of, found = figures(talk.ledger, settings)
    for one in fields(wanted):
        assert getattr(found, one.name) == getattr(wanted, one.name), one.name
    for one in fields(known):
        assert getattr(made_of, one.name) == getattr(known, one.name), one.name


@pytest.mark.parametrize(
    ("zone", "promise", "seed"),
    [
        ("UTC", "1h", 1),
        ("Europe/Amsterdam", "90m", 2),
        ("Asia/Kathmandu", "12h", 3),
        ("America/Lima", "10m", 4),
        ("Africa/Kampala", "1d", 5),
    ],
)
def test_figures_out_of_parts_are_those_of_the_full_reckoning(
    talk: Talking, tmp_path: Path, zone: str, promise: str, seed: int
) -> None:
    settings = settings_of(tmp_path, MORE.format(zone=zone, promise=promise))
    life = Life(talk, seed)
    assert_same(talk, settings)
    life.begin(rota=seed != 3)
    assert_same(talk, settings)
    life.go_on(120)
    assert_same(talk, settings)
    for _ in range(4):
        life.go_on(12)
        assert_same(talk, settings)


def test_only_weeks_that_were_touched_are_made_anew(
    talk: Talking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path)
    life = Life(talk, seed=6)
    life.begin(rota=True)
    life.go_on(120)
    figures(talk.ledger, settings)
    made: list[list[date]] = []
    whole = figuring._made

    def counting(rows: Any, stale: list[date], zone: str, definition: str) -> Any:
        made.append(list(stale))
        return whole(rows, stale, zone, definition)

    monkeypatch.setattr(figuring, "_made", counting)
    figures(talk.ledger, settings)
    assert made == [[]]
    talk.delete(life.said[0])
    figures(talk.ledger, settings)
    assert made[-1] == [START.date()]
    talk.say(ANA)
    assert_same(talk, settings)
    monday = talk.now.date() - timedelta(days=talk.now.weekday())
    assert made[-1] == [monday]


def test_a_parent_that_is_heard_late_changes_whom_its_answers_answered(
    talk: Talking, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path)
    talk.begin()
    talk.where[77] = 500
    talk.say(ANA, 77)
    talk.move(days=20)
    assert_same(talk, settings)
    talk.say(GRACE, post=77, at=START)
    assert_same(talk, settings)


def test_without_numpy_the_figures_are_the_same(
    talk: Talking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path)
    life = Life(talk, seed=7)
    life.begin(rota=True)
    life.go_on(60)
    _, fast = figures(talk.ledger, settings)
    monkeypatch.setattr(figuring, "find_spec", lambda _name: None)
    assert figures(talk.ledger, settings)[1] == fast


def test_waits_are_made_when_they_are_looked_at(talk: Talking, tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    talk.begin()
    asked = talk.say(ANA)
    known, _ = figures(talk.ledger, settings)
    assert len(known.waits) == 1
    assert known.waits[0].post_id == asked
    assert [one.person for one in known.said] == [ANA]
