"""Windows of the week are read as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from mappings.rota.windows import Window, read_window

ALL = frozenset(range(7))


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("every day", Window(weekdays=ALL)),
        ("22:00-07:00", Window(weekdays=ALL, start=time(22), end=time(7))),
        ("Saturday", Window(weekdays=frozenset({5}))),
        ("sat, sun 8:00 - 12:30", Window(weekdays=frozenset({5, 6}), start=time(8), end=time(12, 30))),
        ("tue-fri", Window(weekdays=frozenset({1, 2, 3, 4}))),
        ("sat-mon 18:00-24:00", Window(weekdays=frozenset({5, 6, 0}), start=time(18))),
        ("weekdays and sunday", Window(weekdays=frozenset({0, 1, 2, 3, 4, 6}))),
    ],
)  # fmt: skip
def test_a_window_is_read(text: str, window: Window) -> None:
    assert read_window(text) == window


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "empty"),
        ("someday", "no weekday"),
        ("t 08:00-09:00", "no weekday"),
        ("monday 25:00-26:00", "no time"),
    ],
)
def test_what_is_no_window_says_why(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        read_window(text)


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    friday = read_window("friday 22:00-07:00")
    assert friday.holds(datetime(2026, 1, 9, 23, tzinfo=UTC))
    assert friday.holds(datetime(2026, 1, 10, 6, 59, tzinfo=UTC))
    assert not friday.holds(datetime(2026, 1, 9, 6, tzinfo=UTC))
    assert not friday.holds(datetime(2026, 1, 10, 22, tzinfo=UTC))
