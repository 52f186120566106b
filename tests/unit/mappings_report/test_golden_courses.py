"""What a report makes of small courses, each worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mappings.report.figures import Estimate, Row
from mappings.response.causes import Cause
from tests.unit.mappings_report.golden_courses import (
    FOLDER,
    GoldenCourse,
    golden_course,
)

FILES = sorted(FOLDER.glob("*.toml"))
COUNTS = ("asked", "askers", "open", "withdrawn", "not_needed", "delayed")


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def course(request: pytest.FixtureRequest) -> GoldenCourse:
    path: Path = request.param
    return golden_course(path)


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 14


def test_each_question_waits_as_worked_out(course: GoldenCourse) -> None:
    names = {number: name for name, number in course.people.items()}
    waits = sorted(course.waits, key=lambda one: (one.began, one.post_id))
    found = [
        {
            "post": wait.post_id,
            "by": names[wait.asker_id],
            "began": wait.began,
            "state": wait.state.value,
            "first_answer": wait.first_answer,
            "facilitator_answer": wait.facilitator_answer,
            "answered_in": wait.facilitator_answer_post,
            "answered_by": names.get(wait.answered_by or 0),
            "ended": wait.ended,
        }
        for wait in waits
    ]
    expected = course.expected["wait"]
    assert [one["post"] for one in found] == [one["post"] for one in expected]
    for one, wanted in zip(found, expected, strict=True):
        # Who is not answered has no answer, whether the file says so or not.
        whole = {"first_answer": None, "facilitator_answer": None} | wanted
        assert {key: one[key] for key in whole} == whole


def test_the_figures_are_those_worked_out(course: GoldenCourse) -> None:
    expected, figures = course.expected, course.figures
    _compare_row(figures.whole, expected["whole"])
    assert figures.bias == pytest.approx(expected["answered_only"])
    assert figures.missed == {
        Cause[name.upper()]: number for name, number in expected["missed"].items()
    }
    for kind in ("weeks", "phases", "forums", "media", "groups"):
        rows = {row.key: row for row in getattr(figures, kind)}
        if kind in expected:
            assert list(rows) == list(expected[kind])
        for key, wanted in expected.get(kind, {}).items():
            _compare_row(rows[key], wanted)


def test_hours_curves_and_cover_are_those_worked_out(course: GoldenCourse) -> None:
    expected, figures = course.expected, course.figures
    for wanted in expected.get("hour", ()):
        row = figures.hours[wanted["weekday"], wanted["hour"]]
        assert (row.asked, row.missed) == (wanted["asked"], wanted["missed"])
        assert row.shown is wanted.get("shown", row.shown)
        assert row.watched == pytest.approx(wanted.get("watched"))
    for wanted in expected.get("curve", ()):
        (curve,) = (one for one in figures.curves if one.key == wanted["key"])
        assert [
            (point.seconds / 60, pytest.approx(point.share.share))
            for point in curve.points
        ] == [tuple(point) for point in wanted["points"]]
    for block, wanted in zip(
        figures.what_if, expected.get("what_if", ()), strict=False
    ):
        assert sorted(block.weekdays) == wanted["weekdays"]
        assert (block.since, block.until) == (wanted["since"], wanted["until"])
        assert (block.caught, block.missed) == (wanted["caught"], wanted["missed"])
    if "what_if" in expected:
        assert len(figures.what_if) >= len(expected["what_if"])


def _compare_row(row: Row, wanted: Mapping[str, Any]) -> None:
    for name in COUNTS:
        assert getattr(row, name) == wanted.get(name, getattr(row, name)), name
    for name in ("shown", "hidden"):
        assert getattr(row, name) is wanted.get(name, getattr(row, name)), name
    if "provisional" in wanted:
        assert row.provisional is wanted["provisional"]
    if "oldest_open" in wanted:
        assert row.oldest_open == pytest.approx(wanted["oldest_open"] * 60)
    for clock in ("felt", "anyone", "watched"):
        if clock in wanted:
            estimate = getattr(row, clock)
            assert isinstance(estimate, Estimate)
            _compare_estimate(estimate, wanted[clock])


def _compare_estimate(estimate: Estimate, wanted: Mapping[str, Any]) -> None:
    """Compare a share and minutes; "not reached" stands for a time that is None."""
    share = None if estimate.within is None else estimate.within.share
    assert share == pytest.approx(wanted["within"])
    if estimate.within and "interval" in wanted:
        interval = (estimate.within.low, estimate.within.high)
        assert interval == pytest.approx(tuple(wanted["interval"]), abs=5e-4)
    for name in ("median", "p90"):
        if name in wanted:
            seconds = getattr(estimate, name)
            minutes = "not reached" if seconds is None else seconds / 60
            assert minutes == wanted[name] or minutes == pytest.approx(wanted[name])
