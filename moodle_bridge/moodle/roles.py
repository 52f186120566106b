"""Roles outside an enrolment: for the site, a category, a course, an activity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import ASSIGN_ROLES, UNASSIGN_ROLES
from moodle_bridge.moodle.items import ItemWrite, write_items
from moodle_bridge.moodle.outcomes import ItemOutcome


class Level(StrEnum):
    """Where a role holds."""

    SYSTEM = "system"
    CATEGORY = "coursecat"
    COURSE = "course"
    MODULE = "module"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssignment:
    """A role of a user at a place.

    `instance_id` is the id of the category, course, course module or user; 0 for the
    whole site.
    """

    user_id: int
    role_id: int
    level: Level
    instance_id: int = 0

    def row(self) -> dict[str, Any]:
        """Return it as `core_role_assign_roles` takes it."""
        return {
            "roleid": self.role_id,
            "userid": self.user_id,
            "contextlevel": self.level.value,
            "instanceid": self.instance_id,
        }


class Roles:
    """Roles; who is to have one in a course is enrolled, see `Enrolments`."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def assign(
        self, assignments: Sequence[RoleAssignment]
    ) -> tuple[ItemOutcome[RoleAssignment], ...]:
        """Give roles; return one outcome each, in order. May be repeated.

        Moodle does not tell afterwards who has which role: DONE is what it said.
        `core_role_assign_roles`, all-or-nothing.
        """
        return self._write(ASSIGN_ROLES, "assignments", assignments)

    def unassign(
        self, assignments: Sequence[RoleAssignment]
    ) -> tuple[ItemOutcome[RoleAssignment], ...]:
        """Take roles back; return one outcome each, in order. May be repeated.

        Who did not have the role is DONE too. `core_role_unassign_roles`,
        all-or-nothing.
        """
        return self._write(UNASSIGN_ROLES, "unassignments", assignments)

    def _write(
        self, function: str, argument: str, assignments: Sequence[RoleAssignment]
    ) -> tuple[ItemOutcome[RoleAssignment], ...]:
        return write_items(
            self._client,
            ItemWrite(
                function=function,
                argument=argument,
                row=RoleAssignment.row,
                scope=lambda one: (one.level, one.instance_id),
                shared=frozenset({"nopermissions"}),
            ),
            assignments,
        )
