"""One trial: a day of the course, a bridge that is killed twice, and the verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

from moodle_bridge.model.channels import ChannelKind
from moodle_bridge.practice.faults import FaultKind
from moodle_bridge.practice.post_office_misbehave import Mischief
from tests.trial.answering import answer_a_digest
from tests.trial.course import Course, Kind, own_folder
from tests.trial.day import Day, Writer, begin
from tests.trial.moments import Blow
from tests.trial.runner import Ran, Runner
from tests.trial.verdict import Verdict, verdict_on

_RUNS_MOST = 40
_MOODLE_FAULTS = (
    (FaultKind.DROP_AFTER, 0.04),
    (FaultKind.DROP_BEFORE, 0.02),
    (FaultKind.CUT, 0.02),
    (FaultKind.EMPTY, 0.01),
    (FaultKind.BAD_GATEWAY, 0.02),
    (FaultKind.TOO_MANY, 0.01),
    (FaultKind.NOTICE, 0.01),
    (FaultKind.HTML, 0.01),
)
_OFFICE_FAULTS = (
    (Mischief.HANG_UP_AFTER_STORING, 0.04),
    (Mischief.HANG_UP_BEFORE_STORING, 0.02),
    (Mischief.HANG_UP_EARLY, 0.02),
    (Mischief.GREYLIST, 0.02),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is tried.

    `blow` counts from the first run on, over as many runs as it takes; None kills
    after a random time instead, or never if `kills` is 0. With `channels` one reader
    has digests and answers one, one has bundles, and one asks for digests by mail in
    the midst of the day; the bridge is killed on the second day as well.
    """

    kind: Kind
    posts: int
    mails: int
    seed: int
    blow: Blow | None = None
    kills: int = 2
    faults: bool = True
    channels: bool = False


@dataclass(slots=True, kw_only=True)
class Trial:
    """What came of a scenario; `passed` counts only what was done unharmed."""

    scenario: Scenario
    runs: int = 0
    kills: int = 0
    posts_out: int = 0
    mails_in: int = 0
    verdict: Verdict = field(default_factory=Verdict)
    passed: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)

    def told(self) -> str:
        """Return all that helps to understand what went wrong."""
        return "\n".join([repr(self.scenario), repr(self.verdict), *self.said])


def tried(scenario: Scenario, runner: Runner) -> Trial:
    """Play a scenario to its end, on a course of its own."""
    with (
        own_folder() as folder,
        Course(
            folder, scenario.kind, seed=scenario.seed, channels=scenario.channels
        ) as course,
    ):
        return _played(course, scenario, runner)


def _played(course: Course, scenario: Scenario, runner: Runner) -> Trial:
    trial = Trial(scenario=scenario)
    day = Day()
    known = begin(course, day)
    first = runner.run(course, "--backfill", "100")
    assert first.code == 0, first.said
    course.clock.move(minutes=5)
    if scenario.channels:
        course.gather(course.people["aminata"])
        course.gather(course.people["ha"], ChannelKind.BUNDLE)
    random = Random(scenario.seed)
    writer = Writer(course, day, known, random)
    writer.fill(
        posts=scenario.posts,
        mails=scenario.mails,
        midst=(lambda: _change(course, scenario, runner))
        if scenario.channels
        else None,
    )
    rests = _carried(course, scenario, runner, trial, blow=scenario.blow)
    if scenario.channels:
        rests = _another_day(course, runner, trial) and rests
        answer_a_digest(course, day, course.people["aminata"])
        blow = _next_blow(random) if scenario.blow else None
        rests = _carried(course, scenario, runner, trial, blow=blow) and rests
        rests = _another_day(course, runner, trial) and rests
    trial.posts_out = len(day.out)
    trial.mails_in = len(day.mails)
    trial.verdict = verdict_on(course, day)
    if not rests:
        trial.verdict.wrong.append("the bridge found no rest")
    return trial


def _change(course: Course, scenario: Scenario, runner: Runner) -> None:
    if scenario.seed % 2:
        # Half of the day has gone out as it was; else all waits for one run.
        assert runner.run(course).code in {0, 3}
        course.clock.move(minutes=5)
    hour = course.clock.now + timedelta(minutes=20)
    course.wish(course.people["jan"], f"channel digest {hour:%H:%M}\n")


def _carried(
    course: Course,
    scenario: Scenario,
    runner: Runner,
    trial: Trial,
    *,
    blow: Blow | None,
) -> bool:
    """Let the bridge be killed, and then come to rest; say whether it did."""
    if scenario.faults:
        _misbehave(course, scenario.seed)
    _until_killed(course, scenario, runner, trial, blow=blow)
    course.moodle.faults.clear()
    course.office.misbehave.stop()
    return _until_quiet(course, runner, trial)


def _another_day(course: Course, runner: Runner, trial: Trial) -> bool:
    # What came too late for the first digest is in that of the next day.
    course.clock.move(hours=25)
    return _until_quiet(course, runner, trial)


def _misbehave(course: Course, seed: int) -> None:
    course.moodle.faults.reseed(seed)
    for kind, share in _MOODLE_FAULTS:
        course.moodle.faults.plan(kind, count=None, probability=share)
    course.office.misbehave._random.seed(seed)
    for mischief, share in _OFFICE_FAULTS:
        course.office.misbehave.rate(mischief, share)


def _until_killed(
    course: Course,
    scenario: Scenario,
    runner: Runner,
    trial: Trial,
    *,
    blow: Blow | None,
) -> None:
    random = Random(scenario.seed)
    before = trial.kills
    for _ in range(_RUNS_MOST):
        if trial.kills - before >= scenario.kills or course.is_quiet():
            return
        after = None if blow else 0.03 + random.random() * 0.5
        ran = _run(course, runner, trial, blow=blow, blow_after=after)
        if ran.killed:
            trial.kills += 1
            # The second blow falls somewhere in what repairs the first.
            blow = _next_blow(random) if blow else None
        elif blow is not None:
            left = blow.number - ran.passed.get(blow.what, 0)
            blow = replace(blow, number=max(1, left))


def _next_blow(random: Random) -> Blow:
    what, most = random.choice((("effect", 8), ("commit", 40)))
    return Blow(
        what=what,
        when=random.choice(("before", "after")),
        number=random.randint(1, most),
    )


def _until_quiet(course: Course, runner: Runner, trial: Trial) -> bool:
    for _ in range(_RUNS_MOST):
        ran = _run(course, runner, trial)
        trial.passed.update(ran.passed)
        planned = ran.data.get("counts", {}).get("planned", 0)
        if ran.code in {0, 3} and not planned and course.is_quiet():
            return True
    return False


def _run(
    course: Course,
    runner: Runner,
    trial: Trial,
    *,
    blow: Blow | None = None,
    blow_after: float | None = None,
) -> Ran:
    ran = runner.run(course, blow=blow, blow_after=blow_after)
    trial.runs += 1
    trial.said.append(f"{ran.code} {ran.data.get('counts')} {ran.said[-2000:]}")
    course.wait_until_idle()
    # Longer than the longest wait before something is tried again.
    course.clock.move(minutes=5 if trial.runs < 10 else 125)
    return ran
