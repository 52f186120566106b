"""`moodle-bridge rota publish`: into the Moodle calendar, and as iCalendar files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from moodle_bridge.errors import ConfigError
from sync.cli.result import ExitCode, Result, Table
from sync.commands.rota import opened
from sync.engine import Engine
from sync.rota.publishing import Publishing

if TYPE_CHECKING:
    from sync.bridge import Bridge
    from sync.cli.invocation import Invocation
    from sync.job import Report


def publish(
    invocation: Invocation,
    *,
    weeks: int | None,
    ical: Path | None,
    only_files: bool,
    dry_run: bool,
) -> Result:
    """Publish the rota of the weeks to come.

    Into the calendars of the pairs' courses, unless `only_files`; and as files in the
    folder `ical`. None means what [rota] says. May be repeated: nothing comes twice.
    Raises ConfigError where nothing is left to be done.
    """
    with opened(invocation) as bridge:
        wanted = bridge.settings.rota
        folder = ical or wanted.publish_folder
        into_calendars = wanted.publish_calendar and not only_files
        if folder is None and not into_calendars:
            raise ConfigError(
                "there is no folder for files, and calendars are left alone",
                item="[rota].publish_folder",
                advice="Say `publish_folder` in [rota], or give --ical DIR.",
            )
        publishing = Publishing(bridge, weeks=weeks or wanted.publish_weeks)
        files: list[str] = []
        report: Report | None = None
        dry_run = dry_run or bridge.settings.safety.dry_run
        if into_calendars:
            report = _to_calendars(invocation, bridge, publishing, dry_run=dry_run)
        if folder is not None:
            files = publishing.to_files(folder, dry_run=dry_run)
        return _result(report, files, dry_run=dry_run)


def _to_calendars(
    invocation: Invocation, bridge: Bridge, publishing: Publishing, *, dry_run: bool
) -> Report:
    engine = Engine(
        ledger=bridge.ledger,
        holder=bridge.holder,
        dry_run=dry_run,
        progress=invocation.progress,
    )
    engine.begin()
    try:
        publishing.to_calendars(engine, by_hand=True)
    finally:
        engine.end()
    return engine.report


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
