"""Somebody who takes their part back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mappings.addresses import folded
from mappings.enrolment.people import SeenEnrolment
from mappings.enrolment.plan import StepKind
from mappings.enrolment.planned import PersonCase, PersonPlan, Place


def plan_withdrawal(
    case: PersonCase, plan: PersonPlan, places: Sequence[Place]
) -> None:
    """Add the steps of the ladder: enrolments are suspended, then the list, the cohort.

    No account is ever deleted, and no enrolment ended: grades and groups stay.
    """
    account = case.match.account
    if account is None:
        return
    for wanted, standing in places:
        enrolment = standing.enrolment
        if enrolment is None or not enrolment.active:
            continue
        if not wanted.leave_course:
            plan.left_alone.append(
                case.left_alone(f"another form wants them in {wanted.course}")
            )
            continue
        kept = dates(enrolment)
        plan.steps.append(
            case.step(
                StepKind.SUSPEND,
                wanted.course,
                expects={"enrolment": "active", **kept},
                sets={"enrolment": "suspended", "role": wanted.role, **kept},
            )
        )
    wanted, standing = places[0]
    if wanted.list_address and standing.list_member and wanted.leave_list:
        # They may be on the list with another address than Moodle has.
        known = (account.email, case.applicant.email, case.known.email or "")
        address = next(
            (one for one in known if folded(one) in standing.on_list), account.email
        )
        plan.steps.append(
            case.step(
                StepKind.UNSUBSCRIBE,
                wanted.list_address,
                expects={"list_member": True},
                sets={"list_member": False, "email": address},
            )
        )
    if not wanted.cohort or not standing.in_cohort:
        return
    if wanted.leave_cohort:
        plan.steps.append(
            case.step(
                StepKind.REMOVE_FROM_COHORT,
                wanted.cohort,
                expects={"in_cohort": True},
                sets={"in_cohort": False},
            )
        )
    else:
        plan.left_alone.append(
            case.left_alone(
                f"stays in cohort {wanted.cohort}: taking them out may end enrolments"
                " and lose grades (leave_cohort)"
            )
        )


def dates(seen: SeenEnrolment) -> dict[str, str | None]:
    """Return the dates of an enrolment as JSON; they must be said again to be kept."""

    def written(moment: datetime | None) -> str | None:
        return moment.isoformat() if moment else None

    return {"starts": written(seen.starts), "ends": written(seen.ends)}
