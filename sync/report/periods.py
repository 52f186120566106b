"""The days that a report covers, as an admin names them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from moodle_bridge.errors import ConfigError

if TYPE_CHECKING:
    from sync.settings.report import PhaseSettings

_WEEK = re.compile(r"(\d{4})-?[Ww](\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_SUNDAY = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """From the first day to the last, both included; None = as far as anything goes."""

    first: date | None = None
    last: date | None = None


def days_of(
    period: str | None,
    phase: str | None,
    *,
    phases: Sequence[PhaseSettings],
    today: date,
) -> Days:
    """Return the days that a period or a phase of the course names; neither is all.

    A period is a week (`2026-W47`, `this-week`, `last-week`), a month (`2026-11`,
    `this-month`, `last-month`), or `2026-11-01..2026-11-20`, of which one side may be
    left out. Raises ConfigError for what is none, for what has not begun, and for both
    at once.
    """
    if period and phase:
        raise ConfigError(
            "a report is of a period or of a phase, not of both",
            item="--period, --phase",
            advice="Leave one of the two out.",
        )
    if phase:
        return _begun(_of_phase(phase, phases), phase, today)
    if not period:
        return Days()
    wanted = period.strip()
    try:
        found = _relative(wanted.lower(), today) or _absolute(wanted)
    except (ValueError, OverflowError):
        found = None
    if found is None or (found.first and found.last and found.last < found.first):
        raise ConfigError(
            "this is no period",
            item=period,
            advice="Write a week (2026-W47, last-week), a month (2026-11, last-month)"
            " or 2026-11-01..2026-11-20.",
        )
    return _begun(found, period, today)


def _begun(days: Days, name: str, today: date) -> Days:
    # A report of days to come would say of everybody that they wrote nothing.
    if days.first is not None and days.first > today:
        raise ConfigError(
            f"this begins on {days.first}; until then there is nothing to report",
            item=name,
            advice="Name days that have begun.",
        )
    return days


def _of_phase(name: str, phases: Sequence[PhaseSettings]) -> Days:
    for phase in phases:
        if phase.name == name.strip().lower():
            return Days(first=phase.first, last=phase.last)
    known = ", ".join(phase.name for phase in phases)
    raise ConfigError(
        "no phase has this name",
        item=name,
        advice=f"There is: {known}." if known else "Add [[phase]] to bridge.toml.",
    )


def _relative(wanted: str, today: date) -> Days | None:
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    match wanted:
        case "this-week":
            return _week(monday)
        case "last-week":
            return _week(monday - timedelta(weeks=1))
        case "this-month":
            return _month(month)
        case "last-month":
            return _month((month - timedelta(days=1)).replace(day=1))
    return None


def _absolute(wanted: str) -> Days | None:
    if week := _WEEK.fullmatch(wanted):
        return _week(date.fromisocalendar(int(week[1]), int(week[2]), 1))
    if month := _MONTH.fullmatch(wanted):
        return _month(date(int(month[1]), int(month[2]), 1))
    first, dots, last = wanted.partition("..")
    if dots and (first or last):
        return Days(first=_day(first), last=_day(last))
    return None


def _week(monday: date) -> Days:
    return Days(first=monday, last=monday + timedelta(days=_SUNDAY - 1))


def _month(first: date) -> Days:
    return Days(
        first=first, last=first.replace(day=monthrange(first.year, first.month)[1])
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text.strip()) if text.strip() else None
