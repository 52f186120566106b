"""Who takes part, over all forms and addresses: the bridge's own knowledge of people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select, update

from mappings.addresses import folded
from mappings.enrolment.people import KnownPerson, Owned
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import change_row, insert_new

PREFIX = "mb-"
"""What the bridge's own ids begin with; in Moodle they are idnumbers."""

_AT_ONCE = 500
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BYTES = 10


def new_participant_id(now: datetime, randomness: bytes) -> str:
    """Return an id that sorts by when it was made and that nobody can guess.

    `randomness` is ten random bytes. The form is that of a ULID, in small letters.
    """
    milliseconds = int(now.timestamp() * 1000)
    number = milliseconds << 80 | int.from_bytes(randomness[:_RANDOM_BYTES])
    letters = "".join(_LETTERS[number >> 5 * at & 31] for at in reversed(range(26)))
    return f"{PREFIX}{letters}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody as the ledger knows them.

    `idnumber` is what Moodle has for their account. `consent_at` is None for who was
    not asked; `forgotten_at` None for who is known.
    """

    person: KnownPerson
    idnumber: str = ""
    consent_text: str = ""
    consent_at: datetime | None = None
    forgotten_at: datetime | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerAddress:
    """An address that somebody has or had; `until` is None for the present one."""

    address: str
    source: str
    since: datetime
    until: datetime | None


class Participants:
    """Everybody who ever stood in a form."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def get(self, participant_id: str) -> Participant | None:
        """Return somebody by the bridge's own id, None when there is nobody."""
        return self.of([participant_id]).get(participant_id)

    def of(self, participant_ids: Collection[str]) -> dict[str, Participant]:
        """Return people by the bridge's own ids; who is not known is left out."""
        table = schema.participant
        found: dict[str, Participant] = {}
        for some in _chunks(participant_ids):
            for one in self._found(select(table).where(table.c.id.in_(some))):
                found[one.person.id] = one
        return found

    def of_user(self, user_id: int) -> Participant | None:
        """Return whose Moodle account it is, None when it is nobody's."""
        table = schema.participant
        found = self._found(
            select(table).where(table.c.user_id == user_id).order_by(table.c.id)
        )
        return next(iter(found), None)

    def everybody(self) -> list[Participant]:
        """Return all, in the order in which they came to be known."""
        table = schema.participant
        return list(self._found(select(table).order_by(table.c.created_at, table.c.id)))

    def usernames(self) -> dict[str, str]:
        """Return whose each username is, or is meant to be, by username."""
        table = schema.participant
        rows = self._connection.execute(
            select(table.c.username, table.c.id).where(table.c.username.is_not(None))
        )
        return {row.username: row.id for row in rows}

    def with_addresses(self, addresses: Collection[str]) -> dict[str, frozenset[str]]:
        """Return the ids of those who have or had an address, by folded address.

        Addresses are folded here; one that nobody ever had is left out.
        """
        found: dict[str, set[str]] = {}
        wanted = {folded(one) for one in addresses}
        now, before = schema.participant, schema.former_address
        for some in _chunks(wanted):
            for statement in (
                select(now.c.email.label("address"), now.c.id.label("whose")).where(
                    now.c.email.in_(some)
                ),
                select(before.c.address, before.c.participant_id.label("whose")).where(
                    before.c.address.in_(some)
                ),
            ):
                for row in self._connection.execute(statement):
                    found.setdefault(row.address, set()).add(row.whose)
        return {address: frozenset(ids) for address, ids in found.items()}

    def add(self, participant_id: str, *, address: str, source: str) -> None:
        """Know somebody from now on, by an address; may be repeated."""
        now = self._clock()
        insert_new(
            self._connection,
            schema.participant,
            id=participant_id,
            user_id=None,
            idnumber=None,
            username=None,
            email=None,
            owned=Owned.NOT_YET.value,
            fields={},
            groups={},
            consent_text="",
            consent_at=None,
            withdrawn_at=None,
            welcomed_at=None,
            forgotten_at=None,
            created_at=now,
            updated_at=now,
        )
        self.at_address(participant_id, address, source=source)

    def at_address(self, participant_id: str, address: str, *, source: str) -> None:
        """Note the address that somebody has now, and where it was learnt.

        The one before stays known as a former one. May be repeated.
        """
        key, now, table = folded(address), self._clock(), schema.former_address
        self._connection.execute(
            update(table)
            .where(
                table.c.participant_id == participant_id,
                table.c.address != key,
                table.c.until.is_(None),
            )
            .values(until=now)
        )
        new = insert_new(
            self._connection,
            table,
            participant_id=participant_id,
            address=key,
            source=source,
            since=now,
            until=None,
        )
        if not new:
            change_row(
                self._connection,
                table,
                {"participant_id": participant_id, "address": key},
                until=None,
            )
        self._change(participant_id, email=key)

    def addresses_of(self, participant_id: str) -> list[FormerAddress]:
        """Return the addresses that somebody has or had, the oldest first."""
        table = schema.former_address
        rows = self._connection.execute(
            select(table)
            .where(table.c.participant_id == participant_id)
            .order_by(table.c.since, table.c.address)
        )
        return [
            FormerAddress(
                address=row.address,
                source=row.source,
                since=row.since,
                until=row.until,
            )
            for row in rows
        ]

    def meant(self, usernames: Mapping[str, str]) -> None:
        """Note the usernames that people are to get, by the bridge's own ids.

        Who has an account keeps the username of that. May be repeated.
        """
        table = schema.participant
        for participant_id, username in usernames.items():
            self._connection.execute(
                update(table)
                .where(table.c.id == participant_id, table.c.user_id.is_(None))
                .values(username=username)
            )

    def has_account(
        self,
        participant_id: str,
        *,
        user_id: int | None,
        username: str | None,
        owned: Owned,
        idnumber: str = "",
    ) -> None:
        """Note whose account it is, and how it came to be theirs; may be repeated.

        `user_id` None, with NOT_YET, takes it back: the account is theirs no more.
        """
        self._change(
            participant_id,
            user_id=user_id,
            username=username,
            owned=owned.value,
            idnumber=idnumber or None,
        )

    def made(self, accounts: Mapping[str, tuple[int, str]]) -> None:
        """Note the accounts that the bridge made: user id and username, by own id.

        They bear that id as their idnumber. May be repeated.
        """
        self._change_all(
            {
                participant_id: {
                    "user_id": user_id,
                    "username": username,
                    "owned": Owned.CREATED.value,
                    "idnumber": participant_id,
                }
                for participant_id, (user_id, username) in accounts.items()
            }
        )

    def applied(self, participant_id: str, fields: Mapping[str, str | None]) -> None:
        """Note what fields the bridge has set; None forgets one. May be repeated."""
        self.applied_to({participant_id: fields})

    def applied_to(self, fields: Mapping[str, Mapping[str, str | None]]) -> None:
        """Note what fields the bridge has set for several people; see `applied`."""
        known = self.of(fields)
        after = {
            participant_id: {
                **(
                    known[participant_id].person.applied
                    if participant_id in known
                    else {}
                ),
                **new,
            }
            for participant_id, new in fields.items()
        }
        self._change_all(
            {
                participant_id: {
                    "fields": {
                        name: one for name, one in all_.items() if one is not None
                    }
                }
                for participant_id, all_ in after.items()
            }
        )

    def in_group(
        self, participant_id: str, course: str, group: str, *, member: bool
    ) -> None:
        """Note that the bridge put somebody into a group, or took them out."""
        self.in_groups([(participant_id, course, group, member)])

    def in_groups(self, rows: Collection[tuple[str, str, str, bool]]) -> None:
        """Note who was put into groups, and taken out of some; see `in_group`.

        Each row is the bridge's own id, course, group, and whether they are in it now.
        """
        known = self.of({participant_id for participant_id, *_ in rows})
        groups = {
            participant_id: dict(one.person.groups)
            for participant_id, one in known.items()
        }
        for participant_id, course, group, member in rows:
            own = groups.setdefault(participant_id, {})
            names = [name for name in own.get(course, ()) if name != group]
            own[course] = (*names, group) if member else tuple(names)
        self._change_all(
            {
                participant_id: {
                    "groups": {
                        course: list(names) for course, names in own.items() if names
                    }
                }
                for participant_id, own in groups.items()
            }
        )

    def consented(self, participant_id: str, text: str, at: datetime | None) -> None:
        """Note what somebody agreed to, and when; may be repeated."""
        self._change(participant_id, consent_text=text, consent_at=at)

    def withdrew(self, participant_id: str, at: datetime | None) -> None:
        """Note when somebody took their part back; None: they take part again."""
        self._change(participant_id, withdrawn_at=at)

    def welcomed(self, participant_id: str, at: datetime | None) -> None:
        """Note when somebody got their welcome mail; None: they did not."""
        self._change(participant_id, welcomed_at=at)

    def _change(self, participant_id: str, **values: Any) -> None:
        change_row(
            self._connection,
            schema.participant,
            {"id": participant_id},
            **values,
            updated_at=self._clock(),
        )

    def _change_all(self, rows: Mapping[str, Mapping[str, Any]]) -> None:
        """Set the same columns of several people, by the bridge's own ids."""
        if not rows:
            return
        table, now = schema.participant, self._clock()
        self._connection.execute(
            update(table).where(table.c.id == bindparam("key_id")),
            [
                {"key_id": participant_id, **values, "updated_at": now}
                for participant_id, values in rows.items()
            ],
        )

    def _found(self, statement: Select[Any]) -> Iterator[Participant]:
        for row in self._connection.execute(statement):
            yield _participant(row)


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    listed = sorted(set(values))
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]


def _participant(row: Row[Any]) -> Participant:
    return Participant(
        person=KnownPerson(
            id=row.id,
            user_id=row.user_id,
            username=row.username,
            email=row.email,
            owned=Owned(row.owned),
            applied=row.fields,
            groups={course: tuple(names) for course, names in row.groups.items()},
            withdrawn_at=row.withdrawn_at,
            welcomed_at=row.welcomed_at,
        ),
        idnumber=row.idnumber or "",
        consent_text=row.consent_text,
        consent_at=row.consent_at,
        forgotten_at=row.forgotten_at,
        created_at=row.created_at,
    )
