"""Which post is which mail: the table that keeps both worlds one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import change_row, insert_new

ELSEWHERE = "came by mail, with another ledger"
"""Why a post is withheld that a lost ledger had carried: everybody has it."""

PRIVATE = "private"

NOT_FOR_ISSUES = (ELSEWHERE, PRIVATE)

_NAMES_AT_ONCE = 500


class LinkState(StrEnum):
    """Where a post stands on its way to the readers by mail.

    HISTORY: it was there before the bridge began. WAITING: it will go out when it is
    due. SENT: every mail of it has an outcome. WITHHELD: it does not go out, for the
    reason given. GONE: it was deleted before it went out.
    """

    HISTORY = "history"
    WAITING = "waiting"
    SENT = "sent"
    WITHHELD = "withheld"
    GONE = "gone"


class Origin(StrEnum):
    """In which world a post was written."""

    FORUM = "forum"
    MAIL = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A post of a pair and the Message-ID under which the mail world knows it.

    `via_list` says that list members already have it by mail. `author_name` is the
    person's own name also where the service account posted. `fingerprint` changes
    when subject or text do; `revision` counts such changes after it was sent.
    """

    pair: str
    post_id: int
    discussion_id: int
    forum_id: int
    parent_post_id: int | None
    message_id: str
    origin: Origin
    via_list: bool
    state: LinkState
    reason: str
    author_user_id: int | None
    author_name: str
    subject: str
    fingerprint: str
    revision: int
    created_at: datetime
    seen_at: datetime
    due_at: datetime | None
    settled_at: datetime | None
    edited_at: datetime | None
    gone_at: datetime | None


class Links:
    """The links, by pair and post, and by Message-ID."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(
        self,
        *,
        pair: str,
        post_id: int,
        discussion_id: int,
        forum_id: int,
        parent_post_id: int | None,
        message_id: str,
        origin: Origin,
        state: LinkState,
        created_at: datetime,
        via_list: bool = False,
        reason: str = "",
        author_user_id: int | None = None,
        author_name: str = "",
        subject: str = "",
        fingerprint: str = "",
        due_at: datetime | None = None,
    ) -> bool:
        """Link a post unless it is linked; say whether it was new."""
        return insert_new(
            self._connection,
            schema.link,
            pair=pair,
            post_id=post_id,
            discussion_id=discussion_id,
            forum_id=forum_id,
            parent_post_id=parent_post_id,
            message_id=message_id,
            origin=origin.value,
            via_list=int(via_list),
            state=state.value,
            reason=reason,
            author_user_id=author_user_id,
            author_name=author_name,
            subject=subject,
            fingerprint=fingerprint,
            revision=0,
            created_at=created_at,
            seen_at=self._clock(),
            due_at=due_at,
        )

    def change(self, pair: str, post_id: int, **values: Any) -> None:
        """Set columns of one link; may be repeated."""
        keys = {"pair": pair, "post_id": post_id}
        change_row(self._connection, schema.link, keys, **values)

    def of_discussions(
        self, pair: str, discussion_ids: Collection[int]
    ) -> dict[int, list[Link]]:
        """Return the links of some discussions, by discussion, oldest post first."""
        table = schema.link
        found: dict[int, list[Link]] = {number: [] for number in discussion_ids}
        rows = self._connection.execute(
            select(table)
            .where(table.c.pair == pair, table.c.discussion_id.in_(discussion_ids))
            .order_by(table.c.post_id)
        )
        for row in rows:
            found[row.discussion_id].append(_link(row))
        return found

    def standing(self, pair: str, discussion_ids: Collection[int]) -> dict[int, int]:
        """Return how many posts stand in each discussion; those with none left out."""
        table = schema.link
        rows = self._connection.execute(
            select(table.c.discussion_id, func.count().label("posts"))
            .where(
                table.c.pair == pair,
                table.c.discussion_id.in_(discussion_ids),
                table.c.gone_at.is_(None),
            )
            .group_by(table.c.discussion_id)
        )
        return {row.discussion_id: row.posts for row in rows}

    def by_message_id(self, message_ids: Sequence[str]) -> list[Link]:
        """Return the links with one of these Message-IDs, of any pair."""
        table = schema.link
        rows = self._connection.execute(
            select(table)
            .where(table.c.message_id.in_(list(message_ids)[:_NAMES_AT_ONCE]))
            .order_by(table.c.post_id)
        )
        return [_link(row) for row in rows]

    def by_post(self, post_id: int, pair: str | None = None) -> list[Link]:
        """Return the links of a post, of one pair or of all."""
        table = schema.link
        statement = select(table).where(table.c.post_id == post_id)
        if pair is not None:
            statement = statement.where(table.c.pair == pair)
        return [_link(row) for row in self._connection.execute(statement)]

    def since(self, pair: str, moment: datetime) -> list[Link]:
        """Return the links of a pair whose posts were written since a moment."""
        table = schema.link
        rows = self._connection.execute(
            select(table)
            .where(table.c.pair == pair, table.c.created_at >= moment)
            .order_by(table.c.post_id)
        )
        return [_link(row) for row in rows]

    def newest(self, pairs: Collection[str], *, limit: int) -> list[int]:
        """Return the ids of the newest posts of some pairs, the newest first."""
        table = schema.link
        rows = self._connection.execute(
            select(table.c.post_id)
            .where(table.c.pair.in_(pairs))
            .distinct()
            .order_by(table.c.post_id.desc())
            .limit(limit)
        )
        return [row.post_id for row in rows]

    def said_since(self, pair: str, moment: datetime) -> list[Link]:
        """Return the posts that came due, or were done with, since a moment; by post.

        With them those that are due and still wait, whenever that began. Not what is
        history or gone, nor what readers surely have with another ledger.
        """
        table = schema.link
        states = (LinkState.WAITING, LinkState.SENT, LinkState.WITHHELD)
        rows = self._connection.execute(
            select(table)
            .where(
                table.c.pair == pair,
                table.c.state.in_([state.value for state in states]),
                table.c.reason.not_in(NOT_FOR_ISSUES),
                table.c.gone_at.is_(None),
                table.c.due_at <= self._clock(),
                or_(
                    table.c.due_at >= moment,
                    table.c.settled_at >= moment,
                    table.c.state == LinkState.WAITING.value,
                ),
            )
            .order_by(table.c.post_id)
        )
        return [_link(row) for row in rows]

    def due_count(self, pair: str, now: datetime) -> int:
        """Return how many posts of a pair are due."""
        table = schema.link
        return self._connection.execute(
            select(func.count())
            .select_from(table)
            .where(
                table.c.pair == pair,
                table.c.state == LinkState.WAITING.value,
                table.c.due_at <= now,
            )
        ).scalar_one()

    def due_discussions(self, pair: str, now: datetime, *, limit: int) -> list[int]:
        """Return ids of discussions with a post that is due, by their first due post.

        That way talk goes out in the order in which it was held.
        """
        table = schema.link
        rows = self._connection.execute(
            select(table.c.discussion_id)
            .where(
                table.c.pair == pair,
                table.c.state == LinkState.WAITING.value,
                table.c.due_at <= now,
            )
            .group_by(table.c.discussion_id)
            .order_by(func.min(table.c.post_id))
            .limit(limit)
        )
        return [row.discussion_id for row in rows]

    def keep_newest(self, pair: str, number: int) -> tuple[datetime | None, int]:
        """Leave only the newest posts waiting, and make all older ones history.

        Returns when the oldest of those kept was written (None when there is none)
        and how many wait; 0 leaves none. May be repeated.
        """
        table = schema.link
        mine = table.c.pair == pair
        newest = (
            select(table.c.post_id)
            .where(mine)
            .order_by(table.c.created_at.desc(), table.c.post_id.desc())
            .limit(number)
        )
        kept = set(self._connection.execute(newest).scalars())
        older = [
            post_id
            for post_id in self._connection.execute(
                select(table.c.post_id).where(
                    mine, table.c.state == LinkState.WAITING.value
                )
            ).scalars()
            if post_id not in kept
        ]
        for start in range(0, len(older), _NAMES_AT_ONCE):
            self._connection.execute(
                update(table)
                .where(mine, table.c.post_id.in_(older[start : start + _NAMES_AT_ONCE]))
                .values(
                    state=LinkState.HISTORY.value,
                    reason="written before the bridge began",
                )
            )
        first, waiting = self._connection.execute(
            select(func.min(table.c.created_at), func.count()).where(
                mine, table.c.state == LinkState.WAITING.value
            )
        ).one()
        return first, waiting

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many links there are, by pair and state."""
        table = schema.link
        rows = self._connection.execute(
            select(table.c.pair, table.c.state, func.count()).group_by(
                table.c.pair, table.c.state
            )
        )
        return {(pair, state): number for pair, state, number in rows}


_NAMES = tuple(field.name for field in fields(Link))


def _link(row: Row[Any]) -> Link:
    values = {name: getattr(row, name) for name in _NAMES}
    values["origin"] = Origin(values["origin"])
    values["state"] = LinkState(values["state"])
    values["via_list"] = bool(values["via_list"])
    return Link(**values)
