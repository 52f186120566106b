"""A plan as the file that an admin reads, keeps, and has carried out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mappings.enrolment.plan import (
    EnrolmentPlan,
    Held,
    LeftAlone,
    SourceMark,
    Step,
    StepKind,
)

FORMAT = "moodle-bridge enrolment plan 1"


class NotAPlan(ValueError):
    """The text is no plan, or was changed after it was written."""


def plan_text(plan: EnrolmentPlan) -> str:
    """Return the plan as JSON, with its fingerprint; the same plan gives the same text."""
    body = _body(plan)
    whole = {"format": FORMAT, "fingerprint": _fingerprint(body), **body}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def plan_fingerprint(plan: EnrolmentPlan) -> str:
    """Return what tells this plan from every other: SHA-256 over all of it, as hex."""
    return _fingerprint(_body(plan))


def plan_of(text: str) -> EnrolmentPlan:
    """Return the plan that a text holds.

    Raises NotAPlan with what is wrong: no JSON, another format, a field that is
    missing, or steps that are not those that were shown when the plan was made.
    """
    try:
        whole = json.loads(text)
    except ValueError as error:
        raise NotAPlan(f"it is no JSON ({error})") from None
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise NotAPlan(f"it is not a plan of this version ({FORMAT!r})")
    body = {
        key: value
        for key, value in whole.items()
        if key not in {"format", "fingerprint"}
    }
    if whole.get("fingerprint") != _fingerprint(body):
        raise NotAPlan("it was changed by hand after it was made; make a new plan")
    try:
        return _plan(body)
    except (KeyError, TypeError, ValueError) as error:
        raise NotAPlan(f"a part is missing or wrong ({error})") from None


def _body(plan: EnrolmentPlan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "made_at": plan.made_at.isoformat(),
        "site": plan.site,
        "sources": [
            {"name": one.name, "fingerprint": one.fingerprint, "entries": one.entries}
            for one in plan.sources
        ],
        "steps": [_step(step) for step in plan.steps],
        "held": [
            {
                "source": one.source,
                "entry": one.entry,
                "row": one.row,
                "shown": one.shown,
                "code": one.code,
                "what": one.what,
                "advice": one.advice,
                "candidates": [dict(each) for each in one.candidates],
            }
            for one in plan.held
        ],
        "left_alone": [
            {"person": one.person, "shown": one.shown, "why": one.why}
            for one in plan.left_alone
        ],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "key": step.key,
        "kind": str(step.kind),
        "person": step.person,
        "shown": step.shown,
        "target": step.target,
        "expects": dict(step.expects),
        "sets": dict(step.sets),
        "after": list(step.after),
    }


def _plan(body: Mapping[str, Any]) -> EnrolmentPlan:
    return EnrolmentPlan(
        name=body["name"],
        made_at=datetime.fromisoformat(body["made_at"]),
        site=body["site"],
        sources=tuple(SourceMark(**one) for one in body["sources"]),
        steps=tuple(
            Step(
                **{
                    **one,
                    "kind": StepKind(one["kind"]),
                    "after": tuple(one["after"]),
                }
            )
            for one in body["steps"]
        ),
        held=tuple(
            Held(**{**one, "candidates": tuple(one["candidates"])})
            for one in body["held"]
        ),
        left_alone=tuple(LeftAlone(**one) for one in body["left_alone"]),
    )


def _fingerprint(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
