"""One person and the mailing list."""

from __future__ import annotations

from mappings.addresses import folded
from mappings.enrolment.people import Standing, Wanted
from mappings.enrolment.plan import StepKind
from mappings.enrolment.planned import PersonCase, PersonPlan


def plan_list(
    case: PersonCase, plan: PersonPlan, wanted: Wanted, standing: Standing
) -> None:
    """Add the steps by which somebody comes on the list, or changes their address there.

    Who left the list, or was taken off, is never put on it again without a decision.
    """
    address = wanted.list_address
    if address is None or not wanted.subscribes:
        return
    if standing.list_member is not False:
        _move_on_list(case, plan, address, standing)
        return
    if case.was_done(StepKind.SUBSCRIBE, address):
        # Who left a list does not want to be put on it again with the next run.
        plan.left_alone.append(case.left_alone(f"left the list {address} since"))
        return
    plan.steps.append(
        case.step(
            StepKind.SUBSCRIBE,
            address,
            expects={"list_member": False},
            sets={"list_member": True, "email": case.applicant.email},
        )
    )


def _move_on_list(
    case: PersonCase, plan: PersonPlan, address: str, standing: Standing
) -> None:
    """Let a new address take the place of the old one on the list."""
    account = case.match.account
    changed = [
        step.key
        for step in plan.steps
        if step.kind is StepKind.CHANGE_USER and "email" in step.sets
    ]
    if account is None or not changed:
        return
    new = case.applicant.email
    if folded(account.email) not in standing.on_list or folded(new) in standing.on_list:
        return
    joins = case.step(
        StepKind.SUBSCRIBE,
        address,
        expects={"list_member": False},
        sets={"list_member": True, "email": new},
        after=tuple(changed),
    )
    leaves = case.step(
        StepKind.UNSUBSCRIBE,
        address,
        expects={"list_member": True},
        sets={"list_member": False, "email": account.email},
        after=(joins.key,),
    )
    plan.steps += [joins, leaves]
