"""Whether what a plan saw is still so, and whether what it wants is so already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.addresses import folded
from mappings.enrolment.people import SeenAccount
from mappings.enrolment.plan import Step, StepKind
from sync.enrol.present import Present, PresentCourse
from sync.enrol.waves import split_place

# Moodle tells them nowhere: they are known from the bridge's own deeds.
_NOT_TOLD = frozenset({"starts", "ends"})
# What a step sets besides what can be looked for.
_NOT_LOOKED_FOR = frozenset({"role", "welcomed", "password", *_NOT_TOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A field that is no longer as the plan saw it."""

    field: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return (
            f"{self.field}: the plan saw {_shown(self.expected)}, now it is"
            f" {_shown(self.found)}"
        )


def broken(step: Step, user_id: int | None, present: Present) -> Broken | None:
    """Return the first field that is no longer as the plan saw it, None if all are.

    `user_id` is that of the step's person; None for one whose account is still to be
    made, of whom only what names the account is looked at.
    """
    missing = _missing_place(step, present)
    if missing is not None:
        return missing
    new = user_id is None and step.kind not in {
        StepKind.CREATE_USER,
        StepKind.CREATE_GROUP,
        StepKind.SUBSCRIBE,
        StepKind.UNSUBSCRIBE,
    }
    for name, expected in step.expects.items():
        if name in _NOT_TOLD or (new and name != "user_id"):
            continue
        found = _found(name, step, user_id, present)
        if not _same(name, expected, found):
            return Broken(field=name, expected=expected, found=found)
    return None


def reached(
    step: Step, user_id: int | None, present: Present
) -> Mapping[str, Any] | None:
    """Return what is known of a step that is as it is to be; None when it is not.

    For an account that was made it is its `user_id`. An account counts as that of
    the step only when it bears the bridge's own name for the person.
    """
    if step.kind is StepKind.CREATE_USER:
        ours = [
            account
            for account in present.accounts.by_idnumber(step.person)
            if _same("username", step.sets["username"], account.username)
            or _same("email", step.sets["email"], account.email)
        ]
        return {"user_id": ours[0].user_id} if len(ours) == 1 else None
    if user_id is None and step.kind not in {
        StepKind.CREATE_GROUP,
        StepKind.SUBSCRIBE,
        StepKind.UNSUBSCRIBE,
    }:
        return None
    if _missing_place(step, present) is not None:
        return None
    wanted = {
        name: value
        for name, value in step.sets.items()
        if name not in _NOT_LOOKED_FOR and not (name == "email" and _on_list(step))
    }
    if step.kind is StepKind.ENROL:
        wanted = {"enrolment": "active"}
    elif step.kind is StepKind.CREATE_GROUP:
        # Its key of ours is not looked for: a group of the name is the group.
        wanted = {"group": step.sets["group"]}
    matches: Callable[[Any], bool] = all
    if step.kind is StepKind.CHANGE_USER:
        # One account is changed as a whole or not at all, and Moodle may store one
        # field otherwise than asked.
        changes = {n: v for n, v in wanted.items() if n in step.expects}
        wanted = {
            name: value
            for name, value in changes.items()
            if not _same(name, step.expects[name], value)
        }
        matches = any
    if not matches(
        _same(name, value, _found(name, step, user_id, present))
        for name, value in wanted.items()
    ):
        return None
    return {}


def as_shown(channel: Mapping[str, Any] | None) -> str:
    """Return a channel as a person reads it."""
    if channel is None:
        return "none chosen"
    parts = [str(channel.get("kind", ""))]
    if parts[0] in {"digest", "bundle"}:
        parts += [str(channel.get("every", "")), str(channel.get("at", ""))]
    return " ".join(parts)


def _found(name: str, step: Step, user_id: int | None, present: Present) -> Any:
    if step.kind is StepKind.CREATE_USER:
        return _taken(name, step, present)
    match name:
        case "user_id":
            account = present.accounts.by_id(user_id or 0)
            return account.user_id if account else None
        case "enrolment":
            return _enrolment(present.courses[step.target], user_id)
        case "in_cohort":
            return user_id in present.cohorts[step.target].members
        case "in_group" | "group":
            course, group = split_place(step.target, present.courses)
            there = present.courses[course].groups.get(group)
            if name == "group":
                return group if there else None
            return there is not None and user_id in there.members
        case "list_member":
            return folded(str(step.sets.get("email", ""))) in present.lists[step.target]
        case "channel":
            return present.channels.get(user_id or 0)
        case _:
            account = present.accounts.by_id(user_id or 0)
            return None if account is None else _of_account(account, name)


def _taken(name: str, step: Step, present: Present) -> Any:
    """Return what is in the way of a new account: who has its name or address."""
    if name == "username":
        account = present.accounts.by_username(step.sets["username"])
        return account.username if account else None
    if name == "email":
        others = present.accounts.by_address(step.sets["email"])
        return others[0].email if others else None
    return step.expects[name]


def _enrolment(course: PresentCourse, user_id: int | None) -> str | None:
    if user_id not in course.everybody:
        return None
    return "active" if user_id in course.active else "suspended"


def _of_account(account: SeenAccount, name: str) -> Any:
    match name:
        case "suspended":
            return account.suspended
        case "username":
            return account.username
        case "email":
            return account.email
        case "idnumber":
            return account.idnumber
        case _:
            return account.fields.get(name, "")


def _missing_place(step: Step, present: Present) -> Broken | None:
    match step.kind:
        case StepKind.ENROL | StepKind.REACTIVATE | StepKind.SUSPEND:
            kind, there, name = "course", step.target in present.courses, step.target
        case StepKind.ADD_TO_COHORT | StepKind.REMOVE_FROM_COHORT:
            kind, there, name = "cohort", step.target in present.cohorts, step.target
        case StepKind.CREATE_GROUP:
            name, _ = split_place(step.target, present.courses)
            kind, there = "course", name in present.courses
        case StepKind.ADD_TO_GROUP | StepKind.REMOVE_FROM_GROUP:
            course, group = split_place(step.target, present.courses)
            if course not in present.courses:
                return Broken(field="course", expected=course, found=None)
            kind, name = "group", group
            there = group in present.courses[course].groups
        case StepKind.SUBSCRIBE | StepKind.UNSUBSCRIBE:
            kind, there, name = "list", step.target in present.lists, step.target
        case _:
            return None
    return None if there else Broken(field=kind, expected=name, found=None)


def _same(name: str, one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        if name == "email":
            return folded(one) == folded(other)
        if name == "username":
            return one.casefold() == other.casefold()
        return " ".join(one.split()) == " ".join(other.split())
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return dict(one) == dict(other)
    return bool(one == other)


def _on_list(step: Step) -> bool:
    return step.kind in {StepKind.SUBSCRIBE, StepKind.UNSUBSCRIBE}


def _shown(value: Any) -> str:
    match value:
        case None | "":
            return "nothing"
        case True:
            return "yes"
        case False:
            return "no"
        case Mapping():
            return as_shown(value)
        case _:
            return repr(value)
