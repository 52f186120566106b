"""What was said by whom, what facilitators said of it, and which questions wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from moodle_bridge.model.waits import (
    DEFINITION,
    Mark,
    Medium,
    Tone,
    Utterance,
    Wait,
    WaitState,
)
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import change_row, insert_new, upsert
from sync.ledger.touched import Touched


class Utterances:
    """Origins: a post, or the mail that a post is a copy of; by pair and post."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, said: Utterance, *, words: int) -> bool:
        """Write down what was said unless it is known; say whether it was new.

        `words` is how many words it has. Author, role and time stay as they were when
        it was first written down.
        """
        new = insert_new(
            self._connection,
            schema.utterance,
            pair=said.pair,
            post_id=said.post_id,
            discussion_id=said.discussion_id,
            forum_id=said.forum_id,
            parent_post_id=said.parent_post_id,
            author_id=said.author_id,
            facilitator=int(said.facilitator),
            medium=said.medium.value,
            at=said.at,
            sent_at=said.sent_at,
            subject=said.subject,
            tone=said.tone.value,
            asks_since=said.asks_since,
            words=words,
            private=int(said.private),
            automatic=int(said.automatic),
            group_id=said.group_id,
            edited_at=said.edited_at,
            deleted_at=said.deleted_at,
            seen_at=self._clock(),
        )
        if new:
            # Whom the answers below it answer is known only now.
            Touched(self._connection).touch(said.pair, said.at, *self._below(said))
        return new

    def change(self, pair: str, post_id: int, **values: Any) -> None:
        """Set columns of one utterance (`tone`, `asks_since`, `deleted_at`, ...)."""
        before = self.get(pair, post_id)
        change_row(
            self._connection,
            schema.utterance,
            {"pair": pair, "post_id": post_id},
            **values,
        )
        if before is not None:
            Touched(self._connection).touch(pair, before.at)

    def _below(self, said: Utterance) -> list[datetime]:
        table = schema.utterance
        return list(
            self._connection.execute(
                select(table.c.at).where(
                    table.c.pair == said.pair,
                    table.c.discussion_id == said.discussion_id,
                    table.c.parent_post_id == said.post_id,
                )
            ).scalars()
        )

    def of_discussion(self, pair: str, discussion_id: int) -> list[Utterance]:
        """Return what was said in a discussion, in order of time."""
        table = schema.utterance
        rows = self._connection.execute(
            select(table)
            .where(table.c.pair == pair, table.c.discussion_id == discussion_id)
            .order_by(table.c.at, table.c.post_id)
        )
        return [_utterance(row) for row in rows]

    def discussions(self, pair: str) -> list[int]:
        """Return in which discussions anything was said, in order."""
        table = schema.utterance
        rows = self._connection.execute(
            select(table.c.discussion_id)
            .where(table.c.pair == pair)
            .distinct()
            .order_by(table.c.discussion_id)
        )
        return list(rows.scalars())

    def heard_at(self, pair: str) -> dict[int, datetime]:
        """Return when each discussion last had something new, by discussion."""
        table = schema.utterance
        rows = self._connection.execute(
            select(table.c.discussion_id, func.max(table.c.seen_at).label("at"))
            .where(table.c.pair == pair)
            .group_by(table.c.discussion_id)
        )
        return {row.discussion_id: row.at for row in rows}

    def number(self, pair: str) -> int:
        """Return how much was said in a pair, what was deleted too."""
        table = schema.utterance
        return self._connection.execute(
            select(func.count()).select_from(table).where(table.c.pair == pair)
        ).scalar_one()

    def get(self, pair: str, post_id: int) -> Utterance | None:
        """Return what was said with a post, None when it was not heard."""
        table = schema.utterance
        row = self._connection.execute(
            select(table).where(table.c.pair == pair, table.c.post_id == post_id)
        ).one_or_none()
        return None if row is None else _utterance(row)

    def of_post(self, post_id: int) -> list[Utterance]:
        """Return what was said with a post, in every pair that heard it."""
        table = schema.utterance
        rows = self._connection.execute(
            select(table).where(table.c.post_id == post_id).order_by(table.c.pair)
        )
        return [_utterance(row) for row in rows]

    def seen_at(self, pair: str, post_id: int) -> datetime | None:
        """Return when the bridge first saw a post, None when it never did."""
        table = schema.utterance
        value: datetime | None = self._connection.execute(
            select(table.c.seen_at).where(
                table.c.pair == pair, table.c.post_id == post_id
            )
        ).scalar_one_or_none()
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMark:
    """A mark, by whom, and when; `by` is a key of the rota, or `admin`."""

    mark: Mark
    by: str
    at: datetime


class Marks:
    """What facilitators said of posts; the last word counts."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def set(self, pair: str, post_id: int, mark: Mark, *, by: str, source: str) -> None:
        """Write down a mark; may be repeated."""
        upsert(
            self._connection,
            schema.mark,
            pair=pair,
            post_id=post_id,
            mark=mark.value,
            by=by,
            source=source,
            at=self._clock(),
        )

    def get(self, pair: str, post_id: int) -> KeptMark | None:
        """Return what was said of a post last, None when nothing was."""
        table = schema.mark
        row = self._connection.execute(
            select(table).where(table.c.pair == pair, table.c.post_id == post_id)
        ).one_or_none()
        if row is None:
            return None
        return KeptMark(mark=Mark(row.mark), by=row.by, at=row.at)

    def of_posts(
        self, pair: str, post_ids: Iterable[int]
    ) -> dict[tuple[str, int], Mark]:
        """Return the marks of these posts."""
        table = schema.mark
        rows = self._connection.execute(
            select(table.c.post_id, table.c.mark).where(
                table.c.pair == pair, table.c.post_id.in_(list(post_ids))
            )
        )
        return {(pair, row.post_id): Mark(row.mark) for row in rows}


class Waits:
    """The waits under the definition that counts now."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def replace(
        self,
        pair: str,
        discussion_id: int,
        waits: Sequence[Wait],
        *,
        begun: datetime,
        definition: str = DEFINITION,
    ) -> int:
        """Set the waits of a discussion under a definition; say how many rows changed.

        Those that began before `begun` are history: counted, and never alerted. What is
        as it was is not written again. May be repeated.
        """
        table = schema.wait
        before = {
            row.post_id: row
            for row in self._connection.execute(
                select(table).where(
                    table.c.definition == definition,
                    table.c.pair == pair,
                    table.c.discussion_id == discussion_id,
                )
            )
        }
        touched = Touched(self._connection)
        changed = 0
        for wait in waits:
            kept = before.pop(wait.post_id, None)
            columns = {
                **_columns(wait, definition),
                "history": int(wait.began < begun),
            }
            if kept is not None and all(
                getattr(kept, name) == value for name, value in columns.items()
            ):
                continue
            upsert(self._connection, table, **columns, updated_at=self._clock())
            days = [wait.began] if kept is None else [wait.began, kept.began]
            touched.touch(pair, *days)
            changed += 1
        for post_id, kept in before.items():
            self._connection.execute(
                table.delete().where(
                    table.c.definition == definition,
                    table.c.pair == pair,
                    table.c.post_id == post_id,
                )
            )
            touched.touch(pair, kept.began)
            changed += 1
        return changed

    def open(self, *, history: bool = False) -> list[Wait]:
        """Return the questions that wait now, the oldest first.

        Those of before the bridge began only with `history`.
        """
        table = schema.wait
        wanted = and_(
            table.c.definition == DEFINITION, table.c.state == WaitState.OPEN.value
        )
        if not history:
            wanted = and_(wanted, table.c.history == 0)
        rows = self._connection.execute(
            select(table).where(wanted).order_by(table.c.began, table.c.post_id)
        )
        return [_wait(row) for row in rows]

    def get(self, post_id: int) -> list[Wait]:
        """Return the waits of a post, in every pair that has it."""
        table = schema.wait
        rows = self._connection.execute(
            select(table).where(
                table.c.definition == DEFINITION, table.c.post_id == post_id
            )
        )
        return [_wait(row) for row in rows]

    def of_discussion(self, pair: str, discussion_id: int) -> list[Wait]:
        """Return the waits of a discussion, in order of their beginning."""
        table = schema.wait
        rows = self._connection.execute(
            select(table)
            .where(
                table.c.definition == DEFINITION,
                table.c.pair == pair,
                table.c.discussion_id == discussion_id,
            )
            .order_by(table.c.began, table.c.post_id)
        )
        return [_wait(row) for row in rows]

    def number(self, pair: str) -> int:
        """Return how many waits a pair has, history among them."""
        table = schema.wait
        return self._connection.execute(
            select(func.count())
            .select_from(table)
            .where(table.c.definition == DEFINITION, table.c.pair == pair)
        ).scalar_one()

    def answers(
        self, pairs: Sequence[str], start: datetime, end: datetime
    ) -> dict[int, int]:
        """Return how many questions each answered as the first facilitator, by user id.

        Those answered from `start` up to `end`; history among them.
        """
        table = schema.wait
        rows = self._connection.execute(
            select(table.c.answered_by, func.count().label("number"))
            .where(
                table.c.definition == DEFINITION,
                table.c.pair.in_(list(pairs)),
                table.c.answered_by.is_not(None),
                table.c.facilitator_answer >= start,
                table.c.facilitator_answer < end,
            )
            .group_by(table.c.answered_by)
        )
        return {row.answered_by: row.number for row in rows}

    def counts(self) -> dict[str, int]:
        """Return how many waits there are, by state; history among them."""
        table = schema.wait
        rows = self._connection.execute(
            select(table.c.state, func.count().label("number"))
            .where(table.c.definition == DEFINITION)
            .group_by(table.c.state)
        )
        return {row.state: row.number for row in rows}


def _columns(wait: Wait, definition: str) -> dict[str, Any]:
    return {
        "definition": definition,
        "pair": wait.pair,
        "post_id": wait.post_id,
        "discussion_id": wait.discussion_id,
        "forum_id": wait.forum_id,
        "group_id": wait.group_id,
        "asker_id": wait.asker_id,
        "medium": wait.medium.value,
        "began": wait.began,
        "sent_at": wait.sent_at,
        "state": wait.state.value,
        "why": wait.why,
        "first_answer": wait.first_answer,
        "first_answer_post": wait.first_answer_post,
        "facilitator_answer": wait.facilitator_answer,
        "facilitator_answer_post": wait.facilitator_answer_post,
        "answered_by": wait.answered_by,
        "ended": wait.ended,
    }


def _utterance(row: Row[Any]) -> Utterance:
    return Utterance(
        pair=row.pair,
        post_id=row.post_id,
        discussion_id=row.discussion_id,
        forum_id=row.forum_id,
        parent_post_id=row.parent_post_id,
        author_id=row.author_id,
        facilitator=bool(row.facilitator),
        medium=Medium(row.medium),
        at=row.at,
        sent_at=row.sent_at,
        subject=row.subject,
        private=bool(row.private),
        automatic=bool(row.automatic),
        group_id=row.group_id,
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
        tone=Tone(row.tone),
        asks_since=row.asks_since,
    )


def _wait(row: Row[Any]) -> Wait:
    return Wait(
        definition=row.definition,
        pair=row.pair,
        post_id=row.post_id,
        discussion_id=row.discussion_id,
        forum_id=row.forum_id,
        group_id=row.group_id,
        asker_id=row.asker_id,
        medium=Medium(row.medium),
        began=row.began,
        sent_at=row.sent_at,
        state=WaitState(row.state),
        why=row.why,
        first_answer=row.first_answer,
        first_answer_post=row.first_answer_post,
        facilitator_answer=row.facilitator_answer,
        facilitator_answer_post=row.facilitator_answer_post,
        answered_by=row.answered_by,
        ended=row.ended,
    )
