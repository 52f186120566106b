"""Reads rows of the ledger into columns; needs numpy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from mappings.report.columns import (
    NONE,
    STATES,
    TALK_COLUMNS,
    WAIT_COLUMNS,
    Clockwork,
    Columns,
    Numbers,
    days_shown,
    summed,
)
from moodle_bridge.model.waits import Medium

if TYPE_CHECKING:
    from sync.ledger.report_facts import ReportRows

_AT_ONCE = 2_000
_WEEK_DAYS = 7
_MICROSECOND = timedelta(microseconds=1)

Table = dict[str, Numbers]


def waits_read(
    rows: Iterable[Sequence[Any]], *, late: timedelta
) -> tuple[Table, tuple[str, ...], tuple[str, ...]]:
    """Return waits as columns, with the names of pairs and the reasons in them.

    `rows` are those of `ReportRows.wait_rows`; a question that was first seen more than
    `late` after it began was found then.
    """
    pairs: dict[str, int] = {}
    whys: dict[str, int] = {}
    states = {state.value: number for number, state in enumerate(STATES)}
    parts: list[Table] = []
    for some in _chunks(rows):
        began, seen = _moments(some[7]), _moments(some[17])
        unseen = (seen == NONE) | (
            np.where(seen == NONE, 0, seen - began) <= late // _MICROSECOND
        )
        columns = (
            _texts(some[0], pairs),
            *(_numbers(some[at]) for at in range(1, 6)),
            np.array([one == Medium.MAIL for one in some[6]], dtype=np.int64),
            began,
            _moments(some[8]),
            np.array([states[one] for one in some[9]], dtype=np.int64),
            _texts(some[10], whys),
            _moments(some[11]),
            _numbers(some[12]),
            _moments(some[13]),
            _numbers(some[14]),
            _numbers(some[15]),
            _moments(some[16]),
            np.where(unseen, NONE, seen),
        )
        parts.append(dict(zip(WAIT_COLUMNS, columns, strict=True)))
    return _end_to_end(parts, WAIT_COLUMNS), tuple(pairs), tuple(whys)


def talk_read(rows: Iterable[Sequence[Any]], clockwork: Clockwork) -> dict[str, Table]:
    """Return what was said as columns, out of the rows of `ReportRows.spoken`."""
    names = ("person", "by_mail", "at", "other")
    parts = [
        dict(
            zip(
                names,
                (
                    _numbers(some[0]),
                    np.array(some[1], dtype=np.int64),
                    _moments(some[2]),
                    _numbers(some[3]),
                ),
                strict=True,
            )
        )
        for some in _chunks(rows)
    ]
    said = _end_to_end(parts, names)
    return _added_up(said, days_shown(clockwork.local(said["at"])))


def columns_by_week(
    rows: ReportRows,
    mondays: Sequence[int],
    zone: str,
    definition: str,
    late: timedelta,
) -> Iterator[Columns]:
    """Give the columns of each of these weeks (ordinals of Mondays, rising).

    Everything is read once.
    """
    clockwork = Clockwork(zone)
    waits, pairs, whys = waits_read(rows.wait_rows(definition=definition), late=late)
    asked_in = _mondays(days_shown(clockwork.local(waits["began"])))
    order = np.argsort(asked_in, kind="stable")
    asked_in = asked_in[order]
    waits = {name: column[order] for name, column in waits.items()}
    said = _everything_said(rows)
    days = days_shown(clockwork.local(said["at"]))
    said_in = _mondays(days)
    order = np.argsort(said_in, kind="stable")
    said_in, days = said_in[order], days[order]
    said = {name: column[order] for name, column in said.items()}
    for monday in mondays:
        asked = slice(*np.searchsorted(asked_in, [monday, monday + 1]).tolist())
        spoken = slice(*np.searchsorted(said_in, [monday, monday + 1]).tolist())
        yield Columns(
            waits={name: column[asked] for name, column in waits.items()},
            talk=_added_up(
                {name: column[spoken] for name, column in said.items()}, days[spoken]
            ),
            pairs=pairs,
            whys=whys,
        )


def _everything_said(rows: ReportRows) -> Table:
    """Return all that counts, with who wrote the post above."""
    names = ("person", "by_mail", "at", "other")
    return _end_to_end([_said_in(rows, pair) for pair in rows.pairs], names)


def _said_in(rows: ReportRows, pair: str) -> Table:
    names = ("post_id", "parent", "person", "by_mail", "at", "uncounted")
    parts: list[Table] = []
    for some in _chunks(rows.talk_rows(pair)):
        columns = [
            _moments(one) if name == "at" else np.array(one, dtype=np.int64)
            for name, one in zip(names, some, strict=True)
        ]
        parts.append(dict(zip(names, columns, strict=True)))
    said = _end_to_end(parts, names)
    person = said["person"]
    other = np.full(len(person), NONE, dtype=np.int64)
    if len(person):
        order = np.argsort(said["post_id"])
        posts = said["post_id"][order]
        at = np.minimum(np.searchsorted(posts, said["parent"]), len(posts) - 1)
        above = order[at]
        answers = (
            (posts[at] == said["parent"])
            & (said["uncounted"][above] != 1)
            & (person[above] != 0)
            & (person[above] != person)
        )
        other[answers] = person[above][answers]
    counts = said["uncounted"] == 0
    return {
        "person": person[counts],
        "by_mail": said["by_mail"][counts],
        "at": said["at"][counts],
        "other": other[counts],
    }


def _added_up(said: Table, days: Numbers) -> dict[str, Table]:
    person, at = said["person"], said["at"]
    answers = said["other"] != NONE
    tables = {
        "said": summed(
            {
                "person": person,
                "day": days,
                "in_moodle": 1 - said["by_mail"],
                "by_mail": said["by_mail"],
            },
            "person",
            "day",
        ),
        "answered": summed(
            {
                "person": person[answers],
                "other": said["other"][answers],
                "answers": np.ones(int(answers.sum()), dtype=np.int64),
                "first_at": at[answers],
            },
            "person",
            "other",
        ),
        "spoke": summed({"person": person, "first": at, "last": at}, "person"),
    }
    assert {name: tuple(one) for name, one in tables.items()} == dict(TALK_COLUMNS)
    return tables


def _mondays(days: Numbers) -> Numbers:
    # The first day that there is, ordinal 1, was a Monday.
    found: Numbers = days - (days - 1) % _WEEK_DAYS
    return found


def _chunks(rows: Iterable[Sequence[Any]]) -> Iterator[list[tuple[Any, ...]]]:
    rest = iter(rows)
    while some := list(islice(rest, _AT_ONCE)):
        yield list(zip(*some, strict=True))


def _moments(texts: Sequence[str | None]) -> Numbers:
    # Without the Z, which numpy does not know; to the microsecond.
    plain = [text[:26] if text else "NaT" for text in texts]
    return np.array(plain, dtype="datetime64[us]").astype(np.int64)


def _numbers(values: Sequence[int | None]) -> Numbers:
    return np.array([NONE if one is None else one for one in values], dtype=np.int64)


def _texts(values: Sequence[str], places: dict[str, int]) -> Numbers:
    return np.array(
        [places.setdefault(one, len(places)) for one in values], dtype=np.int64
    )


def _end_to_end(parts: Sequence[Table], names: Sequence[str]) -> Table:
    empty = np.empty(0, dtype=np.int64)
    return {
        name: np.concatenate([part[name] for part in parts]) if parts else empty
        for name in names
    }
