"""The groups of a course, and who is in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.moodle import memberships
from moodle_bridge.moodle.calls import Call
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import (
    ADD_GROUP_MEMBERS,
    COURSE_GROUPS,
    CREATE_GROUPS,
    DELETE_GROUP_MEMBERS,
    GROUP_MEMBERS,
)
from moodle_bridge.moodle.group_mode import GroupMode, group_mode
from moodle_bridge.moodle.items import ItemWrite, write_items
from moodle_bridge.moodle.memberships import Membership, Outcomes
from moodle_bridge.moodle.outcomes import ItemOutcome, Outcome, already, done
from moodle_bridge.moodle.wire import unescaped

_OF_COURSE = frozenset({"nopermissions", "errorcoursecontextnotvalid"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of a course."""

    id: int
    name: str
    idnumber: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """A group that is to be made; its name is unique in a course."""

    course_id: int
    name: str
    idnumber: str = ""
    description: str = ""

    def row(self) -> dict[str, Any]:
        """Return it as `core_group_create_groups` takes it."""
        return {
            "courseid": self.course_id,
            "name": self.name,
            "description": self.description,
            "idnumber": self.idnumber,
        }


class _GroupRow(BaseModel):
    id: int
    courseid: int = 0
    name: str
    idnumber: str | None = None


class _MembersRow(BaseModel):
    groupid: int
    userids: list[int]


_SHAPE = TypeAdapter(list[_GroupRow])
_MEMBERS = TypeAdapter(list[_MembersRow])


class Groups:
    """The groups of courses, as the account sees them."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def mode_of(self, cmid: int) -> GroupMode:
        """Return how an activity treats groups. See `group_mode`."""
        return group_mode(self._client, cmid)

    def of_course(self, course_id: int) -> tuple[Group, ...]:
        """Return the groups of a course (`core_group_get_course_groups`).

        Raises as `MoodleClient.read`; the account needs the right to see groups.
        """
        rows: list[_GroupRow] = self._client.read(
            COURSE_GROUPS, {"courseid": course_id}, _SHAPE
        ).value
        return tuple(
            Group(id=row.id, name=unescaped(row.name), idnumber=row.idnumber or "")
            for row in rows
        )

    def create(self, groups: Sequence[NewGroup]) -> tuple[ItemOutcome[NewGroup], ...]:
        """Make groups; return one outcome each, in order, with the new id.

        Keyed by course and name: one that is there is ALREADY, with its id. In doubt
        it is looked for. `core_group_create_groups`, all-or-nothing.
        """
        written = write_items(
            self._client,
            ItemWrite(
                function=CREATE_GROUPS,
                argument="groups",
                row=NewGroup.row,
                shape=_SHAPE,
                answered=_created,
                scope=lambda group: group.course_id,
                shared=_OF_COURSE,
                settled=self._settled,
            ),
            groups,
        )
        standing = self._standing(
            one.item
            for one in written
            if one.outcome is Outcome.REFUSED and one.code == "invalidparameter"
        )
        return tuple(
            already(one.item, standing[_key(one.item)])
            if one.outcome is Outcome.REFUSED and _key(one.item) in standing
            else one
            for one in written
        )

    def members(self, group_ids: Iterable[int]) -> dict[int, frozenset[int]]:
        """Return the user ids in each group.

        `core_group_get_group_members`, one call a group in few requests; a group that
        is not there, or is closed to the account, is missing.
        """
        calls = [
            Call(function=GROUP_MEMBERS, arguments={"groupids": [one]}, shape=_MEMBERS)
            for one in dict.fromkeys(group_ids)
        ]
        found: dict[int, frozenset[int]] = {}
        for result in self._client.stream(calls):
            if isinstance(result, Permanent) and not result.concerns_all:
                continue
            if isinstance(result, RemoteError):
                raise result
            found.update((row.groupid, frozenset(row.userids)) for row in result.value)
        return found

    def add_members(self, items: Sequence[Membership]) -> Outcomes:
        """Put users into groups; return one outcome each, in order. May be repeated.

        Moodle takes only who is enrolled in the course. Raises Transient when the site
        is away before anything is sent.
        `core_group_add_group_members`, all-or-nothing.
        """
        before = self.members(item.of for item in items)
        return memberships.added(
            items,
            before,
            lambda missing: write_items(
                self._client, _write(ADD_GROUP_MEMBERS), missing
            ),
        )

    def delete_members(self, items: Sequence[Membership]) -> Outcomes:
        """Take users out of groups; return one outcome each. May be repeated.

        Moodle leaves in who was put in by an enrolment method. Raises as `add_members`.
        `core_group_delete_group_members`, all-or-nothing; verified by reading.
        """
        return memberships.deleted(
            items,
            self.members(item.of for item in items),
            lambda present: write_items(
                self._client, _write(DELETE_GROUP_MEMBERS), present
            ),
            lambda: self.members(item.of for item in items),
        )

    def verified_members(self, outcomes: Sequence[ItemOutcome[Membership]]) -> Outcomes:
        """Return what `add_members` gave, with a word where one is no member."""
        now = self.members(one.item.of for one in outcomes)
        return memberships.verified(outcomes, now)

    def _settled(
        self, groups: Sequence[NewGroup]
    ) -> list[ItemOutcome[NewGroup] | None]:
        standing = self._standing(groups)
        return [
            done(group, standing[_key(group)]) if _key(group) in standing else None
            for group in groups
        ]

    def _standing(self, groups: Iterable[NewGroup]) -> dict[tuple[int, str], int]:
        found: dict[tuple[int, str], int] = {}
        for course_id in {group.course_id for group in groups}:
            try:
                present = self.of_course(course_id)
            except Permanent:
                continue
            found.update(((course_id, group.name), group.id) for group in present)
        return found


def _key(group: NewGroup) -> tuple[int, str]:
    return group.course_id, group.name.strip()


def _write(function: str) -> ItemWrite[Membership]:
    return ItemWrite(
        function=function,
        argument="members",
        row=lambda item: {"groupid": item.of, "userid": item.user_id},
        scope=lambda item: item.of,
        shared=_OF_COURSE,
    )


def _created(
    groups: Sequence[NewGroup], rows: list[_GroupRow]
) -> list[ItemOutcome[NewGroup]]:
    ids = {(row.courseid, unescaped(row.name)): row.id for row in rows}
    return [
        done(group, ids[_key(group)])
        if _key(group) in ids
        else replace(
            done(group),
            outcome=Outcome.IN_DOUBT,
            what=f"group {group.name}: not in what Moodle answered",
            advice="Look at the groups of the course before making it again.",
        )
        for group in groups
    ]
