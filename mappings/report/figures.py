"""The numbers of a report, before they have a form: what every form shows alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from mappings.participation.activity import LEAST_SHOWN, Active, Quiet
from mappings.participation.exchange import Exchange
from mappings.report.facts import Phase, ReportNames
from mappings.response.causes import Cause, WhatIf
from mappings.response.survival import Share
from moodle_bridge.model.waits import DEFINITION, Medium, Wait

HourOfWeek = tuple[int, int]
"""Weekday (0 is Monday) and hour, by the clock of the report's zone."""

RESPONSE_BUCKETS = (900.0, 1800.0, 3600.0, 14400.0, 86400.0)
"""The seconds at which a collector of metrics counts answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How long a group of questions waited.

    `within` is the share answered within the promise, None when nobody was watched for
    so long; `median` and `p90` are seconds, None when not reached: so many were not
    answered while anybody watched.
    """

    within: Share | None
    median: float | None
    p90: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One group of questions: all of them, a week, a forum, ...

    `key` names it for machines (`2026-W47`, `online`, a forum's number, `mail`),
    `title` for people. `asked` questions by `askers` people began in it; `open` wait
    yet, `oldest_open` for so many seconds (None: none), `withdrawn` were taken back,
    `not_needed` need no answer and count nowhere else, `delayed` came by mail that was
    long on its way. `felt` is the headline: by the asker's clock, to the first answer
    of a facilitator; `anyone` to the first of anybody; `watched` counts only while
    somebody was on duty, None without a rota; it is of the `watched_asked` questions by
    `watched_askers` people of which that is known (None: of all). `provisional` marks a
    time that is not over. `hidden`: another one of too few people could be worked out
    from it.
    """

    key: str
    title: str
    asked: int
    askers: int
    open: int
    withdrawn: int
    not_needed: int
    delayed: int
    oldest_open: float | None
    felt: Estimate
    anyone: Estimate
    watched: Estimate | None
    watched_asked: int | None = None
    watched_askers: int | None = None
    provisional: bool = False
    hidden: bool = False

    @property
    def shown(self) -> bool:
        """Whether its numbers may be shown: enough people asked, and it hides none."""
        return self.askers >= LEAST_SHOWN and not self.hidden

    @property
    def watched_shown(self) -> Estimate | None:
        """The watched clock as far as it may be shown: enough people asked on it."""
        askers = self.askers if self.watched_askers is None else self.watched_askers
        return self.watched if self.shown and askers >= LEAST_SHOWN else None

    @property
    def watched_number(self) -> int:
        """How many questions the watched clock is of."""
        return self.asked if self.watched_asked is None else self.watched_asked


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """After `seconds` this `share` was answered, with its interval of 95 %."""

    seconds: float
    share: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCurve:
    """The share answered as time goes on, for one row; `key` and `title` are its.

    The last of `points` (rising) stands at the longest time that anybody was watched,
    whether or not an answer came then: beyond it nothing is known.
    """

    key: str
    title: str
    n: int
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Whether two rows wait alike: `p_value` of the log-rank test, None if too few.

    `kind` is the field of `Figures` that holds the rows: `media` or `phases`; `first`
    and `second` are their keys.
    """

    kind: str
    first: str
    second: str
    p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRow:
    """An hour of the week: `asked` questions began in it, `missed` not answered in time.

    `watched` is the share of it in which somebody was on duty, None without a rota.
    `askers` is how many people asked, None where that was not counted. `hidden`:
    another hour of too few people could be worked out from it. Several hours may be
    taken as one.
    """

    asked: int = 0
    missed: int = 0
    watched: float | None = None
    askers: int | None = None
    hidden: bool = False

    @property
    def people(self) -> int:
        """How many people asked, at most."""
        # No more people asked than there are questions.
        return self.asked if self.askers is None else self.askers

    @property
    def shown(self) -> bool:
        """Whether `missed` may be shown: enough people asked, and it hides none."""
        return self.people >= LEAST_SHOWN and not self.hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstResponses:
    """How soon facilitators answered the questions that they answered, as it was felt.

    `within` is how many came within so many seconds (those of `RESPONSE_BUCKETS`),
    each counting those before it; `number` how many there are, `seconds` their times
    added up. Questions that wait are not among them: this flatters, `Estimate` does
    not.
    """

    within: Mapping[float, int]
    number: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveRow:
    """Who was active in a week, a phase, or among those with one answer in the form.

    `hidden`: another one of too few people could be worked out from it.
    """

    key: str
    title: str
    active: Active
    provisional: bool = False
    hidden: bool = False

    @property
    def shown(self) -> bool:
        """Whether its numbers may be shown: enough people, and it hides none."""
        return self.active.shown and not self.hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation:
    """Who takes part. `quiet`, `isolates` and `front_runners` name people.

    `traits` are by what the intake form asked (`country`, `bandwidth`, ...), each with
    a row for each answer. `front_runners` are (user id, distinct peers helped).
    """

    weeks: tuple[ActiveRow, ...]
    phases: tuple[ActiveRow, ...]
    traits: Mapping[str, tuple[ActiveRow, ...]]
    exchange: Exchange
    quiet: tuple[Quiet, ...]
    front_runners: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A question that waits for a facilitator, as a report names it.

    See `Wait`, of which these are the fields that it shows: there may be thousands.
    """

    pair: str
    post_id: int
    discussion_id: int
    forum_id: int
    asker_id: int
    medium: Medium
    began: datetime

    @classmethod
    def of(cls, wait: Wait) -> OpenQuestion:
        """Return a wait as a report names it."""
        return cls(**{name: getattr(wait, name) for name in cls.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All numbers of one report.

    `first` and `last` are the days that it covers, None = as far as anything goes.
    `missed` are the promises that were missed by cause; without a rota only lag can be
    told, so that other causes are missing, not 0. Of questions before the rota was kept
    no cause but lag is told: all that were missed are the sum over `hours`. `what_if`
    are the hours of cover that would have caught most, the best first. `blocks` are the
    same as `hours`, four hours each, by the first of them. `waiting` are
    the questions that wait now, the oldest first: for facilitators. `bias` is the share
    within the promise that one would report by leaving out what was not answered,
    beside the true one; None when nothing was answered. `first_responses` is for
    collectors of metrics; None where it was not counted.
    """

    made_at: datetime
    zone: str
    promise: timedelta
    names: ReportNames
    first: date | None
    last: date | None
    whole: Row
    weeks: tuple[Row, ...]
    phases: tuple[Row, ...]
    forums: tuple[Row, ...]
    media: tuple[Row, ...]
    groups: tuple[Row, ...]
    hours: Mapping[HourOfWeek, HourRow]
    curves: tuple[ResponseCurve, ...]
    comparisons: tuple[Comparison, ...]
    missed: Mapping[Cause, int]
    what_if: tuple[WhatIf, ...]
    waiting: tuple[OpenQuestion, ...]
    bias: float | None
    participation: Participation
    plan: tuple[Phase, ...] = field(default=())
    history_until: datetime | None = None
    first_responses: FirstResponses | None = None
    blocks: Mapping[HourOfWeek, HourRow] = field(default_factory=dict)
    definition: str = DEFINITION
