"""What is to be done for one person, given what is wanted and what is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from mappings.enrolment.account_plan import plan_account, wanted_fields
from mappings.enrolment.list_plan import plan_list
from mappings.enrolment.matching import Match
from mappings.enrolment.people import (
    Decision,
    KnownPerson,
    Standing,
    Wanted,
)
from mappings.enrolment.plan import Step, StepKind
from mappings.enrolment.planned import (
    SHARED,
    PersonCase,
    PersonPlan,
    Place,
    step_key,
)
from mappings.enrolment.withdrawal import dates, plan_withdrawal
from moodle_bridge.model.applicants import Applicant
from moodle_bridge.model.channels import Channel

__all__ = ["SHARED", "PersonPlan", "channel_words", "person_plan", "wanted_fields"]


def person_plan(
    applicant: Applicant,
    known: KnownPerson,
    match: Match,
    standing: Standing,
    wanted: Wanted,
    *,
    username: str,
    decision: Decision | None = None,
    further: Sequence[Place] = (),
    speaks: bool = True,
    address_taken: bool = False,
    told: Collection[str] = (),
) -> PersonPlan:
    """Return what is to be done for one person.

    `username` is what a new account is to be called. `standing` is that of the matched
    account; for a new one its defaults. `further` are the other courses of the form.
    For `speaks`, `address_taken` and `told` see `plan_account`. Fields that an admin changed in
    Moodle since the bridge set them are left alone; where the form changed as well, the
    field is held. What the bridge did before and others undid is not done again.
    Nobody is removed or suspended unless they withdrew, and nobody is re-activated
    without a decision.
    """
    plan = PersonPlan()
    case = PersonCase(
        applicant=applicant,
        known=known,
        match=match,
        username=username,
        decision=decision,
    )
    places = ((wanted, standing), *further)
    if applicant.withdrawn:
        plan_withdrawal(case, plan, places)
    else:
        plan_account(case, plan, speaks=speaks, address_taken=address_taken, told=told)
        for place in places:
            _enrol(case, plan, *place)
            _group(case, plan, *place)
        _cohort(case, plan, wanted, standing)
        plan_list(case, plan, wanted, standing)
        _channel(case, plan, standing)
        _welcome(case, plan, places)
    if not plan.steps and not plan.held and not plan.left_alone:
        withdrawn = applicant.withdrawn
        why = "withdrew, and takes part in nothing" if withdrawn else "as is"
        plan.left_alone.append(case.left_alone(why))
    return plan


def channel_words(channel: Channel) -> dict[str, Any]:
    """Return what of a channel a form can say, as JSON."""
    return {
        "kind": str(channel.kind),
        "every": str(channel.every),
        "weekday": channel.weekday,
        "at": channel.at.strftime("%H:%M"),
        "budget": channel.budget,
    }


def _enrol(
    case: PersonCase, plan: PersonPlan, wanted: Wanted, standing: Standing
) -> None:
    seen, course = standing.enrolment, wanted.course
    if seen is None and case.was_done(StepKind.ENROL, course):
        plan.held.append(
            case.held(
                "unenrolled",
                f"the bridge had enrolled them in {course}, and they are in it no more",
                "If they are to take part again: `moodle-bridge enrol decide ENTRY"
                " --reactivate`; if not: --refuse.",
            )
        )
    elif seen is None:
        plan.steps.append(
            case.step(
                StepKind.ENROL,
                course,
                expects={"enrolment": None},
                sets={"role": wanted.role},
            )
        )
    elif not seen.active and case.reactivates:
        kept = dates(seen)
        plan.steps.append(
            case.step(
                StepKind.REACTIVATE,
                course,
                expects={"enrolment": "suspended", **kept},
                sets={"enrolment": "active", "role": wanted.role, **kept},
            )
        )
    elif not seen.active:
        plan.held.append(
            case.held(
                "suspended-enrolment",
                f"their enrolment in {course} is suspended, or is over",
                "If they are to take part again: `moodle-bridge enrol decide ENTRY"
                " --reactivate`; if not: --refuse.",
            )
        )


def _group(
    case: PersonCase, plan: PersonPlan, wanted: Wanted, standing: Standing
) -> None:
    course = wanted.course
    group = wanted.group if wanted.group is not None else case.applicant.group
    former = case.known.groups.get(course, ())
    for name in former:
        if group and name != group and name in standing.groups:
            plan.steps.append(
                case.step(
                    StepKind.REMOVE_FROM_GROUP,
                    f"{course}/{name}",
                    expects={"in_group": True},
                    sets={"in_group": False},
                )
            )
    enrols = any(
        step.kind is StepKind.ENROL and step.target == course for step in plan.steps
    )
    if not group or group in standing.groups:
        return
    if standing.enrolment is None and not enrols:
        # Moodle takes only who is in the course into its groups.
        return
    if group in former and not case.reactivates:
        plan.left_alone.append(
            case.left_alone(f"was taken out of group {group} in {course} since")
        )
        return
    exists = group in wanted.existing_groups
    if not exists and not wanted.create_groups:
        plan.held.append(
            case.held(
                f"no-group:{group}",
                f"there is no group {group!r} in {course}",
                "Make the group in Moodle, or set create_groups = true.",
            )
        )
        return
    made = step_key(StepKind.CREATE_GROUP, SHARED, f"{course}/{group}")
    if not exists:
        key = {"idnumber": wanted.group_idnumber} if wanted.group_idnumber else {}
        plan.steps.append(
            Step(
                key=made,
                kind=StepKind.CREATE_GROUP,
                person=SHARED,
                shown=group,
                target=f"{course}/{group}",
                expects={"group": None},
                sets={"group": group, **key},
            )
        )
    enrolled = (
        (step_key(StepKind.ENROL, case.known.id, course),)
        if standing.enrolment is None
        else ()
    )
    plan.steps.append(
        case.step(
            StepKind.ADD_TO_GROUP,
            f"{course}/{group}",
            expects={"in_group": False},
            sets={"in_group": True},
            after=(*enrolled, *(() if exists else (made,))),
        )
    )


def _cohort(
    case: PersonCase, plan: PersonPlan, wanted: Wanted, standing: Standing
) -> None:
    if not wanted.cohort or standing.in_cohort is True:
        return
    if case.was_done(StepKind.ADD_TO_COHORT, wanted.cohort):
        plan.left_alone.append(
            case.left_alone(f"was taken out of cohort {wanted.cohort} since")
        )
        return
    plan.steps.append(
        case.step(
            StepKind.ADD_TO_COHORT,
            wanted.cohort,
            expects={"in_cohort": False},
            sets={"in_cohort": True},
        )
    )


def _channel(case: PersonCase, plan: PersonPlan, standing: Standing) -> None:
    channel = case.applicant.channel
    # What somebody chose themselves, by mail, is theirs to change.
    if channel is None or standing.channel_chosen_by not in {"", "form"}:
        return
    wanted = channel_words(channel)
    before = channel_words(standing.channel) if standing.channel else None
    if wanted != before:
        plan.steps.append(
            case.step(
                StepKind.SET_CHANNEL,
                str(channel.kind),
                expects={"channel": before},
                sets={"channel": wanted},
            )
        )


def _welcome(case: PersonCase, plan: PersonPlan, places: Sequence[Place]) -> None:
    enrols = [step.key for step in plan.steps if step.kind is StepKind.ENROL]
    wanted = places[0][0]
    if wanted.welcome and enrols and case.known.welcomed_at is None:
        plan.steps.append(
            case.step(
                StepKind.WELCOME,
                case.applicant.email,
                sets={
                    "welcomed": True,
                    **{
                        name: value
                        for name in ("language", "timezone")
                        if (value := getattr(case.applicant, name)) is not None
                    },
                },
                after=(enrols[0],),
            )
        )
