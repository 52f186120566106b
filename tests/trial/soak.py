"""Many trials, two at a time, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from multiprocessing import get_context
from random import Random

from tests.trial.course import Kind
from tests.trial.moments import Blow
from tests.trial.runner import Runner
from tests.trial.scenario import Scenario, Trial, tried

POSTS = MAILS = 30
_WHEN = ("before", "after")
_Blows = list[tuple[str, str, int]]


def scenarios(
    passed: dict[Kind, dict[str, int]], *, channels: dict[str, int]
) -> list[Scenario]:
    """Return what to try, given how much an unharmed bridge does of each kind.

    With a list elsewhere the bridge dies before and after every effect. With a list
    of its own, where one post is several mails, it dies at some of them; and so it
    does where everybody takes part in another way, which are the `channels`.
    """
    random = Random(2026)
    effects = _all_of("effect", passed["remote"])
    chosen: list[tuple[Kind, tuple[str, str, int]]] = [
        ("remote", blow)
        for blow in (
            *effects,
            *random.sample(_all_of("acknowledgement", passed["remote"]), 16),
            *random.sample(_all_of("commit", passed["remote"]), 32),
        )
    ]
    chosen += [
        ("direct", blow)
        for blow in (
            *random.sample(_all_of("effect", passed["direct"]), 80),
            *random.sample(_all_of("commit", passed["direct"]), 20),
        )
    ]
    found = [
        _scenario(kind, seed, Blow(what=what, when=when, number=number))
        for seed, (kind, (what, when, number)) in enumerate(chosen)
    ]
    for blow in (
        *random.sample(_all_of("effect", channels), 32),
        *random.sample(_all_of("commit", channels), 16),
    ):
        what, when, number = blow
        killed = _scenario(
            "direct", len(found), Blow(what=what, when=when, number=number)
        )
        found.append(replace(killed, channels=True))
    for number in range(30):
        kind: Kind = "direct" if number % 3 == 0 else "remote"
        found.append(_scenario(kind, len(found), None))
    random.shuffle(found)
    return found


def _all_of(what: str, passed: dict[str, int]) -> _Blows:
    return [
        (what, when, number) for number in range(1, passed[what] + 1) for when in _WHEN
    ]


def _scenario(kind: Kind, seed: int, blow: Blow | None) -> Scenario:
    return Scenario(kind=kind, posts=POSTS, mails=MAILS, seed=seed, blow=blow)


def trials(wanted: Iterable[Scenario], *, at_once: int) -> Iterator[Trial]:
    """Try all, so many at once, each worker with a starter of its own."""
    with ProcessPoolExecutor(at_once, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_tried, wanted, chunksize=1)


def _tried(scenario: Scenario) -> Trial:
    return tried(scenario, _runner())


@cache
def _runner() -> Runner:
    # One for the life of a worker; it ends when the worker's end of the pipe does.
    return Runner()
