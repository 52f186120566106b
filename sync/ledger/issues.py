"""The digests and bundles, what each person had in them, and what that cost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import change_row, upsert


class IssueKind(StrEnum):
    """What gathers the posts: a digest, a bundle, or the names of what was left out."""

    DIGEST = "digest"
    BUNDLE = "bundle"
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One post in an issue; `number` is its place, [1] the first.

    Among those left out `number` is 0. `subject` and `author` are as they were shown.
    """

    number: int
    pair: str
    post_id: int
    discussion_id: int
    subject: str
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One digest or bundle for one person.

    `text` is what the mail said, None before it was made; `sent_at` is None until
    it went out.
    """

    id: int
    user_id: int
    kind: IssueKind
    message_id: str
    items: tuple[Item, ...]
    left_out: tuple[Item, ...]
    text: str | None
    planned_at: datetime
    sent_at: datetime | None

    def item(self, number: int) -> Item | None:
        """Return the item with this number, None when there is none."""
        return next((one for one in self.items if one.number == number), None)


class Issues:
    """Issues by number and by Message-ID."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def unsent(self, since: datetime, before: datetime) -> list[Issue]:
        """Return the issues planned between two moments that did not go out."""
        table = schema.issue
        rows = self._connection.execute(
            select(table)
            .where(
                table.c.planned_at >= since,
                table.c.planned_at < before,
                table.c.sent_at.is_(None),
            )
            .order_by(table.c.id)
        )
        return [_issue(row) for row in rows]

    def next_id(self) -> int:
        """Return the number that the next issue gets; only one run asks at a time."""
        return 1 + (
            self._connection.execute(select(func.max(schema.issue.c.id))).scalar() or 0
        )

    def add(
        self,
        number: int,
        *,
        user_id: int,
        kind: IssueKind,
        message_id: str,
        items: Sequence[Item],
        left_out: Sequence[Item],
        text: str,
    ) -> None:
        """Write an issue down; fails when its number is taken."""
        self._connection.execute(
            insert(schema.issue),
            {
                "id": number,
                "user_id": user_id,
                "kind": kind.value,
                "message_id": message_id,
                "items": [asdict(item) for item in items],
                "left_out": [asdict(item) for item in left_out],
                "text": text.encode("utf-8", "replace"),
                "planned_at": self._clock(),
            },
        )

    def change(
        self,
        number: int,
        *,
        items: Sequence[Item],
        left_out: Sequence[Item],
        text: str,
    ) -> None:
        """Write down what an issue says now that it was made anew; may be repeated."""
        change_row(
            self._connection,
            schema.issue,
            {"id": number},
            items=[asdict(item) for item in items],
            left_out=[asdict(item) for item in left_out],
            text=text.encode("utf-8", "replace"),
        )

    def sent(self, number: int) -> None:
        """Note that an issue went out; may be repeated."""
        change_row(
            self._connection, schema.issue, {"id": number}, sent_at=self._clock()
        )

    def get(self, number: int) -> Issue | None:
        """Return an issue, None when there is none of this number."""
        table = schema.issue
        row = self._connection.execute(
            select(table).where(table.c.id == number)
        ).one_or_none()
        return None if row is None else _issue(row)

    def by_message_id(self, message_ids: Collection[str]) -> list[Issue]:
        """Return the issues with one of these Message-IDs."""
        table = schema.issue
        rows = self._connection.execute(
            select(table)
            .where(table.c.message_id.in_(list(message_ids)))
            .order_by(table.c.id)
        )
        return [_issue(row) for row in rows]

    def of_person(self, user_id: int, *, limit: int) -> list[Issue]:
        """Return the newest issues of somebody, newest first."""
        table = schema.issue
        rows = self._connection.execute(
            select(table)
            .where(table.c.user_id == user_id)
            .order_by(table.c.id.desc())
            .limit(limit)
        )
        return [_issue(row) for row in rows]


class Shown(StrEnum):
    """How somebody had a post: in full, by its name alone, or not yet for its size."""

    FULL = "full"
    NAMED = "named"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A post that somebody had, or is owed the name of."""

    pair: str
    post_id: int
    shown: Shown
    issue_id: int | None
    at: datetime


class Deliveries:
    """Which post somebody has had in an issue; mails of single posts are intents."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def note(
        self,
        user_id: int,
        pair: str,
        post_id: int,
        *,
        shown: Shown,
        issue_id: int | None,
    ) -> None:
        """Note that somebody has a post, or is owed its name; may be repeated."""
        upsert(
            self._connection,
            schema.delivered,
            user_id=user_id,
            pair=pair,
            post_id=post_id,
            issue_id=issue_id,
            shown=shown.value,
            at=self._clock(),
        )

    def of_person(self, user_id: int) -> dict[tuple[str, int], Delivered]:
        """Return what somebody had in issues, by pair and post."""
        table = schema.delivered
        rows = self._connection.execute(select(table).where(table.c.user_id == user_id))
        return {(row.pair, row.post_id): _delivered(row) for row in rows}

    def of_posts(self, pair: str, post_ids: Iterable[int]) -> dict[int, set[int]]:
        """Return who had each of some posts of a pair in an issue, by post."""
        table = schema.delivered
        found: dict[int, set[int]] = {number: set() for number in post_ids}
        rows = self._connection.execute(
            select(table.c.post_id, table.c.user_id).where(
                table.c.pair == pair, table.c.post_id.in_(list(found))
            )
        )
        for row in rows:
            found[row.post_id].add(row.user_id)
        return found

    def owed(self) -> dict[int, list[Delivered]]:
        """Return the posts whose names are owed, oldest first, by user id."""
        table = schema.delivered
        rows = self._connection.execute(
            select(table)
            .where(table.c.shown == Shown.LEFT.value)
            .order_by(table.c.at, table.c.post_id)
        )
        found: dict[int, list[Delivered]] = {}
        for row in rows:
            found.setdefault(row.user_id, []).append(_delivered(row))
        return found


class Spending:
    """Bytes mailed to people, by their own days."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def note(self, user_id: int, key: str, *, day: str, size: int) -> None:
        """Note what the mail of an intent costs somebody on a day; may be repeated.

        `day` is the date in the person's own zone, as `2026-05-03`.
        """
        upsert(
            self._connection,
            schema.spent,
            user_id=user_id,
            key=key,
            day=day,
            bytes=size,
        )

    def of_day(self, user_id: int, day: str) -> dict[str, int]:
        """Return the bytes of a day, by the intents of the mails."""
        table = schema.spent
        rows = self._connection.execute(
            select(table.c.key, table.c.bytes).where(
                table.c.user_id == user_id, table.c.day == day
            )
        )
        return {row.key: row.bytes for row in rows}

    def on(self, user_id: int, day: str, *, but: str = "") -> int:
        """Return the bytes of a day, without those of the intent `but`."""
        return sum(
            size for key, size in self.of_day(user_id, day).items() if key != but
        )


def _issue(row: Row[Any]) -> Issue:
    return Issue(
        id=row.id,
        user_id=row.user_id,
        kind=IssueKind(row.kind),
        message_id=row.message_id,
        items=tuple(Item(**item) for item in row.items),
        left_out=tuple(Item(**item) for item in row.left_out),
        text=None if row.text is None else row.text.decode("utf-8"),
        planned_at=row.planned_at,
        sent_at=row.sent_at,
    )


def _delivered(row: Row[Any]) -> Delivered:
    return Delivered(
        pair=row.pair,
        post_id=row.post_id,
        shown=Shown(row.shown),
        issue_id=row.issue_id,
        at=row.at,
    )
