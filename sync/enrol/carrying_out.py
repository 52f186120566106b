"""Opens what a plan needs, and lets the engine carry it out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mappings.enrolment.plan import EnrolmentPlan
from moodle_bridge.errors import ConfigError
from moodle_bridge.model.channels import Channel
from sync.channels import default_channel
from sync.enrol.applying import Applying
from sync.enrol.consequences import Consequences
from sync.enrol.looking import Looking
from sync.enrol.places import place_of
from sync.enrol.undoing import undone_name, undone_steps
from sync.enrol.writes import Password, Writes

if TYPE_CHECKING:
    from sync.bridge import Bridge
    from sync.engine import Engine
    from sync.enrol.greeter import Greeter
    from sync.enrol.places import IntakePlace
    from sync.settings.intake import IntakeSettings


def applying(
    bridge: Bridge,
    plan: EnrolmentPlan,
    *,
    dry_run: bool = False,
) -> Applying:
    """Return the job that carries a plan out, taken up where it was left.

    Raises ConfigError when a form of the plan, or what it is for, is no longer there;
    RemoteError when the site does not answer.
    """
    intakes = _intakes(bridge, plan)
    places = [place_of(bridge, intake) for intake in intakes]
    looking = Looking(bridge.moodle, bridge.ledger, places)
    return Applying(
        plan_=plan,
        ledger=bridge.ledger,
        moodle=bridge.moodle,
        looking=looking,
        writes=Writes(
            bridge.moodle,
            password=_password(intakes),
            list_members={
                place.list_address: place.list_members
                for place in places
                if place.list_address and place.list_members is not None
            },
        ),
        consequences=Consequences(
            plan,
            courses=looking.course_names,
            default=_default(bridge, intakes),
            greeter=_greeter(bridge, places),
            undoes=undone_name(plan.name),
        ),
        settle_after=bridge.settings.safety.settle_after,
        dry_run=dry_run,
    )


def carry_out(bridge: Bridge, engine: Engine, job: Applying) -> None:
    """Carry a plan out, and note how far it came; the lease on the run is held.

    May be run again: it goes on where it ended. Raises what `Engine.run` raises, with
    all noted that was done.
    """
    plan = job.plan_
    undoes = undone_name(plan.name)
    with bridge.ledger.writing() as transaction:
        transaction.plans.begun(plan.name)
    try:
        engine.run(job)
    finally:
        with bridge.ledger.writing() as transaction:
            if undoes is not None:
                transaction.deeds.undo(undoes, undone_steps(plan, job.deeds))
            if not job.open_steps:
                transaction.plans.ended(plan.name)
                if undoes is not None:
                    transaction.plans.undone(undoes)


def _intakes(bridge: Bridge, plan: EnrolmentPlan) -> list[IntakeSettings]:
    found = []
    for source in plan.sources:
        intake = bridge.settings.intake(source.name)
        if intake is None:
            raise ConfigError(
                "the plan is for a form that bridge.toml does not name",
                item=f"[[intake]] {source.name}",
                advice="Put the section back, or make a new plan.",
            )
        found.append(intake)
    return found


def _greeter(bridge: Bridge, places: Sequence[IntakePlace]) -> Greeter:
    return bridge.greetings(
        {
            place.intake: tuple(course.fullname for course in place.courses)
            for place in places
        }
    )


def _password(intakes: Iterable[IntakeSettings]) -> Password:
    ways = {intake.password for intake in intakes}
    if len(ways) > 1:
        raise ConfigError(
            "the forms of this plan differ in how people get their password",
            item="[[intake]] password",
            advice="Make a plan for each form by itself, or set them alike.",
        )
    return next(iter(ways), "link")


def _default(bridge: Bridge, intakes: Iterable[IntakeSettings]) -> Channel:
    for intake in intakes:
        pair = bridge.settings.pair(intake.pair) if intake.pair else None
        if pair is not None:
            return default_channel(pair, bridge.settings.mail)
    return Channel(
        at=bridge.settings.mail.digest_at, budget=bridge.settings.mail.budget
    )
