"""What is meant, written down before it is done, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import change_row, insert_new


class IntentState(StrEnum):
    """Where an effect stands.

    PLANNED: to be done (perhaps not before a time). SENDING: begun; if its run ended,
    it is in doubt. DONE. DEAD: refused for good. HELD: a person decides.
    WITHDRAWN: no longer wanted, and never begun; planned again it is wanted again.
    DROPPED: a person decided against it, for good.
    """

    PLANNED = "planned"
    SENDING = "sending"
    DONE = "done"
    DEAD = "dead"
    HELD = "held"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"


_SOURCES_AT_ONCE = 500

OPEN = (IntentState.PLANNED, IntentState.SENDING, IntentState.HELD)

# What is asked for every single effect is built once.
_COLUMNS = schema.intent.c
_WITH_KEY = select(schema.intent).where(_COLUMNS.key == bindparam("key"))
_PLANNED = (
    select(_COLUMNS.id, _COLUMNS.key)
    .where(
        _COLUMNS.source == bindparam("source"),
        _COLUMNS.state == IntentState.PLANNED.value,
    )
    .order_by(_COLUMNS.id)
)
_OPEN_COUNT = (
    select(func.count())
    .select_from(schema.intent)
    .where(
        _COLUMNS.source == bindparam("source"),
        _COLUMNS.state.in_([state.value for state in OPEN]),
    )
)
_BEGIN = (
    update(schema.intent)
    .where(
        _COLUMNS.id == bindparam("number"), _COLUMNS.state == IntentState.PLANNED.value
    )
    .values(
        state=IntentState.SENDING.value,
        attempts=_COLUMNS.attempts + 1,
        sending_at=bindparam("now", type_=schema.Moment),
        updated_at=bindparam("now", type_=schema.Moment),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One effect on a remote end, from the plan to its outcome.

    `key` names it for ever; `source` is what it comes from (a post, a mail);
    `stream` is the line in which it waits: effects of one stream happen in order.
    `details` holds what is needed to find the effect again at the remote end:
    `receipt` is what a copy of a mail carries that comes back, `receipt_at` when it
    was seen, `listed_at` when one came back from a mailing list; `marker` the class name in a post.
    """

    id: int
    key: str
    job: str
    kind: str
    source: str
    stream: str
    state: IntentState
    summary: str
    details: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    advice: str = ""
    attempts: int = 0
    not_before: datetime | None = None
    receipt: str | None = None
    receipt_at: datetime | None = None
    listed_at: datetime | None = None
    marker: str | None = None
    planned_at: datetime
    sending_at: datetime | None = None
    updated_at: datetime


class Intents:
    """The intents, by key, by source and by state."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def plan(
        self,
        *,
        key: str,
        job: str,
        kind: str,
        source: str,
        stream: str,
        summary: str,
        details: Mapping[str, Any],
        receipt: str | None = None,
        marker: str | None = None,
    ) -> Intent:
        """Write an intent down unless its key is known; return how it stands.

        One that was withdrawn is planned anew. May be repeated.
        """
        now = self._clock()
        new = insert_new(
            self._connection,
            schema.intent,
            key=key,
            job=job,
            kind=kind,
            source=source,
            stream=stream,
            state=IntentState.PLANNED.value,
            summary=summary,
            details=dict(details),
            receipt=receipt,
            marker=marker,
            result={},
            reason="",
            advice="",
            attempts=0,
            planned_at=now,
            updated_at=now,
        )
        known = self.get(key)
        if known is None:  # pragma: no branch
            msg = f"an intent vanished while it was planned: {key}"
            raise RuntimeError(msg)
        if not new and known.state in {IntentState.WITHDRAWN, IntentState.PLANNED}:
            self.change(
                known.id,
                state=IntentState.PLANNED.value,
                details=dict(details),
                summary=summary,
                kind=kind,
                stream=stream,
                receipt=receipt,
                marker=marker,
            )
            return self.get(key) or known
        return known

    def begin(self, number: int) -> bool:
        """Note that an effect is begun, and say whether it is this run's to begin.

        It is not when another run took it up since it was read: whoever sees True
        is the only one.
        """
        values = {"number": number, "now": self._clock()}
        return self._connection.execute(_BEGIN, values).rowcount == 1

    def get(self, key: str) -> Intent | None:
        """Return the intent with this key, None when there is none."""
        row = self._connection.execute(_WITH_KEY, {"key": key}).one_or_none()
        return None if row is None else _intent(row)

    def with_marker(self, marker: str) -> Intent | None:
        """Return the intent whose post carries this marker, None if none does."""
        table = schema.intent
        row = self._connection.execute(
            select(table).where(table.c.marker == marker)
        ).first()
        return None if row is None else _intent(row)

    def with_receipt(self, receipt: str) -> Intent | None:
        """Return the intent of the mail that bears this receipt, None if none does."""
        table = schema.intent
        row = self._connection.execute(
            select(table).where(table.c.receipt == receipt).limit(1)
        ).one_or_none()
        return None if row is None else _intent(row)

    def receipt_seen(self, receipt: str, *, by_list: bool = False) -> bool:
        """Note that a copy of a mail came back; say whether it was one of ours."""
        table = schema.intent
        seen = {"receipt_at": self._clock()}
        if by_list:
            seen["listed_at"] = self._clock()
        return (
            self._connection.execute(
                update(table).where(table.c.receipt == receipt).values(**seen)
            ).rowcount
            > 0
        )

    def with_state(self, state: IntentState, *, job: str | None = None) -> list[Intent]:
        """Return the intents in a state, oldest first."""
        table = schema.intent
        statement = select(table).where(table.c.state == state.value)
        if job is not None:
            statement = statement.where(table.c.job == job)
        return [
            _intent(row)
            for row in self._connection.execute(statement.order_by(table.c.id))
        ]

    def mails_since(self, job: str, moment: datetime) -> list[Intent]:
        """Return the mails that a job sent since a moment, oldest first."""
        table = schema.intent
        rows = self._connection.execute(
            select(table)
            .where(
                table.c.job == job,
                table.c.state == IntentState.DONE.value,
                table.c.kind.like("mail.%"),
                table.c.sending_at >= moment,
            )
            .order_by(table.c.id)
        )
        return [_intent(row) for row in rows]

    def by_id(self, number: int) -> Intent | None:
        """Return the intent with this number, None when there is none."""
        table = schema.intent
        row = self._connection.execute(
            select(table).where(table.c.id == number)
        ).one_or_none()
        return None if row is None else _intent(row)

    def stopped_since(self, moment: datetime) -> int:
        """Return how many intents were refused or held since a moment."""
        table = schema.intent
        stopped = [IntentState.HELD.value, IntentState.DEAD.value]
        return self._connection.execute(
            select(func.count())
            .select_from(table)
            .where(table.c.state.in_(stopped), table.c.updated_at >= moment)
        ).scalar_one()

    def planned_since(self, stream: str, moment: datetime) -> int:
        """Return how many intents of a stream were first meant since a moment."""
        table = schema.intent
        return self._connection.execute(
            select(func.count())
            .select_from(table)
            .where(table.c.stream == stream, table.c.planned_at >= moment)
        ).scalar_one()

    def of_source(self, source: str) -> list[Intent]:
        """Return all intents that come from one post or mail."""
        table = schema.intent
        rows = self._connection.execute(
            select(table).where(table.c.source == source).order_by(table.c.id)
        )
        return [_intent(row) for row in rows]

    def keys_of_sources(self, sources: Sequence[str]) -> dict[str, set[str]]:
        """Return the keys of what was meant for each source and not withdrawn."""
        table = schema.intent
        found: dict[str, set[str]] = {source: set() for source in sources}
        names = list(found)
        for start in range(0, len(names), _SOURCES_AT_ONCE):
            rows = self._connection.execute(
                select(table.c.source, table.c.key).where(
                    table.c.source.in_(names[start : start + _SOURCES_AT_ONCE]),
                    table.c.state != IntentState.WITHDRAWN.value,
                )
            )
            for row in rows:
                found[row.source].add(row.key)
        return found

    def open_count(self, source: str) -> int:
        """Return how many intents of a source have no final outcome yet."""
        return self._connection.execute(_OPEN_COUNT, {"source": source}).scalar_one()

    def in_doubt(self, source: str) -> bool:
        """Say whether an effect of a source was begun and has no outcome yet."""
        states = {intent.state for intent in self.of_source(source)}
        return IntentState.SENDING in states

    def withdraw(self, source: str, *, keep: Collection[str], reason: str) -> int:
        """Withdraw what was planned for a source and is wanted no more; count it.

        What was begun is never withdrawn.
        """
        withdrawn = 0
        for number, key in self._connection.execute(_PLANNED, {"source": source}).all():
            if key not in keep:
                self.change(number, state=IntentState.WITHDRAWN.value, reason=reason)
                withdrawn += 1
        return withdrawn

    def change(self, number: int, **values: Any) -> None:
        """Set columns of one intent; may be repeated."""
        now = self._clock()
        change_row(
            self._connection, schema.intent, {"id": number}, **values, updated_at=now
        )

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many intents there are, by job and state."""
        table = schema.intent
        rows = self._connection.execute(
            select(table.c.job, table.c.state, func.count()).group_by(
                table.c.job, table.c.state
            )
        )
        return {(job, state): number for job, state, number in rows}


_NAMES = tuple(entry.name for entry in fields(Intent))


def _intent(row: Row[Any]) -> Intent:
    values = {name: getattr(row, name) for name in _NAMES}
    values["state"] = IntentState(values["state"])
    return Intent(**values)
