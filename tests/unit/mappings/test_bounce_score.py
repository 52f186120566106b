from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mappings.bounce_score import (
    AddressState,
    BounceRules,
    Standing,
    bounced,
    complained,
    may_be_mailed,
    revived,
    trial_arrived,
)
from mappings.verdict import DeliveryFailure

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
RULES = BounceRules()
DAY = timedelta(days=1)


def failure(*, hard: bool = True, action: str = "failed") -> DeliveryFailure:
    return DeliveryFailure(
        address="a@x.example",
        action=action,
        status="5.1.1" if hard else "4.2.2",
        hard=hard,
        diagnostic="no such user",
    )


def after(days: int, *, hard: bool = True, every: timedelta = DAY) -> Standing:
    standing = Standing()
    for day in range(days):
        standing = bounced(standing, failure(hard=hard), START + day * every, RULES)
    return standing


def test_five_days_of_hard_bounces_are_the_end() -> None:
    assert [after(days).state.value for days in range(6)] == [
        "alive",
        "alive",
        "alive",
        "doubtful",
        "doubtful",
        "dead",
    ]
    assert after(5).since == START + 4 * DAY
    assert after(5).reason == "5.1.1 no such user"


def test_a_day_gives_one_point_however_much_comes_back() -> None:
    standing = Standing()
    for minute in range(50):
        moment = START + timedelta(minutes=minute)
        standing = bounced(standing, failure(), moment, RULES)
    assert (standing.score, standing.state) == (1, AddressState.ALIVE)


def test_after_a_quiet_week_counting_begins_anew() -> None:
    standing = after(4)
    late = START + 3 * DAY + timedelta(days=7, minutes=1)
    assert bounced(standing, failure(), late, RULES).score == 1


def test_a_weekly_digest_that_comes_back_each_time_counts_on() -> None:
    assert after(5, every=timedelta(days=7)).state is AddressState.DEAD


def test_a_full_mailbox_is_doubtful_and_never_dead() -> None:
    assert after(60, hard=False).state is AddressState.DOUBTFUL
    assert after(2, hard=False).state is AddressState.ALIVE


def test_what_is_only_late_counts_for_nothing() -> None:
    assert bounced(Standing(), failure(action="delayed"), START, RULES) == Standing()


def test_a_dead_address_is_tried_once_a_week() -> None:
    dead = after(5)
    assert dead.since is not None
    assert not may_be_mailed(dead, dead.since + 6 * DAY)
    assert may_be_mailed(dead, dead.since + 7 * DAY)


def test_a_trial_that_does_not_come_back_has_arrived() -> None:
    from dataclasses import replace

    dead = after(5)
    tried = replace(dead, tried_at=START + 12 * DAY)
    assert not trial_arrived(tried, START + 13 * DAY)
    assert trial_arrived(tried, START + 15 * DAY)
    again = bounced(tried, failure(), START + 12 * DAY + timedelta(hours=1), RULES)
    assert again.state is AddressState.DEAD
    assert not trial_arrived(again, START + 15 * DAY)


def test_who_complained_gets_nothing_until_they_write() -> None:
    standing = complained(Standing(), START)
    assert standing.state is AddressState.UNWANTED
    assert not may_be_mailed(standing, START + 100 * DAY)
    assert bounced(standing, failure(), START + DAY, RULES).state is standing.state
    assert revived(standing, START + DAY).state is AddressState.ALIVE


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(min_value=0, max_value=20)), max_size=40
    )
)
def test_only_enough_hard_days_kill(reports: list[tuple[bool, int]]) -> None:
    standing, now = Standing(), START
    hard_days = set()
    for hard, hours in reports:
        now += timedelta(hours=hours)
        if hard:
            hard_days.add(now.date())
        standing = bounced(standing, failure(hard=hard), now, RULES)
    assert 0 <= standing.score <= RULES.threshold
    # A soft report may use up the point of a day, and half of the way is theirs.
    if standing.state is AddressState.DEAD:
        assert len(hard_days) >= RULES.threshold / 2
