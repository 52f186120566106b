"""`moodle-bridge rota`: who is on duty, and when nobody is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mappings.one_line import cut
from mappings.rota.compiling import joined
from mappings.rota.duty import Period, cover, on_duty
from mappings.rota.wall_clock import local_day, moment
from moodle_bridge.errors import ConfigError
from moodle_bridge.model.rota import DutyRole, Facilitator, Shift
from sync.bridge import Bridge
from sync.cli.result import ExitCode, Result, Table
from sync.rota.people import facilitator_named

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.rota.book import Rota

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MARKS = "abcdefghijklmnopqrstuvwxyz"
_LONGEST = 60
# What is frozen of an event that is no longer read: its UID, when it began, and who.
_PASSED = re.compile(r"^.* \d{4}-\d\d-\d\dT\S+ \S+$", re.DOTALL)
_EVENT = "an event of a calendar"


def show(
    invocation: Invocation,
    *,
    first: date | None,
    weeks: int,
    person: str | None,
    zone: str | None,
) -> Result:
    """Show who is on duty for some weeks, as a table and as a plot of hours.

    `first` is a day of the first week; None is this week. `zone` is the reader's, None
    that of the rota.
    """
    with opened(invocation) as bridge:
        rota = bridge.rota
        place = _zone(zone, bridge.settings.rota.zone)
        day = first or local_day(bridge.clock(), place)
        monday = day - timedelta(days=day.weekday())
        start = moment(monday, time(), place)
        end = moment(monday + timedelta(weeks=weeks), time(), place)
        shifts = _wanted(rota.shifts(start, end), rota.people, person)
        names = {one.key: one.name for one in rota.people}
        titles = rota.titles()
        rows = [
            (
                when_text(shift.start, place),
                when_text(shift.end, place),
                names.get(shift.person, shift.person),
                str(shift.role),
                cut(titles.get(shift.why, _PASSED.sub(_EVENT, shift.why)), _LONGEST),
            )
            for shift in shifts
        ]
        parts: list[str | Table] = [f"All times in {place}."]
        parts.append(
            Table(columns=("from", "to", "who", "as", "because of"), rows=rows)
            if rows
            else "Nobody is on duty in this time."
        )
        parts += _plot(shifts, rota.people, monday, weeks, place)
        return Result(
            exit_code=code_of(rota),
            parts=[*parts, *sources_told(rota)],
            data={
                "zone": place,
                "shifts": [
                    {**_json(shift), "title": titles.get(shift.why)} for shift in shifts
                ],
                "sources": states_json(rota),
            },
        )


def who(invocation: Invocation, *, at: datetime | None, zone: str | None) -> Result:
    """Say who is on duty at a moment (None = now), and who comes next."""
    with opened(invocation) as bridge:
        rota = bridge.rota
        place = _zone(zone, bridge.settings.rota.zone)
        wanted = moment_said(at, place) if at else bridge.clock()
        shifts = rota.shifts(wanted - timedelta(days=1), wanted + timedelta(days=8))
        here = on_duty(shifts, wanted)
        names = {one.key: one.name for one in rota.people}
        following = next(
            (
                shift
                for shift in shifts
                if shift.start > wanted and shift.role is DutyRole.PRIMARY
            ),
            None,
        )
        lines = [
            f"{names.get(shift.person, shift.person)} ({shift.role}), until"
            f" {when_text(shift.end, place)} {place}"
            for shift in here
        ] or [f"Nobody is on duty at {when_text(wanted, place)} {place}."]
        if following is not None:
            lines.append(
                f"Next: {names.get(following.person, following.person)}, from"
                f" {when_text(following.start, place)}."
            )
        return Result(
            exit_code=code_of(rota),
            parts=[*lines, *sources_told(rota)],
            data={
                "at": wanted,
                "on_duty": [_json(shift) for shift in here],
                "next": None if following is None else _json(following),
                "sources": states_json(rota),
            },
        )


def gaps(invocation: Invocation, *, weeks: int, zone: str | None) -> Result:
    """Show when nobody is on duty as primary in the weeks to come."""
    with opened(invocation) as bridge:
        rota = bridge.rota
        place = _zone(zone, bridge.settings.rota.zone)
        start = bridge.clock()
        end = start + timedelta(weeks=weeks)
        shifts = rota.shifts(start, end)
        found = cover(shifts).gaps(start, end)
        total = sum((period[1] - period[0] for period in found), timedelta())
        share = 1 - total / (end - start)
        parts: list[str | Table] = [
            f"{share:.0%} of the next {weeks} weeks is covered."
        ]
        if found:
            parts.append(
                Table(
                    columns=("from", "to", "hours"),
                    rows=[
                        (
                            when_text(begins, place),
                            when_text(ends, place),
                            f"{(ends - begins).total_seconds() / 3600:.1f}",
                        )
                        for begins, ends in found
                    ],
                    title=f"Nobody is on duty ({place})",
                )
            )
        return Result(
            exit_code=code_of(rota),
            parts=[*parts, *sources_told(rota)],
            data={
                "covered": round(share, 4),
                "gaps": [period_json(period) for period in found],
                "sources": states_json(rota),
            },
        )


def opened(invocation: Invocation, *, sources: bool = True) -> Bridge:
    """Return the bridge; raises ConfigError where there are no people, or no sources.

    `sources` false asks for people alone.
    """
    settings = invocation.settings()
    if not settings.rota.people or (sources and not settings.rota.sources):
        raise ConfigError(
            "there is no rota in bridge.toml",
            item="[rota]",
            advice="Add [[rota.person]] and [[rota.source]] tables;"
            " docs/how-to-rota.md shows how.",
        )
    return Bridge(settings, invocation.registry(), clock=invocation.clock)


def _wanted(
    shifts: Sequence[Shift], people: Sequence[Facilitator], person: str | None
) -> tuple[Shift, ...]:
    if person is None:
        return joined(shifts)
    key = facilitator_named(people, person).key
    return tuple(shift for shift in shifts if shift.person == key)


def _plot(
    shifts: Sequence[Shift],
    people: Sequence[Facilitator],
    monday: date,
    weeks: int,
    zone: str,
) -> list[str]:
    """Return a line a day, a letter an hour: who is on duty as primary."""
    marks = dict(zip((one.key for one in people), _MARKS, strict=False))
    primaries = [shift for shift in shifts if shift.role is DutyRole.PRIMARY]
    lines = [
        "",
        "An hour a letter; . nobody, + several:",
        f"{'':14}0     6     12    18",
    ]
    for number in range(weeks * 7):
        day = monday + timedelta(days=number)
        row = []
        for hour in range(24):
            at = moment(day, time(hour, 30), zone)
            here = [one.person for one in primaries if one.start <= at < one.end]
            mark = marks.get(here[0], "?") if here else "."
            row.append("+" if len(set(here)) > 1 else mark)
        lines.append(f"{_DAYS[day.weekday()]} {day.isoformat()} {''.join(row)}")
    lines.append(
        "  ".join(
            f"{mark} = {one.name}" for one, mark in zip(people, _MARKS, strict=False)
        )
    )
    return lines


def _zone(zone: str | None, default: str) -> str:
    if zone is None:
        return default
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        raise ConfigError(
            "there is no such time zone",
            item=zone,
            advice="Write it by its name, as Africa/Kampala.",
        ) from None
    return zone


def moment_said(at: datetime, zone: str) -> datetime:
    """Return a moment; one without a zone is by the clock of `zone`."""
    if at.tzinfo is None:
        return moment(at.date(), at.time(), zone)
    return at.astimezone(UTC)


def when_text(at: datetime, zone: str) -> str:
    """Return a moment as tables show it, by the clock of a zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{_DAYS[local.weekday()]} {local:%Y-%m-%d %H:%M}"


def sources_told(rota: Rota) -> list[str]:
    """Return what an admin should know of the sources."""
    lines = []
    for state in rota.states():
        if state.problem:
            used = (
                f"what it said {state.read_at:%Y-%m-%d %H:%M} UTC is used"
                if state.read_at
                else "it was never read, so it holds nobody"
            )
            lines.append(f"{state.name}: {state.problem}; {used}.")
        if state.unknown:
            lines.append(
                f"{state.name}: nobody of the rota is called"
                f" {', '.join(state.unknown)}; add the name to [[rota.person]]."
            )
        lines += [f"{state.name}: {problem}" for problem in state.problems]
    return lines


def states_json(rota: Rota) -> list[dict[str, Any]]:
    """Return how the sources stand, as `--json` gives it."""
    return [
        {
            "name": state.name,
            "read_at": state.read_at,
            "problem": state.problem,
            "unknown": list(state.unknown),
            "problems": list(state.problems),
        }
        for state in rota.states()
    ]


def code_of(rota: Rota) -> ExitCode:
    """Return how a command ends that read the sources."""
    down = any(state.problem for state in rota.states())
    return ExitCode.UNREACHABLE if down else ExitCode.DONE


def _json(shift: Shift) -> dict[str, Any]:
    return {
        "person": shift.person,
        "role": str(shift.role),
        "start": shift.start,
        "end": shift.end,
        "why": shift.why,
    }


def period_json(period: Period) -> dict[str, datetime]:
    """Return a period as `--json` gives it."""
    return {"start": period[0], "end": period[1]}
