"""Covered time, forwards and backwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mappings.rota.duty import Cover

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
hours = st.integers(0, 40).map(lambda number: timedelta(hours=number))


@st.composite
def covers(draw: st.DrawFn) -> Cover:
    edges = sorted(draw(st.sets(st.integers(0, 40), max_size=10)))
    at = [MONDAY + timedelta(hours=edge) for edge in edges]
    return Cover(tuple(list(pairwise(at))[::2]))


@given(found=covers(), start=hours, end=hours, covered=st.integers(0, 20))
def test_what_has_passed_after_a_start_is_what_passed_before_the_end(
    found: Cover, start: timedelta, end: timedelta, covered: int
) -> None:
    length = timedelta(hours=covered)
    begins, ends = MONDAY + start, MONDAY + end
    reached = found.after(begins, length)
    latest = found.before(ends, length)
    if begins > ends:
        return
    is_due = reached is not None and reached <= ends
    assert is_due == (latest is not None and begins <= latest)


@given(found=covers(), start=hours, covered=st.integers(1, 20))
def test_from_the_start_to_what_comes_after_so_much_is_covered(
    found: Cover, start: timedelta, covered: int
) -> None:
    length = timedelta(hours=covered)
    reached = found.after(MONDAY + start, length)
    if reached is not None:
        assert found.between(MONDAY + start, reached) == length


@given(found=covers(), start=hours, end=hours)
def test_what_is_covered_between_two_moments_is_counted_period_by_period(
    found: Cover, start: timedelta, end: timedelta
) -> None:
    begins, ends = MONDAY + start, MONDAY + end
    counted = timedelta()
    for first, last in found.periods:
        counted += max(min(last, ends) - max(first, begins), timedelta())
    assert found.between(begins, ends) == counted
