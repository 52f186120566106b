"""Everything that the ledger holds about one person, over all tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Text,
    and_,
    false,
    func,
    or_,
    select,
    type_coerce,
)

from sync.ledger import schema

_HIDDEN = {
    # Sealed, and of no use to its owner.
    "token": {"sealed"},
    # Given as files, or too much to read.
    "inbound": {"raw"},
    "wording": {"text"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """By what somebody stands in the ledger.

    `user_id` is Moodle's, None for who has no account. `participant_ids` are our own.
    `addresses` are folded, `names` full names. `streams` are the ends of the streams in
    which mails to them wait.
    """

    user_id: int | None = None
    participant_ids: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    streams: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The rows about somebody in their tables: which mails, and which posts."""

    mails: frozenset[int] = frozenset()
    posts: frozenset[tuple[str, int]] = frozenset()


class Holdings:
    """Reads what is held about somebody, and writes nothing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, whom: Whom) -> dict[str, list[dict[str, Any]]]:
        """Return all rows about somebody by table; tables without any are left out."""
        found = {
            table.name: [
                {
                    name: value
                    for name, value in row._mapping.items()  # noqa: SLF001
                    if name not in _HIDDEN.get(table.name, ())
                }
                for row in self._connection.execute(
                    select(table)
                    .where(condition)
                    .order_by(*(column for column in table.primary_key))
                )
            ]
            for table, condition in self.conditions(whom)
        }
        return {name: rows for name, rows in found.items() if rows}

    def found(self, whom: Whom) -> Found:
        """Return which mails somebody wrote, and which posts are theirs."""
        inbound, link = schema.inbound, schema.link
        mails = self._connection.execute(
            select(inbound.c.id, inbound.c.pair, inbound.c.post_id).where(
                _of_mail(whom)
            )
        ).all()
        posts = self._connection.execute(
            select(link.c.pair, link.c.post_id).where(_is(link.c.author_user_id, whom))
        ).all()
        return Found(
            mails=frozenset(row.id for row in mails),
            posts=frozenset((row.pair, row.post_id) for row in posts)
            | {(row.pair, row.post_id) for row in mails if row.post_id is not None},
        )

    def conditions(self, whom: Whom) -> Iterator[tuple[Table, ColumnElement[bool]]]:
        """Give each table that may speak of somebody, with what picks their rows."""
        found = self.found(whom)
        for table in (
            schema.person,
            schema.channel,
            schema.gathering,
            schema.issue,
            schema.delivered,
            schema.spent,
            schema.token,
            schema.told,
            schema.presence,
        ):
            yield table, _is(table.c.user_id, whom)
        yield (
            schema.address,
            or_(_is(schema.address.c.user_id, whom), _among(schema.address, whom)),
        )
        yield (
            schema.question,
            or_(_is(schema.question.c.user_id, whom), _among(schema.question, whom)),
        )
        yield schema.contact, _among(schema.contact, whom)
        yield schema.bounce, _among(schema.bounce, whom)
        yield schema.inbound, _of_mail(whom)
        yield schema.part, schema.part.c.inbound_id.in_(sorted(found.mails))
        yield schema.link, _posts(schema.link, found)
        yield schema.wording, _posts(schema.wording, found)
        yield schema.utterance, _is(schema.utterance.c.author_id, whom)
        yield (
            schema.wait,
            or_(
                _is(schema.wait.c.asker_id, whom), _is(schema.wait.c.answered_by, whom)
            ),
        )
        yield schema.intent, self.of_intents(whom, found)
        ids = sorted(whom.participant_ids)
        yield schema.participant, schema.participant.c.id.in_(ids)
        for table in (schema.former_address, schema.deed):
            yield table, table.c.participant_id.in_(ids)
        yield schema.entry, _of_entry(whom)
        yield schema.decision, self._of_decisions(whom)

    def of_intents(self, whom: Whom, found: Found) -> ColumnElement[bool]:
        """Return what picks the effects that were for somebody, or of their making."""
        table = schema.intent
        words = [
            *whom.addresses,
            *whom.participant_ids,
            *(name for name in whom.names if " " in name),
        ]
        sources = [
            *(f"{kind}:{one}" for one in found.mails for kind in ("mail", "notice")),
            *(f"post:{pair}:{post}" for pair, post in found.posts),
            *(f"participant:{one}" for one in whom.participant_ids),
            *([] if whom.user_id is None else [f"person:{whom.user_id}"]),
        ]
        told = type_coerce(table.c.details, Text)
        return or_(
            false(),
            *(
                func.lower(column).contains(word.lower(), autoescape=True)
                for word in words
                for column in (told, table.c.summary, table.c.reason)
            ),
            *(
                table.c.stream.endswith(f":{stream}", autoescape=True)
                for stream in whom.streams
            ),
            table.c.source.in_(sources),
        )

    def _of_decisions(self, whom: Whom) -> ColumnElement[bool]:
        entry, table = schema.entry, schema.decision
        theirs = self._connection.execute(
            select(entry.c.source, entry.c.key).where(_of_entry(whom))
        ).all()
        return or_(
            false(),
            *(
                and_(table.c.source == row.source, table.c.key == row.key)
                for row in theirs
            ),
        )


def _is(column: ColumnElement[Any], whom: Whom) -> ColumnElement[bool]:
    return false() if whom.user_id is None else column == whom.user_id


def _among(table: Table, whom: Whom) -> ColumnElement[bool]:
    return func.lower(table.c.address).in_(sorted(whom.addresses))


def _of_entry(whom: Whom) -> ColumnElement[bool]:
    """Pick entries by their person; one that is nobody's yet by an address in it."""
    table = schema.entry
    answers = func.lower(type_coerce(table.c.answers, Text))
    return or_(
        table.c.participant_id.in_(sorted(whom.participant_ids)),
        and_(
            table.c.participant_id.is_(None),
            or_(
                false(),
                *(
                    answers.contains(f'"{address}"', autoescape=True)
                    for address in whom.addresses
                ),
            ),
        ),
    )


def _of_mail(whom: Whom) -> ColumnElement[bool]:
    table = schema.inbound
    addresses = sorted(whom.addresses)
    return or_(
        _is(table.c.user_id, whom),
        func.lower(table.c.sender).in_(addresses),
        func.lower(table.c.envelope_sender).in_(addresses),
    )


def _posts(table: Table, found: Found) -> ColumnElement[bool]:
    pairs: dict[str, list[int]] = {}
    for pair, post in sorted(found.posts):
        pairs.setdefault(pair, []).append(post)
    return or_(
        false(),
        *(
            and_(table.c.pair == pair, table.c.post_id.in_(posts))
            for pair, posts in pairs.items()
        ),
    )
