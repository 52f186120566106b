"""What a collector of metrics reads from the bridge's own pages, where it may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from werkzeug.test import Client

from sync.bridge import Bridge
from sync.settings import load_settings, registry_of
from sync.web.application import Pages
from sync.web.metrics import Metrics
from tests.unit.sync_jobs.bridged import BridgedCourse


@contextmanager
def web(course: BridgedCourse, *, metrics: bool = True) -> Iterator[Client]:
    path = course.folder / "bridge.toml"
    registry = registry_of(path)
    environ = {"TOKEN": course.token, "SECRET": "a secret for reply keys"}
    settings = load_settings(path, registry, environ=environ)
    with Bridge(settings, registry, clock=course.clock) as bridge:
        told = Metrics(bridge) if metrics else None
        yield Client(Pages(bridge.leaving, ledger=bridge.ledger, metrics=told))


@pytest.fixture
def asked(course: BridgedCourse) -> BridgedCourse:
    course.post(course.aminata, "Blog")
    course.clock.move(minutes=90)
    course.sync()
    return course


def test_a_collector_reads_how_long_people_wait(asked: BridgedCourse) -> None:
    with web(asked) as client:
        answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type == (
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    )
    assert answer.text.endswith("# EOF\n")
    assert "facilitation_questions 1" in answer.text


def test_metrics_name_nobody(asked: BridgedCourse) -> None:
    with web(asked) as client:
        text = client.get("/metrics").text
    for person in (asked.aminata, asked.ha, asked.jan, asked.grace):
        assert person.lastname not in text
        assert person.email not in text


def test_metrics_are_not_there_unless_they_are_wanted(asked: BridgedCourse) -> None:
    with web(asked, metrics=False) as client:
        assert client.get("/metrics").status_code == 404


def test_metrics_are_read_and_not_posted(asked: BridgedCourse) -> None:
    with web(asked) as client:
        assert client.head("/metrics").status_code == 200
        assert client.post("/metrics").status_code == 405


def test_metrics_are_worked_out_twice_a_minute_at_most(asked: BridgedCourse) -> None:
    with web(asked) as client:
        before = client.get("/metrics").text
        asked.post(asked.ha, "Photos")
        asked.sync()
        assert client.get("/metrics").text == before
        asked.clock.move(seconds=30)
        assert client.get("/metrics").text != before
