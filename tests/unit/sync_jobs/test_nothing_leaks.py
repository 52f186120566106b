"""Nobody is sent what they may not read: the fear above all others, tried at random.

Readers are asked of the practice Moodle itself: what a person's own account is shown
is what that person may read.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moodle_bridge.practice import Refusal, running
from moodle_bridge.practice.records import User
from sync.commands import sync as sync_command
from tests.unit.sync_jobs.bridged import (
    DIRECT,
    LIST,
    REMOTE,
    BridgedCourse,
    TriedBridge,
)

WRITERS = ("grace", "aminata", "ha", "jan")

posts = st.lists(
    st.fixed_dictionaries(
        {
            "who": st.sampled_from(WRITERS),
            "answers": st.none() | st.integers(0, 5),
            "group": st.sampled_from([None, None, "South", "North"]),
            "private": st.booleans(),
            "starts": st.sampled_from([0, 0, 0, -60, 90, 5000]),
            "ends": st.sampled_from([0, 0, 0, -30, 200]),
            "wait": st.integers(0, 40),
        }
    ),
    min_size=1,
    max_size=7,
)


def told(
    course: BridgedCourse, plan: list[dict[str, Any]], south: Any, north: Any
) -> None:
    """Let people write as the plan says; what Moodle refuses is not written."""
    groups = {"South": south, "North": north, None: None}
    for number, step in enumerate(plan):
        course.clock.move(minutes=step["wait"])
        who: User = getattr(course, step["who"])
        discussions = list(course.moodle.state.discussions.values())
        text = f"<p>words-{number}-end</p>"
        try:
            if step["answers"] is not None and discussions:
                parents = course.posts()
                parent = parents[step["answers"] % len(parents)]
                course.moodle.reply(who, parent, text, private=step["private"])
                continue
            discussion = course.post(
                who, f"About {number}", text, group=groups[step["group"]]
            )
        except Refusal:
            continue
        now = int(course.clock.now.timestamp())
        course.moodle.schedule(
            discussion,
            timestart=now + step["starts"] * 60 if step["starts"] else 0,
            timeend=now + step["ends"] * 60 if step["ends"] else 0,
        )


def shown_to(course: BridgedCourse, person: User) -> str:
    """Return everything that the site shows this person just now."""
    seen = ""
    for discussion in list(course.moodle.state.discussions.values()):
        listed = course.moodle.call(
            person, "mod_forum_get_forum_discussions", forumid=discussion.forumid
        )["discussions"]
        if discussion.id not in {row["discussion"] for row in listed}:
            continue
        try:
            answer = course.moodle.call(
                person, "mod_forum_get_discussion_posts", discussionid=discussion.id
            )
        except Refusal:
            continue
        seen += "".join(
            post["message"]
            for post in answer["posts"]
            if post["message"] and not post["isprivatereply"]
        )
    return seen


@pytest.fixture
def bridged(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., tuple[ExitStack, BridgedCourse]]:
    def make(**given: Any) -> tuple[ExitStack, BridgedCourse]:
        opened = ExitStack()
        folder = Path(opened.enter_context(TemporaryDirectory()))
        course = BridgedCourse(folder, **given)
        course.url = opened.enter_context(running(course))

        def bridge(*arguments: Any, **named: Any) -> TriedBridge:
            made = TriedBridge(*arguments, **named)
            made.course = course
            return made

        monkeypatch.setattr(sync_command, "Bridge", bridge)
        return opened, course

    return make


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    plan=posts,
    kind=st.sampled_from(["general", "qanda", "eachuser", "blog"]),
    group_mode=st.sampled_from([0, 1, 2]),
    direct=st.booleans(),
)
def test_nobody_is_sent_what_they_may_not_read(
    bridged: Callable[..., tuple[ExitStack, BridgedCourse]],
    plan: list[dict[str, Any]],
    kind: str,
    group_mode: int,
    *,
    direct: bool,
) -> None:
    opened, course = bridged(lists=DIRECT if direct else REMOTE, kind=kind)
    with opened:
        south = course.moodle.add_group(course.course, "South", course.aminata)
        north = course.moodle.add_group(course.course, "North", course.ha)
        course.forum.groupmode = group_mode
        course.configure()
        course.begin()
        told(course, plan, south, north)
        readers = [getattr(course, name) for name in WRITERS]
        for _ in range(2):
            before = len(course.sent())
            course.sync()
            shown = {person.email: shown_to(course, person) for person in readers}
            for mail in course.sent()[before:]:
                address = mail.recipients[0]
                content = mail.content.decode("utf-8", "replace")
                for number in range(len(plan)):
                    word = f"words-{number}-end"
                    if word not in content:
                        continue
                    if address == LIST:
                        assert all(word in seen for seen in shown.values()), word
                    else:
                        assert word in shown[address], (word, address)
            course.clock.move(hours=1)
