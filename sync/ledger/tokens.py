"""Web service tokens of participants, sealed; the key to them is not in the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import change_row, upsert


class TokenState(StrEnum):
    """GOOD: Moodle took it when it was last used or checked. BAD: it did not."""

    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptToken:
    """A token as it is kept.

    `source` says how it came (`import`, `login`), `problem` what Moodle has against
    it, empty while it is good.
    """

    user_id: int
    sealed: bytes = field(repr=False)
    source: str
    state: TokenState
    problem: str
    checked_at: datetime | None
    updated_at: datetime


class Tokens:
    """The tokens, by Moodle's user id."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def keep(self, user_id: int, sealed: bytes, *, source: str) -> None:
        """Keep a token that was just found good, in the place of any other."""
        upsert(
            self._connection,
            schema.token,
            user_id=user_id,
            sealed=sealed,
            source=source,
            state=TokenState.GOOD.value,
            problem="",
            checked_at=self._clock(),
            updated_at=self._clock(),
        )

    def get(self, user_id: int) -> KeptToken | None:
        """Return the token of a person, None when there is none."""
        table = schema.token
        row = self._connection.execute(
            select(table).where(table.c.user_id == user_id)
        ).one_or_none()
        return None if row is None else _token(row)

    def all(self) -> list[KeptToken]:
        """Return every token, by user id."""
        table = schema.token
        rows = self._connection.execute(select(table).order_by(table.c.user_id))
        return [_token(row) for row in rows]

    def checked(self, user_id: int, *, problem: str = "") -> None:
        """Note what Moodle said of a token just now; no problem makes it good."""
        state = TokenState.BAD if problem else TokenState.GOOD
        now = self._clock()
        change_row(
            self._connection,
            schema.token,
            {"user_id": user_id},
            state=state.value,
            problem=problem,
            checked_at=now,
            updated_at=now,
        )

    def seal_anew(self, user_id: int, sealed: bytes) -> None:
        """Put the same token back under another seal; may be repeated."""
        change_row(self._connection, schema.token, {"user_id": user_id}, sealed=sealed)

    def remove(self, user_id: int) -> bool:
        """Forget a token; say whether there was one. May be repeated."""
        table = schema.token
        return (
            self._connection.execute(
                delete(table).where(table.c.user_id == user_id)
            ).rowcount
            > 0
        )


_NAMES = tuple(entry.name for entry in fields(KeptToken))


def _token(row: Row[Any]) -> KeptToken:
    values = {name: getattr(row, name) for name in _NAMES}
    values["state"] = TokenState(values["state"])
    return KeptToken(**values)
