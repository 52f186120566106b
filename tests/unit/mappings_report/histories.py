"""Courses for tests of the report: questions as people ask them, in any number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from mappings.report.facts import Phase, ReportFacts, ReportNames
from moodle_bridge.model.waits import Medium, Wait, WaitState

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
NOW = MONDAY + timedelta(weeks=3)
HOUR = timedelta(hours=1)


def asked(
    post: int,
    minutes: float,
    answered: float | None = None,
    *,
    asker: int = 1,
    **more: Any,
) -> Wait:
    """Return a question that began so many minutes after Monday.

    `answered` is after how many minutes a facilitator answered; None: it waits.
    """
    began = MONDAY + timedelta(minutes=minutes)
    answer = None if answered is None else began + timedelta(minutes=answered)
    values: dict[str, Any] = {
        "pair": "course",
        "post_id": post,
        "discussion_id": post,
        "forum_id": 3,
        "asker_id": asker,
        "medium": Medium.MOODLE,
        "began": began,
        "state": WaitState.OPEN if answer is None else WaitState.ANSWERED,
        "why": "asks",
        "first_answer": answer,
        "facilitator_answer": answer,
        "ended": answer,
    }
    return Wait(**{**values, **more})


def facts(waits: Sequence[Wait], **more: Any) -> ReportFacts:
    """Return the facts of a course with these questions, three weeks after Monday."""
    values: dict[str, Any] = {
        "now": NOW,
        "zone": "UTC",
        "promise": HOUR,
        "names": ReportNames(course="A course", forums={3: "Questions"}),
    }
    return ReportFacts(waits=waits, **{**values, **more})


def phase(name: str, first: int, last: int) -> Phase:
    """Return a phase, from one day after Monday to another."""
    return Phase(
        name=name,
        first=(MONDAY + timedelta(days=first)).date(),
        last=(MONDAY + timedelta(days=last)).date(),
    )


@st.composite
def courses(draw: st.DrawFn) -> list[Wait]:
    """Questions of all kinds in three weeks, some of them older than their answers."""
    found = []
    for post in range(1, draw(st.integers(1, 25)) + 1):
        wait = asked(
            post,
            draw(st.integers(0, 21 * 24 * 60 - 1)),
            draw(st.none() | st.integers(0, 300)),
            asker=draw(st.integers(1, 8)),
            forum_id=draw(st.integers(1, 3)),
            group_id=draw(st.none() | st.integers(1, 2)),
            medium=draw(st.sampled_from(Medium)),
        )
        found.append(_in_another_state(draw, wait))
    return found


def _in_another_state(draw: st.DrawFn, wait: Wait) -> Wait:
    if wait.state is WaitState.OPEN:
        state = draw(st.sampled_from([one for one in WaitState if one != "answered"]))
        if state is WaitState.WITHDRAWN:
            ended = wait.began + timedelta(minutes=draw(st.integers(0, 300)))
            return replace(wait, state=state, ended=ended)
        return replace(wait, state=state)
    if draw(st.booleans()):
        assert wait.facilitator_answer is not None
        earlier = wait.began + (wait.facilitator_answer - wait.began) / 2
        return replace(wait, first_answer=earlier)
    return wait
