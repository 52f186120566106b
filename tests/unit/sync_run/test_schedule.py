"""When the next round of work begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.schedule import Schedule

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
SCHEDULE = Schedule(every=timedelta(minutes=5), longest_pause=timedelta(hours=1))


def test_the_first_round_begins_at_once() -> None:
    assert SCHEDULE.due(NOW)


def test_the_next_one_begins_when_the_pause_is_over() -> None:
    after = SCHEDULE.after(NOW, failed=False)
    assert not after.due(NOW + timedelta(minutes=4, seconds=59))
    assert after.due(NOW + timedelta(minutes=5))
    assert after.wait(NOW + timedelta(minutes=2)) == timedelta(minutes=3)
    assert after.wait(NOW + timedelta(days=2)) == timedelta()


def test_the_pause_doubles_while_things_fail_and_not_for_ever() -> None:
    schedule, pauses = SCHEDULE, []
    for _ in range(6):
        schedule = schedule.after(NOW, failed=True)
        pauses.append(int(schedule.pause.total_seconds() / 60))
    assert pauses == [10, 20, 40, 60, 60, 60]
    assert schedule.after(NOW, failed=False).pause == timedelta(minutes=5)


def test_a_pause_is_never_shorter_than_the_usual_one() -> None:
    rare = Schedule(every=timedelta(hours=6), longest_pause=timedelta(hours=1))
    assert rare.after(NOW, failed=True).pause == timedelta(hours=6)


@given(
    st.integers(min_value=0, max_value=10_000),
    st.timedeltas(timedelta(days=-400), timedelta(days=400)),
)
def test_whatever_the_clock_does_nobody_waits_longer_than_the_pause(
    failures: int, step: timedelta
) -> None:
    schedule = Schedule(
        every=SCHEDULE.every,
        longest_pause=SCHEDULE.longest_pause,
        ended_at=NOW,
        failures=failures,
    )
    assert timedelta() <= schedule.wait(NOW + step) <= schedule.pause


@pytest.mark.parametrize("failed", [True, False])
def test_a_schedule_is_a_value(failed: bool) -> None:
    SCHEDULE.after(NOW, failed=failed)
    assert SCHEDULE.ended_at is None
