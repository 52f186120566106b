"""The waits as a table for those who count themselves: a row a question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mappings.intake.csv_safe import csv_text
from mappings.report.figures import Figures
from mappings.response.clocks import Clocked, clocked
from mappings.rota.duty import Cover
from moodle_bridge.model.waits import Wait, WaitState

COLUMNS = (
    "asker",
    "medium",
    "week",
    "phase",
    "began",
    "first_any",
    "first_facilitator",
    "status",
    "censored_at",
    "felt_seconds",
    "watched_seconds",
    "definition",
)
"""The columns; times are ISO 8601 in UTC, weeks ISO 8601 by the report's zone."""


def waits_csv(
    figures: Figures,
    waits: Sequence[Wait],
    *,
    watched: Cover | None,
    pseudonym: Callable[[int], str],
) -> str:
    """Return a CSV file (RFC 4180) with a row for each wait, in their order.

    `pseudonym` gives the name under which an asker's Moodle number stands there; the
    same one for the same asker. `watched` is when somebody was on duty, None without
    a rota. What is open, or was taken back, has the moment until which it was watched
    in `censored_at`; what needs no answer has no times of waiting. No cell is a
    formula to a spreadsheet.
    """
    rows = (_row(wait, figures, watched=watched, pseudonym=pseudonym) for wait in waits)
    return csv_text(COLUMNS, rows)


def _row(
    wait: Wait,
    figures: Figures,
    *,
    watched: Cover | None,
    pseudonym: Callable[[int], str],
) -> tuple[str, ...]:
    now = figures.made_at
    day = wait.began.astimezone(ZoneInfo(figures.zone)).date()
    year, week, _ = day.isocalendar()
    phase = next((one.name for one in figures.plan if one.holds(day)), "")
    times = next(iter(clocked((wait,), now, watched=watched)), None)
    return (
        pseudonym(wait.asker_id),
        str(wait.medium),
        f"{year}-W{week:02}",
        phase,
        _moment(wait.began),
        _moment(wait.first_answer, now),
        _moment(wait.facilitator_answer, now),
        str(_state(wait, times)),
        _moment(_censored_at(wait, times, now)),
        *_seconds(times),
        wait.definition,
    )


def _state(wait: Wait, times: Clocked | None) -> WaitState:
    if times is None:
        return wait.state
    if times.answered:
        return WaitState.ANSWERED
    return WaitState.OPEN if wait.state is WaitState.ANSWERED else wait.state


def _censored_at(wait: Wait, times: Clocked | None, now: datetime) -> datetime | None:
    if times is None or times.answered:
        return None
    taken_back = wait.ended if wait.state is WaitState.WITHDRAWN else None
    return min(taken_back or now, now)


def _seconds(times: Clocked | None) -> Iterator[str]:
    for seconds in (times.felt, times.watched) if times else (None, None):
        yield "" if seconds is None else str(round(seconds))


def _moment(at: datetime | None, now: datetime | None = None) -> str:
    # What came after the report was made did not happen yet, as for every number.
    if at is None or (now is not None and at > now):
        return ""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
