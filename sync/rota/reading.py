"""A reading of the rota as JSON, so that the last good one can be kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from moodle_bridge.model.rota import DutyRole, RotaReading, RotaRule, RotaSpan


def reading_json(reading: RotaReading) -> dict[str, Any]:
    """Return a reading as plain JSON values."""
    return {
        "rules": [
            {
                "name": rule.name,
                "people": list(rule.people),
                "zone": rule.zone,
                "weekdays": sorted(rule.weekdays),
                "start": rule.start.isoformat(),
                "end": rule.end.isoformat(),
                "anchor": rule.anchor.isoformat(),
                "turn_days": rule.turn_days,
                "at_once": rule.at_once,
                "role": rule.role.value,
                "first": rule.first.isoformat() if rule.first else None,
                "last": rule.last.isoformat() if rule.last else None,
            }
            for rule in reading.rules
        ],
        "spans": [
            {
                "key": span.key,
                "person": span.person,
                "start": span.start.isoformat(),
                "end": span.end.isoformat(),
                "role": span.role.value,
                "title": span.title,
            }
            for span in reading.spans
        ],
        "unknown": list(reading.unknown),
        "problems": list(reading.problems),
    }


def reading_of(content: Mapping[str, Any]) -> RotaReading:
    """Return the reading that was kept."""
    return RotaReading(
        rules=tuple(
            RotaRule(
                name=rule["name"],
                people=tuple(rule["people"]),
                zone=rule["zone"],
                weekdays=frozenset(rule["weekdays"]),
                start=time.fromisoformat(rule["start"]),
                end=time.fromisoformat(rule["end"]),
                anchor=date.fromisoformat(rule["anchor"]),
                turn_days=rule["turn_days"],
                at_once=rule["at_once"],
                role=DutyRole(rule["role"]),
                first=date.fromisoformat(rule["first"]) if rule["first"] else None,
                last=date.fromisoformat(rule["last"]) if rule["last"] else None,
            )
            for rule in content["rules"]
        ),
        spans=tuple(
            RotaSpan(
                key=span["key"],
                person=span["person"],
                start=datetime.fromisoformat(span["start"]),
                end=datetime.fromisoformat(span["end"]),
                role=DutyRole(span["role"]),
                # An earlier version kept none.
                title=span.get("title", ""),
            )
            for span in content["spans"]
        ),
        unknown=tuple(content["unknown"]),
        problems=tuple(content["problems"]),
    )
