"""That each benchmark runs and says what it measured; what it measured is not looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import client_peers, trimming
from benchmarks.benchmark import Aim, NotInstalled
from benchmarks.catalogue import NAMES, benchmark

_ROOT = Path(__file__).parents[3]
# Even a little of these takes long.
_LONG = frozenset({"backfill-memory", "enrol-1000", "idle-poll", "report-million"})
_EACH = [
    pytest.param(name, marks=pytest.mark.soak if name in _LONG else ())
    for name in NAMES
]


def _ended(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=_ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )


def _run(*arguments: str) -> str:
    ended = _ended(*arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def _needs(name: str) -> None:
    if name == "trimming" and not trimming.folder_of_cases().is_dir():
        pytest.skip("the corpus of replies is not here")
    if name == "client-peers":
        try:
            client_peers.python_of_the_peer()
        except NotInstalled:
            pytest.skip("moodlepy, with which the client is compared, is not here")


@pytest.mark.parametrize("name", _EACH)
def test_a_benchmark_prints_one_object_with_its_figures_and_the_machine(
    name: str,
) -> None:
    _needs(name)
    printed = json.loads(_run(name, "--json", "--size", "small"))

    assert set(printed) == {"name", "figures", "machine"}
    assert printed["name"] == name
    assert {aim.figure for aim in benchmark(name).aims} <= set(printed["figures"])
    assert all(
        isinstance(figure, int | float) and figure >= 0
        for figure in printed["figures"].values()
    )
    assert set(printed["machine"]) == {"python", "cpus", "platform", "memory_gib"}


def test_who_lacks_what_is_compared_with_is_told_how_to_install_it() -> None:
    nowhere = str(_ROOT / "no-python-here")
    ended = _ended("client-peers", "--json", "--size", "small", MOODLEPY_PYTHON=nowhere)

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "pip install moodlepy==0.24.1" in ended.stderr


def test_who_lacks_the_cases_is_told_where_to_put_them(tmp_path: Path) -> None:
    ended = _ended("trimming", "--json", MOODLE_BRIDGE_REPLIES=str(tmp_path))

    assert ended.returncode == 2
    assert f"there are no cases in {tmp_path}" in ended.stderr


def test_a_case_that_lost_a_word_is_counted(tmp_path: Path) -> None:
    for name, mail, wanted in (
        ("a", "Yes.\n\n-- \nAna", "Yes."),
        ("b", "No.\n\n-- \nAna", "No.\n\n-- \nAna"),
    ):
        for folder, text in (("emails", mail), ("trimmed", wanted)):
            (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / folder / f"{name}.txt").write_text(text)
    ended = _ended("trimming", "--json", MOODLE_BRIDGE_REPLIES=str(tmp_path))

    figures = json.loads(ended.stdout)["figures"]
    assert (figures["exact"], figures["lost"], figures["total"]) == (1, 1, 2)


def test_the_smallest_ratio_of_all_tasks_and_delays_is_the_figure() -> None:
    def runs(read: int, enrol: int, seconds: float) -> client_peers.Runs:
        took = client_peers.Took
        return client_peers.Runs(
            took={
                ("read", 0): took(requests=read, seconds=1.0, number=1),
                ("look_up", 0): took(requests=1, seconds=1.0, number=1),
                ("enrol", 0): took(requests=enrol, seconds=1.0, number=1),
                ("enrol", 30): took(requests=enrol, seconds=seconds, number=1),
            }
        )

    figures = client_peers.figures(runs(2, 2, 1.0), runs(20, 5, 0.5), runs(20, 50, 1.0))

    assert figures["request_ratio"] == 1.0
    assert figures["seconds_ratio"] == 0.5
    assert figures["enrol_requests_moodlepy_singly"] == 50


def test_a_quick_run_of_one_is_a_table_without_a_verdict() -> None:
    printed = _run("mail-in", "--size", "small")

    assert "mail-in" in printed
    assert "at least 300" in printed
    assert "met" not in printed.split()
    assert "MISSED" not in printed


def test_the_benchmarks_are_listed_with_their_aims() -> None:
    lines = _run("--list").splitlines()

    assert [line.split()[0] for line in lines] == list(NAMES)
    (memory,) = [line for line in lines if line.startswith("backfill-memory")]
    assert "at most 150" in memory


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
