"""What changed in somebody's watches is found: what was, what is, and since when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mappings.rota.changes import Change, changes
from mappings.rota.duty import cover
from moodle_bridge.model.rota import DutyRole, Shift

DAY = datetime(2026, 3, 2, tzinfo=UTC)
END = DAY + timedelta(days=14)


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


def shift(
    start: float, end: float, why: str = "rule", role: DutyRole = DutyRole.PRIMARY
) -> Shift:
    return Shift(start=at(start), end=at(end), person="ana", role=role, why=why)


def test_what_is_the_same_is_no_change_whatever_it_is_called() -> None:
    before = [shift(8, 18)]
    after = [shift(8, 12, "override-1"), shift(12, 18, "rule")]
    assert changes(before, after, DAY, END) == ()


def test_a_watch_that_is_cut_is_told_whole_before_and_after() -> None:
    (found,) = changes([shift(8, 18)], [shift(8, 13)], DAY, END)
    assert found == Change(
        role=DutyRole.PRIMARY,
        parts=((at(13), at(18)),),
        before=((at(8), at(18)),),
        after=((at(8), at(13)),),
    )


def test_one_that_grows_a_new_one_and_one_that_goes_are_told_apart() -> None:
    before = [shift(8, 12), shift(56, 60)]
    after = [shift(8, 14), shift(32, 36)]
    grown, new, gone = changes(before, after, DAY, END)
    assert (grown.before, grown.after) == (((at(8), at(12)),), ((at(8), at(14)),))
    assert (new.before, new.after) == ((), ((at(32), at(36)),))
    assert (gone.before, gone.after) == (((at(56), at(60)),), ())


def test_a_watch_that_moves_is_one_change() -> None:
    (found,) = changes([shift(8, 12)], [shift(9, 13)], DAY, END)
    assert found.before == ((at(8), at(12)),)
    assert found.after == ((at(9), at(13)),)


def test_another_role_is_a_change_of_both() -> None:
    found = changes([shift(8, 12)], [shift(8, 12, role=DutyRole.BACKUP)], DAY, END)
    assert {(one.role, bool(one.before)) for one in found} == {
        (DutyRole.PRIMARY, True),
        (DutyRole.BACKUP, False),
    }


def test_the_past_and_what_lies_beyond_are_left_alone() -> None:
    before = [shift(8, 18), shift(24 * 14 + 1, 24 * 14 + 5)]
    assert changes(before, [shift(12, 18)], at(12), END) == ()


def test_what_is_known_already_is_left_out() -> None:
    before, after = [shift(8, 18), shift(32, 40)], [shift(8, 13)]
    (found,) = changes(before, after, DAY, END, known=[(at(13), at(18))])
    assert found.parts == ((at(32), at(40)),)


spans = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 30)).map(
        lambda one: shift(one[0], one[0] + one[1])
    ),
    max_size=8,
)


@given(spans, spans)
def test_the_parts_are_just_where_one_differs_from_the_other(
    before: list[Shift], after: list[Shift]
) -> None:
    found = changes(before, after, DAY, END)
    was, now = cover(before), cover(after)
    for hour in range(336):
        moment = at(hour + 0.5)
        differs = was.is_on(moment) is not now.is_on(moment)
        inside = any(start <= moment < end for one in found for start, end in one.parts)
        assert differs is inside
    assert all(one.before or one.after for one in found)
