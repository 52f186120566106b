"""Gathers from the ledger what a report counts; Moodle is not asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mappings.participation.activity import Member, Said
from mappings.participation.exchange import Answered
from mappings.report.facts import Phase, Place, ReportFacts, ReportNames
from mappings.rota.duty import Cover, cover
from mappings.rota.wall_clock import moment
from moodle_bridge.model.waits import DEFINITION, Wait
from sync.jobs.watch import begun_in
from sync.ledger.cursors import ACCOUNT, ROTA_FROZEN
from sync.ledger.report_facts import ReportRows, Spoken, moment_text
from sync.places import last_place
from sync.report.traits import traits_of

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.ledger.presence import Presence
    from sync.settings import Settings

USUAL_LAG = timedelta(minutes=15)
"""A question that the bridge saw so soon was seen at once."""

_PROMISE = timedelta(hours=1)
_DAY = timedelta(days=1)
_AFTER_ALL = "~"


def facts(
    transaction: Transaction,
    settings: Settings,
    *,
    pairs: Sequence[str] | None = None,
    first: date | None = None,
    last: date | None = None,
    now: datetime | None = None,
    definition: str = DEFINITION,
) -> ReportFacts:
    """Return what a report of some pairs counts; may be repeated.

    `pairs` are names, None = all of bridge.toml. `first` and `last` (days of the
    report's zone, both included; None = no limit) bound the waits by their beginning;
    members and what was said are always of the whole time. `now` (aware UTC) is the
    clock where it is left out. Only pairs whose questions are watched have anything.
    Everything comes out of the ledger: names of courses, forums and groups are those
    that the last run saw.
    """
    zone = zone_of(settings)
    rows = ReportRows(transaction.connection, pairs_of(settings, pairs))
    waits: list[Wait] = []
    found_at: dict[Place, datetime] = {}
    since, until = _bounds(first, last, zone)
    for heard in rows.waits(
        since=since, until=until, late=USUAL_LAG, definition=definition
    ):
        waits.append(heard.wait)
        if heard.found_at is not None:
            found_at[heard.wait.pair, heard.wait.post_id] = heard.found_at
    talk = talk_of(rows.spoken(), zone)
    return facts_around(
        transaction,
        settings,
        pairs=pairs,
        now=now,
        waits=waits,
        found_at=found_at,
        talk=talk,
        said=talk.said(),
        answered=talk.answered(),
        first=first,
        last=last,
    )


def facts_around(
    transaction: Transaction,
    settings: Settings,
    *,
    pairs: Sequence[str] | None,
    now: datetime | None,
    waits: Sequence[Wait],
    found_at: Mapping[Place, datetime],
    talk: Talk,
    said: Sequence[Said],
    answered: Sequence[Answered],
    first: date | None = None,
    last: date | None = None,
) -> ReportFacts:
    """Return facts of which the many, waits and talk, are gathered already."""
    now = now or transaction.clock()
    chosen = pairs_of(settings, pairs)
    rows = ReportRows(transaction.connection, chosen)
    return ReportFacts(
        now=now,
        zone=zone_of(settings),
        promise=promise_of(settings),
        names=names_of(transaction, settings, chosen),
        waits=waits,
        first=first,
        last=last,
        found_at=found_at,
        watched=watched_of(transaction, rows, now),
        rota_since=rows.rota_since(),
        rota_until=frozen_up_to(transaction),
        phases=phases_of(settings),
        members=members_of(transaction, settings, chosen, talk),
        said=said,
        answered=answered,
        quiet_after=settings.report.quiet_after,
        history_until=history_until(transaction, rows, chosen),
    )


def zone_of(settings: Settings) -> str:
    """Return the zone in which reports cut days and weeks."""
    return settings.report.zone or settings.rota.zone


def promise_of(settings: Settings) -> timedelta:
    """Return within what time every question is to be answered."""
    alerts = settings.alerts
    return settings.report.promise or (alerts.promise if alerts else _PROMISE)


def pairs_of(settings: Settings, pairs: Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of the pairs to report on, in the order of bridge.toml."""
    return tuple(
        pair.name for pair in settings.pairs if pairs is None or pair.name in pairs
    )


def phases_of(settings: Settings) -> tuple[Phase, ...]:
    """Return the parts of the course, in the order of bridge.toml."""
    return tuple(
        Phase(name=one.name, first=one.first, last=one.last) for one in settings.phases
    )


def watched_of(
    transaction: Transaction, rows: ReportRows, now: datetime
) -> Cover | None:
    """Return when somebody was on duty, as it was frozen; None without a rota."""
    since = rows.rota_since()
    if since is None:
        return None
    return cover(transaction.shifts.between(since, now))


def frozen_up_to(transaction: Transaction) -> datetime | None:
    """Return up to when it is written down who was on duty; None: it is not told."""
    kept = transaction.cursors.get(ROTA_FROZEN)
    return datetime.fromisoformat(kept) if kept else None


def history_until(
    transaction: Transaction, rows: ReportRows, pairs: Sequence[str]
) -> datetime | None:
    """Return before when what was said was read later; None when nothing was."""
    begun = [at for pair in pairs if (at := begun_in(transaction, pair)) is not None]
    first = rows.first_said()
    if not begun or first is None or first >= max(begun):
        return None
    return max(begun)


def names_of(
    transaction: Transaction, settings: Settings, pairs: Sequence[str]
) -> ReportNames:
    """Return what courses, forums, groups and people are called."""
    courses: dict[int, str] = {}
    forums: dict[int, str] = {}
    groups: dict[int, str] = {}
    people: dict[int, str] = {}
    for name in pairs:
        place = last_place(transaction, name)
        wanted = settings.pair(name)
        if place is None:
            continue
        courses[place.course.id] = place.course.fullname or place.course.shortname
        forums |= {forum.id: forum.name for forum in place.forums.values()}
        if wanted and place.group_id and isinstance(wanted.group, str):
            groups[place.group_id] = wanted.group
    for course_id in courses:
        groups |= transaction.presences.group_names(course_id)
        people |= {
            person.user_id: person.fullname
            for person in transaction.people.of_course(course_id)
        }
    named = list(dict.fromkeys(courses.values()))
    return ReportNames(
        course=", ".join(named) or ", ".join(pairs),
        forums=forums,
        groups=groups,
        people=people,
    )


@dataclass(slots=True)
class Talk:
    """What was said, added up by person and day, and by who answered whom.

    `days` are [in Moodle, by mail] by (person, day); `answers` [how many, the first]
    by (person, other). `first` and `last` are when each person first and last spoke,
    as the ledger writes a moment.
    """

    days: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    answers: dict[tuple[int, int], tuple[int, str]] = field(default_factory=dict)
    first: dict[int, str] = field(default_factory=dict)
    last: dict[int, str] = field(default_factory=dict)

    def said(self) -> list[Said]:
        """Return who said how much on which day, in order."""
        day_of = date.fromordinal
        return [
            Said(person=person, day=day_of(day), in_moodle=moodle, by_mail=mail)
            for (person, day), (moodle, mail) in sorted(self.days.items())
        ]

    def answered(self) -> list[Answered]:
        """Return who answered whom, in order."""
        return [
            Answered(
                person=person,
                other=other,
                answers=answers,
                first_at=datetime.fromisoformat(at),
            )
            for (person, other), (answers, at) in sorted(self.answers.items())
        ]


class DayEdges(dict[str, tuple[str, str, int, int, int]]):
    """The days of a zone (as ordinals) that a day of UTC (2026-03-29) has parts of.

    Each is (edge, edge, day before the first edge, between the two, from the second
    on); edges are as the ledger writes a moment. A million times are looked up.
    """

    def __init__(self, zone: str) -> None:
        super().__init__()
        self._zone = zone
        self._place = ZoneInfo(zone)

    def __missing__(self, utc_day: str) -> tuple[str, str, int, int, int]:
        start = datetime.fromisoformat(utc_day).replace(tzinfo=UTC)
        days = [start.astimezone(self._place).date()]
        edges: list[str] = []
        for _ in range(2):
            edge = moment(days[-1] + _DAY, time(), self._zone)
            if edge >= start + _DAY:
                break
            edges.append(moment_text(edge))
            days.append(edge.astimezone(self._place).date())
        edges += [_AFTER_ALL] * (2 - len(edges))
        numbers = [day.toordinal() for day in (*days, days[-1], days[-1])]
        found = (edges[0], edges[1], numbers[0], numbers[1], numbers[2])
        self[utc_day] = found
        return found


def talk_of(rows: Iterable[Spoken], zone: str) -> Talk:
    """Add up what was said; the days are those of a zone. The order does not matter."""
    talk = Talk()
    days, answers, first, last = talk.days, talk.answers, talk.first, talk.last
    edges = DayEdges(zone)
    for person, by_mail, at, other in rows:
        one, two, before_one, day, after = edges[at[:10]]
        if at < one:
            day = before_one
        elif at >= two:
            day = after
        key = (person, day)
        counts = days.get(key)
        if counts is None:
            counts = days[key] = [0, 0]
        counts[by_mail] += 1
        if at < first.get(person, _AFTER_ALL):
            first[person] = at
        if at > last.get(person, ""):
            last[person] = at
        if other is not None:
            pair = (person, other)
            before = answers.get(pair)
            answers[pair] = (
                (1, at) if before is None else (before[0] + 1, min(before[1], at))
            )
    return talk


def members_of(
    transaction: Transaction,
    settings: Settings,
    pairs: Sequence[str],
    talk: Talk,
) -> list[Member]:
    """Return who is or was in the courses, and as what.

    When somebody came who was there when the bridge first looked is not known: they
    count from the first thing that was said at all. Who left before that, and is known
    by what they wrote alone, counts from their first to their last word. The service
    account is nobody.
    """
    courses = [
        place.course.id
        for name in pairs
        if (place := last_place(transaction, name)) is not None
    ]
    own = _own_account(transaction)
    present = [
        one
        for one in transaction.presences.of_courses(set(courses))
        if one.user_id != own
    ]
    began = min(talk.first.values(), default=None)
    beginning = datetime.fromisoformat(began) if began else None
    looked: dict[int, datetime] = {}
    for one in present:
        looked.setdefault(one.course_id, one.since)
    traits = traits_of(transaction, settings, pairs, courses)
    members = []
    known: set[int] = set()
    for one in _joined(present):
        since = one.since
        if one.user_id not in known:
            spoke = talk.first.get(one.user_id)
            if since == looked[one.course_id] and beginning is not None:
                since = min(since, beginning)
            if spoke:
                since = min(since, datetime.fromisoformat(spoke))
        known.add(one.user_id)
        members.append(
            Member(
                person=one.user_id,
                since=since,
                until=one.until,
                facilitator=one.facilitator,
                traits=traits.get(one.user_id, ()),
            )
        )
    members += [
        Member(
            person=person,
            since=datetime.fromisoformat(talk.first[person]),
            until=datetime.fromisoformat(talk.last[person]),
            traits=traits.get(person, ()),
        )
        for person in sorted(talk.first.keys() - known)
        if person != own
    ]
    return members


def _joined(present: Sequence[Presence]) -> list[Presence]:
    """Return presences by person, once where several courses have the same person.

    In two courses at once they are there while they are in one; who teaches in one of
    them is a facilitator.
    """
    by_person: defaultdict[int, list[Presence]] = defaultdict(list)
    for one in present:
        by_person[one.user_id].append(one)
    found: list[Presence] = []
    for own in by_person.values():
        courses = {one.course_id for one in own}
        found += own if len(courses) == 1 else _over_courses(own)
    return sorted(found, key=lambda one: (one.since, one.user_id))


def _over_courses(own: Collection[Presence]) -> Iterable[Presence]:
    """Return who was where over several courses as one line of time."""
    edges = sorted(
        {one.since for one in own} | {one.until for one in own if one.until is not None}
    )
    for number, start in enumerate(edges):
        end = edges[number + 1] if number + 1 < len(edges) else None
        here = [
            one
            for one in own
            if one.since <= start and (one.until is None or one.until > start)
        ]
        if here:
            first = here[0]
            yield type(first)(
                course_id=first.course_id,
                user_id=first.user_id,
                since=start,
                until=end,
                facilitator=any(one.facilitator for one in here),
                group_ids=frozenset().union(*(one.group_ids for one in here)),
            )


def _own_account(transaction: Transaction) -> int | None:
    kept = (transaction.cursors.get(ACCOUNT) or "").partition(" ")[2]
    return int(kept) if kept else None


def _bounds(
    first: date | None, last: date | None, zone: str
) -> tuple[datetime | None, datetime | None]:
    """Return from when on and before when a wait must have begun."""
    return (
        moment(first, time(), zone) if first else None,
        moment(last + _DAY, time(), zone) if last else None,
    )
