"""The discussions that a pair knows, and when each was last read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, or_, select

from moodle_bridge.model.forum import Discussion
from moodle_bridge.model.waits import DEFINITION, WaitState
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import change_row, insert_new


class Discussions:
    """Discussions by pair and Moodle's discussion id."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def listed(self, pair: str, discussion: Discussion) -> None:
        """Note a discussion as its forum lists it just now; may be repeated."""
        now = self._clock()
        values = {
            "forum_id": discussion.forum_id,
            "first_post_id": discussion.first_post_id,
            "name": discussion.name,
            "group_id": discussion.group_id,
            "author_id": discussion.author_id,
            "created_at": discussion.created,
            "active_at": discussion.modified,
            "time_start": discussion.time_start,
            "time_end": discussion.time_end,
            "listed_at": now,
        }
        new = insert_new(
            self._connection,
            schema.discussion,
            pair=pair,
            discussion_id=discussion.id,
            checked_at=now,
            **values,
        )
        if not new:
            keys = {"pair": pair, "discussion_id": discussion.id}
            change_row(self._connection, schema.discussion, keys, **values)

    def listed_since(
        self, pair: str, discussion_ids: Sequence[int], moment: datetime
    ) -> set[int]:
        """Return those of some discussions that were listed since a moment."""
        table = schema.discussion
        rows = self._connection.execute(
            select(table.c.discussion_id).where(
                table.c.pair == pair,
                table.c.discussion_id.in_(discussion_ids),
                table.c.listed_at >= moment,
            )
        )
        return {row.discussion_id for row in rows}

    def get(self, pair: str, discussion_ids: Sequence[int]) -> dict[int, Discussion]:
        """Return those that are known, by id."""
        table = schema.discussion
        rows = self._connection.execute(
            select(table).where(
                table.c.pair == pair, table.c.discussion_id.in_(discussion_ids)
            )
        )
        return {row.discussion_id: _discussion(row) for row in rows}

    def to_check(
        self, pair: str, *, active_since: datetime, checked_before: datetime, limit: int
    ) -> list[Discussion]:
        """Return lively discussions that were not read lately, longest ago first.

        Not those all of whose posts are gone: Moodle answers them with an error.
        """
        table, link = schema.discussion, schema.link
        posts = select(link.c.post_id).where(
            link.c.pair == table.c.pair, link.c.discussion_id == table.c.discussion_id
        )
        rows = self._connection.execute(
            select(table)
            .where(
                or_(~posts.exists(), posts.where(link.c.gone_at.is_(None)).exists()),
                table.c.pair == pair,
                table.c.active_at >= active_since,
                table.c.checked_at < checked_before,
            )
            .order_by(table.c.checked_at)
            .limit(limit)
        )
        return [_discussion(row) for row in rows]

    def with_settled_answers(
        self, pair: str, *, began_since: datetime, settles: timedelta
    ) -> list[Discussion]:
        """Return those not read since a question in them was answered `settles` ago.

        By a facilitator, or while it has no such answer by another participant. Of
        questions that began since a moment: others are not looked at.
        """
        table, wait = schema.discussion, schema.wait
        answered_at = func.coalesce(wait.c.facilitator_answer, wait.c.first_answer)
        states = (WaitState.ANSWERED.value, WaitState.OPEN.value)
        rows = self._connection.execute(
            select(table, wait.c.facilitator_answer, wait.c.first_answer)
            .join(
                wait,
                and_(
                    wait.c.pair == table.c.pair,
                    wait.c.discussion_id == table.c.discussion_id,
                ),
            )
            .where(
                wait.c.definition == DEFINITION,
                wait.c.state.in_(states),
                wait.c.began >= began_since,
                answered_at <= self._clock() - settles,
                wait.c.history == 0,
                table.c.pair == pair,
            )
            .order_by(table.c.discussion_id)
        )
        found = {
            row.discussion_id: _discussion(row)
            for row in rows
            if row.checked_at < (row.facilitator_answer or row.first_answer) + settles
        }
        return list(found.values())

    def checked_at(
        self, pair: str, discussion_ids: Iterable[int]
    ) -> dict[int, datetime]:
        """Return when each was last read, by id; those that are not known are left out."""
        table = schema.discussion
        rows = self._connection.execute(
            select(table.c.discussion_id, table.c.checked_at).where(
                table.c.pair == pair, table.c.discussion_id.in_(list(discussion_ids))
            )
        )
        return {row.discussion_id: row.checked_at for row in rows}

    def forget(self, pair: str, discussion_id: int) -> None:
        """Look no more at a discussion that is gone; may be repeated."""
        table = schema.discussion
        self._connection.execute(
            delete(table).where(
                table.c.pair == pair, table.c.discussion_id == discussion_id
            )
        )

    def checked(self, pair: str, discussion_id: int) -> None:
        """Note that a discussion was looked for just now; may be repeated."""
        keys = {"pair": pair, "discussion_id": discussion_id}
        change_row(self._connection, schema.discussion, keys, checked_at=self._clock())


def _discussion(row: Row[Any]) -> Discussion:
    return Discussion(
        id=row.discussion_id,
        forum_id=row.forum_id,
        first_post_id=row.first_post_id,
        name=row.name,
        author_id=row.author_id,
        group_id=row.group_id,
        created=row.created_at,
        modified=row.active_at,
        time_start=row.time_start,
        time_end=row.time_end,
    )
