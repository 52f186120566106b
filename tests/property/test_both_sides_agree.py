"""Posts, mails, edits, deletions, crashes and faults in any order: both ends agree."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from typing import TypeVar
from unittest import mock

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

import sync.commands.sync as sync_command
from moodle_bridge.errors import BridgeError
from moodle_bridge.practice.faults import Fault, FaultKind
from moodle_bridge.practice.post_office_misbehave import Mischief
from moodle_bridge.practice.records import Post, User
from sync.cli.invocation import Invocation
from sync.commands.sync import First
from tests.property.ends import Told, World, disagreements
from tests.trial.course import STRANGER, Course, Kind, Written, own_folder
from tests.trial.moments import Blow, Moments, bridge_with

T = TypeVar("T")

HOLD = timedelta(minutes=10)
NAMES = ("florence", "aminata", "ha")
people = st.sampled_from(NAMES)
places = st.integers(min_value=0, max_value=1000)
_KINDS_OF_EFFECT = (
    ("effect", 3),
    ("effect", 6),
    ("acknowledgement", 4),
    ("commit", 35),
)
_FAULTS = (
    FaultKind.DROP_AFTER,
    FaultKind.DROP_BEFORE,
    FaultKind.CUT,
    FaultKind.EMPTY,
    FaultKind.BAD_GATEWAY,
    FaultKind.MAINTENANCE,
    FaultKind.UNAVAILABLE,
    FaultKind.HTML,
    FaultKind.NOTICE,
)
_FUNCTIONS = ("*", "mod_forum_add_discussion", "mod_forum_add_discussion_post")
_MISCHIEF = (
    Mischief.HANG_UP_AFTER_STORING,
    Mischief.HANG_UP_BEFORE_STORING,
    Mischief.HANG_UP_EARLY,
    Mischief.GREYLIST,
)
waits = st.sampled_from([0, 1, 6, 11, 11, 40, 200])
blows = st.one_of(
    [
        st.builds(
            Blow,
            what=st.just(what),
            when=st.sampled_from(["before", "after"]),
            number=st.integers(min_value=1, max_value=most),
        )
        for what, most in _KINDS_OF_EFFECT
    ]
)
faults = st.builds(
    Fault,
    kind=st.sampled_from(_FAULTS),
    function=st.sampled_from(_FUNCTIONS),
    count=st.integers(min_value=1, max_value=5),
)


class Crash(BaseException):
    """The end of a bridge, in the middle of whatever it does."""


def crash() -> None:
    raise Crash


class BothSides(RuleBasedStateMachine):
    """A course that people write in, and a bridge that is run, crashed and hampered."""

    kind: Kind

    @initialize()
    def begin(self) -> None:
        self.open = ExitStack()
        self.course = self.open.enter_context(
            Course(
                self.open.enter_context(own_folder()),
                self.kind,
                hold="10m",
                settle_after="4m",
            )
        )
        self.world = World(course=self.course)
        self.run_bridge(first="now")
        self.course.clock.move(minutes=1)

    # In Moodle.

    @rule(name=people, ahead=st.sampled_from([0, 0, 0, 20, 90]), group=st.booleans())
    def discussion(self, name: str, ahead: int, group: bool) -> None:
        if group:
            self.discussion_of_a_group()
            return
        start = self.now + timedelta(minutes=ahead, seconds=1)
        self.told(
            name,
            lambda user, word: self.course.moodle.state.posts[
                self.course.begin(
                    user, word, from_time=int(start.timestamp()) if ahead else 0
                ).firstpost
            ],
            not_before=start,
        )

    @precondition(lambda self: self.open_posts())
    @rule(name=people, at=places)
    def reply(self, name: str, at: int) -> None:
        above = self.pick(self.open_posts(), at)
        self.told(
            name,
            lambda user, word: self.course.reply(user, above.post, word),
            not_before=above.shown_from,
        )

    @precondition(lambda self: self.open_posts())
    @rule(at=places)
    def private_reply(self, at: int) -> None:
        above = self.pick(self.open_posts(), at)
        self.told(
            "florence",
            lambda user, word: self.course.reply(user, above.post, word, private=True),
            private=True,
        )

    @precondition(lambda self: self.living())
    @rule(at=places, gone=st.booleans())
    def change(self, at: int, gone: bool) -> None:
        if gone:
            self.delete(at)
            return
        told, word = self.pick(self.living(), at), self.course.word()
        self.course.clock.move(seconds=1)
        self.course.moodle.edit(
            self.course.facilitator, told.post, f"<p>Mieux dit : {word}.</p>"
        )
        told.texts.append((self.now, word))

    def delete(self, at: int) -> None:
        told = self.pick(self.living(), at)
        self.world.look()
        self.course.clock.move(seconds=1)
        state = self.course.moodle.state
        self.course.moodle.delete(self.course.facilitator, told.post)
        self.world.disturbed.add(told.discussion)
        if told.discussion not in state.discussions:
            self.world.ended.add(told.discussion)
        for other in self.world.told.values():
            if other.gone_at is None and other.post.id not in state.posts:
                other.gone_at = self.now

    # By mail.

    @rule(name=people, past=st.booleans(), attached=st.booleans())
    def mail(self, name: str, past: bool, attached: bool) -> None:
        self.write(name, None, past=past, attached=attached)

    @rule(name=people, at=places, past=st.booleans())
    def answer_by_mail(self, name: str, at: int, past: bool) -> None:
        user = self.course.people[name]
        known = self.course.message_ids_at(user)
        if known:
            self.write(name, known[at % len(known)], past=past)

    @rule(which=st.sampled_from(["copy", "copy", "program", "stranger"]), at=places)
    def odd_mail(self, which: str, at: int) -> None:
        if which == "program":
            self.auto_reply(NAMES[at % len(NAMES)])
        elif which == "stranger":
            self.stranger()
        elif self.world.mails:
            self.course.send_copy(self.pick(self.world.mails, at))

    def auto_reply(self, name: str) -> None:
        word = self.course.word()
        self.world.never.append(word)
        self.course.mail(
            self.course.people[name],
            word,
            past_the_list=True,
            headers={"Auto-Submitted": "auto-replied"},
        )

    def stranger(self) -> None:
        word = self.course.word()
        self.world.never.append(word)
        self.world.strangers += 1
        self.course.mail(
            self.course.people["ha"], word, past_the_list=True, sender=STRANGER
        )

    # The bridge, and what befalls it.

    @rule(minutes=waits, blow=blows)
    def sync_that_crashes(self, minutes: int, blow: Blow) -> None:
        self.course.clock.move(minutes=minutes)
        self.run_bridge(blow=blow)

    @rule(
        minutes=waits,
        fault=st.none() | faults,
        mischief=st.sampled_from(_MISCHIEF),
        blow=st.none() | blows,
    )
    def sync_in_bad_weather(
        self,
        minutes: int,
        fault: Fault | None,
        mischief: Mischief,
        blow: Blow | None,
    ) -> None:
        self.course.clock.move(minutes=minutes)
        if fault is not None:
            self.course.moodle.faults.add(fault)
        self.course.office.misbehave.next(mischief)
        self.run_bridge(blow=blow)

    @rule(minutes=st.sampled_from([11, 40]))
    def sync_in_peace(self, minutes: int) -> None:
        self.course.moodle.faults.clear()
        self.course.office.misbehave.stop()
        self.course.clock.move(minutes=minutes)
        self.run_bridge()

    def teardown(self) -> None:
        if not hasattr(self, "course"):
            return
        try:
            self.course.moodle.faults.clear()
            self.course.office.misbehave.stop()
            self.run_until_quiet()
            found = disagreements(self.world)
            assert not found, "\n".join(found)
        finally:
            self.open.close()

    def run_until_quiet(self) -> None:
        for number in range(12):
            # Longer than anything is put off.
            self.course.clock.move(minutes=65)
            quiet = self.course.is_quiet()
            self.run_bridge()
            if quiet and number > 1:
                return

    # What the rules have in common.

    def discussion_of_a_group(self) -> None:
        course = self.course
        self.told(
            "florence",
            lambda user, word: course.moodle.state.posts[
                course.begin(
                    user, word, forum=course.group_forum, groupid=course.group.id
                ).firstpost
            ],
            group=True,
        )

    @property
    def now(self) -> datetime:
        return self.course.clock.now

    def living(self) -> list[Told]:
        return [told for told in self.world.told.values() if told.gone_at is None]

    def open_posts(self) -> list[Told]:
        return [one for one in self.living() if not (one.group or one.private)]

    @staticmethod
    def pick(among: Sequence[T], at: int) -> T:
        return among[at % len(among)]

    def told(
        self,
        name: str,
        write: Callable[[User, str], Post],
        *,
        not_before: datetime | None = None,
        group: bool = False,
        private: bool = False,
    ) -> None:
        user, word = self.course.people[name], self.course.word()
        post = write(user, word)
        due = self.now + HOLD
        self.world.told[post.id] = Told(
            post=post,
            discussion=post.discussionid,
            author=user,
            texts=[(self.now, word)],
            shown_from=max(due, not_before) if not_before else due,
            group=group,
            private=private,
        )

    def write(
        self, name: str, answers: str | None, *, past: bool, attached: bool = False
    ) -> Written:
        mail = self.course.mail(
            self.course.people[name],
            self.course.word(),
            answers=answers,
            past_the_list=past,
            attached=attached,
        )
        self.world.mails.append(mail)
        return mail

    def run_bridge(self, *, first: First = None, blow: Blow | None = None) -> None:
        """Run `moodle-bridge sync`; what the remote ends do is no failure of it."""
        self.course.clock.move(seconds=1)
        bridge = bridge_with(Moments(blow=blow, strike=crash))
        with (
            suppress(BridgeError, Crash),
            mock.patch.object(sync_command, "Bridge", bridge),
        ):
            sync_command.run(
                self.invocation(), dry_run=False, first=first, pair=None, only=None
            )
        self.world.look()

    def invocation(self) -> Invocation:
        folder = self.course.folder
        return Invocation(
            environ={},
            folder=folder,
            home=folder,
            stdout=io.StringIO(),
            stderr=io.StringIO(),
            clock=self.course.clock,
            config=self.course.config,
        )


@pytest.mark.parametrize("kind", ["remote", "direct"])
def test_both_sides_agree_in_the_end(
    kind: Kind, request: pytest.FixtureRequest
) -> None:
    soak = request.config.getoption("--soak")
    machine = type("BothSides", (BothSides,), {"kind": kind})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=150 if soak else 4,
            stateful_step_count=40 if soak else 24,
            deadline=None,
            derandomize=not soak,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
