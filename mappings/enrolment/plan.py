"""A plan of enrolment: values that can be read, saved, and carried out to the letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class StepKind(StrEnum):
    """What one step of a plan does."""

    CREATE_USER = "user.create"
    CHANGE_USER = "user.change"
    ADD_TO_COHORT = "cohort.add"
    REMOVE_FROM_COHORT = "cohort.remove"
    ENROL = "enrolment.add"
    REACTIVATE = "enrolment.reactivate"
    SUSPEND = "enrolment.suspend"
    CREATE_GROUP = "group.create"
    ADD_TO_GROUP = "group.add"
    REMOVE_FROM_GROUP = "group.remove"
    SUBSCRIBE = "list.subscribe"
    UNSUBSCRIBE = "list.unsubscribe"
    SET_CHANNEL = "channel.set"
    WELCOME = "mail.welcome"
    TELL_REFUSED = "mail.refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do for one person.

    `key` names it within the plan and stays the same when the same thing is planned
    again: `kind:person:target`. `person` is the bridge's own id of the person, empty
    for a group that is made. `target` is what it happens to (a username, a cohort's
    idnumber, a course's short name, a group's name, a list's address). `expects` holds
    the fields that the plan saw, by name: at apply each must still be so. `sets` holds
    what they are to become. `after` are keys of steps that must be done before. All
    values are JSON.
    """

    key: str
    kind: StepKind
    person: str
    shown: str
    target: str
    expects: Mapping[str, Any] = field(default_factory=dict)
    sets: Mapping[str, Any] = field(default_factory=dict)
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An entry that a person must decide about.

    `code` is stable (`adopt`, `several`, `duplicate`, `cannot-see`, `suspended`,
    `problems`, ...). `candidates` say who it may be: user id, username, name, address
    as the admin may see it. `advice` is what to type or mend.
    """

    source: str
    entry: str
    row: int | None
    shown: str
    code: str
    what: str
    advice: str
    candidates: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """Somebody for whom nothing is to be done, and why."""

    person: str
    shown: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMark:
    """What a source held when the plan was made.

    `fingerprint` is over all mapped answers; `entries` is how many counted.
    """

    name: str
    fingerprint: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentPlan:
    """What is to be done, in the order in which it is done."""

    name: str
    made_at: datetime
    site: str
    sources: tuple[SourceMark, ...]
    steps: tuple[Step, ...]
    held: tuple[Held, ...]
    left_alone: tuple[LeftAlone, ...]
