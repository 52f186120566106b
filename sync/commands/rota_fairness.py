"""`moodle-bridge rota fairness`: how the watch is shared, and what it brought to each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mappings.rota.fairness import Load, balance, loads
from sync.cli.result import Result, Table
from sync.commands.rota import code_of, opened, sources_told, states_json
from sync.rota.people import with_accounts

if TYPE_CHECKING:
    from sync.bridge import Bridge
    from sync.cli.invocation import Invocation

_UNKNOWN = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brought:
    """What the watch brought to each, by key; answers None: no account is known."""

    alerts: Mapping[str, int]
    answers: Mapping[str, int | None]


def fairness(invocation: Invocation, *, weeks: int, ahead: bool) -> Result:
    """Show how the load was shared in the last weeks, or will be in the next.

    Of the past, also how often each was alerted and how many questions they were the
    first facilitator to answer. In the order of names: it is no ranking.
    """
    with opened(invocation) as bridge:
        rota = bridge.rota
        now = bridge.clock()
        length = timedelta(weeks=weeks)
        start, end = (now, now + length) if ahead else (now - length, now)
        names = {one.key: one.name for one in rota.people}
        found = sorted(
            loads(rota.shifts(start, end), rota.people),
            key=lambda load: names[load.person].casefold(),
        )
        brought = None if ahead else _brought(bridge, start, end)
        even = {
            "hours": balance([load.hours for load in found]),
            "nights": balance([load.nights for load in found]),
            "weekends": balance([load.weekends for load in found]),
        }
        said = ", ".join(
            f"{what} {value:.0%}" for what, value in even.items() if value is not None
        )
        when = "next" if ahead else "last"
        columns = ("who", "hours", "nights", "weekends", "backup", "shifts")
        return Result(
            exit_code=code_of(rota),
            parts=[
                Table(
                    title=f"The {when} {weeks} weeks, by the clock where each lives",
                    columns=(*columns, *(("alerts", "answers") if brought else ())),
                    rows=[
                        (names[load.person], *_cells(load, brought)) for load in found
                    ],
                ),
                f"Evenly shared (100 % = all carry the same): {said or 'nothing yet'}.",
                *sources_told(rota),
            ],
            data={
                "loads": [
                    {
                        "person": load.person,
                        "hours": load.hours,
                        "nights": load.nights,
                        "weekends": load.weekends,
                        "backup": load.backup,
                        "shifts": load.shifts,
                        "alerts": brought.alerts.get(load.person, 0)
                        if brought
                        else None,
                        "answers": brought.answers.get(load.person)
                        if brought
                        else None,
                    }
                    for load in found
                ],
                "balance": even,
                "sources": states_json(rota),
            },
        )


def _brought(bridge: Bridge, start: datetime, end: datetime) -> _Brought:
    """Return what stands in the ledger; Moodle is not asked who is who."""
    pairs = [pair.name for pair in bridge.settings.pairs]
    with bridge.ledger.reading() as transaction:
        alerts = transaction.alerts.received(start, end)
        answered = transaction.waits.answers(pairs, start, end)
        known = [
            person
            for course_id in transaction.people.courses()
            for person in transaction.people.of_course(course_id)
        ]
    people = with_accounts(bridge.settings.rota, known)
    return _Brought(
        alerts=alerts,
        answers={
            one.key: None if one.user_id is None else answered.get(one.user_id, 0)
            for one in people
        },
    )


def _cells(load: Load, brought: _Brought | None) -> tuple[str, ...]:
    cells = (
        f"{load.hours:g}",
        f"{load.nights:g}",
        f"{load.weekends:g}",
        f"{load.backup:g}",
        str(load.shifts),
    )
    if brought is None:
        return cells
    answers = brought.answers.get(load.person)
    return (
        *cells,
        str(brought.alerts.get(load.person, 0)),
        _UNKNOWN if answers is None else str(answers),
    )
