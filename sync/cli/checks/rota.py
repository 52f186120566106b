"""Looks at the rota: its sources, its people, and when nobody is on duty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mappings.rota.duty import cover
from moodle_bridge.model.rota import DutyRole
from sync.cli.checks.finding import Finding, caught, missing, ok, warning
from sync.commands.rota import when_text

if TYPE_CHECKING:
    from moodle_bridge.model.rota import Facilitator
    from sync.bridge import Bridge

_AHEAD = timedelta(weeks=2)
_SHOWN_MOST = 3


def look_at_rota(bridge: Bridge) -> Iterator[Finding]:
    """Say which sources can be read, who can be reached, and when nobody watches.

    Nothing where bridge.toml has no rota.
    """
    settings = bridge.settings.rota
    if not settings.people and not settings.sources:
        return
    if not settings.people or not settings.sources:
        absent = "[[rota.person]]" if settings.sources else "[[rota.source]]"
        yield warning(
            "rota",
            f"there is no {absent}, so that nobody is ever on duty",
            f"Add {absent} tables; docs/how-to-rota.md shows how.",
        )
        return
    yield from caught("rota, sources", lambda: _sources(bridge))
    yield from caught("rota, people", lambda: _people(bridge))
    yield from caught("rota, gaps", lambda: _gaps(bridge))


def _sources(bridge: Bridge) -> Iterator[Finding]:
    for state in bridge.rota.states():
        what = f"rota, {state.name}"
        if state.problem:
            used = (
                f"what it said {state.read_at:%Y-%m-%d %H:%M} UTC is used"
                if state.read_at
                else "it was never read, so it holds nobody"
            )
            yield warning(
                what,
                f"{state.problem}; {used}",
                "Look whether the source is there and may be read.",
            )
        if state.unknown:
            yield warning(
                what,
                f"nobody of the rota is called {', '.join(state.unknown)}",
                "Mend the name there, or add it to `names` of its [[rota.person]].",
            )
        for problem in state.problems:
            yield warning(what, problem, "Mend it in the source.")
        if not (state.problem or state.unknown or state.problems):
            yield ok(what, "is read")


def _people(bridge: Bridge) -> Iterator[Finding]:
    people = bridge.watchers(bridge.pairs())
    start = bridge.clock()
    shifts = bridge.rota.shifts(start, start + _AHEAD)
    on = {shift.person for shift in shifts if shift.role is not DutyRole.SHADOW}
    for settings, person in zip(bridge.settings.rota.people, people, strict=True):
        what = f"rota, {person.key}"
        if settings.user is not None and person.user_id is None:
            yield missing(
                what,
                f"no account {settings.user} is enrolled in a course of a pair, or"
                " several are",
                "Write `user` as Moodle shows it, and enrol them.",
            )
        elif settings.user is None:
            yield warning(
                what,
                "has no account named, so that their answers are not known as theirs",
                "Add `user` to their [[rota.person]].",
            )
        if person.address is None:
            yield missing(
                what,
                "no mail reaches them: no address is named, and Moodle shows none",
                "Add `address` to their [[rota.person]].",
            )
        if person.address is not None and person.user_id is not None:
            yield ok(what, _told(person, start, on_duty=person.key in on))
    if not any(person.lead for person in people):
        yield warning(
            "rota, lead",
            "nobody is told when nobody is on duty",
            "Add `lead = true` to a [[rota.person]].",
        )


def _told(person: Facilitator, now: datetime, *, on_duty: bool) -> str:
    local = now.astimezone(ZoneInfo(person.zone))
    watches = (
        "on duty in the next two weeks" if on_duty else "not in the next two weeks"
    )
    return f"{person.name}, {person.zone}, where it is {local:%H:%M}; {watches}"


def _gaps(bridge: Bridge) -> Iterator[Finding]:
    start = bridge.clock()
    end = start + _AHEAD
    found = cover(bridge.rota.shifts(start, end)).gaps(start, end)
    hours = sum((ends - begins).total_seconds() / 3600 for begins, ends in found)
    if not found:
        yield ok("rota, gaps", "somebody is on duty all through the next two weeks")
        return
    yield warning(
        "rota, gaps",
        f"nobody is on duty for {hours:.0f} of the next 336 hours: {_when(found, bridge)}",
        "See `moodle-bridge rota gaps`. If it is meant so, nothing is to be done:"
        " questions wait for the next watch.",
    )


def _when(found: Sequence[tuple[datetime, datetime]], bridge: Bridge) -> str:
    zone = bridge.settings.rota.zone
    shown = ", ".join(
        f"{when_text(begins, zone)} to {when_text(ends, zone)}"
        for begins, ends in found[:_SHOWN_MOST]
    )
    more = len(found) - _SHOWN_MOST
    return f"{shown}, and {more} more times" if more > 0 else shown
