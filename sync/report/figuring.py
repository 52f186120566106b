"""The figures of a report of the whole time, made fast: week by week, out of columns.

What a week adds is kept in the ledger as long as none of its days is touched. Where
numpy is missing the same figures are worked out the long way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING

from mappings.participation.activity import Said
from mappings.participation.exchange import Answered
from mappings.report.reckoning import figures_of
from mappings.rota.wall_clock import local_day, moment
from moodle_bridge.model.waits import DEFINITION
from sync.ledger.report_facts import ReportRows, moment_text
from sync.ledger.report_parts import ReportParts
from sync.ledger.touched import Touched
from sync.report.gathering import (
    USUAL_LAG,
    Talk,
    facts,
    facts_around,
    pairs_of,
    zone_of,
)
from sync.report.lazily import Lazily
from sync.report.uncollected import uncollected

if TYPE_CHECKING:
    from mappings.report.columns import Columns, Numbers
    from mappings.report.facts import ReportFacts
    from mappings.report.figures import Figures
    from sync.ledger import Ledger, Transaction
    from sync.settings import Settings

_FORM = 1
"""Grows when parts are made in another way, so that old ones are not taken for new."""

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_FEW = 4
_MOST_KEPT = 1000


def figures(
    ledger: Ledger,
    settings: Settings,
    *,
    pairs: Sequence[str] | None = None,
    first: date | None = None,
    last: date | None = None,
    now: datetime | None = None,
    definition: str = DEFINITION,
) -> tuple[ReportFacts, Figures]:
    """Return the facts of a report, as `gathering.facts` does, and their figures.

    As `reckoning.figures_of` gives them, to the last digit. Of the whole time (neither
    `first` nor `last`) they are made out of kept parts: those of weeks that changed are
    written into the ledger, and waits and what was said are made when they are looked
    at. May be repeated.
    """
    if first or last or find_spec("numpy") is None:
        with ledger.reading() as transaction:
            known = facts(
                transaction,
                settings,
                pairs=pairs,
                first=first,
                last=last,
                now=now,
                definition=definition,
            )
        return known, figures_of(known)
    from mappings.report.column_figures import figures_of_columns  # noqa: PLC0415

    with uncollected():
        columns = columns_of(ledger, settings, pairs=pairs, definition=definition)
        with ledger.reading() as transaction:
            known = _skeleton(
                transaction,
                settings,
                columns,
                pairs=pairs,
                now=now,
                definition=definition,
            )
        return known, figures_of_columns(known, columns, definition=definition)


def columns_of(
    ledger: Ledger,
    settings: Settings,
    *,
    pairs: Sequence[str] | None = None,
    definition: str = DEFINITION,
) -> Columns:
    """Return all facts of some pairs in columns; needs numpy. May be repeated."""
    from mappings.report.columns import joined, packed, unpacked  # noqa: PLC0415

    chosen, zone = pairs_of(settings, pairs), zone_of(settings)
    basis = _basis(chosen, zone, definition)
    with ledger.reading() as transaction:
        # First the marks: what is touched meanwhile is then made anew next time.
        touched = Touched(transaction.connection).days(chosen)
        kept = ReportParts(transaction.connection, transaction.clock).of(basis)
        rows = ReportRows(transaction.connection, chosen)
        weeks = _weeks(rows.span(definition), zone)
        marks = {week: _marks(week, zone, touched) for week in weeks}
        fresh = {
            week: kept[week.isoformat()][1]
            for week in weeks
            if kept.get(week.isoformat(), ("",))[0] == marks[week]
            and week.isoformat() in kept
        }
        stale = [week for week in weeks if week not in fresh]
        parts = {week: unpacked(content) for week, content in fresh.items()}
        made = dict(_made(rows, stale, zone, definition))
        found = joined([(parts | made)[week] for week in weeks])
        if len(found.waits["began"]) != rows.number_of_waits(definition):
            # Somebody changed the ledger by another hand: no part is to be believed.
            made = dict(_made(rows, weeks, zone, definition))
            found = joined([made[week] for week in weeks])
    if made:
        _keep(ledger, basis, {week: packed(part) for week, part in made.items()}, marks)
    return found


def _made(
    rows: ReportRows, stale: Sequence[date], zone: str, definition: str
) -> Iterator[tuple[date, Columns]]:
    """Give the parts of weeks, out of what the ledger has now."""
    from mappings.report.columns import Clockwork, Columns  # noqa: PLC0415
    from sync.report.column_reading import (  # noqa: PLC0415
        columns_by_week,
        talk_read,
        waits_read,
    )

    if len(stale) > _FEW:
        mondays = [monday.toordinal() for monday in stale]
        made = columns_by_week(rows, mondays, zone, definition, USUAL_LAG)
        yield from zip(stale, made, strict=True)
        return
    for monday in stale:
        since, until = _bounds(monday, zone)
        waits, pairs, whys = waits_read(
            rows.wait_rows(since=since, until=until, definition=definition),
            late=USUAL_LAG,
        )
        talk = talk_read(rows.spoken(since=since, until=until), Clockwork(zone))
        yield monday, Columns(waits=waits, talk=talk, pairs=pairs, whys=whys)


def _keep(
    ledger: Ledger, basis: str, made: Mapping[date, bytes], marks: Mapping[date, str]
) -> None:
    if len(made) > _MOST_KEPT:
        # A post may bear any year; what is worked out for it is not worth keeping.
        return
    with ledger.writing() as transaction:
        parts = ReportParts(transaction.connection, transaction.clock)
        for week, content in made.items():
            parts.put(basis, week.isoformat(), marks=marks[week], content=content)
        parts.forget_old()


def _weeks(span: tuple[datetime, datetime] | None, zone: str) -> list[date]:
    """Return the Mondays of all weeks of a time."""
    if span is None:
        return []
    first, last = (local_day(at, zone) for at in span)
    monday = first - timedelta(days=first.weekday())
    found = []
    while monday <= last:
        found.append(monday)
        monday += _WEEK
    return found


def _bounds(monday: date, zone: str) -> tuple[datetime, datetime]:
    return moment(monday, time(), zone), moment(monday + _WEEK, time(), zone)


def _marks(monday: date, zone: str, touched: Mapping[str, str]) -> str:
    """Return what changes when anything of a week does."""
    since, until = _bounds(monday, zone)
    day, found = since.astimezone(UTC).date(), []
    while moment(day, time(), "UTC") < until:
        found.append(touched.get(day.isoformat(), ""))
        day += _DAY
    return ";".join(found)


def _basis(pairs: Sequence[str], zone: str, definition: str) -> str:
    said = json.dumps([_FORM, list(pairs), zone, definition, USUAL_LAG.total_seconds()])
    return hashlib.sha256(said.encode()).hexdigest()


def _skeleton(
    transaction: Transaction,
    settings: Settings,
    columns: Columns,
    *,
    pairs: Sequence[str] | None,
    now: datetime | None,
    definition: str,
) -> ReportFacts:
    """Return the facts of the whole time, of which the many are made when asked for."""
    from mappings.report.columns import NONE, moment_of, moments_of  # noqa: PLC0415

    spoke, answered = columns.talk["spoke"], columns.talk["answered"]
    talk = Talk()
    for person, first, last in _rows(spoke, "person", "first", "last"):
        talk.first[person] = _text(moment_of(first))
        talk.last[person] = _text(moment_of(last))
    waits = columns.waits
    late = (waits["found_at"] != NONE).nonzero()[0].tolist()
    found_at = {
        (columns.pairs[waits["pair"][at]], int(waits["post_id"][at])): found
        for at in late
        if (found := moment_of(int(waits["found_at"][at]))) is not None
    }
    return facts_around(
        transaction,
        settings,
        pairs=pairs,
        now=now,
        waits=Lazily(len(waits["began"]), lambda: columns.in_order(definition)),
        found_at=found_at,
        talk=talk,
        answered=[
            Answered(person=person, other=other, answers=answers, first_at=first_at)
            for (person, other, answers), first_at in zip(
                _rows(answered, "person", "other", "answers"),
                moments_of(answered["first_at"]),
                strict=True,
            )
            if first_at is not None
        ],
        said=Lazily(len(columns.talk["said"]["person"]), lambda: _said(columns)),
    )


def _said(columns: Columns) -> list[Said]:
    rows = _rows(columns.talk["said"], "person", "day", "in_moodle", "by_mail")
    return [
        Said(
            person=person,
            day=date.fromordinal(day),
            in_moodle=moodle,
            by_mail=mail,
        )
        for person, day, moodle, mail in sorted(rows)
    ]


def _rows(table: Mapping[str, Numbers], *names: str) -> Iterator[tuple[int, ...]]:
    return zip(*(table[name].tolist() for name in names), strict=True)


def _text(at: datetime | None) -> str:
    assert at is not None
    return moment_text(at)
