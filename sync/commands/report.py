"""`moodle-bridge report`: printed, opened in the browser, or written to sinks."""

from __future__ import annotations

import json
import os
import tempfile
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mappings.moments import local_day
from mappings.phrases import DEFAULT_LANGUAGE, LANGUAGES, known_language
from mappings.report.json_form import report_json
from mappings.report.text import report_text
from moodle_bridge.errors import ConfigError
from sync.bridge import Bridge
from sync.cli.result import ExitCode, Result, Table
from sync.engine import Engine
from sync.report.gathering import zone_of
from sync.report.making import Making
from sync.report.periods import days_of
from sync.report.writing import SinkOutcome, sinks_named

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.settings.report import ReportSinkSettings

_NOTHING_KNOWN = (
    "No question is known yet. `moodle-bridge sync` looks at the forums;"
    " `moodle-bridge metrics backfill` reads what was written before the bridge began."
)


def run(
    invocation: Invocation,
    *,
    period: str | None,
    phase: str | None,
    pair: str | None,
    to: Sequence[str],
    language: str | None,
    open_: bool,
    dry_run: bool,
) -> Result:
    """Make a report of some days and of one pair or all, and give it to who asked.

    With `to` it is written to these sinks, with `open_` opened in the browser; with
    neither it is printed. Raises ConfigError for a name that is not there, Busy when
    sinks are to be written while a run goes on.
    """
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        settings = bridge.settings
        days = days_of(
            period,
            phase,
            phases=settings.phases,
            today=local_day(bridge.clock(), zone_of(settings)),
        )
        making = Making(bridge, days=days, pair=pair, language=_known(language))
        parts: list[str | Table] = []
        data: dict[str, Any] = {}
        code = ExitCode.DONE
        if to:
            sinks = sinks_named(settings.report.sinks, to)
            dry_run = dry_run or settings.safety.dry_run
            if dry_run:
                parts.append(_would(sinks))
                data["sinks"] = [{"name": sink.name} for sink in sinks]
            else:
                outcomes, problems = _written(invocation, bridge, making, sinks)
                code = _code(outcomes)
                parts += [_told(outcomes), *problems]
                data["sinks"] = [_json(outcome) for outcome in outcomes]
            data["dry_run"] = dry_run
        if open_:
            path = _private_file(making.page().page_html)
            opened = webbrowser.open(path.as_uri())
            verb = "Opened" if opened else "No browser could be opened. The page is"
            parts.append(
                f"{verb} {path}; it names people: delete it when you have read it."
            )
            data["page"] = str(path)
        if not to:
            figures = making.figures()
            data["report"] = json.loads(report_json(figures, public=False))
            if not open_:
                text = report_text(figures, language=making.language(), public=False)
                parts.append(text.rstrip("\n"))
                if not (figures.whole.asked or period or phase):
                    parts.append(_NOTHING_KNOWN)
        return Result(exit_code=code, parts=parts, data=data)


def _written(
    invocation: Invocation,
    bridge: Bridge,
    making: Making,
    sinks: Sequence[ReportSinkSettings],
) -> tuple[list[SinkOutcome], list[str]]:
    engine = Engine(
        ledger=bridge.ledger, holder=bridge.holder, progress=invocation.progress
    )
    engine.begin()
    try:
        outcomes = list(making.writing().write(sinks, still_here=engine.begin))
        if any(outcome.mails for outcome in outcomes):
            engine.run(bridge.own_mails())
    finally:
        engine.end()
    return outcomes, engine.report.problems


def _known(language: str | None) -> str | None:
    if language is None:
        return None
    if known_language(language) == DEFAULT_LANGUAGE and not language.startswith(
        DEFAULT_LANGUAGE
    ):
        raise ConfigError(
            "reports are not written in this language",
            item=language,
            advice=f"There is: {', '.join(LANGUAGES)}.",
        )
    return language


def _private_file(page: str) -> Path:
    """Write a page that its reader alone may read, and return where it is."""
    number, name = tempfile.mkstemp(prefix="moodle-bridge-report-", suffix=".html")
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(page)
    return Path(name)


def _would(sinks: Sequence[ReportSinkSettings]) -> Table:
    return Table(
        title="This would be brought up to date",
        columns=("sink", "plug-in"),
        rows=[(sink.name, sink.to.plugin) for sink in sinks],
    )


def _told(outcomes: Sequence[SinkOutcome]) -> Table:
    return Table(
        columns=("sink", "what came of it", "where"),
        rows=[(one.name, came_of(one), one.target) for one in outcomes],
    )


def came_of(outcome: SinkOutcome) -> str:
    """Return in words what came of a sink."""
    if not outcome.written:
        return outcome.told
    done = "written" if outcome.changed else "nothing has changed"
    if outcome.mails:
        done += f", {outcome.mails} mails"
    return f"{done}; {outcome.problem}" if outcome.problem else done


def _code(outcomes: Sequence[SinkOutcome]) -> ExitCode:
    failed = [outcome for outcome in outcomes if not outcome.written]
    if not failed:
        return ExitCode.DONE
    if any(outcome.for_good for outcome in failed):
        return ExitCode.CONFIGURATION
    return ExitCode.UNREACHABLE


def _json(outcome: SinkOutcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "target": outcome.target,
        "written": outcome.written,
        "changed": outcome.changed,
        "mails": outcome.mails,
        "problem": outcome.problem,
        "advice": outcome.advice,
    }
