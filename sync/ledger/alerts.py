"""Which alerts were meant and sent, and who said that a question is theirs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import change_row, insert_new, upsert

_AT_ONCE = 200


class AlertState(StrEnum):
    """Where an alert stands.

    PLANNED: about to be sent. SENT. PERHAPS: begun, and nobody knows. FAILED: its
    channel refused it. WITHDRAWN: the question waited no longer; it may be meant
    again. WITHHELD: that person may not read the question.
    """

    PLANNED = "planned"
    SENT = "sent"
    PERHAPS = "perhaps"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    WITHHELD = "withheld"


REACHED = (AlertState.PLANNED, AlertState.SENT, AlertState.PERHAPS)
"""States of what counts as disturbing somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One question, one person, one step, one channel.

    Step 0 tells a lead that nobody is on duty. `message` names the message in which
    it goes out, together with others perhaps. `due_at` is when its step came.
    """

    key: str
    pair: str
    post_id: int
    person: str
    step: int
    channel: str
    message: str
    due_at: datetime
    state: AlertState = AlertState.PLANNED
    reason: str = ""
    sent_at: datetime | None = None


class Alerts:
    """The alerts, by key, by question and by message."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def plan(self, alert: Alert) -> bool:
        """Write an alert down unless its key is taken; say whether it was.

        One that was withdrawn is meant anew. Of two runs that mean the same alert one
        gets it: only the message that stands here sends it.
        """
        values = {
            "key": alert.key,
            "pair": alert.pair,
            "post_id": alert.post_id,
            "person": alert.person,
            "step": alert.step,
            "channel": alert.channel,
            "message": alert.message,
            "due_at": alert.due_at,
            "state": AlertState.PLANNED.value,
            "reason": "",
            "sent_at": None,
            "updated_at": self._clock(),
        }
        if insert_new(self._connection, schema.alert, **values):
            return True
        table = schema.alert
        again = self._connection.execute(
            update(table)
            .where(
                table.c.key == alert.key, table.c.state == AlertState.WITHDRAWN.value
            )
            .values(**values)
        )
        return again.rowcount == 1

    def change(
        self,
        key: str,
        state: AlertState,
        *,
        reason: str = "",
        sent_at: datetime | None = None,
    ) -> None:
        """Say how one alert stands; may be repeated."""
        values: dict[str, Any] = {"state": state.value, "reason": reason}
        if sent_at is not None:
            values["sent_at"] = sent_at
        change_row(
            self._connection,
            schema.alert,
            {"key": key},
            **values,
            updated_at=self._clock(),
        )

    def of_message(self, message: str) -> list[Alert]:
        """Return the alerts that go out in one message, the oldest question first."""
        table = schema.alert
        return self._found(table.c.message == message)

    def of_questions(self, questions: Collection[tuple[str, int]]) -> list[Alert]:
        """Return all alerts of these questions, each named by pair and post."""
        table, named = schema.alert, list(questions)
        found: list[Alert] = []
        for start in range(0, len(named), _AT_ONCE):
            found += self._found(
                or_(
                    *(
                        and_(table.c.pair == pair, table.c.post_id == post_id)
                        for pair, post_id in named[start : start + _AT_ONCE]
                    )
                )
            )
        return found

    def with_prefix(self, prefix: str) -> list[Alert]:
        """Return the alerts whose key begins so."""
        return self._found(schema.alert.c.key.startswith(prefix, autoescape=True))

    def since(self, moment: datetime, *, person: str | None = None) -> list[Alert]:
        """Return the alerts that became due or changed since a moment."""
        table = schema.alert
        wanted = table.c.updated_at >= moment
        return self._found(
            wanted if person is None else and_(wanted, table.c.person == person)
        )

    def received(self, start: datetime, end: datetime) -> dict[str, int]:
        """Return how many messages went to each person in a period, by key.

        From `start` up to `end`. Several questions in one message count once.
        """
        table = schema.alert
        rows = self._connection.execute(
            select(
                table.c.person,
                func.count(func.distinct(table.c.message)).label("messages"),
            )
            .where(
                table.c.state.in_([AlertState.SENT.value, AlertState.PERHAPS.value]),
                table.c.sent_at >= start,
                table.c.sent_at < end,
            )
            .group_by(table.c.person)
        )
        return {row.person: row.messages for row in rows}

    def messages_since(self, person: str, moment: datetime) -> list[datetime]:
        """Return when messages went to a person since a moment, in order."""
        table = schema.alert
        rows = self._connection.execute(
            select(
                func.max(func.coalesce(table.c.sent_at, table.c.updated_at)).label("at")
            )
            .where(
                table.c.person == person,
                table.c.state.in_([state.value for state in REACHED]),
                or_(
                    table.c.sent_at > moment,
                    and_(table.c.sent_at.is_(None), table.c.updated_at > moment),
                ),
            )
            .group_by(table.c.message)
        )
        return sorted(row.at for row in rows)

    def _found(self, wanted: Any) -> list[Alert]:
        table = schema.alert
        rows = self._connection.execute(
            select(table)
            .where(wanted)
            .order_by(table.c.due_at, table.c.post_id, table.c.step, table.c.key)
        )
        return [_alert(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Somebody said that a question is theirs; it counts until `until`."""

    pair: str
    post_id: int
    person: str
    at: datetime
    until: datetime
    source: str


class Claims:
    """Who is on which question; the last word counts."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def set(
        self, pair: str, post_id: int, *, person: str, until: datetime, source: str
    ) -> None:
        """Write down that a question is somebody's; may be repeated."""
        upsert(
            self._connection,
            schema.claim,
            pair=pair,
            post_id=post_id,
            person=person,
            source=source,
            at=self._clock(),
            until=until,
        )

    def everyone(self) -> dict[tuple[str, int], Claim]:
        """Return all claims by pair and post, those that ran out among them."""
        rows = self._connection.execute(select(schema.claim))
        return {
            (row.pair, row.post_id): Claim(
                pair=row.pair,
                post_id=row.post_id,
                person=row.person,
                at=row.at,
                until=row.until,
                source=row.source,
            )
            for row in rows
        }


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        key=row.key,
        pair=row.pair,
        post_id=row.post_id,
        person=row.person,
        step=row.step,
        channel=row.channel,
        message=row.message,
        due_at=row.due_at,
        state=AlertState(row.state),
        reason=row.reason,
        sent_at=row.sent_at,
    )
