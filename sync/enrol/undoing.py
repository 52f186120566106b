"""A plan that reverts what another one did, and nothing else.

It is a plan as any other: each of its steps expects what the reverted one left, so
that what somebody changed since stays as they made it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from mappings.enrolment.plan import EnrolmentPlan, LeftAlone, Step, StepKind
from sync.ledger.deeds import Deed, DeedState

_ENDING = ".undo"
_UNDO = "undo "
_PART = " field "
_OPPOSITE = {
    StepKind.ADD_TO_COHORT: StepKind.REMOVE_FROM_COHORT,
    StepKind.REMOVE_FROM_COHORT: StepKind.ADD_TO_COHORT,
    StepKind.ADD_TO_GROUP: StepKind.REMOVE_FROM_GROUP,
    StepKind.REMOVE_FROM_GROUP: StepKind.ADD_TO_GROUP,
    StepKind.SUBSCRIBE: StepKind.UNSUBSCRIBE,
    StepKind.UNSUBSCRIBE: StepKind.SUBSCRIBE,
    StepKind.ENROL: StepKind.SUSPEND,
    StepKind.REACTIVATE: StepKind.SUSPEND,
    StepKind.SUSPEND: StepKind.REACTIVATE,
    StepKind.SET_CHANNEL: StepKind.SET_CHANNEL,
}
_STAYS = {
    StepKind.CREATE_GROUP: "the group stays: deleting it could take posts with it",
    StepKind.WELCOME: "a mail that went out cannot be taken back",
    StepKind.TELL_REFUSED: "a mail that went out cannot be taken back",
}


def undo_plan(
    plan: EnrolmentPlan, deeds: Mapping[str, Deed], *, made_at: datetime
) -> EnrolmentPlan:
    """Return the plan that reverts what was done of a plan.

    `deeds` are what came of its steps, by key. Accounts that were made are suspended,
    never deleted; who was enrolled is suspended in the course, never unenrolled.
    Memberships go, fields go back, each only where it still is as it was left.
    """
    done = {
        key: deed
        for key, deed in deeds.items()
        if deed.state is DeedState.DONE and deed.undone_at is None
    }
    made = {
        deed.participant_id: deed.after["user_id"]
        for deed in done.values()
        if deed.kind == StepKind.CREATE_USER
    }
    reverted = [step for step in plan.steps if step.key in done]
    return EnrolmentPlan(
        name=undo_name(plan.name),
        made_at=made_at,
        site=plan.site,
        sources=plan.sources,
        steps=tuple(
            undoing
            for step in reverted
            for undoing in _reverting(step, done[step.key], made.get(step.person))
        ),
        held=(),
        left_alone=tuple(
            LeftAlone(
                person=step.person,
                shown=step.shown,
                why=f"{step.kind} {step.target}: {_STAYS[step.kind]}",
            )
            for step in reverted
            if step.kind in _STAYS
        ),
    )


def undo_name(name: str) -> str:
    """Return what the plan is called that reverts the plan of this name."""
    return f"{name}{_ENDING}"


def undone_name(name: str) -> str | None:
    """Return the name of the plan that a plan reverts; None if it reverts none."""
    return name.removesuffix(_ENDING) if name.endswith(_ENDING) else None


def undone_steps(plan: EnrolmentPlan, deeds: Mapping[str, Deed]) -> set[str]:
    """Return the keys of the steps that an undo plan has reverted wholly."""
    parts: dict[str, list[bool]] = {}
    for step in plan.steps:
        deed = deeds.get(step.key)
        done = deed is not None and deed.state is DeedState.DONE
        parts.setdefault(_reverted_key(step.key), []).append(done)
    return {key for key, done in parts.items() if all(done)}


def _reverting(step: Step, deed: Deed, made: int | None) -> Iterator[Step]:
    user_id = made or step.expects.get("user_id")
    whose: dict[str, Any] = {} if user_id is None else {"user_id": user_id}
    if step.kind is StepKind.CREATE_USER:
        yield _step(
            step,
            StepKind.CHANGE_USER,
            expects={**whose, "idnumber": step.person, "suspended": False},
            sets={"suspended": True},
        )
    elif step.kind is StepKind.CHANGE_USER:
        yield from _fields_back(step, deed, whose)
    elif step.kind in _OPPOSITE:
        yield _step(
            step,
            _OPPOSITE[step.kind],
            expects={**whose, **_left(step)},
            sets=_back(step, deed),
        )


def _fields_back(step: Step, deed: Deed, whose: Mapping[str, Any]) -> Iterator[Step]:
    """Yield a step for each field: one that was changed since keeps no other back."""
    otherwise = {
        row["field"]: row["stored"] for row in deed.after.get("stored_differently", ())
    }
    for name, value in step.sets.items():
        stored = otherwise.get(name, value)
        yield _step(
            step,
            StepKind.CHANGE_USER,
            expects={**whose, name: "" if stored is None else stored},
            sets={name: deed.before.get(name, "")},
            part=name,
        )


def _left(step: Step) -> dict[str, Any]:
    """Return what the step left, by the fields that can be looked at."""
    match step.kind:
        case StepKind.ENROL:
            return {"enrolment": "active"}
        case StepKind.ADD_TO_COHORT | StepKind.REMOVE_FROM_COHORT:
            return {"in_cohort": step.sets["in_cohort"]}
        case StepKind.ADD_TO_GROUP | StepKind.REMOVE_FROM_GROUP:
            return {"in_group": step.sets["in_group"]}
        case StepKind.SUBSCRIBE | StepKind.UNSUBSCRIBE:
            return {"list_member": step.sets["list_member"]}
        case StepKind.SET_CHANNEL:
            return {"channel": step.sets["channel"]}
        case _:
            return {"enrolment": step.sets["enrolment"]}


def _back(step: Step, deed: Deed) -> dict[str, Any]:
    """Return what stood there before the step, and what else a write needs."""
    kept = ("role", "email", "starts", "ends")
    needed = {name: step.sets[name] for name in kept if name in step.sets}
    if step.kind is StepKind.ENROL:
        return {**needed, "enrolment": "suspended"}
    changed = _left(step)
    return {**needed, **{name: deed.before.get(name) for name in changed}}


def _step(
    step: Step,
    kind: StepKind,
    *,
    expects: Mapping[str, Any],
    sets: Mapping[str, Any],
    part: str = "",
) -> Step:
    return Step(
        key=f"{_UNDO}{step.key}{_PART if part else ''}{part}",
        kind=kind,
        person=step.person,
        shown=step.shown,
        target=step.target,
        expects=expects,
        sets=sets,
    )


def _reverted_key(key: str) -> str:
    reverted = key.removeprefix(_UNDO)
    # A username has no blank, the name of a group may.
    if reverted.startswith(StepKind.CHANGE_USER):
        return reverted.partition(_PART)[0]
    return reverted
