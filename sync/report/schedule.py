"""The reports that a run writes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moodle_bridge.redact import masked
from sync.report.gathering import zone_of
from sync.report.writing import SinkOutcome, due_sinks

if TYPE_CHECKING:
    from sync.bridge import Bridge
    from sync.engine import Engine


def write_due(bridge: Bridge, engine: Engine) -> list[SinkOutcome]:
    """Write the reports whose hour has come; the run holds its lease.

    One that fails is told of, and tried again an hour later at the earliest. A run
    that is to stop stops between two of them.
    """
    sinks = due_sinks(
        bridge.ledger, bridge.settings.report.sinks, zone=zone_of(bridge.settings)
    )
    if not sinks:
        return []
    if bridge.settings.rota.sources:
        # So that of no question that a report counts it is open who was on duty.
        bridge.rota.freeze()
    # What draws and writes is loaded only when there is something to write.
    from sync.report.making import Making  # noqa: PLC0415

    writing = Making(bridge).writing()
    outcomes: list[SinkOutcome] = []
    for sink in sinks:
        if engine.stopping():
            break
        outcomes += writing.write([sink], still_here=engine.begin)
    for outcome in outcomes:
        engine.report.counts["reports written"] += outcome.written and outcome.changed
        if outcome.problem:
            told = f"report {outcome.name}: {outcome.told}"
            engine.report.problems.append(masked(told))
    if any(outcome.mails for outcome in outcomes):
        engine.run(bridge.own_mails())
    return outcomes
