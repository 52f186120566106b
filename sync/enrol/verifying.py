"""Reads back what was written, and tells what Moodle stored otherwise than asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mappings.enrolment.plan import StepKind
from moodle_bridge.moodle.outcomes import ItemOutcome

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.enrol.writes import StepOutcome

_Check = Callable[[list[ItemOutcome[Any]]], Sequence[ItemOutcome[Any]]]

_CUSTOM = "custom field "
_OURS = {"institution": "organisation"}


def stored_differently(
    moodle: Moodle, outcomes: Sequence[StepOutcome]
) -> dict[str, list[dict[str, Any]]]:
    """Return, by step, the fields that Moodle did not store as it was asked to.

    A step that is as it was asked to be is missing. Each field is a table of `field`
    (by our name), `asked` and `stored` (None: nothing that can be seen). Reads only;
    raises RemoteError when Moodle does not answer.
    """
    checks: dict[StepKind, _Check] = {
        StepKind.CREATE_USER: moodle.users.verified_new,
        StepKind.CHANGE_USER: moodle.users.verified,
        StepKind.ENROL: moodle.enrolments.verified,
        StepKind.REACTIVATE: moodle.enrolments.verified,
        StepKind.SUSPEND: moodle.enrolments.verified,
        StepKind.ADD_TO_COHORT: moodle.cohorts.verified_members,
        StepKind.ADD_TO_GROUP: moodle.groups.verified_members,
    }
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, check in checks.items():
        same = [
            one for one in outcomes if one.step.kind is kind and one.outcome is not None
        ]
        written: list[ItemOutcome[Any]] = [one.outcome for one in same if one.outcome]
        if not any(one.is_so for one in written):
            continue
        verified: Sequence[ItemOutcome[Any]] = check(written)
        for step_outcome, item in zip(same, verified, strict=True):
            if item.stored_differently:
                found[step_outcome.step.key] = [
                    {
                        "field": _our_name(one.field),
                        "asked": one.asked,
                        "stored": one.stored,
                    }
                    for one in item.stored_differently
                ]
    return found


def _our_name(field: str) -> str:
    if field.startswith(_CUSTOM):
        return f"custom:{field.removeprefix(_CUSTOM)}"
    return _OURS.get(field, field)
