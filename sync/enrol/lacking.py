"""Whether the token's service holds what the steps of a plan call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from mappings.enrolment.plan import Step, StepKind
from moodle_bridge.moodle import functions as named
from moodle_bridge.moodle.errorcodes import SERVICE

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle

_CALLED: Mapping[StepKind, str] = MappingProxyType(
    {
        StepKind.CREATE_GROUP: named.CREATE_GROUPS,
        StepKind.CREATE_USER: named.CREATE_USERS,
        StepKind.CHANGE_USER: named.UPDATE_USERS,
        StepKind.ENROL: named.ENROL_USERS,
        StepKind.REACTIVATE: named.ENROL_USERS,
        StepKind.SUSPEND: named.ENROL_USERS,
        StepKind.ADD_TO_COHORT: named.ADD_COHORT_MEMBERS,
        StepKind.REMOVE_FROM_COHORT: named.DELETE_COHORT_MEMBERS,
        StepKind.ADD_TO_GROUP: named.ADD_GROUP_MEMBERS,
        StepKind.REMOVE_FROM_GROUP: named.DELETE_GROUP_MEMBERS,
    }
)

TO_ASK = (
    "Ask whoever administers the Moodle site to add them to the token's service:"
    f" {SERVICE} > Functions."
)
"""What to do about functions that the service lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A function that a plan calls and the service does not hold.

    `steps` is how many steps cannot be done without it.
    """

    function: str
    steps: int

    @property
    def what(self) -> str:
        """What it is and what it is for, without an end mark."""
        purpose = named.PURPOSES.get(self.function, "")
        told = "1 step" if self.steps == 1 else f"{self.steps} steps"
        return f"{self.function}, {purpose} ({told})"


def lacking_functions(moodle: Moodle, steps: Iterable[Step]) -> tuple[Lacking, ...]:
    """Return what steps call and the token's service does not hold; may be repeated.

    In the order in which they would be called. Asks the site only where a step goes
    to Moodle; a site that names no function at all is believed to have them.
    Raises RemoteError when the site does not answer.
    """
    wanted: dict[str, int] = {}
    for step in steps:
        function = _CALLED.get(step.kind)
        if function is not None:
            wanted[function] = wanted.get(function, 0) + 1
    held = moodle.client.functions() if wanted else frozenset()
    if not held:
        return ()
    return tuple(
        Lacking(function=function, steps=number)
        for function, number in wanted.items()
        if function not in held
    )
