"""The entries of intake forms, as last read: only the answers that are mapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from mappings.addresses import folded
from moodle_bridge.model.intake import EntryState
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.forgotten import is_forgotten_key


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEntry:
    """An entry as it was just read; `answers` are by question key, plain JSON."""

    key: str
    fingerprint: str
    answers: Mapping[str, Any]
    state: EntryState
    submitted: datetime | None = None
    edited: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEntry:
    """An entry as the ledger has it.

    `participant_id` is whose it is, None until that is known. `gone_at` is when it was
    first missing from its form, None while it is there.
    """

    source: str
    key: str
    participant_id: str | None
    fingerprint: str
    answers: Mapping[str, Any]
    state: EntryState
    submitted: datetime | None
    edited: datetime | None
    seen_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChanges:
    """What changed in a form since it was last read, by entry key.

    An entry that came back after it was gone is in `reappeared`, and in `edited` too
    where it is not as it was.
    """

    new: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    reappeared: tuple[str, ...] = ()
    unchanged: int = 0

    def __bool__(self) -> bool:
        return bool(self.new or self.edited or self.gone or self.reappeared)


class Entries:
    """The entries of every form."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def keep(self, source: str, entries: Sequence[SeenEntry]) -> EntryChanges:
        """Bring a form up to date with all its entries as they are now.

        Whose an entry is stays known. One that is missing is marked as gone and stays;
        it is never a reason to remove anybody. May be repeated: the second time nothing
        has changed. Keys must not repeat among `entries`. Of people who were forgotten
        no answers are kept.
        """
        changes = self.changes(source, entries)
        new, now = set(changes.new), self._clock()
        self._insert(source, [one for one in entries if one.key in new], now)
        self._bring_up_to_date(
            source, [one for one in entries if one.key not in new], now
        )
        self._mark_gone(source, changes.gone, now)
        return changes

    def changes(self, source: str, entries: Sequence[SeenEntry]) -> EntryChanges:
        """Return what `keep` would find, and change nothing."""
        before = self._marks(source)
        keys = {one.key for one in entries}
        edited, back, same = [], [], 0
        for one in entries:
            if one.key in before:
                fingerprint, gone_at = before[one.key]
                if fingerprint != one.fingerprint:
                    edited.append(one.key)
                if gone_at is not None:
                    back.append(one.key)
                same += fingerprint == one.fingerprint and gone_at is None
        return EntryChanges(
            new=tuple(one.key for one in entries if one.key not in before),
            edited=tuple(edited),
            gone=tuple(
                key for key, (_, at) in before.items() if at is None and key not in keys
            ),
            reappeared=tuple(back),
            unchanged=same,
        )

    def of(self, source: str) -> list[KeptEntry]:
        """Return all entries of a form, those that are gone too, by key."""
        table = schema.entry
        rows = self._connection.execute(
            select(table).where(table.c.source == source).order_by(table.c.key)
        )
        return [_kept(row) for row in rows]

    def get(self, source: str, key: str) -> KeptEntry | None:
        """Return an entry, None when it was never read."""
        table = schema.entry
        row = self._connection.execute(
            select(table).where(table.c.source == source, table.c.key == key)
        ).first()
        return None if row is None else _kept(row)

    def of_participant(self, participant_id: str) -> list[KeptEntry]:
        """Return the entries of a person, over all forms."""
        table = schema.entry
        rows = self._connection.execute(
            select(table)
            .where(table.c.participant_id == participant_id)
            .order_by(table.c.source, table.c.key)
        )
        return [_kept(row) for row in rows]

    def with_address(self, address: str) -> frozenset[str]:
        """Return whose entries answer with a (folded) address; nobody's are left out."""
        table = schema.entry
        rows = self._connection.execute(
            select(table.c.participant_id, table.c.answers).where(
                table.c.participant_id.is_not(None)
            )
        )
        return frozenset(
            row.participant_id
            for row in rows
            if any(
                isinstance(text, str) and "@" in text and folded(text) == address
                for text in row.answers.values()
            )
        )

    def forgotten_keys(self, source: str) -> frozenset[str]:
        """Return what stands for keys of entries whose people were forgotten."""
        return frozenset(filter(is_forgotten_key, self._forgotten(source)))

    def counting(self, source: str) -> int | None:
        """Return how many entries counted when the form was last read.

        Those that are complete, or withdrawn, and were there; None when it never was
        read.
        """
        table = schema.entry
        total, there = self._connection.execute(
            select(
                func.count(),
                func.count().filter(
                    table.c.gone_at.is_(None),
                    table.c.state.in_(
                        [EntryState.COMPLETE.value, EntryState.WITHDRAWN.value]
                    ),
                ),
            ).where(table.c.source == source)
        ).one()
        return int(there) if total else None

    def belong_to(self, source: str, owners: Mapping[str, str | None]) -> None:
        """Note whose entries are, by entry key; None: nobody knows. May be repeated."""
        if not owners:
            return
        table = schema.entry
        self._connection.execute(
            update(table)
            .where(
                table.c.source == bindparam("of_source"),
                table.c.key == bindparam("of_key"),
            )
            .values(participant_id=bindparam("owner")),
            [
                {"of_source": source, "of_key": key, "owner": owner}
                for key, owner in owners.items()
            ],
        )

    def forget(self, participant_id: str) -> int:
        """Empty the answers of a person's entries; return how many there were.

        Keys and fingerprints stay, so that the same entry is known again.
        """
        table = schema.entry
        return self._connection.execute(
            update(table)
            .where(table.c.participant_id == participant_id)
            .values(answers={})
        ).rowcount

    def _marks(self, source: str) -> dict[str, tuple[str, datetime | None]]:
        table = schema.entry
        rows = self._connection.execute(
            select(table.c.key, table.c.fingerprint, table.c.gone_at)
            .where(table.c.source == source)
            .order_by(table.c.key)
        )
        return {row.key: (row.fingerprint, row.gone_at) for row in rows}

    def _insert(self, source: str, entries: Sequence[SeenEntry], now: datetime) -> None:
        if entries:
            self._connection.execute(
                insert(schema.entry),
                [
                    {
                        "source": source,
                        "key": one.key,
                        "participant_id": None,
                        "gone_at": None,
                        **_columns(one, now),
                    }
                    for one in entries
                ],
            )

    def _bring_up_to_date(
        self, source: str, entries: Sequence[SeenEntry], now: datetime
    ) -> None:
        if not entries:
            return
        table = schema.entry
        names = list(_columns(entries[0], now))
        forgotten = self._forgotten(source)
        self._connection.execute(
            update(table)
            .where(
                table.c.source == bindparam("of_source"),
                table.c.key == bindparam("of_key"),
            )
            .values(
                gone_at=None,
                **{
                    name: bindparam(f"now_{name}", type_=table.c[name].type)
                    for name in names
                },
            ),
            [
                {
                    "of_source": source,
                    "of_key": one.key,
                    **{
                        f"now_{name}": value
                        for name, value in _columns(one, now).items()
                    },
                    **({"now_answers": {}} if one.key in forgotten else {}),
                }
                for one in entries
            ],
        )

    def _forgotten(self, source: str) -> frozenset[str]:
        """Return the entries of people who are to be forgotten: nothing is kept."""
        table, people = schema.entry, schema.participant
        return frozenset(
            self._connection.execute(
                select(table.c.key)
                .join(people, people.c.id == table.c.participant_id)
                .where(table.c.source == source, people.c.forgotten_at.is_not(None))
            ).scalars()
        )

    def _mark_gone(self, source: str, keys: Sequence[str], now: datetime) -> None:
        if not keys:
            return
        table = schema.entry
        self._connection.execute(
            update(table)
            .where(
                table.c.source == bindparam("of_source"),
                table.c.key == bindparam("of_key"),
            )
            .values(gone_at=now),
            [{"of_source": source, "of_key": key} for key in keys],
        )


def _columns(one: SeenEntry, now: datetime) -> dict[str, Any]:
    return {
        "fingerprint": one.fingerprint,
        "answers": dict(one.answers),
        "state": one.state.value,
        "submitted_at": one.submitted,
        "edited_at": one.edited,
        "seen_at": now,
    }


def _kept(row: Row[Any]) -> KeptEntry:
    return KeptEntry(
        source=row.source,
        key=row.key,
        participant_id=row.participant_id,
        fingerprint=row.fingerprint,
        answers=row.answers,
        state=EntryState(row.state),
        submitted=row.submitted_at,
        edited=row.edited_at,
        seen_at=row.seen_at,
        gone_at=row.gone_at,
    )
