"""The days that a report covers, as an admin names them."""

from __future__ import annotations

from datetime import date

import pytest

from moodle_bridge.errors import ConfigError
from sync.report.periods import Days, days_of
from sync.settings.report import PhaseSettings

# A Wednesday.
TODAY = date(2026, 3, 4)
PHASES = (
    PhaseSettings(name="intake", first=date(2026, 2, 1), last=date(2026, 2, 28)),
    PhaseSettings(name="online", first=date(2026, 3, 1), last=date(2026, 3, 22)),
)


def days(period: str | None = None, phase: str | None = None) -> Days:
    return days_of(period, phase, phases=PHASES, today=TODAY)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2026-W10", date(2026, 3, 2), date(2026, 3, 8)),
        ("2026w10", date(2026, 3, 2), date(2026, 3, 8)),
        ("this-week", date(2026, 3, 2), date(2026, 3, 8)),
        ("last-week", date(2026, 2, 23), date(2026, 3, 1)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("this-month", date(2026, 3, 1), date(2026, 3, 31)),
        ("Last-Month", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026-03-01..2026-03-04", date(2026, 3, 1), date(2026, 3, 4)),
        ("2026-03-01..", date(2026, 3, 1), None),
        ("..2026-03-04", None, date(2026, 3, 4)),
    ],
)
def test_a_period_names_days(
    period: str, first: date | None, last: date | None
) -> None:
    assert days(period) == Days(first=first, last=last)


def test_a_phase_is_named_as_in_bridge_toml() -> None:
    assert days(phase="online") == Days(first=date(2026, 3, 1), last=date(2026, 3, 22))


def test_neither_is_all_that_there_is() -> None:
    assert days() == Days(first=None, last=None)


@pytest.mark.parametrize(
    "period",
    ["", "..", "soon", "2026-W54", "2026-13", "2026-03-04..2026-03-01", "2026-03-04"],
)
def test_what_is_no_period_is_refused_with_examples(period: str) -> None:
    if not period:
        assert days(period) == Days()
        return
    with pytest.raises(ConfigError) as refused:
        days(period)
    assert "2026-W47" in refused.value.advice


def test_an_unknown_phase_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError) as refused:
        days(phase="coaching")
    assert "intake, online" in refused.value.advice


def test_a_period_and_a_phase_at_once_are_refused() -> None:
    with pytest.raises(ConfigError):
        days("this-week", "online")


@pytest.mark.parametrize("period", ["2026-W11", "2026-04", "2026-03-05.."])
def test_days_to_come_have_no_report(period: str) -> None:
    with pytest.raises(ConfigError, match="until then there is nothing to report"):
        days(period)


def test_a_phase_to_come_has_no_report() -> None:
    late = PhaseSettings(
        name="coaching", first=date(2026, 3, 23), last=date(2026, 4, 30)
    )
    with pytest.raises(ConfigError, match="begins on 2026-03-23"):
        days_of(None, "coaching", phases=(*PHASES, late), today=TODAY)
