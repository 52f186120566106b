"""How much one plan of enrolment may change."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from sync.settings.base import Section

Percent: TypeAlias = Annotated[int, Field(ge=0, le=100)]


class IntakeLimits(Section):
    """The most that one plan may do; a plan beyond is shown and not applied.

    Percentages are of the people whom the form has, and hold from six on.
    """

    create: int = Field(default=100, ge=0, description="Accounts that are made.")
    create_percent: Percent = Field(
        default=100, description="The same, in percent of all people."
    )
    change: int = Field(default=200, ge=0, description="Accounts that are changed.")
    change_percent: Percent = Field(
        default=50, description="The same, in percent of all people."
    )
    email_changes: int = Field(
        default=10, ge=0, description="Addresses that change, among these."
    )
    suspend: int = Field(default=5, ge=0, description="Enrolments that are suspended.")
    suspend_percent: Percent = Field(
        default=20, description="The same, in percent of all people."
    )
    reactivate: int = Field(
        default=5, ge=0, description="Suspended enrolments that are made active."
    )
    leave: int = Field(
        default=5,
        ge=0,
        description="People who are taken off the list, out of the cohort, or out of a"
        " group; each of these by itself.",
    )
    shrink_percent: Percent = Field(
        default=20,
        description="By how much the form may have become smaller since it was last"
        " read. A form that became empty always stops.",
    )


class IntakeAutoApply(IntakeLimits):
    """What may be applied without you: smaller limits, which you may raise."""

    create: int = Field(default=20, ge=0, description="Accounts that are made.")
    create_percent: Percent = Field(
        default=20, description="The same, in percent of all people."
    )
    change: int = Field(default=20, ge=0, description="Accounts that are changed.")
    change_percent: Percent = Field(
        default=20, description="The same, in percent of all people."
    )
    email_changes: int = Field(
        default=0, ge=0, description="Addresses that change, among these."
    )
    suspend: int = Field(default=0, ge=0, description="Enrolments that are suspended.")
    suspend_percent: Percent = Field(
        default=0, description="The same, in percent of all people."
    )
    reactivate: int = Field(
        default=0, ge=0, description="Suspended enrolments that are made active."
    )
    leave: int = Field(
        default=0,
        ge=0,
        description="People who are taken off the list, out of the cohort, or out of a"
        " group; each of these by itself.",
    )
    shrink_percent: Percent = Field(
        default=5,
        description="By how much the form may have become smaller since it was last"
        " read. A form that became empty always stops.",
    )
