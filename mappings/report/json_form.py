"""The report as JSON, as `docs/report.schema.json` describes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from mappings.one_line import one_line
from mappings.report.figures import (
    ActiveRow,
    Comparison,
    Estimate,
    Figures,
    FirstResponses,
    HourRow,
    OpenQuestion,
    Participation,
    ResponseCurve,
    Row,
)
from mappings.report.participation_sections import enough_people
from mappings.response.causes import Cause, WhatIf
from mappings.response.survival import Share

FORMAT = "moodle-bridge-report-1"
"""Names the schema; a change that breaks a reader gets another number."""

_DIGITS = 6

Json = dict[str, Any]


def report_json(figures: Figures, *, public: bool) -> str:
    """Return the report as JSON; times in UTC and in seconds, shares from 0 to 1.

    Of fewer than five people there is nothing but how many questions they asked. A
    public report has no `waiting`, `quiet`, `front_runners` or list of isolates, and
    no number or name of a person.
    """
    shown = figures.whole.shown
    found: Json = {
        "format": FORMAT,
        "definition": figures.definition,
        "made_at": _moment(figures.made_at),
        "zone": figures.zone,
        "course": one_line(figures.names.course),
        "first": _day(figures.first),
        "last": _day(figures.last),
        "history_until": _moment(figures.history_until),
        "promise_seconds": figures.promise.total_seconds(),
        "public": public,
        "phase_plan": [
            {"name": one.name, "first": _day(one.first), "last": _day(one.last)}
            for one in figures.plan
        ],
        "whole": _row(figures.whole),
        "answered_only_share": _number(figures.bias) if shown else None,
        "weeks": [_row(row) for row in figures.weeks],
        "phases": [_row(row) for row in figures.phases],
        "forums": [_row(row) for row in figures.forums],
        "media": [_row(row) for row in figures.media],
        "groups": [_row(row) for row in figures.groups],
        "hours": _hours(figures),
        "curves": [_curve(one) for one in figures.curves if _may_show(one, figures)],
        "comparisons": [_comparison(one) for one in figures.comparisons if shown],
        "missed": {cause.name.lower(): figures.missed.get(cause) for cause in Cause}
        if shown
        else None,
        "what_if": [_what_if(one) for one in figures.what_if if shown],
        "first_responses": _responses(figures.first_responses) if shown else None,
        "participation": _participation(figures, public=public),
    }
    if not public:
        found["waiting"] = [_wait(wait, figures) for wait in figures.waiting]
    text = json.dumps(found, ensure_ascii=False, allow_nan=False) + "\n"
    # A name may hold half of a letter, which no file can.
    return text.encode(errors="replace").decode()


def _row(row: Row) -> Json:
    shown = row.shown
    return {
        "key": row.key,
        "title": one_line(row.title),
        "asked": row.asked,
        "shown": shown,
        "provisional": row.provisional,
        "askers": row.askers if shown else None,
        "open": row.open if shown else None,
        "withdrawn": row.withdrawn if shown else None,
        "not_needed": row.not_needed if shown else None,
        "delayed": row.delayed if shown else None,
        "oldest_open_seconds": _number(row.oldest_open) if shown else None,
        "felt": _estimate(row.felt) if shown else None,
        "anyone": _estimate(row.anyone) if shown else None,
        "watched": _estimate(row.watched_shown),
        "watched_asked": row.watched_number if row.watched_shown else None,
    }


def _estimate(estimate: Estimate | None) -> Json | None:
    if estimate is None:
        return None
    return {
        "within": _share(estimate.within),
        "median_seconds": _number(estimate.median),
        "p90_seconds": _number(estimate.p90),
    }


def _share(share: Share | None) -> Json | None:
    if share is None:
        return None
    return {
        "share": _number(share.share),
        "low": _number(share.low),
        "high": _number(share.high),
    }


def _hours(figures: Figures) -> list[Json]:
    shown = figures.whole.shown
    return [
        {"weekday": day, "hour": hour, **_hour(row, shown=shown)}
        for (day, hour), row in sorted(figures.hours.items())
    ]


def _hour(row: HourRow, *, shown: bool) -> Json:
    return {
        "asked": row.asked,
        "missed": row.missed if shown and row.shown else None,
        "watched": _number(row.watched),
    }


def _curve(curve: ResponseCurve) -> Json:
    return {
        "key": curve.key,
        "title": one_line(curve.title),
        "n": curve.n,
        "points": [
            {"seconds": _number(point.seconds), **(_share(point.share) or {})}
            for point in curve.points
        ],
    }


def _may_show(curve: ResponseCurve, figures: Figures) -> bool:
    rows = (
        figures.whole,
        *figures.weeks,
        *figures.phases,
        *figures.forums,
        *figures.media,
        *figures.groups,
    )
    return figures.whole.shown and all(
        row.shown for row in rows if (row.key, row.title) == (curve.key, curve.title)
    )


def _comparison(one: Comparison) -> Json:
    return {
        "kind": one.kind,
        "first": one.first,
        "second": one.second,
        "p_value": _number(one.p_value),
    }


def _what_if(one: WhatIf) -> Json:
    return {
        "weekdays": sorted(one.weekdays),
        "since": one.since,
        "until": one.until,
        "caught": one.caught,
        "missed": one.missed,
    }


def _responses(counted: FirstResponses | None) -> Json | None:
    if counted is None:
        return None
    return {
        "within": [
            {"seconds": seconds, "number": number}
            for seconds, number in sorted(counted.within.items())
        ],
        "number": counted.number,
        "seconds": _number(counted.seconds),
    }


def _participation(figures: Figures, *, public: bool) -> Json:
    taken = figures.participation
    enough = enough_people(figures)
    found: Json = {
        "weeks": _active_rows(taken.weeks),
        "phases": _active_rows(taken.phases),
        "traits": {
            one_line(trait): _active_rows(rows)
            for trait, rows in sorted(taken.traits.items())
        },
        "peer_share": _number(taken.exchange.peer_share) if enough else None,
        "star": _number(taken.exchange.star) if enough else None,
        "isolates": len(taken.exchange.isolates) if enough else None,
    }
    if not public:
        found |= _people(taken, figures.names.people)
    return found


def _people(taken: Participation, names: Mapping[int, str]) -> Json:
    return {
        "isolated": [
            _person(person, names) for person in sorted(taken.exchange.isolates)
        ],
        "quiet": [
            {
                **_person(one.person, names),
                "last_day": _day(one.last_day),
                "days": one.days,
            }
            for one in taken.quiet
        ],
        "front_runners": [
            {**_person(person, names), "peers": peers}
            for person, peers in taken.front_runners
        ],
    }


def _active_rows(rows: Iterable[ActiveRow]) -> list[Json]:
    return [
        {
            "key": row.key,
            "title": one_line(row.title),
            "shown": row.shown,
            "provisional": row.provisional,
            "active": row.active.active if row.shown else None,
            "enrolled": row.active.enrolled if row.shown else None,
            "by_mail": row.active.by_mail if row.shown else None,
            "posts": row.active.posts if row.shown else None,
        }
        for row in rows
    ]


def _wait(wait: OpenQuestion, figures: Figures) -> Json:
    return {
        "pair": wait.pair,
        "post": wait.post_id,
        "discussion": wait.discussion_id,
        "forum": wait.forum_id,
        **_person(wait.asker_id, figures.names.people),
        "medium": str(wait.medium),
        "began": _moment(wait.began),
        "waited_seconds": (figures.made_at - wait.began).total_seconds(),
    }


def _person(number: int, names: Mapping[int, str]) -> Json:
    name = names.get(number)
    return {"person": number, "name": None if name is None else one_line(name)}


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
