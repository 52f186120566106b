"""`moodle-bridge report rebuild`: the waits once more, from what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moodle_bridge.model.waits import DEFINITION
from sync.bridge import Bridge
from sync.cli.result import Result
from sync.report.rebuilding import rebuild

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation


def run(invocation: Invocation, *, dry_run: bool) -> Result:
    """Work out all waits anew, and say whether anything changed.

    A run may go on beside it. With `dry_run` it is only counted what would change.
    """
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        dry_run = dry_run or bridge.settings.safety.dry_run
        done = rebuild(
            bridge.ledger,
            bridge.settings,
            dry_run=dry_run,
            progress=lambda some, all_: invocation.progress(
                f"{some} of {all_} discussions"
            ),
        )
    would = "would change" if dry_run else "changed"
    found = f"{done.changed} waits {would}" if done.changed else "nothing changed"
    if dry_run and not done.changed:
        found = "nothing would change"
    return Result(
        parts=[f"{done.discussions} discussions under {DEFINITION}: {found}."],
        data={
            "definition": DEFINITION,
            "discussions": done.discussions,
            "changed": done.changed,
            "dry_run": dry_run,
        },
    )
