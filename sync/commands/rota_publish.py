"""`moodle-bridge rota publish`: into the Moodle calendar, and as iCalendar files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mappings.rota.publishing import WantedEvent, rota_ical, wanted_events
from moodle_bridge.errors import ConfigError, Permanent
from moodle_bridge.model.rota import DutyRole, Shift
from sync.cli.result import ExitCode, Result, Table
from sync.commands.rota import opened
from sync.engine import Engine
from sync.jobs.rota_calendar import RotaCalendar

if TYPE_CHECKING:
    from sync.bridge import Bridge
    from sync.cli.invocation import Invocation
    from sync.job import Report

_LONGEST = timedelta(days=32)
_CALENDAR = "moodle-calendar"


def publish(
    invocation: Invocation,
    *,
    weeks: int,
    ical: Path | None,
    only_files: bool,
    dry_run: bool,
) -> Result:
    """Publish the rota of the weeks to come.

    Into the calendars of the pairs' courses, unless `only_files`; and as files in the
    folder `ical`, None for none. May be repeated: nothing comes twice.
    """
    with opened(invocation) as bridge:
        now = bridge.clock()
        until = now + timedelta(weeks=weeks)
        shifts = [
            shift
            for shift in bridge.rota.shifts(now - _LONGEST, until)
            if shift.end > now and shift.role is not DutyRole.SHADOW
        ]
        _sources_are_known(bridge)
        files: list[str] = []
        report: Report | None = None
        dry_run = dry_run or bridge.settings.safety.dry_run
        if not only_files:
            _no_circle(bridge)
            report = _into_calendars(
                invocation, bridge, shifts, until=until, dry_run=dry_run
            )
        if ical is not None:
            files = _files(bridge, shifts, ical, now=now, dry_run=dry_run)
        return _result(report, files, dry_run=dry_run)


def _into_calendars(
    invocation: Invocation,
    bridge: Bridge,
    shifts: Sequence[Shift],
    *,
    until: datetime,
    dry_run: bool,
) -> Report:
    settings = bridge.settings
    engine = Engine(
        ledger=bridge.ledger,
        holder=bridge.holder,
        dry_run=dry_run,
        progress=invocation.progress,
    )
    engine.begin()
    try:
        engine.run(
            RotaCalendar(
                moodle=bridge.moodle,
                ledger=bridge.ledger,
                wanted=_wanted(bridge, shifts),
                until=until,
                max_events=settings.rota.max_events,
                settle_after=settings.safety.settle_after,
            )
        )
    finally:
        engine.end()
    return engine.report


def _wanted(bridge: Bridge, shifts: Sequence[Shift]) -> tuple[WantedEvent, ...]:
    names = {person.key: person.name for person in bridge.rota.people}
    courses: dict[int, str] = {}
    for pair in bridge.pairs():
        courses.setdefault(pair.place.course.id, pair.language)
    return tuple(
        event
        for course_id, language in courses.items()
        for event in wanted_events(
            shifts, names, course_id=course_id, language=language
        )
    )


def _sources_are_known(bridge: Bridge) -> None:
    """Refuse to take out what a source that was never read may hold."""
    for state in bridge.rota.states():
        if state.problem and state.read_at is None:
            raise Permanent(
                f"{state.name} was never read ({state.problem}), so that its shifts"
                " would be missing",
                item="rota publish",
                advice="Let the source be read once, or take it out of bridge.toml."
                " Nothing was changed.",
            )


def _no_circle(bridge: Bridge) -> None:
    """Refuse to publish to where the rota is read from."""
    for choice in bridge.settings.rota.sources:
        if choice.plugin == _CALENDAR and not getattr(choice.settings, "only", ""):
            raise ConfigError(
                "the rota is read from all events of a Moodle calendar, so what is"
                " published there would be read as shifts",
                item="[[rota.source]]",
                advice='Give that source `only = "Watch:"`, or publish files alone'
                " with --ical DIR --only-files.",
            )


def _files(
    bridge: Bridge,
    shifts: Sequence[Shift],
    folder: Path,
    *,
    now: datetime,
    dry_run: bool,
) -> list[str]:
    written = []
    people = bridge.rota.people
    wanted = {"all": (list(shifts), bridge.settings.pairs[0].language)}
    for person in people:
        mine = [shift for shift in shifts if shift.person == person.key]
        wanted[person.key] = (mine, person.language)
    for name, (some, language) in wanted.items():
        target = folder / f"{name}.ics"
        content = rota_ical(
            some,
            people,
            stamp=now,
            domain=bridge.settings.mail.domain,
            language=language,
        )
        if not dry_run:
            _write(target, content)
        written.append(str(target))
    return written


def _write(target: Path, content: bytes) -> None:
    """Write a file whole: who reads it meanwhile gets the old one or the new one."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=target.parent, prefix=".rota-")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(content)
            path = Path(name)
            path.chmod(0o644)
            path.replace(target)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise ConfigError(
            f"it cannot be written ({error.strerror or error})",
            item=str(target),
            advice="Name a folder where files may be written.",
        ) from error


def _result(report: Report | None, files: list[str], *, dry_run: bool) -> Result:
    parts: list[str | Table] = []
    data: dict[str, Any] = {"dry_run": dry_run, "files": files}
    code = ExitCode.DONE
    if report is not None:
        if dry_run and report.planned:
            parts.append(
                Table(
                    title="This would be done",
                    columns=("what", "which"),
                    rows=[(one.kind, one.summary) for one in report.planned],
                )
            )
        counts = {name: number for name, number in report.counts.items() if number}
        said = ", ".join(f"{number} {name}" for name, number in counts.items())
        parts.append(f"Calendars: {said or 'nothing to change'}.")
        parts += report.problems
        data |= {
            "counts": counts,
            "planned": [
                {"kind": one.kind, "summary": one.summary} for one in report.planned
            ],
            "problems": list(report.problems),
        }
        if counts.get("refused") or counts.get("in doubt"):
            code = ExitCode.HELD
    verb = "Would write" if dry_run else "Wrote"
    parts += [f"{verb} {name}." for name in files]
    return Result(exit_code=code, parts=parts, data=data)
