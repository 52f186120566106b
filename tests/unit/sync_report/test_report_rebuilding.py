"""Waits worked out anew: the same rows, and a new definition beside the old."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from mappings.response.waits import Place, waits_of
from moodle_bridge.model.waits import DEFINITION, Mark, Medium, Utterance, Wait
from sync.ledger import Ledger, schema
from sync.report.gathering import facts
from sync.report.rebuilding import rebuild
from tests.unit.sync_report.talking import ANA, BEN, CHI, GRACE, Talking, settings_of

NEXT = "facilitation-response v2"


def rows(ledger: Ledger) -> list[tuple[Any, ...]]:
    with ledger.reading() as transaction:
        table = schema.wait
        found = transaction.connection.execute(
            select(table).order_by(*table.primary_key)
        )
        return [tuple(row) for row in found]


def said_at_random(talk: Talking, seed: int, posts: int = 40) -> None:
    randomly = Random(seed)
    talk.begin()
    said: list[int] = []
    for _ in range(posts):
        talk.move(minutes=randomly.randint(1, 300))
        answers = randomly.choice(said) if said and randomly.random() < 0.7 else None
        said.append(
            talk.say(
                randomly.choice([ANA, BEN, CHI, GRACE]),
                answers,
                asks=randomly.random() < 0.4,
                medium=randomly.choice(list(Medium)),
                private=answers is not None and randomly.random() < 0.1,
            )
        )
        if randomly.random() < 0.1:
            talk.delete(randomly.choice(said))
        if randomly.random() < 0.1:
            mark_at_random(talk, randomly, said)


def mark_at_random(talk: Talking, randomly: Random, said: list[int]) -> None:
    post = randomly.choice(said)
    with talk.ledger.writing() as transaction:
        mark = randomly.choice(list(Mark))
        transaction.marks.set("one", post, mark, by="grace", source="mail")
    talk.weigh(post)


def only_first_posts(
    said: Iterable[Utterance],
    marks: Mapping[Place, Mark] | None = None,
    *,
    whole_thread: bool = False,
) -> tuple[Wait, ...]:
    """Another rule: only what begins a discussion is a question."""
    waits = waits_of(said, marks, whole_thread=whole_thread)
    return tuple(one for one in waits if one.why == "new discussion")


def test_what_is_rebuilt_is_as_it_was(talk: Talking, tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    said_at_random(talk, seed=1)
    before = rows(talk.ledger)
    talk.move(days=1)
    assert rebuild(talk.ledger, settings).changed == 0
    assert rows(talk.ledger) == before
    with talk.ledger.writing() as transaction:
        transaction.connection.execute(schema.wait.delete())
    rebuilt = rebuild(talk.ledger, settings)
    assert rebuilt.changed == len(before)
    assert [row[:-1] for row in rows(talk.ledger)] == [row[:-1] for row in before]


def test_a_new_definition_stands_beside_the_old(talk: Talking, tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    said_at_random(talk, seed=2)
    before = rows(talk.ledger)
    rebuild(talk.ledger, settings, definition=NEXT, rule=only_first_posts)
    assert [row for row in rows(talk.ledger) if row[0] == DEFINITION] == before
    beside = [row for row in rows(talk.ledger) if row[0] == NEXT]
    assert 0 < len(beside) < len(before)
    with talk.ledger.reading() as transaction:
        found = facts(transaction, settings, definition=NEXT).waits
        old = facts(transaction, settings).waits
    assert len(found) == len(beside)
    assert len(old) == len(before)
    assert {one.definition for one in found} == {NEXT}


def test_what_was_history_stays_history(talk: Talking, tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    old = talk.say(ANA)
    talk.move(hours=1)
    talk.begin()
    new = talk.say(BEN)
    with talk.ledger.writing() as transaction:
        transaction.connection.execute(schema.wait.delete())
    rebuild(talk.ledger, settings)
    with talk.ledger.reading() as transaction:
        assert [one.post_id for one in transaction.waits.open()] == [new]
        assert [one.post_id for one in transaction.waits.open(history=True)] == [
            old,
            new,
        ]


def test_it_tells_how_far_it_came(talk: Talking, tmp_path: Path) -> None:
    said_at_random(talk, seed=3)
    told: list[tuple[int, int]] = []
    done = rebuild(
        talk.ledger,
        settings_of(tmp_path),
        progress=lambda done, all_: told.append((done, all_)),
    )
    assert told == [(done.discussions, done.discussions)]


def test_what_is_as_it_was_is_not_written_again(talk: Talking) -> None:
    """A discussion is weighed with each look at it."""
    asked = talk.say(ANA)
    before = rows(talk.ledger)
    talk.move(minutes=5)
    talk.weigh(asked)
    assert rows(talk.ledger) == before
    talk.say(GRACE, asked)
    assert rows(talk.ledger) != before
