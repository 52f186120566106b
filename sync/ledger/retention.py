"""What the ledger lets go of when its time is over: texts, never the fact of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import (
    Connection,
    Text,
    bindparam,
    delete,
    or_,
    select,
    type_coerce,
    update,
)

from sync.ledger import schema
from sync.ledger.inbound import InboundState
from sync.ledger.intents import IntentState

_AT_ONCE = 500
_DONE_WITH = [
    InboundState.POSTED.value,
    InboundState.ANSWERED.value,
    InboundState.IGNORED.value,
    InboundState.HISTORY.value,
    InboundState.DROPPED.value,
]


class Retention:
    """Empties what is old; rows stay, so that nothing is taken for new. Repeatable."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def empty_mails(self, before: datetime) -> int:
        """Empty the mails that were done with before a moment; return how many.

        Their bytes go, what was cut from them, and the parts of answers to digests.
        What is held, or still on its way, stays whole.
        """
        table, part = schema.inbound, schema.part
        found = list(
            self._connection.execute(
                select(table.c.id).where(
                    table.c.state.in_(_DONE_WITH),
                    table.c.updated_at < before,
                    or_(table.c.raw.is_not(None), table.c.cut != ""),
                )
            ).scalars()
        )
        for some in _portions(found):
            self._connection.execute(
                update(table).where(table.c.id.in_(some)).values(raw=None, cut="")
            )
            self._connection.execute(
                update(part).where(part.c.inbound_id.in_(some)).values(text="")
            )
        return len(found)

    def empty_sent(self, before: datetime) -> int:
        """Empty what the bridge itself wrote and sent before a moment; return how many.

        Message-IDs stay, by which answers and bounces are known.
        """
        table = schema.intent
        rows = self._connection.execute(
            select(table.c.id, table.c.details).where(
                table.c.state == IntentState.DONE.value,
                table.c.updated_at < before,
                type_coerce(table.c.details, Text).like('%"content": "%'),
            )
        ).all()
        if rows:
            self._connection.execute(
                update(table)
                .where(table.c.id == bindparam("number"))
                .values(details=bindparam("kept", type_=table.c.details.type)),
                [
                    {
                        "number": row.id,
                        "kept": {
                            name: value
                            for name, value in row.details.items()
                            if name != "content"
                        },
                    }
                    for row in rows
                ],
            )
        return len(rows)

    def forget_wordings(self, before: datetime) -> int:
        """Delete the words of posts that went out before a moment; return how many.

        An answer to such an old mail is then trimmed without them.
        """
        table = schema.wording
        return self._connection.execute(
            delete(table).where(table.c.updated_at < before)
        ).rowcount

    def empty_entries(self, before: datetime) -> int:
        """Empty the entries that no form has had since a moment; return how many."""
        table = schema.entry
        return self._connection.execute(
            update(table)
            .where(
                or_(table.c.gone_at < before, table.c.seen_at < before),
                type_coerce(table.c.answers, Text) != "{}",
            )
            .values(answers={})
        ).rowcount


def _portions(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]
