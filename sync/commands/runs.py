"""`moodle-bridge runs`: the latest runs and how they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mappings.number_words import tally
from sync.bridge import Bridge
from sync.cli.result import Result, Table

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation


def run(invocation: Invocation, *, limit: int) -> Result:
    """Return the latest runs, newest first."""
    with (
        Bridge(
            invocation.settings(), invocation.registry(), clock=invocation.clock
        ) as bridge,
        bridge.ledger.reading() as transaction,
    ):
        latest = transaction.runs.latest(limit)
    rows = [
        (
            f"{one.started_at:%Y-%m-%d %H:%M:%S}",
            one.command,
            "still running, or cut" if one.exit_code is None else str(one.exit_code),
            one.problem
            or ", ".join(tally(n, name) for name, n in one.counts.items() if n),
        )
        for one in latest
    ]
    return Result(
        parts=[
            Table(columns=("began (UTC)", "command", "exit", "what"), rows=rows)
            if rows
            else "Nothing was run yet."
        ],
        data={
            "runs": [
                {
                    "id": one.id,
                    "command": one.command,
                    "started_at": one.started_at.isoformat(),
                    "ended_at": one.ended_at.isoformat() if one.ended_at else None,
                    "exit_code": one.exit_code,
                    "counts": one.counts,
                    "problem": one.problem,
                }
                for one in latest
            ]
        },
    )
