"""How much one plan of enrolment may change."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from sync.settings.base import Section

# What a limit counts is the same for every plan; only how many differs.
Created: TypeAlias = Annotated[int, Field(ge=0, description="Accounts that are made.")]
Changed: TypeAlias = Annotated[
    int, Field(ge=0, description="Accounts that are changed.")
]
Readdressed: TypeAlias = Annotated[
    int, Field(ge=0, description="Addresses that change, among these.")
]
Suspended: TypeAlias = Annotated[
    int, Field(ge=0, description="Enrolments that are suspended.")
]
Reactivated: TypeAlias = Annotated[
    int, Field(ge=0, description="Suspended enrolments that are made active.")
]
Leaving: TypeAlias = Annotated[
    int,
    Field(
        ge=0,
        description="People who are taken off the list, out of the cohort, or out of a"
        " group; each of these by itself.",
    ),
]
OfAllPeople: TypeAlias = Annotated[
    int, Field(ge=0, le=100, description="The same, in percent of all people.")
]
Shrunk: TypeAlias = Annotated[
    int,
    Field(
        ge=0,
        le=100,
        description="By how much the form may have become smaller since it was last"
        " read. A form that became empty always stops.",
    ),
]


class IntakeLimits(Section):
    """The most that one plan may do; a plan beyond is shown and not applied.

    Percentages are of the people whom the form has, and hold from six on.
    """

    create: Created = 100
    create_percent: OfAllPeople = 100
    change: Changed = 200
    change_percent: OfAllPeople = 50
    email_changes: Readdressed = 10
    suspend: Suspended = 5
    suspend_percent: OfAllPeople = 20
    reactivate: Reactivated = 5
    leave: Leaving = 5
    shrink_percent: Shrunk = 20


class IntakeAutoApply(IntakeLimits):
    """What may be applied without you: smaller limits, which you may raise."""

    create: Created = 20
    create_percent: OfAllPeople = 20
    change: Changed = 20
    change_percent: OfAllPeople = 20
    email_changes: Readdressed = 0
    suspend: Suspended = 0
    suspend_percent: OfAllPeople = 0
    reactivate: Reactivated = 0
    leave: Leaving = 0
    shrink_percent: Shrunk = 5
