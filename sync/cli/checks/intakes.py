"""Looks whether what each [[intake]] names is there; everything only reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from moodle_bridge.errors import ConfigError
from sync.cli.checks.finding import Finding, caught, missing, ok, warning

if TYPE_CHECKING:
    from sync.bridge import Bridge
    from sync.settings.intake import IntakeSettings

_ALL = "moodle/user:viewdetails and moodle/user:viewalldetails"


def look_at_intakes(bridge: Bridge) -> Iterator[Finding]:
    """Look at each form, at what it is for, and whether all accounts are seen."""
    if not bridge.settings.intakes:
        return
    for intake in bridge.settings.intakes:
        what = f"intake {intake.name}"
        yield from caught(f"{what}, form", lambda: _form(bridge, intake, what))  # noqa: B023 - at once
        yield from caught(what, lambda: _place(bridge, intake, what))  # noqa: B023 - at once
    yield from caught("accounts", lambda: _sight(bridge))


def _form(bridge: Bridge, intake: IntakeSettings, what: str) -> Iterator[Finding]:
    from sync.intake import read_intake  # noqa: PLC0415 - keeps the start fast

    read = read_intake(bridge, intake)
    errors = sum(1 for row in read.rows if row.applicant is None)
    seen = f"{len(read.rows)} entries count"
    if errors:
        yield warning(
            f"{what}, form",
            f"{seen}, {errors} cannot be taken as they are",
            f"`moodle-bridge intake problems {intake.name}` says what is to be mended.",
        )
    else:
        yield ok(f"{what}, form", seen)


def _place(bridge: Bridge, intake: IntakeSettings, what: str) -> Iterator[Finding]:
    from sync.enrol.places import place_of  # noqa: PLC0415 - keeps the start fast

    try:
        place = place_of(bridge, intake)
    except ConfigError as error:
        for problem in error.problems:
            yield missing(problem.where, problem.what, problem.advice)
        return
    for course in place.courses:
        yield ok(
            f"{what}, course",
            f"{course.shortname}: {len(place.participants[course.id].everybody)} people;"
            f" role {intake.role} is {place.role_id(course.id)}",
        )
    if place.cohort is not None:
        yield ok(f"{what}, cohort", f"{place.cohort.name} ({place.cohort.idnumber})")
    if place.list_address is not None:
        yield ok(f"{what}, list", place.list_address)
    elif intake.pair is not None and intake.list == "subscribe":
        yield ok(
            f"{what}, list",
            "does not tell who is on it, so nobody is subscribed by a plan",
        )


def _sight(bridge: Bridge) -> Iterator[Finding]:
    from sync.enrol.world import Sought, World  # noqa: PLC0415 - as above

    accounts = World(bridge.moodle, bridge.ledger).accounts(Sought())
    if accounts.complete:
        yield ok("accounts", "all are seen, with username and address")
    else:
        yield missing(
            "accounts",
            "the token does not see all accounts: who is not found may be there",
            f"Give the role of the service account {_ALL} for the whole site. Until"
            " then new people are held.",
        )
