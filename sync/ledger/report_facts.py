"""Reads what reports count: many rows at once, and no more of each than is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
    type_coerce,
)

from moodle_bridge.model.waits import DEFINITION, Medium, Wait, WaitState
from sync.ledger import schema

_AT_ONCE = 20_000


class Heard(NamedTuple):
    """A wait, and when the bridge first saw its question, if that was late."""

    wait: Wait
    found_at: datetime | None


class Spoken(NamedTuple):
    """Something that was said, as far as participation counts it.

    `at` is as the ledger writes a moment: ISO, UTC, which sorts in order of time.
    `other` is who wrote the post directly above, None when that is nobody who counts.
    """

    person: int
    by_mail: bool
    at: str
    other: int | None


class ReportRows:
    """The rows of some pairs. A post that several of them hear is that of the first.

    `pairs` are their names. Reads only.
    """

    def __init__(self, connection: Connection, pairs: Sequence[str]) -> None:
        self._connection = connection
        self._pairs = tuple(dict.fromkeys(pairs))

    def waits(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        late: timedelta = timedelta(minutes=15),
        definition: str = DEFINITION,
    ) -> Iterator[Heard]:
        """Give the waits that began from `since` on and before `until`, by beginning.

        None is no bound. A question that was first seen no more than `late` after it
        began was seen at once; one that was read as history was never late.
        """
        wait, said = schema.wait, schema.utterance
        statement = (
            select(
                wait.c.pair,
                wait.c.post_id,
                wait.c.discussion_id,
                wait.c.forum_id,
                wait.c.group_id,
                wait.c.asker_id,
                wait.c.medium,
                _text(wait.c.began),
                _text(wait.c.sent_at),
                wait.c.state,
                wait.c.why,
                _text(wait.c.first_answer),
                wait.c.first_answer_post,
                _text(wait.c.facilitator_answer),
                wait.c.facilitator_answer_post,
                wait.c.answered_by,
                _text(wait.c.ended),
                case((wait.c.history == 0, _text(said.c.seen_at)), else_=None),
            )
            .select_from(wait)
            .outerjoin(
                said, and_(said.c.pair == wait.c.pair, said.c.post_id == wait.c.post_id)
            )
            .where(wait.c.definition == definition, self._own(wait))
        )
        if since is not None:
            statement = statement.where(wait.c.began >= since)
        if until is not None:
            statement = statement.where(wait.c.began < until)
        statement = statement.order_by(wait.c.began, wait.c.post_id)
        media = {one.value: one for one in Medium}
        states = {one.value: one for one in WaitState}
        moment = datetime.fromisoformat
        for row in self._rows(statement):
            began, ended, answer, first = row[7], row[16], row[13], row[11]
            began_at = moment(began)
            ended_at = moment(ended) if ended else None
            # Mostly one and the same moment, which is then kept once.
            answer_at = (
                (ended_at if answer == ended else moment(answer)) if answer else None
            )
            first_at = (
                (answer_at if first == answer else moment(first)) if first else None
            )
            seen_at = row[17]
            found_at = None
            if seen_at is not None and seen_at > began:
                seen = moment(seen_at)
                found_at = seen if seen - began_at > late else None
            yield Heard(
                Wait(
                    definition=definition,
                    pair=row[0],
                    post_id=row[1],
                    discussion_id=row[2],
                    forum_id=row[3],
                    group_id=row[4],
                    asker_id=row[5],
                    medium=media[row[6]],
                    began=began_at,
                    sent_at=moment(row[8]) if row[8] else None,
                    state=states[row[9]],
                    why=row[10],
                    first_answer=first_at,
                    first_answer_post=row[12],
                    facilitator_answer=answer_at,
                    facilitator_answer_post=row[14],
                    answered_by=row[15],
                    ended=ended_at,
                ),
                found_at,
            )

    def spoken(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Spoken]:
        """Give what was said from `since` on and before `until`, in no order.

        None is no bound. What the bridge and Moodle say themselves is not among it, nor
        what was deleted, nor what nobody knows whose it is. Private replies are.
        """
        said = schema.utterance
        above = said.alias("above")
        other = case(
            (
                and_(above.c.automatic == 0, above.c.author_id != said.c.author_id),
                above.c.author_id,
            ),
            else_=None,
        )
        statement = (
            select(
                said.c.author_id,
                said.c.medium == Medium.MAIL.value,
                _text(said.c.at),
                other,
            )
            .select_from(said)
            .outerjoin(
                above,
                and_(
                    above.c.pair == said.c.pair,
                    above.c.post_id == said.c.parent_post_id,
                ),
            )
            .where(
                self._own(said),
                said.c.automatic == 0,
                said.c.deleted_at.is_(None),
                said.c.author_id.is_not(None),
            )
        )
        if since is not None:
            statement = statement.where(said.c.at >= since)
        if until is not None:
            statement = statement.where(said.c.at < until)
        for row in self._rows(statement):
            yield Spoken(row[0], bool(row[1]), row[2], row[3])

    def first_said(self) -> datetime | None:
        """Return when the first thing was said that is known, None when nothing was."""
        said = schema.utterance
        found: list[datetime] = []
        for pair in self._pairs:
            # One by one, because then the index answers.
            first = self._connection.execute(
                select(func.min(said.c.at)).where(said.c.pair == pair)
            ).scalar_one_or_none()
            if first is not None:
                found.append(first)
        return min(found, default=None)

    def rota_since(self) -> datetime | None:
        """Return when the first shift that was frozen began, None without any."""
        first: datetime | None = self._connection.execute(
            select(func.min(schema.shift.c.start))
        ).scalar_one_or_none()
        return first

    def _own(self, table: Any) -> ColumnElement[bool]:
        """Pick the rows of the pairs, each post once."""
        own = [table.c.pair == pair for pair in self._pairs]
        shared = self._shared_forums() if len(own) > 1 else set()
        if not shared:
            return or_(false(), *own)
        for number, pair in enumerate(self._pairs):
            earlier = self._pairs[:number]
            if not earlier:
                continue
            before = schema.utterance.alias(f"before_{number}")
            own[number] = and_(
                table.c.pair == pair,
                or_(
                    table.c.forum_id.not_in(sorted(shared)),
                    ~exists().where(
                        before.c.pair.in_(earlier),
                        before.c.post_id == table.c.post_id,
                    ),
                ),
            )
        return or_(*own)

    def _shared_forums(self) -> set[int]:
        """Return the forums that more than one of the pairs has or had."""
        table = schema.discussion
        rows = self._connection.execute(
            select(table.c.forum_id)
            .where(table.c.pair.in_(self._pairs))
            .group_by(table.c.forum_id)
            .having(func.count(table.c.pair.distinct()) > 1)
        )
        return set(rows.scalars())

    def _rows(self, statement: Select[Any]) -> Iterator[Any]:
        result = self._connection.execute(
            statement, execution_options={"yield_per": _AT_ONCE}
        )
        for some in result.partitions():
            yield from some


def moment_text(at: datetime) -> str:
    """Return a moment as the ledger writes it."""
    return (
        f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    )


def _text(column: Any) -> Any:
    """Read a moment as its text: most are only compared."""
    return type_coerce(column, String)
