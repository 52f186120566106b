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

_AT_ONCE = 2_000


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
        self.pairs = tuple(dict.fromkeys(pairs))

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
        media = {one.value: one for one in Medium}
        states = {one.value: one for one in WaitState}
        moment = datetime.fromisoformat
        rows = self.wait_rows(since=since, until=until, definition=definition)
        for row in rows:
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
            seen = moment(row[17]) if row[17] is not None else None
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
                seen if seen is not None and seen - began_at > late else None,
            )

    def wait_rows(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        definition: str = DEFINITION,
    ) -> Iterator[Sequence[Any]]:
        """Give the rows of these waits, by beginning; moments are texts.

        Pair, post, discussion, forum, group, asker, medium, began, sent, state, why,
        first answer and its post, a facilitator's and its post, who answered, ended;
        and when the question was first seen, None for history.
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
        return self._rows(statement)

    def talk_rows(self, pair: str) -> Iterator[Sequence[Any]]:
        """Give all that was said in a pair, in no order; also what does not count.

        Post, parent (0: none), author (0: nobody knows), whether by mail, at (text),
        and 1 for what is automatic, 2 for what does not count for another reason.
        """
        said = schema.utterance
        no_count = or_(
            said.c.deleted_at.is_not(None), said.c.author_id.is_(None), ~self._own(said)
        )
        return self._rows(
            select(
                said.c.post_id,
                func.coalesce(said.c.parent_post_id, 0),
                func.coalesce(said.c.author_id, 0),
                case((said.c.medium == Medium.MAIL.value, 1), else_=0),
                _text(said.c.at),
                case((said.c.automatic == 1, 1), (no_count, 2), else_=0),
            ).where(said.c.pair == pair)
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

    def span(self, definition: str = DEFINITION) -> tuple[datetime, datetime] | None:
        """Return the first and last moment of all that is known, None without any.

        It may be wider than what these pairs say: waits of others count.
        """
        said, wait = schema.utterance, schema.wait
        # Each asks an index for one row.
        wanted = [
            select(outermost(said.c.at)).where(said.c.pair == pair)
            for pair in self.pairs
            for outermost in (func.min, func.max)
        ] + [
            select(outermost(wait.c.began)).where(
                wait.c.definition == definition, wait.c.state == state.value
            )
            for state in WaitState
            for outermost in (func.min, func.max)
        ]
        found = [
            one
            for statement in wanted
            if (one := self._connection.execute(statement).scalar_one_or_none())
        ]
        return (min(found), max(found)) if found else None

    def number_of_waits(self, definition: str = DEFINITION) -> int:
        """Return how many waits there are."""
        wait = schema.wait
        return self._connection.execute(
            select(func.count())
            .select_from(wait)
            .where(wait.c.definition == definition, self._own(wait))
        ).scalar_one()

    def first_said(self) -> datetime | None:
        """Return when the first thing was said that is known, None when nothing was."""
        said = schema.utterance
        found: list[datetime] = []
        for pair in self.pairs:
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
        own = [table.c.pair == pair for pair in self.pairs]
        shared = self._shared_forums() if len(own) > 1 else set()
        if not shared:
            return or_(false(), *own)
        for number, pair in enumerate(self.pairs):
            earlier = self.pairs[:number]
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
            .where(table.c.pair.in_(self.pairs))
            .group_by(table.c.forum_id)
            .having(func.count(table.c.pair.distinct()) > 1)
        )
        return set(rows.scalars())

    def _rows(self, statement: Select[Any]) -> Iterator[Sequence[Any]]:
        dialect = self._connection.dialect
        if dialect.name != "sqlite":
            result = self._connection.execute(
                statement, execution_options={"yield_per": _AT_ONCE}
            )
            for some in result.partitions():
                yield from some
            return
        # As its driver gives them: half of the time for a million rows. What stands in
        # the statement is ours; a pair's name is short and plain.
        said = statement.compile(
            dialect=dialect, compile_kwargs={"literal_binds": True}
        )
        driver = self._connection.connection.driver_connection
        assert driver is not None
        cursor = driver.cursor()
        try:
            cursor.execute(str(said))
            while rows := cursor.fetchmany(_AT_ONCE):
                yield from rows
        finally:
            cursor.close()


def moment_text(at: datetime) -> str:
    """Return a moment as the ledger writes it."""
    return (
        f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    )


def _text(column: Any) -> Any:
    """Read a moment as its text: most are only compared."""
    return type_coerce(column, String)
