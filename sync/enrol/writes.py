"""Brings about the steps of one kind in Moodle and on the list, many to a request."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from pydantic import SecretStr

from mappings.enrolment.plan import Step, StepKind
from moodle_bridge.errors import InDoubt, Permanent, RemoteError
from moodle_bridge.moodle.accounts import NewUser, UserChange
from moodle_bridge.moodle.enrolled import Seen
from moodle_bridge.moodle.enrolments import Enrolment
from moodle_bridge.moodle.groups import NewGroup
from moodle_bridge.moodle.memberships import Membership
from moodle_bridge.moodle.outcomes import ItemOutcome, Outcome
from sync.enrol.places import role_id_of
from sync.enrol.waves import split_place

if TYPE_CHECKING:
    from moodle_bridge.interfaces import IListMembers
    from moodle_bridge.moodle import Moodle
    from sync.enrol.present import Present

Password = Literal["moodle-mail", "link"]
_Write = Callable[[list[Any]], Sequence[ItemOutcome[Any]]]

_LIST_AT_ONCE = 4
# Our name of a field, and the client's, where they differ.
_NAMES = {"organisation": "institution"}
# What Moodle has for none, where that is not an empty text.
_NONE = {"timezone": "99"}
_CUSTOM = "custom:"
_PASSWORD_LETTERS = string.ascii_letters + string.digits


class Came(StrEnum):
    """What came of one step, as `Outcome` has it."""

    DONE = "done"
    ALREADY = "already"
    REFUSED = "refused"
    NOT_TRIED = "not-tried"
    IN_DOUBT = "in-doubt"


_STOPS = frozenset({Came.NOT_TRIED, Came.IN_DOUBT})


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """What came of one step.

    `code` is the stable word for why not, `reason` a sentence with what to do.
    `after` holds what Moodle gave (`user_id`). `outcome` is that of the client, None
    for what does not go to Moodle.
    """

    step: Step
    came: Came
    code: str = ""
    reason: str = ""
    after: Mapping[str, Any] = field(default_factory=dict)
    outcome: ItemOutcome[Any] | None = None


class Writes:
    """Writes steps of one kind; `list_members` are the lists by address."""

    def __init__(
        self,
        moodle: Moodle,
        *,
        password: Password,
        list_members: Mapping[str, IListMembers],
    ) -> None:
        self._moodle = moodle
        self._password = password
        self._lists = list_members

    @property
    def singly(self) -> frozenset[StepKind]:
        """The kinds that take long for each step: Moodle mails each password."""
        mailed = self._password == "moodle-mail"  # noqa: S105 - how it comes
        return frozenset({StepKind.CREATE_USER}) if mailed else frozenset()

    def write(
        self, steps: Sequence[Step], user_ids: Mapping[str, int], present: Present
    ) -> list[StepOutcome]:
        """Bring about steps of one kind; return one outcome each, in order.

        `present` is what was seen just before. Raises nothing that a remote end can
        cause but RemoteError when it is away before anything was sent.
        """
        kind = steps[0].kind
        if kind in {StepKind.SUBSCRIBE, StepKind.UNSUBSCRIBE}:
            return self._on_lists(steps)
        write = self._of_kind(kind, user_ids, present)
        return [
            _told(step, one)
            for step, one in zip(steps, write(list(steps)), strict=True)
        ]

    def _of_kind(
        self, kind: StepKind, user_ids: Mapping[str, int], present: Present
    ) -> Callable[[list[Step]], Sequence[ItemOutcome[Any]]]:
        moodle = self._moodle

        def ids(step: Step) -> int:
            return user_ids[step.person]

        def cohort(step: Step) -> Membership:
            return Membership(of=present.cohorts[step.target].id, user_id=ids(step))

        def group(step: Step) -> Membership:
            course, name = split_place(step.target, present.courses)
            there = present.courses[course].groups[name]
            return Membership(of=there.id, user_id=ids(step))

        made: dict[StepKind, tuple[Callable[[Step], Any], _Write]] = {
            StepKind.CREATE_GROUP: (
                lambda step: _new_group(step, present),
                moodle.groups.create,
            ),
            StepKind.CREATE_USER: (
                lambda step: new_user(step, self._password),
                moodle.users.create,
            ),
            StepKind.CHANGE_USER: (
                lambda step: user_change(step, ids(step)),
                moodle.users.update,
            ),
            StepKind.ADD_TO_COHORT: (cohort, moodle.cohorts.add_members),
            StepKind.REMOVE_FROM_COHORT: (cohort, moodle.cohorts.delete_members),
            StepKind.ADD_TO_GROUP: (group, moodle.groups.add_members),
            StepKind.REMOVE_FROM_GROUP: (group, moodle.groups.delete_members),
        }
        for each in (StepKind.ENROL, StepKind.REACTIVATE, StepKind.SUSPEND):
            made[each] = (
                lambda step: enrolment(step, ids(step), present),
                moodle.enrolments.enrol,
            )
        make, write = made[kind]
        return lambda steps: write([make(step) for step in steps])

    def _on_lists(self, steps: Sequence[Step]) -> list[StepOutcome]:
        """Write a few at a time; after a failure that all would meet, no more."""
        outcomes: list[StepOutcome] = []
        with ThreadPoolExecutor(_LIST_AT_ONCE, thread_name_prefix="list") as pool:
            for start in range(0, len(steps), _LIST_AT_ONCE):
                stopped = next(
                    (one for one in outcomes[-_LIST_AT_ONCE:] if one.came in _STOPS),
                    None,
                )
                if stopped is not None:
                    outcomes += [
                        replace(stopped, step=step, came=Came.NOT_TRIED)
                        for step in steps[start:]
                    ]
                    break
                some = steps[start : start + _LIST_AT_ONCE]
                outcomes += pool.map(self._on_list, some)
        return outcomes

    def _on_list(self, step: Step) -> StepOutcome:
        listed, address = self._lists[step.target], str(step.sets["email"])
        try:
            changed = (
                listed.subscribe(address, step.shown)
                if step.kind is StepKind.SUBSCRIBE
                else listed.unsubscribe(address)
            )
        except InDoubt as error:
            return _failed(step, Came.IN_DOUBT, error)
        except Permanent as error:
            came = Came.NOT_TRIED if error.concerns_all else Came.REFUSED
            return _failed(step, came, error)
        except RemoteError as error:
            return _failed(step, Came.NOT_TRIED, error)
        return StepOutcome(step=step, came=Came.DONE if changed else Came.ALREADY)


def new_user(step: Step, password: Password) -> NewUser:
    """Return the account that a step makes; it bears the person's id as idnumber.

    Without Moodle's own mail nobody knows its password: it is made up, and forgotten.
    """
    mailed = password == "moodle-mail"  # noqa: S105 - how it comes, not what it is
    fields, custom = _fields(step)
    return NewUser(
        **fields,
        custom_fields=custom,
        idnumber=step.person,
        email_password=mailed,
        password=None if mailed else _nobodys_password(),
    )


def user_change(step: Step, user_id: int) -> UserChange:
    """Return the change of an account that a step makes."""
    fields, custom = _fields(step)
    return UserChange(user_id=user_id, custom_fields=custom, **fields)


def enrolment(step: Step, user_id: int, present: Present) -> Enrolment:
    """Return the enrolment that a step makes, whole: what is not said Moodle resets."""
    course = present.courses[step.target]
    return Enrolment(
        user_id=user_id,
        course_id=course.id,
        role_id=_role_id(str(step.sets.get("role", "student")), course.role_ids),
        starts=_moment(step.sets.get("starts")),
        ends=_moment(step.sets.get("ends")),
        suspended=step.kind is StepKind.SUSPEND,
    )


def _role_id(role: str, role_ids: Mapping[str, int]) -> int:
    seen = Seen(everybody={}, active=frozenset(), role_ids=role_ids)
    found = role_id_of(role, seen)
    if found is None:
        raise Permanent(
            f"no role {role!r} is known in the course",
            item=role,
            advice="Write the number of the role into bridge.toml, and plan again.",
        )
    return found


def _new_group(step: Step, present: Present) -> NewGroup:
    course, name = split_place(step.target, present.courses)
    return NewGroup(
        course_id=present.courses[course].id,
        name=name,
        idnumber=str(step.sets.get("idnumber", "")),
    )


def _fields(step: Step) -> tuple[dict[str, Any], dict[str, str]]:
    plain = {
        _NAMES.get(name, name): _NONE.get(name, value) if value == "" else value
        for name, value in step.sets.items()
        if not name.startswith(_CUSTOM)
    }
    custom = {
        name.removeprefix(_CUSTOM): value
        for name, value in step.sets.items()
        if name.startswith(_CUSTOM)
    }
    return plain, custom


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _nobodys_password() -> SecretStr:
    # One of each kind, because most sites want that.
    made = "".join(secrets.choice(_PASSWORD_LETTERS) for _ in range(24))
    return SecretStr(f"{made}aZ7-")


def _told(step: Step, one: ItemOutcome[Any]) -> StepOutcome:
    came = {
        Outcome.DONE: Came.DONE,
        Outcome.ALREADY: Came.ALREADY,
        Outcome.REFUSED: Came.REFUSED,
        Outcome.NOT_TRIED: Came.NOT_TRIED,
        Outcome.IN_DOUBT: Came.IN_DOUBT,
    }[one.outcome]
    after = {}
    if step.kind is StepKind.CREATE_USER and one.is_so:
        after = {"user_id": one.remote_id}
    elif step.kind is StepKind.CREATE_GROUP and one.is_so:
        after = {"group_id": one.remote_id}
    return StepOutcome(
        step=step,
        came=came,
        code=one.code,
        reason=" ".join(filter(None, (one.what, one.advice))),
        after=after,
        outcome=one,
    )


def _failed(step: Step, came: Came, error: RemoteError) -> StepOutcome:
    return StepOutcome(
        step=step, came=came, code=error.code, reason=f"{error} {error.advice}".strip()
    )
