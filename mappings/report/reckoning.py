"""All numbers of a report, worked out from what the ledger has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from mappings.report.calendar import (
    Span,
    by_phase,
    by_week,
    last_day,
    phases_of,
    today,
    weeks_of,
)
from mappings.report.counted import Counted, Label, counted
from mappings.report.curves import comparisons, response_curve
from mappings.report.facts import ReportFacts
from mappings.report.figures import Figures, OpenQuestion, Row
from mappings.report.hours import hours_of
from mappings.report.late import causes_of, cover_that_helps
from mappings.report.rows import (
    Group,
    Heading,
    answered_only,
    first_responses,
    groups_of,
    labelled,
)
from mappings.report.taking_part import participation_of
from moodle_bridge.model.waits import DEFINITION, Wait

WHOLE = "whole"
"""The key of the row of all questions."""


def figures_of(facts: ReportFacts) -> Figures:
    """Return all numbers of one report; the order of the facts does not matter.

    A question belongs to the week, phase and hour in which it began (t0 of
    "facilitation-response v1"), by the clock of the report's zone; weeks are those of
    ISO 8601. Weeks, and phases that have begun, have a row also when nothing was asked
    in them; forums, media and groups only when something was. A question that began
    after `now` is not counted. Curves are of all questions and of each medium, where
    enough people asked for the row to be shown. The same facts give the same figures.
    """
    waits = counted(facts)
    days = {*waits.days, *(day for _, day in waits.needless)}
    said_on = {
        one.day
        for one in facts.said
        if one.day <= last_day(facts)
        and (facts.first is None or one.day >= facts.first)
    }
    weeks, phases = weeks_of(facts, days | said_on), phases_of(facts)
    week_at, phase_at = by_week(days), by_phase(facts, days)

    whole = _whole(facts, waits)
    phase_groups = _by_span(facts, waits, lambda _, day: phase_at(day), phases)
    media = _named(facts, waits, lambda wait, _: wait.medium.value, str)
    missed, unwatched = causes_of(facts, waits)
    week = hours_of(facts, waits)
    return Figures(
        made_at=facts.now,
        zone=facts.zone,
        promise=facts.promise,
        names=facts.names,
        first=facts.first,
        last=facts.last,
        whole=whole.row,
        weeks=_rows(_by_span(facts, waits, lambda _, day: week_at(day), weeks)),
        phases=_rows(phase_groups),
        forums=_rows(
            _named(
                facts,
                waits,
                lambda wait, _: str(wait.forum_id),
                _by(facts.names.forums),
            )
        ),
        media=_rows(media),
        groups=_rows(_named(facts, waits, _group_of, _by(facts.names.groups))),
        hours=week.hours,
        blocks=week.blocks,
        curves=tuple(response_curve(one) for one in (whole, *media) if one.row.shown),
        comparisons=comparisons("media", media) + comparisons("phases", phase_groups),
        missed=missed,
        what_if=cover_that_helps(facts, unwatched),
        waiting=_waiting([waits.waits[at] for at in waits.open]),
        bias=answered_only(whole.times, facts.promise),
        participation=participation_of(facts, weeks, phases),
        plan=tuple(facts.phases),
        history_until=facts.history_until,
        first_responses=first_responses(whole.times),
        definition=facts.waits[0].definition if facts.waits else DEFINITION,
    )


def _whole(facts: ReportFacts, waits: Counted) -> Group:
    over = facts.last is None or facts.last < today(facts)
    heading = Heading(key=WHOLE, title=facts.names.course, provisional=not over)
    by = labelled(waits, lambda _, __: WHOLE)
    (group,) = groups_of(waits, by, [heading], facts.promise)
    return group


def _by_span(
    facts: ReportFacts, waits: Counted, label: Label, spans: Iterable[Span]
) -> tuple[Group, ...]:
    headings = (
        Heading(key=span.key, title=span.title, provisional=span.provisional)
        for span in spans
    )
    return groups_of(waits, labelled(waits, label), headings, facts.promise)


def _named(
    facts: ReportFacts, waits: Counted, label: Label, title: Callable[[str], str]
) -> tuple[Group, ...]:
    """Return a group for each label that a question has, by title and key."""
    by = labelled(waits, label)
    headings = sorted(
        (Heading(key=key, title=title(key)) for key in by.keys),
        key=lambda one: (one.title.casefold(), one.key),
    )
    return groups_of(waits, by, headings, facts.promise)


def _by(names: Mapping[int, str]) -> Callable[[str], str]:
    return lambda key: names.get(int(key), key)


def _waiting(waits: Sequence[Wait]) -> tuple[OpenQuestion, ...]:
    oldest_first = sorted(waits, key=lambda one: (one.began, one.pair, one.post_id))
    return tuple(map(OpenQuestion.of, oldest_first))


def _group_of(wait: Wait, _: object) -> str | None:
    return None if wait.group_id is None else str(wait.group_id)


def _rows(groups: Iterable[Group]) -> tuple[Row, ...]:
    return tuple(group.row for group in groups)
