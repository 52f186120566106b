"""The report as flat rows, one a week: for a database activity."""

from __future__ import annotations

from collections.abc import Mapping

from mappings.report.figures import ActiveRow, Estimate, Figures, Row
from mappings.report.words import monday_of

Value = str | int | float | None

_MINUTE = 60


def report_weeks(figures: Figures) -> tuple[Mapping[str, Value], ...]:
    """Return a row a week, oldest first, each with the same fields.

    `week` (2026-W47) is its key, `begins` its Monday. Shares are in percent, times in
    minutes. None: too few people, not reached, or not counted. `provisional` is 1 while
    the week is not over. How long the oldest question waits is not among them: a week
    that is over stays as it is until an answer comes.
    """
    asked = {row.key: row for row in figures.weeks}
    active = {row.key: row for row in figures.participation.weeks}
    return tuple(
        {
            **_key(key, asked.get(key), active.get(key)),
            **_response(asked.get(key)),
            **_participation(active.get(key)),
            "definition": figures.definition,
        }
        for key in sorted(asked.keys() | active.keys())
    )


def week_fields() -> tuple[str, ...]:
    """Return the names of the fields of each row, in their order."""
    empty = {**_key("", None, None), **_response(None), **_participation(None)}
    return (*empty, "definition")


def _key(key: str, asked: Row | None, active: ActiveRow | None) -> dict[str, Value]:
    monday = monday_of(key)
    provisional = any(row.provisional for row in (asked, active) if row is not None)
    return {
        "week": key,
        "begins": monday.isoformat() if monday else None,
        "provisional": int(provisional),
    }


def _response(row: Row | None) -> dict[str, Value]:
    shown = row if row is not None and row.shown else None
    return {
        "asked": row.asked if row is not None else 0,
        "open": shown.open if shown else None,
        "withdrawn": shown.withdrawn if shown else None,
        **_estimate("", shown.felt if shown else None),
        **_estimate("anyone_", shown.anyone if shown else None),
        **_estimate("watched_", shown.watched_shown if shown else None),
    }


def _estimate(name: str, estimate: Estimate | None) -> dict[str, Value]:
    share = estimate.within if estimate else None
    return {
        f"{name}within_percent": _percent(share.share if share else None),
        f"{name}within_low": _percent(share.low if share else None),
        f"{name}within_high": _percent(share.high if share else None),
        f"{name}median_minutes": _minutes(estimate.median if estimate else None),
        f"{name}p90_minutes": _minutes(estimate.p90 if estimate else None),
    }


def _participation(row: ActiveRow | None) -> dict[str, Value]:
    active = row.active if row is not None and row.shown else None
    return {
        "active": active.active if active else None,
        "enrolled": active.enrolled if active else None,
        "active_by_mail": active.by_mail if active else None,
        "posts": active.posts if active else None,
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / _MINUTE, 1)
