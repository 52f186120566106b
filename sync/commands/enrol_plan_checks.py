"""What must hold before a plan of enrolment may be applied."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mappings.enrolment.limits import beyond
from mappings.enrolment.plan import EnrolmentPlan
from mappings.enrolment.plan_file import plan_fingerprint
from moodle_bridge.errors import (
    ConfigError,
    GuardTripped,
    Permanent,
)
from moodle_bridge.moodle.addresses import site_address
from moodle_bridge.moodle.functions import MISSING
from sync.bridge import Bridge
from sync.enrol.lacking import TO_ASK, lacking_functions
from sync.intake import limits_of

if TYPE_CHECKING:
    from sync.ledger.plans import KeptPlan

PLAN_AGE = timedelta(days=30)
"""How old a plan may be when it is applied: people and courses change."""


def kept_plan(bridge: Bridge, plan: EnrolmentPlan, file: Path) -> KeptPlan:
    """Return the plan as the ledger knows it; raises ConfigError if it is another."""
    with bridge.ledger.reading() as transaction:
        kept = transaction.plans.get(plan.name)
    if kept is None:
        raise ConfigError(
            "this ledger did not make the plan, and does not know its people",
            item=str(file),
            advice="Make a new one here with `moodle-bridge enrol plan`. Nothing was"
            " done.",
        )
    if kept.fingerprint != plan_fingerprint(plan):
        raise ConfigError(
            f"another plan was made since under the name {plan.name}",
            item=str(file),
            advice="Apply that one, or make a new one. Nothing was done.",
        )
    return kept


def refuse_other_site(bridge: Bridge, plan: EnrolmentPlan) -> None:
    """Raise ConfigError where the plan is for another site than bridge.toml."""
    ours = bridge.settings.moodle.url
    if site_address(plan.site) != site_address(ours):
        raise ConfigError(
            f"the plan is for {plan.site}, and bridge.toml is for {ours}",
            item=plan.name,
            advice="Use the bridge.toml of that site. Nothing was done.",
        )


def refuse_old(bridge: Bridge, plan: EnrolmentPlan) -> None:
    """Raise GuardTripped where the plan is older than `PLAN_AGE`."""
    age = bridge.clock() - plan.made_at
    if age > PLAN_AGE:
        raise GuardTripped(
            f"the plan is {age.days} days old",
            item=plan.name,
            advice=f"A plan may be {PLAN_AGE.days} days old; make a new one with"
            " `moodle-bridge enrol plan`. Nothing was done.",
        )


def refuse_beyond(bridge: Bridge, plan: EnrolmentPlan) -> None:
    """Raise GuardTripped where the plan changes more than its form's limits allow."""
    people = sum(source.entries for source in plan.sources)
    excesses = {
        excess.what: excess
        for source in plan.sources
        if (intake := bridge.settings.intake(source.name)) is not None
        for excess in beyond(plan.steps, people, limits_of(intake.limits))
    }
    if excesses:
        told = "; ".join(excesses)
        raise GuardTripped(
            f"the plan goes beyond a limit: {told}",
            item=plan.name,
            advice="Read it with `moodle-bridge enrol show`; if it is right, raise the"
            " limit under [intake.limits] and apply it again. Nothing was done.",
        )


def refuse_lacking(bridge: Bridge, plan: EnrolmentPlan) -> None:
    """Raise Permanent where the token's service lacks a function that a plan calls.

    Else the admin would find out half-way.
    """
    lacking = lacking_functions(bridge.moodle, plan.steps)
    if lacking:
        told = "; ".join(one.what for one in lacking)
        raise Permanent(
            f"the token's service does not hold {told}",
            item=plan.name,
            code=MISSING,
            advice=f"{TO_ASK} Nothing was done.",
        )
