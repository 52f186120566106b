"""`python -m benchmarks [NAME] [--json] [--list] [--size small]`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.benchmark import Aim, Figures, NotInstalled, Size
from benchmarks.catalogue import NAMES, benchmark
from benchmarks.machine import machine

_FOLDER = Path(__file__).parents[1]
_NOT_INSTALLED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure one thing or all; the figures decide nothing about the exit code.

    Returns 2 when what a benchmark compares with is not installed.
    """
    wanted = _parser().parse_args(arguments)
    size = Size(wanted.size)
    if wanted.list:
        for name in NAMES:
            found = benchmark(name)
            aims = "; ".join(map(str, found.aims))
            print(f"{name:16} {found.description} ({aims})")
    elif wanted.name is None:
        return _table_of_all(size, as_json=wanted.json)
    else:
        try:
            figures = benchmark(wanted.name).measure(size)
        except NotInstalled as error:
            print(error, file=sys.stderr)
            return _NOT_INSTALLED
        measured = {"name": wanted.name, "figures": figures, "machine": machine()}
        if wanted.json:
            print(json.dumps(measured))
        else:
            _show([(wanted.name, figures)], size)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the bridge."
    )
    parser.add_argument("name", nargs="?", choices=NAMES, help="all when left out")
    parser.add_argument("--json", action="store_true", help="print JSON, no table")
    parser.add_argument("--list", action="store_true", help="name the benchmarks")
    parser.add_argument(
        "--size",
        choices=[size.value for size in Size],
        default=Size.FULL.value,
        help="small is for trying out: its figures mean nothing",
    )
    return parser


def _table_of_all(size: Size, *, as_json: bool) -> int:
    """Measure each in a process of its own, so that none warms up or weighs another.

    One that misses what it compares with is left out. Returns 1 when one broke,
    whatever the figures of the others are.
    """
    measured = []
    broken = 0
    for name in NAMES:
        print(f"{name}: {benchmark(name).description} ...", file=sys.stderr)
        command = [sys.executable, "-m", "benchmarks", name, "--json"]
        ended = subprocess.run(
            [*command, "--size", size.value],
            cwd=_FOLDER,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if ended.returncode == _NOT_INSTALLED:
            continue
        if ended.returncode:
            broken = 1
        elif as_json:
            print(ended.stdout, end="", flush=True)
        else:
            measured.append((name, json.loads(ended.stdout)["figures"]))
    if not as_json:
        _show(measured, size)
    return broken


def _show(measured: Sequence[tuple[str, Figures]], size: Size) -> None:
    table = Table()
    for column in ("benchmark", "figure", "measured", "aim", ""):
        table.add_column(column, justify="right" if column == "measured" else "left")
    for name, figures in measured:
        for row in _rows(name, figures, size):
            table.add_row(*row)
        table.add_section()
    console = Console()
    console.print(table)
    on = machine()
    console.print(
        f"Python {on['python']}, {on['platform']}, {on['cpus']} CPUs,"
        f" {on['memory_gib']} GiB of memory"
    )


def _rows(name: str, figures: Figures, size: Size) -> Iterator[tuple[str, ...]]:
    aims: dict[str, Aim] = {aim.figure: aim for aim in benchmark(name).aims}
    # What is aimed at comes first.
    ordered = sorted(figures, key=lambda figure: figure not in aims)
    for number, figure in enumerate(ordered):
        aim = aims.get(figure)
        verdict = ""
        if aim is not None and size is Size.FULL:
            verdict = "met" if aim.met_by(figures) else "MISSED"
        bounds = "" if aim is None else str(aim).removeprefix(f"{figure} ")
        yield (
            "" if number else name,
            figure.replace("_", " "),
            f"{figures[figure]:,}",
            bounds,
            verdict,
        )


if __name__ == "__main__":
    sys.exit(main())
