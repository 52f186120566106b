"""What an admin is told of a plan that waits for them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from mappings.enrolment.plan import EnrolmentPlan

_HELD_MOST = 20


def steps_digest(plan: EnrolmentPlan) -> str:
    """Return what tells whether a plan does anything that another one did not.

    The same for plans of the same steps, whatever they are called and whenever they
    were made; empty for a plan without steps.
    """
    return _digest([[step.key, dict(step.sets)] for step in plan.steps])


def held_digest(plan: EnrolmentPlan) -> str:
    """Return what tells whether a plan holds other entries; empty where it holds none."""
    return _digest([[one.source, one.entry, one.code, one.what] for one in plan.held])


def _digest(told: list[list[Any]]) -> str:
    if not told:
        return ""
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def waiting_lines(
    plan: EnrolmentPlan, reasons: Sequence[str], *, file: str | None
) -> list[str]:
    """Return the text of the mail about a plan, line by line.

    `reasons` are why it was not applied by itself; empty where nothing ever is.
    `file` is where it was written, None where it could not be, or is beyond a limit
    that only you may raise.
    """
    lines = [f"Form: {', '.join(source.name for source in plan.sources)}"]
    if plan.steps:
        counts = Counter(str(step.kind) for step in plan.steps)
        lines += ["", f"A plan waits: {plan.name}", ""]
        lines += [f"  {number} x {kind}" for kind, number in counts.items()]
    if reasons:
        lines += ["", "It was not applied by itself:", ""]
        lines += [f"  {reason}" for reason in reasons]
    if plan.held:
        lines += ["", f"Entries that wait for your decision: {len(plan.held)}", ""]
        for one in plan.held[:_HELD_MOST]:
            lines += [f"  {one.shown} ({one.code}): {one.what}", f"    {one.advice}"]
        if len(plan.held) > _HELD_MOST:
            lines.append(f"  ... and {len(plan.held) - _HELD_MOST} more")
    name = plan.sources[0].name if plan.sources else ""
    lines += ["", "What to type:", ""]
    if plan.steps and file is not None:
        lines += [
            f"  moodle-bridge enrol show {plan.name}",
            f"  moodle-bridge enrol apply {file}",
        ]
    else:
        lines.append(f"  moodle-bridge enrol plan --intake {name}")
    return lines
