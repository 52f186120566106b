"""How each person takes part, and from when on posts wait for one mail to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from moodle_bridge.model.channels import Channel, ChannelKind, Frequency
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import change_row, insert_new, upsert

_AT_ONCE = 500


class Channels:
    """Channels by Moodle user id; who is not there never chose."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def get(self, user_id: int) -> Channel | None:
        """Return what somebody chose, None when they never did."""
        return self.of([user_id]).get(user_id)

    def of(self, user_ids: Collection[int]) -> dict[int, Channel]:
        """Return what these people chose, by user id; the others are left out."""
        table = schema.channel
        wanted = list(user_ids)
        found: dict[int, Channel] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            rows = self._connection.execute(
                select(table).where(
                    table.c.user_id.in_(wanted[start : start + _AT_ONCE])
                )
            )
            found |= {row.user_id: _channel(row) for row in rows}
        return found

    def everyone(self) -> dict[int, Channel]:
        """Return all channels that somebody chose, by user id."""
        rows = self._connection.execute(select(schema.channel))
        return {row.user_id: _channel(row) for row in rows}

    def chosen_by(self) -> dict[int, str]:
        """Return by which way everybody chose their channel, by user id."""
        table = schema.channel
        rows = self._connection.execute(select(table.c.user_id, table.c.chosen_by))
        return {row.user_id: row.chosen_by for row in rows}

    def set(self, user_id: int, channel: Channel, *, by: str) -> None:
        """Write down what somebody chose, and by which way; may be repeated."""
        upsert(
            self._connection,
            schema.channel,
            user_id=user_id,
            kind=channel.kind.value,
            every=channel.every.value,
            weekday=channel.weekday,
            at=f"{channel.at:%H:%M}",
            paused_until=channel.paused_until,
            budget=channel.budget,
            picture_limit=channel.picture_limit,
            since=channel.since,
            chosen_by=by,
            updated_at=self._clock(),
        )

    def forget(self, user_id: int) -> None:
        """Let somebody be as if they never chose; may be repeated."""
        table = schema.channel
        self._connection.execute(delete(table).where(table.c.user_id == user_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """From when on posts wait for somebody, and when they were last looked through."""

    user_id: int
    since: datetime
    served_at: datetime


class Gatherings:
    """For whom posts wait: who has digests or bundles, is paused, or was just now."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def begin(self, user_id: int) -> bool:
        """Let posts wait from now on, unless they do already; say whether it is new."""
        now = self._clock()
        return insert_new(
            self._connection,
            schema.gathering,
            user_id=user_id,
            since=now,
            served_at=now,
        )

    def everyone(self) -> dict[int, Gathering]:
        """Return for whom posts wait, by user id."""
        rows = self._connection.execute(select(schema.gathering))
        return {
            row.user_id: Gathering(
                user_id=row.user_id, since=row.since, served_at=row.served_at
            )
            for row in rows
        }

    def served(self, user_id: int, moment: datetime) -> None:
        """Note that what waited for somebody was looked through; may be repeated."""
        change_row(
            self._connection,
            schema.gathering,
            {"user_id": user_id},
            served_at=moment,
        )

    def forget_before(self, user_id: int, moment: datetime) -> None:
        """Let nothing from before a moment wait any more; may be repeated."""
        table = schema.gathering
        self._connection.execute(
            update(table)
            .where(table.c.user_id == user_id, table.c.since < moment)
            .values(since=moment)
        )

    def end(self, user_id: int) -> None:
        """Let nothing wait for somebody any more; may be repeated."""
        table = schema.gathering
        self._connection.execute(delete(table).where(table.c.user_id == user_id))


def _channel(row: Row[Any]) -> Channel:
    return Channel(
        kind=ChannelKind(row.kind),
        every=Frequency(row.every),
        weekday=row.weekday,
        at=time.fromisoformat(row.at),
        paused_until=row.paused_until,
        budget=row.budget,
        picture_limit=row.picture_limit,
        since=row.since,
    )
