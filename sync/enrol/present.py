"""What stands in Moodle, on the list and in the ledger when a step is to be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mappings.enrolment.people import Accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentGroup:
    """A group of a course; `members` are user ids."""

    id: int
    members: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentCourse:
    """A course: who is in it, and who of them may enter it now, by user id.

    `role_ids` are the roles that somebody has there, by short name.
    """

    id: int
    everybody: frozenset[int] = frozenset()
    active: frozenset[int] = frozenset()
    role_ids: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, PresentGroup] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentCohort:
    """A cohort; `members` are user ids."""

    id: int
    members: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What some steps touch, as it is now.

    Courses are by the name that the plan has for them, cohorts by idnumber, lists by
    address; one that is not there, or may not be seen, is missing. `lists` holds
    folded addresses of members. `channels` are by user id, in a plan's own words;
    who never chose is missing. What the steps do not touch was not looked for.
    """

    accounts: Accounts = field(default_factory=lambda: Accounts(()))
    courses: Mapping[str, PresentCourse] = field(default_factory=dict)
    cohorts: Mapping[str, PresentCohort] = field(default_factory=dict)
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    channels: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
