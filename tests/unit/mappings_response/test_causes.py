"""Two clocks, why a promise was missed, and what cover would have kept it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mappings.response.causes import Cause, cause_of, what_if
from mappings.response.clocks import Clocked, clocked
from mappings.rota.duty import Cover
from moodle_bridge.model.waits import Medium, Wait, WaitState

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def wait(answered: float | None = None, *, began: float = 0) -> Wait:
    return Wait(
        pair="sm25",
        post_id=1,
        discussion_id=5,
        forum_id=3,
        asker_id=11,
        medium=Medium.MOODLE,
        began=at(began),
        state=WaitState.OPEN if answered is None else WaitState.ANSWERED,
        why="new discussion",
        facilitator_answer=None if answered is None else at(answered),
        ended=None if answered is None else at(answered),
    )


def one(the_wait: Wait, *, cover: Cover | None = None, now: float = 600) -> Clocked:
    (found,) = clocked([the_wait], at(now), watched=cover)
    return found


def test_an_open_wait_is_censored_now_and_one_taken_back_then() -> None:
    assert one(wait(), now=90).observed == (5400, False)
    withdrawn = replace(wait(), state=WaitState.WITHDRAWN, ended=at(30))
    assert one(withdrawn, now=90).observed == (1800, False)
    assert one(wait(answered=45)).observed == (2700, True)


def test_an_answer_that_is_yet_to_come_has_not_come() -> None:
    assert one(wait(answered=45), now=20).observed == (1200, False)


def test_what_needs_no_answer_does_not_count() -> None:
    needless = replace(wait(), state=WaitState.NOT_NEEDED)
    assert clocked([needless], at(10), watched=None) == ()


def test_the_watched_clock_runs_only_while_somebody_is_on_duty() -> None:
    cover = Cover(((at(30), at(60)), (at(90), at(120))))
    found = one(wait(answered=100), cover=cover)
    assert (found.felt, found.watched) == (6000, 2400)
    assert one(wait(answered=100)).watched is None


@pytest.mark.parametrize(
    ("answered", "cover", "found_at", "expected"),
    [
        (59, ((0, 60),), 0, None),
        (70, ((0, 600),), 0, Cause.LATE),
        (70, ((31, 600),), 0, Cause.NOBODY),
        (70, (), 0, Cause.NOBODY),
        (70, ((0, 600),), 61, Cause.LAG),
        # Found after a quarter of an hour, answered within the hour from then.
        (70, ((0, 600),), 15, Cause.LAG),
        (90, ((0, 600),), 15, Cause.LATE),
    ],
)
def test_each_missed_promise_has_one_cause(
    answered: float,
    cover: tuple[tuple[float, float], ...],
    found_at: float,
    expected: Cause | None,
) -> None:
    watched = Cover(tuple((at(start), at(end)) for start, end in cover))
    cause = cause_of(one(wait(answered)), HOUR, watched=watched, found_at=at(found_at))
    assert cause == expected


def test_a_mail_that_was_long_on_its_way_is_put_down_to_the_way() -> None:
    slow = replace(wait(answered=70), sent_at=at(-120))
    watched = Cover(((at(0), at(600)),))
    assert cause_of(one(slow), HOUR, watched=watched, found_at=at(0)) is Cause.LAG


def test_cover_that_was_not_there_is_weighed_by_what_it_would_have_caught() -> None:
    # Monday 18:30, 19:10 and Tuesday 23:30 in Kampala (UTC+3).
    missed = [one(wait(began=minutes), now=3000) for minutes in (390, 430, 2130)]
    blocks = what_if(missed, HOUR, zone="Africa/Kampala", watched=Cover(()), hours=4)
    best = blocks[0]
    # No block of four hours catches all three; on working days 16 to 20 is the first
    # that catches two.
    assert (best.weekdays, best.since, best.until) == (frozenset(range(5)), 16, 20)
    assert (best.caught, best.missed) == (2, 3)
    # The last one's hour reaches past midnight, into Wednesday.
    assert any((one.since, one.caught) == (0, 1) for one in blocks)


def test_a_short_promise_reaches_into_each_hour_that_it_touches() -> None:
    # 9:55 to 10:05: cover from 10:00 on would have caught it.
    (late,) = (one(wait(began=55), now=3000),)
    blocks = what_if(
        [late], timedelta(minutes=10), zone="UTC", watched=Cover(()), hours=1
    )
    assert {block.since for block in blocks} == {9, 10}


def test_hours_in_which_somebody_was_on_duty_would_catch_nothing_more() -> None:
    # 7:40 to 8:40, and somebody watches from 8:00 on.
    (late,) = (one(wait(began=-80), now=3000),)
    watched = Cover(((at(-60), at(600)),))
    blocks = what_if([late], HOUR, zone="UTC", watched=watched, hours=1)
    assert {block.since for block in blocks} == {7}
