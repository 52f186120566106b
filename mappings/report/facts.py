"""What a report is worked out from: all of it read from the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from mappings.participation.activity import Member, Said
from mappings.participation.exchange import Answered
from mappings.rota.duty import Cover
from moodle_bridge.model.waits import Wait

Place = tuple[str, int]
"""Pair and post id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A part of the course, its last day included, by the calendar of its zone.

    `name` is intake, online, face-to-face or coaching, or one of the admin's own.
    """

    name: str
    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Say whether a day lies in it."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportNames:
    """What forums, groups and people are called; people for facilitators only.

    `forums` and `groups` are by Moodle's number, `people` by user id.
    """

    course: str
    forums: Mapping[int, str] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """All that one report counts.

    `waits` are those that began from `first` to `last` (days of `zone`, both included;
    None: no limit), whatever their state; `found_at` says when the bridge first saw a
    question, where it did not see it at once. `watched` are the periods in which
    somebody was on duty as frozen, None where no rota was kept. `members`, `said` and
    `answered` are of all people of the course. `now` is when it was read: what is open
    then is censored then. `history_until` is when the bridge began to watch, None when
    it watched from the beginning: what lies before it was read later. `rota_since` is
    when the rota began to be kept (its first frozen shift of all, not of this period),
    None when it was kept all the time: of questions before it nobody knows who was on
    duty, so they say nothing on the watched clock and have no cause but lag. `rota_until` is up to when it was written
    down who was on duty, None: up to now. Of what was asked later it is as little known,
    and so is why a promise was missed that was to be kept after it.
    """

    now: datetime
    zone: str
    promise: timedelta
    names: ReportNames
    waits: Sequence[Wait]
    first: date | None = None
    last: date | None = None
    found_at: Mapping[Place, datetime] = field(default_factory=dict)
    watched: Cover | None = None
    phases: Sequence[Phase] = ()
    members: Sequence[Member] = ()
    said: Sequence[Said] = ()
    answered: Sequence[Answered] = ()
    quiet_after: timedelta = timedelta(days=10)
    history_until: datetime | None = None
    rota_since: datetime | None = None
    rota_until: datetime | None = None
