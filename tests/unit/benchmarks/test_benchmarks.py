"""That each benchmark runs and says what it measured; what it measured is not looked at."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.benchmark import Aim
from benchmarks.catalogue import NAMES, benchmark

_ROOT = Path(__file__).parents[3]


def _run(*arguments: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_prints_one_object_with_its_figures_and_the_machine(
    name: str,
) -> None:
    printed = json.loads(_run(name, "--json", "--size", "small"))

    assert set(printed) == {"name", "figures", "machine"}
    assert printed["name"] == name
    assert {aim.figure for aim in benchmark(name).aims} <= set(printed["figures"])
    assert all(
        isinstance(figure, int | float) and figure >= 0
        for figure in printed["figures"].values()
    )
    assert set(printed["machine"]) == {"python", "cpus", "platform", "memory_gib"}


def test_a_quick_run_of_one_is_a_table_without_a_verdict() -> None:
    printed = _run("mail-in", "--size", "small")

    assert "mail-in" in printed
    assert "at least 300" in printed
    assert "met" not in printed.split()
    assert "MISSED" not in printed


def test_the_benchmarks_are_listed_with_their_aims() -> None:
    lines = _run("--list").splitlines()

    assert [line.split()[0] for line in lines] == list(NAMES)
    assert "at most 150" in lines[-1]


def test_every_benchmark_has_the_name_by_which_it_is_called() -> None:
    assert [benchmark(name).name for name in NAMES] == list(NAMES)


def test_a_benchmark_that_is_not_there_is_not_imported() -> None:
    with pytest.raises(KeyError):
        benchmark("machine")


@pytest.mark.parametrize(
    ("aim", "value", "met"),
    [
        (Aim(figure="requests", most=12), 12, True),
        (Aim(figure="requests", most=12), 13, False),
        (Aim(figure="per_second", least=300), 300, True),
        (Aim(figure="per_second", least=300), 299.9, False),
        (Aim(figure="parts", least=1, most=1), 1, True),
    ],
)
def test_an_aim_is_met_up_to_its_bound(aim: Aim, value: float, met: bool) -> None:
    assert aim.met_by({aim.figure: value}) is met


def test_a_figure_that_is_missing_meets_no_aim() -> None:
    assert not Aim(figure="requests", most=12).met_by({"seconds": 1.0})
