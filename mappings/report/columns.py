"""What a report counts, in columns of numbers: the same facts, much faster to count.

It needs numpy, which comes with the extra `plots`. Moments are microseconds since 1970
in UTC, `NONE` where there is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from mappings.report.figures import OpenQuestion
from moodle_bridge.model.waits import Medium, Wait, WaitState

Numbers: TypeAlias = npt.NDArray[np.int64]

NONE = int(np.iinfo(np.int64).min)
"""No moment, no number; numpy's own NaT."""

STATES = tuple(WaitState)
"""The states of waits, by their number in columns."""

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

_EPOCH = datetime.fromtimestamp(0, UTC)
_ORDINAL = _EPOCH.toordinal()
_MICROSECOND = timedelta(microseconds=1)

WAIT_COLUMNS = (
    "pair",
    "post_id",
    "discussion_id",
    "forum_id",
    "group_id",
    "asker_id",
    "mail",
    "began",
    "sent_at",
    "state",
    "why",
    "first_answer",
    "first_answer_post",
    "facilitator_answer",
    "facilitator_answer_post",
    "answered_by",
    "ended",
    "found_at",
)
"""The columns of waits; `pair` and `why` are places in lists of texts."""
_HALF = 1 << 31
_MOMENTS = frozenset(
    {"began", "sent_at", "first_answer", "facilitator_answer", "ended"}
)
_OPEN_COLUMNS = (
    "pair",
    "post_id",
    "discussion_id",
    "forum_id",
    "asker_id",
    "mail",
    "began",
)
TALK_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "said": ("person", "day", "in_moodle", "by_mail"),
    "answered": ("person", "other", "answers", "first_at"),
    "spoke": ("person", "first", "last"),
}
"""The columns of what was said; days are ordinals. `spoke`: when, by person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Facts of a week, or of several.

    `waits` has the `WAIT_COLUMNS`, each table of `talk` its `TALK_COLUMNS`. `pairs` and
    `whys` are the texts that waits refer to. Rows stand in no order.
    """

    waits: Mapping[str, Numbers]
    talk: Mapping[str, Mapping[str, Numbers]]
    pairs: tuple[str, ...] = ()
    whys: tuple[str, ...] = ()

    def rows(self, places: Numbers, definition: str) -> list[Wait]:
        """Return the waits at these places, in their order."""
        columns = {name: self.waits[name][places] for name in WAIT_COLUMNS}
        rows = zip(
            *(
                moments_of(column) if name in _MOMENTS else column.tolist()
                for name, column in columns.items()
            ),
            strict=True,
        )
        return [
            Wait(
                definition=definition,
                pair=self.pairs[pair],
                post_id=post,
                discussion_id=discussion,
                forum_id=forum,
                group_id=_number(group),
                asker_id=asker,
                medium=Medium.MAIL if mail else Medium.MOODLE,
                began=began,
                sent_at=sent_at,
                state=STATES[state],
                why=self.whys[why],
                first_answer=first,
                first_answer_post=_number(first_post),
                facilitator_answer=answer,
                facilitator_answer_post=_number(answer_post),
                answered_by=_number(answered_by),
                ended=ended,
            )
            for (
                pair,
                post,
                discussion,
                forum,
                group,
                asker,
                mail,
                began,
                sent_at,
                state,
                why,
                first,
                first_post,
                answer,
                answer_post,
                answered_by,
                ended,
                _,
            ) in rows
        ]

    def open_questions(self, places: Numbers) -> tuple[OpenQuestion, ...]:
        """Return the waits at these places as a report names them, the oldest first."""
        found = {name: self.waits[name][places] for name in _OPEN_COLUMNS}
        named = np.asarray([sorted(self.pairs).index(one) for one in self.pairs], int)
        order = np.lexsort([found["post_id"], named[found["pair"]], found["began"]])
        found = {name: column[order] for name, column in found.items()}
        began = moments_of(found.pop("began"))
        return tuple(
            OpenQuestion(
                pair=self.pairs[pair],
                post_id=post,
                discussion_id=discussion,
                forum_id=forum,
                asker_id=asker,
                medium=Medium.MAIL if mail else Medium.MOODLE,
                began=at,
            )
            for pair, post, discussion, forum, asker, mail, at in zip(
                *(column.tolist() for column in found.values()), began, strict=True
            )
        )

    def in_order(self, definition: str) -> list[Wait]:
        """Return all waits, by beginning."""
        order = np.lexsort([self.waits["post_id"], self.waits["began"]])
        return self.rows(order, definition)


def packed(columns: Columns) -> bytes:
    """Return columns as bytes; `unpacked` reads them."""
    tables = {"waits": columns.waits, **columns.talk}
    head = {
        "pairs": columns.pairs,
        "whys": columns.whys,
        "tables": [
            [table, name, len(column)]
            for table, named in tables.items()
            for name, column in named.items()
        ],
    }
    body = b"".join(
        np.ascontiguousarray(column, dtype="<i8").tobytes()
        for named in tables.values()
        for column in named.values()
    )
    # Not compressed: it is read with every report, and small beside what was said.
    return json.dumps(head).encode("ascii") + b"\n" + body


def unpacked(content: bytes) -> Columns:
    """Return the columns of `packed`."""
    end = content.index(b"\n")
    head = json.loads(content[:end])
    tables: dict[str, dict[str, Numbers]] = {}
    at = end + 1
    for table, name, length in head["tables"]:
        column = np.frombuffer(content, dtype="<i8", count=length, offset=at)
        tables.setdefault(table, {})[name] = column
        at += length * 8
    waits = tables.pop("waits")
    return Columns(
        waits=waits,
        talk=tables,
        pairs=tuple(head["pairs"]),
        whys=tuple(head["whys"]),
    )


def joined(parts: Sequence[Columns]) -> Columns:
    """Return the facts of several weeks, each another, as those of one time."""
    pairs = tuple(sorted({one for part in parts for one in part.pairs}))
    whys = tuple(sorted({one for part in parts for one in part.whys}))
    waits = {
        name: _end_to_end(part.waits[name] for part in parts)
        for name in WAIT_COLUMNS
        if name not in {"pair", "why"}
    }
    waits["pair"] = _end_to_end(
        _places(part.waits["pair"], part.pairs, pairs) for part in parts
    )
    waits["why"] = _end_to_end(
        _places(part.waits["why"], part.whys, whys) for part in parts
    )
    talk = {
        table: {
            name: _end_to_end(part.talk[table][name] for part in parts)
            for name in names
        }
        for table, names in TALK_COLUMNS.items()
    }
    return Columns(
        waits=waits,
        talk={
            # No day is in two weeks.
            "said": talk["said"],
            "answered": summed(talk["answered"], "person", "other"),
            "spoke": summed(talk["spoke"], "person"),
        },
        pairs=pairs,
        whys=whys,
    )


def summed(table: Mapping[str, Numbers], *keys: str) -> dict[str, Numbers]:
    """Return one row for each key; the others are added up, moments the outermost."""
    if not len(table[keys[0]]):
        return dict(table)
    order = _order([table[key] for key in keys])
    ordered = {name: column[order] for name, column in table.items()}
    new = np.ones(len(order), dtype=bool)
    new[1:] = np.any([ordered[key][1:] != ordered[key][:-1] for key in keys], axis=0)
    starts = np.flatnonzero(new)
    found = {}
    for name, column in ordered.items():
        if name in keys:
            found[name] = column[starts]
        elif name in {"first", "first_at"}:
            found[name] = np.minimum.reduceat(column, starts)
        elif name == "last":
            found[name] = np.maximum.reduceat(column, starts)
        else:
            found[name] = np.add.reduceat(column, starts)
    return found


def _order(keys: Sequence[Numbers]) -> Numbers:
    match keys:
        case [one, other] if min(one.min(), other.min()) >= 0 and (
            max(one.max(), other.max()) < _HALF
        ):
            # Each week is in order: runs are put together faster than sorted anew.
            return np.argsort(one << 31 | other, kind="stable")
        case _:
            return np.lexsort(list(reversed(keys)))


class Clockwork:
    """Tells days and hours of a zone for many moments at once."""

    def __init__(self, zone: str) -> None:
        self._place = ZoneInfo(zone)

    def local(self, moments: Numbers) -> Numbers:
        """Return what clocks show, as microseconds since their 1970."""
        days = moments // DAY
        known, where = np.unique(days, return_inverse=True)
        offsets = np.empty(len(known), dtype=np.int64)
        turning = np.zeros(len(known), dtype=bool)
        for place, day in enumerate(known.tolist()):
            offsets[place] = self._offset(day * DAY)
            turning[place] = offsets[place] != self._offset((day + 1) * DAY - 1)
        shown = moments + offsets[where]
        for place in np.flatnonzero(turning[where]).tolist():
            at = int(moments[place])
            shown[place] = at + self._offset(at)
        return shown

    def _offset(self, at: int) -> int:
        moment = moment_of(at)
        assert moment is not None
        offset = moment.astimezone(self._place).utcoffset()
        assert offset is not None
        return offset // _MICROSECOND


def days_shown(shown: Numbers) -> Numbers:
    """Return the days that clocks show, as ordinals."""
    return shown // DAY + _ORDINAL


def hours_shown(shown: Numbers) -> Numbers:
    """Return the hours of the week that clocks show: 0 is Monday's first."""
    weekday = (days_shown(shown) - 1) % 7
    found: Numbers = weekday * 24 + shown % DAY // HOUR
    return found


def microseconds(at: datetime | None) -> int:
    """Return a moment (aware) as columns have it."""
    return NONE if at is None else (at - _EPOCH) // _MICROSECOND


def moment_of(number: int) -> datetime | None:
    """Return a moment (aware UTC) of a column."""
    return None if number == NONE else _EPOCH + number * _MICROSECOND


def moments_of(column: Numbers) -> list[Any]:
    """Return the moments of a whole column, each as `moment_of` does."""
    known = column != NONE
    found: list[Any] = [None] * len(column)
    times = column[known].astype("datetime64[us]").tolist()
    for place, time in zip(np.flatnonzero(known).tolist(), times, strict=True):
        found[place] = time.replace(tzinfo=UTC)
    return found


def _number(number: int) -> int | None:
    return None if number == NONE else number


def _end_to_end(columns: Iterable[Any]) -> Numbers:
    found = list(columns)
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _places(column: Numbers, texts: Sequence[str], among: Sequence[str]) -> Numbers:
    if not texts:
        return column
    place = {text: number for number, text in enumerate(among)}
    return np.array([place[text] for text in texts], dtype=np.int64)[column]
