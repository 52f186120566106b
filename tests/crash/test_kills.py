"""The bridge is killed, and nothing is lost, doubled, or out of order."""

from __future__ import annotations

import pytest

from tests.trial.course import Kind
from tests.trial.moments import Blow
from tests.trial.runner import Runner
from tests.trial.scenario import Scenario, tried

_BLOWS = (
    ("effect", "before", 1),
    ("effect", "after", 1),
    ("effect", "before", 4),
    ("effect", "after", 5),
    ("effect", "after", 8),
    ("acknowledgement", "after", 3),
    ("commit", "before", 22),
    ("commit", "after", 30),
)


@pytest.mark.parametrize("kind", ["remote", "direct"])
def test_an_unharmed_bridge_carries_everything_once(kind: Kind, runner: Runner) -> None:
    trial = tried(
        Scenario(kind=kind, posts=5, mails=5, seed=1, kills=0, faults=False), runner
    )
    assert not trial.verdict, trial.told()
    # Each post, and each mail that went past a remote list, is at least one mail.
    assert trial.passed["effect"] >= 10


@pytest.mark.parametrize(("what", "when", "number"), _BLOWS)
def test_nothing_is_lost_or_doubled_when_it_is_killed(
    what: str, when: str, number: int, runner: Runner
) -> None:
    # Odd numbers for one kind of list and even ones for the other: both see all.
    kind: Kind = "remote" if (number + (when == "after")) % 2 else "direct"
    blow = Blow(what=what, when=when, number=number)
    trial = tried(Scenario(kind=kind, posts=4, mails=5, seed=number, blow=blow), runner)
    assert trial.kills >= 1, trial.told()
    assert not trial.verdict, trial.told()


@pytest.mark.parametrize("seed", [11, 12])
def test_nothing_is_lost_or_doubled_when_it_is_killed_at_any_time(
    seed: int, runner: Runner
) -> None:
    trial = tried(Scenario(kind="remote", posts=5, mails=5, seed=seed), runner)
    assert not trial.verdict, trial.told()


@pytest.mark.parametrize(
    ("what", "when", "number"),
    [
        pytest.param("effect", "after", 30, marks=pytest.mark.soak),  # never comes
        pytest.param("effect", "before", 3, marks=pytest.mark.soak),
        ("commit", "after", 26),
        pytest.param("commit", "before", 41, marks=pytest.mark.soak),
    ],
)
def test_everybody_gets_each_post_once_in_their_own_way_however_it_is_killed(
    what: str, when: str, number: int, runner: Runner
) -> None:
    blow = Blow(what=what, when=when, number=number)
    trial = tried(
        Scenario(
            kind="direct", posts=5, mails=4, seed=number, blow=blow, channels=True
        ),
        runner,
    )
    assert not trial.verdict, trial.told()
