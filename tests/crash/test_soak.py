"""The long kill test: `make soak`."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from tests.trial.course import Kind
from tests.trial.runner import Runner
from tests.trial.scenario import Scenario, Trial, tried
from tests.trial.soak import MAILS, POSTS, scenarios, trials

pytestmark = pytest.mark.soak

_LEAST = 300


def test_in_hundreds_of_killed_runs_nothing_is_lost_or_doubled(
    runner: Runner, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = time.monotonic()
    passed: dict[Kind, dict[str, int]] = {
        kind: dict(_unharmed(kind, runner).passed) for kind in ("remote", "direct")
    }
    channels = dict(_unharmed("direct", runner, channels=True).passed)
    wanted = scenarios(passed, channels=channels)
    sums: Counter[str] = Counter()
    failed: list[Trial] = []
    with capsys.disabled():
        print()
        for number, trial in enumerate(trials(wanted, at_once=2), start=1):
            sums += _counts(trial)
            if trial.verdict:
                failed.append(trial)
                print(f"\n{trial.told()}\n")
            if number % 20 == 0:
                minutes = (time.monotonic() - begun) / 60
                print(f"  {number} of {len(wanted)}, {minutes:.1f} min", flush=True)
        print(_line(sums), flush=True)
    assert not failed, [trial.scenario for trial in failed]
    assert sums["killed"] >= _LEAST


def _unharmed(kind: Kind, runner: Runner, *, channels: bool = False) -> Trial:
    unharmed = Scenario(
        kind=kind,
        posts=POSTS,
        mails=MAILS,
        # An even number: all waits for one run, so that all is counted.
        seed=2,
        kills=0,
        faults=False,
        channels=channels,
    )
    trial = tried(unharmed, runner)
    assert not trial.verdict, trial.told()
    return trial


def _counts(trial: Trial) -> Counter[str]:
    verdict = trial.verdict
    return Counter(
        trials=1,
        killed=int(trial.kills > 0),
        runs=trial.runs,
        kills=trial.kills,
        posts=trial.posts_out,
        mails=trial.mails_in,
        lost=len(verdict.lost),
        doubled=len(verdict.doubled),
        disordered=len(verdict.out_of_order),
        wrong=len(verdict.wrong),
    )


def _line(sums: Counter[str]) -> str:
    return (
        f"{sums['killed']} of {sums['trials']} courses killed, in {sums['runs']} runs"
        f" with {sums['kills']} kills; {sums['posts']} posts out, {sums['mails']} mails"
        f" in: {sums['lost']} lost, {sums['doubled']} doubled,"
        f" {sums['disordered']} out of order, {sums['wrong']} otherwise wrong"
    )
