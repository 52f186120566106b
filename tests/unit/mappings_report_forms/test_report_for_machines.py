"""The report as JSON, CSV, metrics and weekly rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from mappings.report.csv_rows import COLUMNS, waits_csv
from mappings.report.facts import Phase
from mappings.report.figures import Figures
from mappings.report.json_form import report_json
from mappings.report.openmetrics import openmetrics
from mappings.report.week_rows import report_weeks, week_fields
from mappings.rota.duty import Cover
from moodle_bridge.model.waits import Medium, WaitState
from tests.unit.mappings_report_forms.made_figures import (
    MADE_AT,
    UNKNOWN,
    empty,
    figures,
    hostile,
    row,
    tiny,
    wait,
)

SCHEMA = Path(__file__).parents[3] / "docs" / "report.schema.json"
MADE: tuple[Callable[[], Figures], ...] = (figures, hostile, tiny, empty)
HOUR = timedelta(hours=1)


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
        for sample in family.samples
    }


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def keys_of(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(keys_of(one) for one in value.values()))
    if isinstance(value, list):
        return set().union(*(keys_of(one) for one in value))
    return set()


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("public", [True, False])
def test_json_follows_its_schema(made: Callable[[], Figures], public: bool) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    text = report_json(made(), public=public)
    text.encode()

    judge.validate(json.loads(text))


def test_the_schema_refuses_a_public_report_with_people_in_it() -> None:
    judge = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    told = json.loads(report_json(figures(), public=False))

    assert judge.is_valid(told)
    assert not judge.is_valid(told | {"public": True})


def test_json_holds_the_numbers_as_they_are() -> None:
    told = json.loads(report_json(figures(), public=False))

    assert told["definition"] == "facilitation-response v1"
    assert told["made_at"] == "2026-11-23T05:00:00+00:00"
    assert told["whole"]["felt"] == {
        "within": {"share": 0.58, "low": 0.53, "high": 0.63},
        "median_seconds": 2640.0,
        "p90_seconds": None,
    }
    assert told["missed"] == {"nobody": 30, "late": 10, "lag": 2}
    assert told["waiting"][0]["waited_seconds"] == 10800
    assert told["participation"]["quiet"][0] == {
        "person": 700003,
        "name": "陳美玲",
        "last_day": None,
        "days": 21,
    }


def test_json_of_a_row_of_too_few_says_how_many_asked_and_nothing_else() -> None:
    told = json.loads(report_json(figures(), public=False))

    small = told["weeks"][0]
    assert small.pop("key") == small.pop("title") == "2026-W45"
    assert (small.pop("asked"), small.pop("shown")) == (3, False)
    assert small.pop("provisional") is False
    assert set(small.values()) == {None}
    (answer,) = [
        one
        for one in told["participation"]["traits"]["bandwidth"]
        if one["key"] == "none"
    ]
    assert answer["active"] is answer["enrolled"] is answer["posts"] is None


@pytest.mark.parametrize("public", [True, False])
def test_json_of_too_few_people_holds_none_of_their_numbers(public: bool) -> None:
    text = report_json(tiny(), public=public)

    assert not any(str(secret) in text for secret in range(4242, 4252))
    assert json.loads(text)["curves"] == []
    assert json.loads(text)["what_if"] == []


def test_json_without_a_rota_does_not_know_why() -> None:
    told = replace(figures(), missed={})

    assert json.loads(report_json(told, public=True))["missed"] == {
        "nobody": None,
        "late": None,
        "lag": None,
    }


def test_hours_on_duty_of_too_few_people_stand_in_no_form_for_machines() -> None:
    made = figures()
    (week, *_) = [one for one in made.weeks if one.shown]
    for askers, asked in ((5, 7), (4, None)):
        since = replace(week, watched_asked=7, watched_askers=askers)
        found = json.loads(report_json(replace(made, weeks=(since,)), public=False))
        (told,) = found["weeks"]
        assert told["watched_asked"] == asked
        assert (told["watched"] is None) is (asked is None)
        (flat,) = (
            one
            for one in report_weeks(replace(made, weeks=(since,)))
            if one["week"] == week.key
        )
        assert (flat["watched_median_minutes"] is None) is (asked is None)


def test_json_says_null_where_nobody_counted() -> None:
    told = replace(figures(), whole=row("all", watched=None), first_responses=None)

    found = json.loads(report_json(told, public=True))

    assert found["whole"]["watched"] is None
    assert found["first_responses"] is None


def test_public_json_has_no_places_for_people() -> None:
    keys = keys_of(json.loads(report_json(figures(), public=True)))

    assert not keys & {"waiting", "quiet", "front_runners", "isolated", "person"}


def test_metrics_are_read_back_as_they_were_meant() -> None:
    text = openmetrics(figures())

    assert text.endswith("# EOF\n")
    found = samples(text)
    bucket = "facilitation_first_response_seconds_bucket"
    limits = ("900.0", "1800.0", "3600.0", "14400.0", "86400.0", "+Inf")
    assert [found[bucket, (("le", one),)] for one in limits] == [
        90, 170, 240, 330, 380, 390,
    ]  # fmt: skip
    ratio = "facilitation_within_target_ratio"
    assert found[ratio, (("estimator", "km"),)] == 0.58
    assert found[ratio, (("estimator", "km_low"),)] == 0.53
    assert found["facilitation_open_waits", ()] == 4
    assert found["facilitation_oldest_open_wait_seconds", ()] == 10800
    # Five working days of ten hours are watched.
    assert found["facilitation_rota_gap_seconds", ()] == (168 - 50) * 3600
    assert found["facilitation_missed_targets", (("cause", "nobody"),)] == 30
    assert found["facilitation_report_timestamp_seconds", ()] == MADE_AT.timestamp()


def test_a_median_that_is_not_reached_is_no_metric() -> None:
    told = replace(figures(), whole=row("all", felt=UNKNOWN), first_responses=None)

    text = openmetrics(told)

    assert "quantile" not in text
    assert "ratio" not in text
    assert "bucket" not in text
    assert samples(text)["facilitation_open_waits", ()] == 0


@pytest.mark.parametrize("made", MADE)
def test_labels_of_metrics_hold_no_names(made: Callable[[], Figures]) -> None:
    labels = {label for _, labels in samples(openmetrics(made())) for label in labels}

    limits = {"900.0", "1800.0", "3600.0", "14400.0", "86400.0", "+Inf"}
    known = {
        "le": limits,
        "estimator": {"km", "km_low", "km_high"},
        "share": {"0.5", "0.9"},
        "cause": {"nobody", "late", "lag"},
    }
    assert all(value in known[name] for name, value in labels)


def test_metrics_of_too_few_people_say_only_how_many_asked() -> None:
    names = {name for name, _ in samples(openmetrics(tiny()))}

    assert names == {
        "facilitation_report_timestamp_seconds",
        "facilitation_target_seconds",
        "facilitation_questions",
        "facilitation_rota_gap_seconds",
    }


def test_a_rota_that_is_known_in_part_has_no_gap_to_tell() -> None:
    told = figures()
    hours = dict(told.hours)
    hours[0, 0] = replace(hours[0, 0], watched=None)

    assert "gap" not in openmetrics(replace(told, hours=hours))
    assert "gap" not in openmetrics(replace(told, hours={}))


def test_there_is_a_row_for_each_wait() -> None:
    duty = Cover(((MADE_AT - 2 * HOUR, MADE_AT - HOUR),))
    began = MADE_AT - 3 * HOUR
    waits = (
        wait(1, began, medium=Medium.MAIL),
        wait(2, began, state=WaitState.ANSWERED, answer=began + HOUR * 1.5),
        wait(3, began, state=WaitState.WITHDRAWN, ended=began + HOUR),
        wait(4, began, state=WaitState.NOT_NEEDED, ended=began + HOUR),
        wait(5, began, state=WaitState.ANSWERED, answer=MADE_AT + HOUR),
    )

    text = waits_csv(figures(), waits, watched=duty, pseudonym=lambda one: f"a{one}")

    rows = rows_of(text)
    assert tuple(rows[0]) == COLUMNS
    assert [row["asker"] for row in rows] == ["a1", "a2", "a3", "a4", "a5"]
    assert [row["status"] for row in rows] == [
        "open", "answered", "withdrawn", "not-needed", "open",
    ]  # fmt: skip
    assert [row["felt_seconds"] for row in rows] == [
        "10800", "5400", "3600", "", "10800",
    ]  # fmt: skip
    assert [row["watched_seconds"] for row in rows] == ["3600", "1800", "0", "", "3600"]
    assert [row["censored_at"] for row in rows] == [
        "2026-11-23T05:00:00Z", "", "2026-11-23T03:00:00Z", "", "2026-11-23T05:00:00Z",
    ]  # fmt: skip
    assert rows[1]["first_facilitator"] == "2026-11-23T03:30:00Z"
    assert rows[4]["first_facilitator"] == ""
    assert rows[0]["medium"] == "mail"
    assert {row["definition"] for row in rows} == {"facilitation-response v1"}


def test_who_was_on_duty_before_there_was_a_rota_is_not_known() -> None:
    began = MADE_AT - 3 * HOUR
    waits = [wait(1, began - HOUR), wait(2, began)]

    text = waits_csv(
        figures(), waits, watched=Cover(()), rota_since=began, pseudonym=str
    )

    assert [row["watched_seconds"] for row in rows_of(text)] == ["", "0"]


def test_who_is_on_duty_after_the_rota_was_written_down_is_not_known() -> None:
    began = datetime(2026, 11, 22, 9, tzinfo=UTC)
    waits = [wait(1, began), wait(2, began + timedelta(minutes=1))]
    table = waits_csv(
        figures(), waits, watched=Cover(()), rota_until=began, pseudonym=str
    )
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["watched_seconds"] for row in rows] == ["0", ""]


def test_weeks_and_phases_are_those_of_the_zone() -> None:
    # In Kampala it is Monday already.
    began = datetime(2026, 11, 15, 21, 30, tzinfo=UTC)

    text = waits_csv(figures(), [wait(1, began)], watched=None, pseudonym=str)

    (only,) = rows_of(text)
    assert only["week"] == "2026-W47"
    assert only["phase"] == "face-to-face"
    assert only["watched_seconds"] == ""


def test_no_cell_is_a_formula() -> None:
    day = MADE_AT.date()
    told = replace(figures(), plan=(Phase(name="=1+1", first=day, last=day),))

    text = waits_csv(
        told, [wait(1, MADE_AT)], watched=None, pseudonym=lambda _: '=cmd|"A1"'
    )

    (only,) = rows_of(text)
    assert only["phase"] == "'=1+1"
    assert only["asker"] == '\'=cmd|"A1"'
    assert text.count("\r\n") == text.count("\n") == 2


def test_there_is_a_flat_row_for_each_week() -> None:
    weeks = report_weeks(figures())

    assert [week["week"] for week in weeks] == [
        "2026-W45", "2026-W46", "2026-W47", "2026-W48",
    ]  # fmt: skip
    assert {tuple(week) for week in weeks} == {week_fields()}
    third = weeks[2]
    assert third["begins"] == "2026-11-16"
    assert (third["asked"], third["open"]) == (96, 1)
    assert (third["within_percent"], third["within_low"]) == (58.0, 53.0)
    assert (third["median_minutes"], third["p90_minutes"]) == (44.0, None)
    assert (third["active"], third["enrolled"]) == (18, 30)
    assert [week["provisional"] for week in weeks] == [0, 0, 0, 1]


def test_a_week_of_too_few_has_empty_fields() -> None:
    first, *_ = report_weeks(figures())

    assert first["asked"] == 3
    fixed = {"week", "begins", "provisional", "asked", "definition"}
    assert {value for name, value in first.items() if name not in fixed} == {None}


def test_a_week_that_is_over_stays_as_it_is_while_nothing_changes() -> None:
    later = figures()
    aged = tuple(
        replace(one, oldest_open=one.oldest_open and one.oldest_open + 86_400)
        for one in later.weeks
    )

    assert report_weeks(replace(later, weeks=aged)) == report_weeks(figures())
