"""The waits as a table for those who count themselves: a row a question."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from mappings.intake.csv_safe import BYTE_ORDER_MARK, safe_cell
from mappings.report.figures import Figures
from mappings.response.clocks import counts, seconds_between, until
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
    waits: Iterable[Wait],
    *,
    watched: Cover | None,
    pseudonym: Callable[[int], str],
    rota_since: datetime | None = None,
    rota_until: datetime | None = None,
) -> str:
    """Return a CSV file (RFC 4180) with a row for each wait, in their order.

    `pseudonym` gives the name under which an asker's Moodle number stands there; the
    same one for the same asker. `watched` is when somebody was on duty, None without
    a rota; of what began before `rota_since` or after `rota_until` that is not known. What is open, or was
    taken back, has the moment until which it was watched in `censored_at`; what needs
    no answer has no times of waiting. No cell is a formula to a spreadsheet.
    """
    days = _Days(figures)
    names = _Names(pseudonym)
    now = figures.made_at
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for wait in waits:
        known = watched
        if (rota_since is not None and wait.began < rota_since) or (
            rota_until is not None and wait.began > rota_until
        ):
            known = None
        writer.writerow(
            (
                names[wait.asker_id],
                wait.medium.value,
                *days[wait.began.astimezone(days.zone).toordinal()],
                _moment(wait.began),
                _moment(wait.first_answer, now),
                _moment(wait.facilitator_answer, now),
                *_waited(wait, now, known),
                wait.definition,
            )
        )
    return BYTE_ORDER_MARK + stream.getvalue()


class _Names(dict[int, str]):
    """The names of askers, each made once."""

    def __init__(self, pseudonym: Callable[[int], str]) -> None:
        super().__init__()
        self._pseudonym = pseudonym

    def __missing__(self, number: int) -> str:
        name = self[number] = safe_cell(self._pseudonym(number))
        return name


class _Days(dict[int, tuple[str, str]]):
    """The week and the phase of each day, by its ordinal."""

    def __init__(self, figures: Figures) -> None:
        super().__init__()
        self.zone = ZoneInfo(figures.zone)
        self._plan = figures.plan

    def __missing__(self, ordinal: int) -> tuple[str, str]:
        day = date.fromordinal(ordinal)
        year, week, _ = day.isocalendar()
        phase = next((one.name for one in self._plan if one.holds(day)), "")
        told = self[ordinal] = (f"{year}-W{week:02}", safe_cell(phase))
        return told


def _waited(
    wait: Wait, now: datetime, watched: Cover | None
) -> tuple[str, str, str, str]:
    """Return how it stands, until when it was watched, and for how many seconds."""
    if not counts(wait, now):
        return (wait.state.value, "", "", "")
    end, answered = until(wait, now)
    if answered:
        state = WaitState.ANSWERED
    else:
        state = WaitState.OPEN if wait.state is WaitState.ANSWERED else wait.state
    duty = None
    if watched is not None:
        duty = watched.between(wait.began, end).total_seconds()
    return (
        state.value,
        "" if answered else _moment(end),
        str(round(seconds_between(wait.began, end))),
        "" if duty is None else str(round(duty)),
    )


def _moment(at: datetime | None, now: datetime | None = None) -> str:
    # What came after the report was made did not happen yet, as for every number.
    if at is None or (now is not None and at > now):
        return ""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
