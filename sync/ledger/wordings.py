"""The words that went out for a post, so that they are known again in an answer."""

from __future__ import annotations

from sqlalchemy import Connection, select

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import upsert

_LONGEST = 200_000


class Wordings:
    """What was mailed of each post of a pair, as plain text."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def keep(self, pair: str, post_id: int, text: str) -> None:
        """Keep the text that goes out for a post, once; may be repeated.

        What went out before an edit is kept behind it: an answer may quote either.
        """
        before = self.get(pair, post_id)
        if before is not None:
            if text in before:
                return
            text = f"{text}\n\n{before}"
        upsert(
            self._connection,
            schema.wording,
            pair=pair,
            post_id=post_id,
            text=text[:_LONGEST].encode("utf-8", "replace"),
            updated_at=self._clock(),
        )

    def get(self, pair: str, post_id: int) -> str | None:
        """Return what went out for a post, the newest first; None if nothing did."""
        table = schema.wording
        found = self._connection.execute(
            select(table.c.text).where(table.c.pair == pair, table.c.post_id == post_id)
        ).scalar_one_or_none()
        return None if found is None else bytes(found).decode("utf-8", "replace")
