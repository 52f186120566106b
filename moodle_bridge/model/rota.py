"""The rota: who watches when, as its sources give it and as it comes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum


class DutyRole(StrEnum):
    """In which role somebody is on duty; a shadow learns and is not alerted."""

    PRIMARY = "primary"
    BACKUP = "backup"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaRule:
    """A pattern on the wall clock of one zone.

    On each of `weekdays` (0 is Monday) the watch goes from `start` to `end`; an end
    not after the start is on the day after, and equal times are a whole day. `people`
    (keys) take turns of `turn_days` days each, counted from `anchor`; `at_once` of
    them watch together. From `first` to `last`, both included, None for no end.
    `role` is what they are.
    """

    name: str
    people: tuple[str, ...]
    zone: str
    weekdays: frozenset[int]
    start: time
    end: time
    anchor: date
    turn_days: int = 7
    at_once: int = 1
    role: DutyRole = DutyRole.PRIMARY
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaSpan:
    """A span that a table or a calendar names; times are aware UTC.

    `key` stays the same when the span is read again; `title` is what people know it
    by, as the title of an event, empty where it has none.
    """

    key: str
    person: str
    start: datetime
    end: datetime
    role: DutyRole = DutyRole.PRIMARY
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaReading:
    """What a source holds for a period.

    `unknown` are names in it that no facilitator has, as they stand there; `problems`
    are lines for an admin about what could not be understood.
    """

    rules: tuple[RotaRule, ...] = ()
    spans: tuple[RotaSpan, ...] = ()
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class LayerKind(StrEnum):
    """What lies over the rules; what stands first here wins."""

    ABSENCE = "absence"
    SWAP = "swap"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A change of the rota for a while; times are aware UTC.

    An absence takes `person` off duty, and `takes_over` is None. An override puts
    `takes_over` in the place of `person`, or beside whoever is there when `person` is
    None. A swap is an override that both agreed to. `role` is None for every role.
    """

    key: str
    kind: LayerKind
    start: datetime
    end: datetime
    person: str | None = None
    takes_over: str | None = None
    role: DutyRole | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Somebody is on duty, from `start` up to and without `end` (aware UTC).

    `why` names the rule, span or layer that it comes from.
    """

    start: datetime
    end: datetime
    person: str
    role: DutyRole
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facilitator:
    """Somebody who shares the watch.

    `key` is a short name for the rota. `names` are what calendars call them. `user_id`
    is Moodle's, `address` where alerts by mail go; None when not known. `lead` is told
    when nobody is on duty.
    """

    key: str
    name: str
    zone: str
    language: str = "en"
    names: tuple[str, ...] = ()
    user_id: int | None = None
    address: str | None = None
    country: str | None = None
    lead: bool = False
