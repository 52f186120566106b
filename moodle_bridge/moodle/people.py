"""People: by id, by a field, and those enrolled in a course."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.interfaces.transport import Answer
from moodle_bridge.model.people import Person
from moodle_bridge.moodle.calls import Call
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.enrolled import PagesRead
from moodle_bridge.moodle.functions import ENROLLED_USERS, USERS_BY_FIELD

Field = Literal["username", "email", "idnumber"]

FACILITATOR_ROLES = frozenset({"teacher", "editingteacher", "manager"})
"""Short names of the roles whose holders teach in a course, as Moodle ships them."""

_CHUNK = 100
_PAGE = 200
_SITE_TIMEZONE = "99"
_INVALID = "invalidparameter"


class _Group(BaseModel):
    id: int
    name: str | None = ""


class _Role(BaseModel):
    shortname: str = ""


class _UserRow(BaseModel):
    id: int
    username: str | None = ""
    fullname: str | None = ""
    email: str | None = None
    idnumber: str | None = None
    lang: str | None = None
    timezone: str | None = None
    country: str | None = None
    suspended: bool | None = False

    def person(self) -> Person:
        timezone = None if self.timezone == _SITE_TIMEZONE else self.timezone
        return Person(
            user_id=self.id,
            username=self.username or "",
            fullname=self.fullname or "",
            addresses=(self.email,) if self.email else (),
            language=self.lang or None,
            timezone=timezone or None,
            country=self.country or None,
            idnumber=self.idnumber or None,
            suspended=bool(self.suspended),
        )


class _ParticipantRow(BaseModel):
    id: int
    username: str | None = ""
    fullname: str | None = ""
    email: str | None = None
    idnumber: str | None = None
    country: str | None = None
    groups: list[_Group] = []
    roles: list[_Role] = []

    def person(self, facilitators: Collection[str]) -> Person:
        return Person(
            user_id=self.id,
            username=self.username or "",
            fullname=self.fullname or "",
            addresses=(self.email,) if self.email else (),
            country=self.country or None,
            idnumber=self.idnumber or None,
            group_ids=frozenset(group.id for group in self.groups),
            group_names=tuple(
                (group.id, group.name) for group in self.groups if group.name
            ),
            facilitator=any(role.shortname in facilitators for role in self.roles),
        )


_SHAPE = TypeAdapter(list[_UserRow])
_PARTICIPANTS = TypeAdapter(list[_ParticipantRow])


class People:
    """The accounts of the site, as far as the token's user may see them."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def by_ids(self, user_ids: Iterable[int]) -> dict[int, Person]:
        """Return the people with these ids, by id.

        Who is not there, or may not be seen, is silently missing.
        `core_user_get_users_by_field`, a hundred to a call.
        """
        wanted = [str(user_id) for user_id in dict.fromkeys(user_ids)]
        return {row.id: row.person() for row in self._rows("id", wanted)}

    def by_field(
        self, field: Field, values: Iterable[str]
    ) -> dict[str, tuple[Person, ...]]:
        """Return the people with these values, by the value as it was given.

        Values are stripped; those that Moodle would not take (no address, say) find
        nobody. `email` and `username` match whatever their capitals, `idnumber`
        exactly: how a database compares differs from site to site. (PostgreSQL finds
        an address only as it is stored or all in small letters; who is enrolled is
        found for certain among `enrolled`.) An address or an idnumber may belong to
        several people; nobody gives an empty tuple.
        """
        given = list(dict.fromkeys(values))
        wanted = {value: _normal(field, value) for value in given}
        spellings = list(
            dict.fromkeys(
                spelling
                for value in given
                for spelling in _spellings(field, value.strip())
                if spelling
            )
        )
        found: dict[str, dict[int, Person]] = {}
        for row in self._rows(field, spellings):
            has = _normal(field, str(getattr(row, field) or ""))
            found.setdefault(has, {})[row.id] = row.person()
        return {
            value: tuple(found.get(normal, {}).values()) if normal else ()
            for value, normal in wanted.items()
        }

    def enrolled(
        self,
        course_id: int,
        *,
        facilitator_roles: Collection[str] = FACILITATOR_ROLES,
        only_active: bool = True,
    ) -> Iterator[Person]:
        """Yield who is enrolled in a course, by id, with groups and language.

        `only_active` leaves out suspended and ended enrolments. A person who teaches
        by one of the `facilitator_roles` is marked. Language, time zone and address
        are asked in a second call, because the list of participants does not tell
        them. `core_enrol_get_enrolled_users`.
        """
        pages = PagesRead(course_id)
        first = 0
        # Moodle takes out whom we may not see after it cut the page: a page that is
        # not full is not the last one before one is quite empty.
        while rows := self._enrolled_page(course_id, first, only_active=only_active):
            new = pages.fresh(row.id for row in rows)
            fresh = [row for row in rows if row.id in new]
            more = self.by_ids(row.id for row in fresh)
            for row in fresh:
                yield _merged(row.person(facilitator_roles), more.get(row.id))
            first += _PAGE

    def _enrolled_page(
        self, course_id: int, first: int, *, only_active: bool
    ) -> list[_ParticipantRow]:
        options: list[dict[str, object]] = [
            {"name": "limitfrom", "value": first},
            {"name": "limitnumber", "value": _PAGE},
            {"name": "sortby", "value": "id"},
        ]
        if only_active:
            options.append({"name": "onlyactive", "value": 1})
        rows: list[_ParticipantRow] = self._client.read(
            ENROLLED_USERS, {"courseid": course_id, "options": options}, _PARTICIPANTS
        ).value
        return rows

    def _rows(self, field: str, values: Sequence[str]) -> Iterator[_UserRow]:
        chunks = [values[at : at + _CHUNK] for at in range(0, len(values), _CHUNK)]
        refused: list[str] = []
        results = self._client.stream(_call(field, chunk) for chunk in chunks)
        for chunk, result in zip(chunks, results, strict=True):
            if isinstance(result, Answer):
                yield from result.value
            elif result.code != _INVALID:
                raise result
            elif len(chunk) > 1:
                # One value that Moodle does not take spoils the call for all.
                refused += chunk
        for result in self._client.stream(_call(field, [value]) for value in refused):
            if isinstance(result, Answer):
                yield from result.value
            elif result.code != _INVALID:
                raise result


def _call(field: str, values: Sequence[str]) -> Call:
    return Call(
        function=USERS_BY_FIELD,
        arguments={"field": field, "values": list(values)},
        shape=_SHAPE,
        rows=len(values),
    )


def _spellings(field: Field, value: str) -> tuple[str, ...]:
    # PostgreSQL compares addresses letter by letter, so both usual spellings are asked.
    # A username is small letters only; Moodle refuses to look for another.
    if field == "email":
        return value, value.lower()
    return (value.lower(),) if field == "username" else (value,)


def _normal(field: Field, value: str) -> str:
    return value.strip() if field == "idnumber" else value.strip().lower()


def _merged(person: Person, more: Person | None) -> Person:
    if more is None:
        return person
    return replace(
        person,
        username=person.username or more.username,
        addresses=more.addresses or person.addresses,
        language=more.language or person.language,
        timezone=more.timezone or person.timezone,
        country=more.country or person.country,
        idnumber=more.idnumber or person.idnumber,
        suspended=more.suspended or person.suspended,
    )
