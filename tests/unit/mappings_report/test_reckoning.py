"""The numbers of a report: against other programs, and what always holds."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import lifelines
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.statistics import logrank_test
from lifelines.utils import qth_survival_time

from benchmarks.bias import simulated_week
from mappings.report.curves import MOST_POINTS
from mappings.report.facts import ReportNames
from mappings.report.figures import RESPONSE_BUCKETS, Estimate, Figures
from mappings.report.reckoning import figures_of
from mappings.response.causes import Cause
from mappings.response.clocks import clocked
from mappings.rota.duty import Cover
from moodle_bridge.model.waits import Medium, Wait, WaitState
from tests.unit.mappings_report.histories import (
    HOUR,
    MONDAY,
    NOW,
    asked,
    courses,
    facts,
    phase,
)


@pytest.mark.parametrize("seed", range(3))
def test_the_report_agrees_with_lifelines(seed: int) -> None:
    found = simulated_week(seed).facts
    figures = figures_of(found)
    observed = [one.observed for one in clocked(found.waits, found.now, watched=None)]
    fitter = lifelines.KaplanMeierFitter()
    fitter.fit([one for one, _ in observed], [ended for _, ended in observed])
    felt = figures.whole.felt
    assert felt.within is not None
    assert 1 - felt.within.share == pytest.approx(fitter.predict(3600), abs=1e-9)
    bounds = fitter.confidence_interval_
    row = bounds[bounds.index <= 3600].iloc[-1]
    assert 1 - felt.within.high == pytest.approx(row.iloc[0], abs=1e-9)
    assert 1 - felt.within.low == pytest.approx(row.iloc[1], abs=1e-9)
    assert felt.median == pytest.approx(fitter.median_survival_time_, abs=1e-9)
    ninety = qth_survival_time(0.1, fitter.survival_function_)
    assert felt.p90 == (None if ninety == float("inf") else pytest.approx(ninety))
    (whole, *media) = figures.curves
    assert [curve.key for curve in media] == ["mail", "moodle"]
    for point in whole.points:
        theirs = fitter.predict(point.seconds)
        assert 1 - point.share.share == pytest.approx(theirs, abs=1e-9)


def test_the_comparison_of_media_agrees_with_lifelines() -> None:
    found = simulated_week(11).facts
    slow = [
        replace(wait, medium=Medium.MAIL if wait.post_id % 3 else Medium.MOODLE)
        for wait in found.waits
    ]
    (comparison,) = figures_of(replace(found, waits=slow)).comparisons
    one, two = (
        clocked([w for w in slow if w.medium is medium], found.now, watched=None)
        for medium in (Medium.MAIL, Medium.MOODLE)
    )
    theirs = logrank_test(
        [wait.felt for wait in one],
        [wait.felt for wait in two],
        [wait.answered for wait in one],
        [wait.answered for wait in two],
    )
    assert (comparison.kind, comparison.first) == ("media", "mail")
    assert comparison.p_value == pytest.approx(theirs.p_value, abs=1e-9)


def test_without_open_questions_it_is_the_plain_quantile() -> None:
    chance = random.Random(3)
    times = [chance.randrange(1, 200) for _ in range(60)]
    waits = [
        asked(post, post * 60, minutes, asker=post)
        for post, minutes in enumerate(times)
    ]
    felt = figures_of(facts(waits)).whole.felt
    plain = sorted(times)
    assert felt.median == plain[29] * 60
    assert felt.p90 == plain[53] * 60
    assert felt.within is not None
    assert felt.within.share == pytest.approx(sum(one <= 60 for one in times) / 60)


@settings(max_examples=50, deadline=None)
@given(courses(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(
    waits: list[Wait], chance: random.Random
) -> None:
    shuffled = list(waits)
    chance.shuffle(shuffled)
    cover = Cover(((MONDAY, MONDAY + timedelta(days=9)),))
    whole = facts(waits, watched=cover, phases=[phase("online", 0, 9)])
    assert figures_of(whole) == figures_of(replace(whole, waits=shuffled))


@settings(max_examples=50, deadline=None)
@given(courses())
def test_the_rows_add_up_to_the_whole(waits: list[Wait]) -> None:
    figures = figures_of(
        facts(waits, phases=[phase("online", 0, 9), phase("coaching", 10, 40)])
    )
    for rows in (figures.weeks, figures.phases, figures.forums, figures.media):
        for name in ("asked", "open", "withdrawn", "not_needed", "delayed"):
            total = sum(getattr(row, name) for row in rows)
            assert total == getattr(figures.whole, name), name
    whole = figures.whole
    assert sum(row.asked for row in figures.groups) == sum(
        wait.group_id is not None and wait.state is not WaitState.NOT_NEEDED
        for wait in waits
    )
    assert sum(hour.asked for hour in figures.hours.values()) == whole.asked
    assert len(figures.waiting) == whole.open
    assert figures.first_responses is not None
    answered = whole.asked - whole.open - whole.withdrawn
    assert figures.first_responses.number == answered


@settings(max_examples=50, deadline=None)
@given(courses(), st.integers(0, 21 * 24 * 60 - 1))
def test_an_open_question_never_flatters(waits: list[Wait], began: int) -> None:
    def share(more: list[Wait]) -> float | None:
        within = figures_of(facts([*waits, *more])).whole.felt.within
        return None if within is None else within.share

    before = share([])
    waiting = share([asked(999, began)])
    at_once = share([asked(999, began, 0)])
    if waiting is not None and at_once is not None:
        assert waiting <= at_once + 1e-12
    if waiting is not None and before is not None:
        assert waiting <= before + 1e-12


def test_a_course_without_a_question_has_a_report() -> None:
    figures = figures_of(facts([]))
    nothing = Estimate(within=None, median=None, p90=None)
    assert (figures.whole.asked, figures.whole.felt) == (0, nothing)
    assert not figures.whole.shown
    assert figures.bias is None
    assert figures.curves == ()
    assert figures.waiting == ()
    assert len(figures.hours) == 168
    assert [row.key for row in figures.weeks] == ["2026-W13"]


def test_what_is_asked_after_now_is_not_counted_and_an_answer_then_did_not_come() -> (
    None
):
    after = asked(1, 30 * 24 * 60)
    late = asked(2, 60, 31 * 24 * 60)
    taken_back = replace(
        asked(3, 120), state=WaitState.WITHDRAWN, ended=NOW + timedelta(days=1)
    )
    whole = figures_of(facts([after, late, taken_back])).whole
    assert (whole.asked, whole.open, whole.withdrawn) == (2, 2, 0)


def test_weeks_are_cut_by_the_zone_of_the_report() -> None:
    # Sunday 22:00 UTC is Monday 1:00 in Kampala.
    figures = figures_of(facts([asked(1, -120)], zone="Africa/Kampala"))
    assert [(row.key, row.asked) for row in figures.weeks] == [
        ("2026-W10", 1),
        ("2026-W11", 0),
        ("2026-W12", 0),
        ("2026-W13", 0),
    ]
    assert [row.provisional for row in figures.weeks] == [False, False, False, True]
    assert figures.hours[0, 1].asked == 1


def test_a_report_of_a_period_has_its_weeks_and_is_over_when_they_are() -> None:
    days = {"first": date(2026, 3, 2), "last": date(2026, 3, 15)}
    past = figures_of(facts([asked(1, 60, 5)], **days))
    assert [row.key for row in past.weeks] == ["2026-W10", "2026-W11"]
    assert not past.whole.provisional
    early = figures_of(facts([asked(1, 60, 5)], now=MONDAY + 10 * HOUR, **days))
    assert [row.key for row in early.weeks] == ["2026-W10"]
    assert early.whole.provisional
    assert early.weeks[0].provisional


def test_a_post_of_another_century_makes_no_thousand_weeks() -> None:
    old = replace(asked(1, 0), began=datetime(1970, 1, 1, tzinfo=UTC))
    figures = figures_of(facts([old, asked(2, 0)], watched=Cover(())))
    assert figures.weeks[0].key == "1970-W01"
    assert len(figures.weeks) < 530
    assert sum(row.asked for row in figures.weeks) == 2


def test_phases_have_a_row_once_they_begin() -> None:
    plan = [
        phase("intake", -20, -1),
        phase("online", 0, 13),
        phase("face-to-face", 14, 30),
        phase("coaching", 31, 60),
    ]
    figures = figures_of(facts([asked(1, 0, 5), asked(2, 60, 90)], phases=plan))
    assert [(row.key, row.asked, row.provisional) for row in figures.phases] == [
        ("intake", 0, False),
        ("online", 2, False),
        ("face-to-face", 0, True),
    ]
    assert figures.plan == tuple(plan)
    # Only those with twenty questions are compared.
    assert {one.p_value for one in figures.comparisons} == {None}
    assert [(one.first, one.second) for one in figures.comparisons] == [
        ("intake", "online"),
        ("intake", "face-to-face"),
        ("online", "face-to-face"),
    ]


def test_forums_and_groups_are_called_by_their_names() -> None:
    waits = [
        asked(1, 0, forum_id=7, group_id=2),
        asked(2, 1, forum_id=3, group_id=None),
        asked(3, 2, forum_id=9, group_id=4),
    ]
    names = ReportNames(
        course="A course", forums={7: "Zebra", 3: "apple"}, groups={2: "East"}
    )
    figures = figures_of(facts(waits, names=names))
    assert [(row.key, row.title) for row in figures.forums] == [
        ("9", "9"),
        ("3", "apple"),
        ("7", "Zebra"),
    ]
    assert [(row.key, row.title, row.asked) for row in figures.groups] == [
        ("4", "4", 1),
        ("2", "East", 1),
    ]
    assert figures.whole.title == "A course"


def test_curves_are_thin_and_end_where_anybody_was_last_watched() -> None:
    chance = random.Random(5)
    waits = [
        asked(post, post % 7000, chance.uniform(1, 3000), asker=post % 50)
        for post in range(4000)
    ]
    waits.append(asked(5000, 0))
    figures = figures_of(facts(waits))
    (whole, moodle) = figures.curves
    assert (whole.key, moodle.key) == ("whole", "moodle")
    assert whole.n == 4001
    assert len(whole.points) <= MOST_POINTS
    assert whole.points[0].seconds == 0
    assert whole.points[-1].seconds == 21 * 24 * 3600
    shares = [point.share.share for point in whole.points]
    assert shares == sorted(shares)
    rises = [after - before for before, after in pairwise(shares)]
    assert max(rises) < 0.012


def test_what_few_people_asked_has_no_curve_and_no_comparison() -> None:
    waits = [asked(post, post, 5, asker=post % 4) for post in range(60)]
    waits += [
        asked(100 + post, post, 9, asker=post, medium=Medium.MAIL) for post in range(30)
    ]
    figures = figures_of(facts(waits))
    # Whoever knew those by mail would know the four in Moodle.
    assert [row.askers for row in figures.media] == [30, 4]
    assert [row.shown for row in figures.media] == [False, False]
    assert [curve.key for curve in figures.curves] == ["whole"]
    assert [one.p_value for one in figures.comparisons] == [None]


def test_answers_are_counted_for_collectors() -> None:
    waits = [asked(1, 0, 15), asked(2, 0, 16), asked(3, 0, 240), asked(4, 0)]
    found = figures_of(facts(waits)).first_responses
    assert found is not None
    assert [found.within[most] for most in RESPONSE_BUCKETS] == [1, 2, 2, 3, 3]
    assert (found.number, found.seconds) == (3, 271 * 60)


def on_duty(*hours: tuple[float, float]) -> Cover:
    return Cover(tuple((MONDAY + a * HOUR, MONDAY + b * HOUR) for a, b in hours))


def causes(figures: Figures) -> dict[str, int]:
    return {cause.name: number for cause, number in figures.missed.items()}


def test_without_a_rota_only_lag_is_told() -> None:
    found_at = {("course", 1): MONDAY + HOUR}
    waits = [asked(1, 0, 100), asked(2, 0, 100)]
    figures = figures_of(facts(waits, found_at=found_at))
    assert figures.missed == {Cause.LAG: 1}
    assert figures.whole.watched is None
    assert figures.what_if == ()
    assert {hour.watched for hour in figures.hours.values()} == {None}
    assert sum(hour.missed for hour in figures.hours.values()) == 2


def test_before_the_rota_was_kept_nobody_knows_who_was_on_duty() -> None:
    waits = [asked(1, 0, 100), asked(2, 600, 100), asked(3, 1300, 70)]
    since = MONDAY + 9 * HOUR
    figures = figures_of(facts(waits, watched=on_duty((21, 24)), rota_since=since))
    assert causes(figures) == {"NOBODY": 1, "LATE": 1, "LAG": 0}
    watched = figures.whole.watched
    assert watched is not None
    # Of the second nothing was watched, of the third 70 minutes.
    assert (watched.median, watched.p90) == (0, 4200)
    # In three weeks from 9:00 on there are three Mondays from 22:00.
    assert figures.hours[0, 22].watched == pytest.approx(1 / 3)
    # Two of them have an hour from 1:00, for the first lies before the rota.
    assert figures.hours[0, 1].watched == 0


def test_why_a_promise_was_missed_is_not_told_before_the_rota_is_written_down() -> None:
    # Somebody is on duty all the time; that is written down up to half past ten.
    waits = [asked(1, 540, 90), asked(2, 600, 90), asked(3, 640, 90)]
    shift = Cover(((MONDAY, MONDAY + 10.5 * HOUR),))
    until = MONDAY + 10.5 * HOUR
    figures = figures_of(facts(waits, watched=shift, rota_until=until))
    # Of the second half of the promised hour is not known, of the third nothing.
    assert causes(figures) == {"NOBODY": 0, "LATE": 1, "LAG": 0}
    assert sum(hour.missed for hour in figures.hours.values()) == 3
    assert figures.what_if == ()
    assert figures.whole.watched_number == 2
    # A quarter of three weeks' Mondays is no gap where nothing is known yet.
    assert figures.hours[0, 9].watched == 1
    assert figures.hours[0, 11].watched is None


def test_hours_on_duty_are_told_of_the_questions_since_the_rota_was_kept() -> None:
    # Five people ask before the rota is kept, and after it as many as are named.
    early = [asked(post, post, 30, asker=post) for post in range(1, 6)]
    late = [asked(post + 10, 600, 90, asker=post) for post in range(1, 6)]
    shift = {"watched": on_duty((0, 24)), "rota_since": MONDAY + 9 * HOUR}
    enough = figures_of(facts([*early, *late], **shift)).whole
    assert enough.watched_shown == enough.watched
    assert (enough.asked, enough.watched_number) == (10, 5)
    # One short of enough, whoever asked before and however often they ask.
    again = replace(late[0], post_id=20, discussion_id=20)
    four = figures_of(facts([*early, *late[:4], again], **shift)).whole
    assert four.shown
    assert (four.watched_askers, four.watched_number) == (4, 5)
    assert four.watched_shown is None


def test_what_was_read_from_before_the_bridge_was_not_found_late() -> None:
    found_at = {("course", 1): NOW}
    waits = [asked(1, 0, 100)]
    history = facts(waits, found_at=found_at, history_until=MONDAY + 5 * HOUR)
    assert causes(figures_of(history)) == {"LAG": 0}
    assert causes(figures_of(replace(history, history_until=None))) == {"LAG": 1}
    mail = replace(waits[0], sent_at=MONDAY - 3 * HOUR)
    assert causes(figures_of(replace(history, waits=[mail]))) == {"LAG": 1}


def test_blocks_of_cover_that_are_told_do_not_overlap() -> None:
    # Four Tuesdays' worth of questions at 20:30, one at 5:00 on a Saturday.
    waits = [asked(post, 24 * 60 + 20 * 60 + 30 + post, 200) for post in range(4)]
    waits.append(asked(9, 5 * 24 * 60 + 300, 200))
    figures = figures_of(facts(waits, watched=on_duty((8, 16))))
    first, *others = figures.what_if
    assert (first.weekdays, first.since, first.until) == (frozenset(range(5)), 17, 21)
    assert (first.caught, first.missed) == (4, 5)
    for weekdays in {one.weekdays for one in figures.what_if}:
        hours = [
            hour
            for one in figures.what_if
            if one.weekdays == weekdays
            for hour in range(one.since, one.until)
        ]
        assert len(hours) == len(set(hours))
    assert len(others) < 6


def test_the_share_of_an_hour_is_the_mean_of_its_weeks() -> None:
    cover = on_duty((9, 10), (24 * 7 + 9, 24 * 7 + 9.5))
    figures = figures_of(facts([asked(1, 600)], watched=cover))
    assert figures.hours[0, 9].watched == pytest.approx(0.5)
    assert figures.hours[0, 10].watched == 0


def test_an_hour_in_which_few_people_asked_shows_no_missed_promises() -> None:
    waits = [asked(post, post, asker=post % 4) for post in range(50)]
    hour = figures_of(facts(waits)).hours[0, 0]
    assert (hour.asked, hour.askers, hour.shown) == (50, 4, False)


def test_what_waits_is_told_with_the_oldest_first() -> None:
    figures = figures_of(facts([asked(2, 30), asked(3, 10, 5), asked(1, 30)]))
    assert [wait.post_id for wait in figures.waiting] == [1, 2]
    assert figures.whole.oldest_open == (NOW - MONDAY).total_seconds() - 1800


def test_the_definition_is_that_of_the_waits() -> None:
    old = replace(asked(1, 0), definition="facilitation-response v0")
    assert figures_of(facts([old])).definition == "facilitation-response v0"
