"""What owners of addresses were asked, once, and what they said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import insert_new


class QuestionKind(StrEnum):
    """What is asked.

    ADDRESS: whether a new address is the person's. AUTHOR: whether they wrote a mail
    that bears their address and that nothing proves.
    """

    ADDRESS = "address"
    AUTHOR = "author"


class Answer(StrEnum):
    """What was said; EXPIRED when nobody said anything for too long."""

    YES = "yes"
    NO = "no"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question to one person about one mail.

    `address` is the folded address that the mail names as its sender. `answer` is
    None while it is open.
    """

    key: str
    kind: QuestionKind
    user_id: int
    address: str
    inbound_id: int | None
    asked_at: datetime
    answered_at: datetime | None
    answer: Answer | None


class Questions:
    """All questions ever asked."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def ask(
        self,
        key: str,
        *,
        kind: QuestionKind,
        user_id: int,
        address: str,
        inbound_id: int,
    ) -> None:
        """Write a question down; may be repeated."""
        insert_new(
            self._connection,
            schema.question,
            key=key,
            kind=kind.value,
            user_id=user_id,
            address=address,
            inbound_id=inbound_id,
            asked_at=self._clock(),
            answered_at=None,
            answer="",
        )

    def get(self, key: str) -> Question | None:
        """Return the question with this key, None when there is none."""
        table = schema.question
        row = self._connection.execute(
            select(table).where(table.c.key == key)
        ).one_or_none()
        return None if row is None else _question(row)

    def about(self, user_id: int, address: str) -> list[Question]:
        """Return what a person was asked about an address, oldest first."""
        table = schema.question
        rows = self._connection.execute(
            select(table)
            .where(table.c.user_id == user_id, table.c.address == address)
            .order_by(table.c.asked_at, table.c.key)
        )
        return [_question(row) for row in rows]

    def of_mail(self, inbound_id: int) -> list[Question]:
        """Return the questions about a mail."""
        table = schema.question
        rows = self._connection.execute(
            select(table)
            .where(table.c.inbound_id == inbound_id)
            .order_by(table.c.asked_at)
        )
        return [_question(row) for row in rows]

    def open(self) -> list[Question]:
        """Return the questions that nobody has answered, oldest first."""
        table = schema.question
        rows = self._connection.execute(
            select(table)
            .where(table.c.answer == "")
            .order_by(table.c.asked_at, table.c.key)
        )
        return [_question(row) for row in rows]

    def asked_since(self, moment: datetime, *, user_id: int | None = None) -> int:
        """Return how many questions were asked since a moment, of one person or all."""
        table = schema.question
        wanted = (
            select(func.count()).select_from(table).where(table.c.asked_at >= moment)
        )
        if user_id is not None:
            wanted = wanted.where(table.c.user_id == user_id)
        return self._connection.execute(wanted).scalar_one()

    def answer(self, key: str, answer: Answer) -> bool:
        """Write an answer down; False when there was one already."""
        table = schema.question
        done = self._connection.execute(
            update(table)
            .where(table.c.key == key, table.c.answer == "")
            .values(answer=answer.value, answered_at=self._clock())
        )
        return done.rowcount == 1


def _question(row: Row[Any]) -> Question:
    return Question(
        key=row.key,
        kind=QuestionKind(row.kind),
        user_id=row.user_id,
        address=row.address,
        inbound_id=row.inbound_id,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        answer=Answer(row.answer) if row.answer else None,
    )
