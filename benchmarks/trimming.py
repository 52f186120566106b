"""Answers as people really write them: how much of each is kept as it should be."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

from benchmarks.benchmark import Aim, Benchmark, Figures, NotInstalled, Size
from mappings.trimming import trim

FOLDER_VARIABLE = "MOODLE_BRIDGE_REPLIES"
"""Names another folder of cases."""

_BESIDE = Path(__file__).parents[2] / "shared" / "corpora" / "replies"
_SMALL = 5


def folder_of_cases() -> Path:
    """Return the folder whose cases are measured, whether it is there or not."""
    return Path(os.environ.get(FOLDER_VARIABLE) or _BESIDE)


def measure(size: Size) -> Figures:
    """Trim every case; compare with what a person kept, white space aside.

    A folder of cases has `emails/NAME`, the plain text of an answer, and
    `trimmed/NAME`, what its author wrote. A case is lost when a word of the author is
    not in what is kept, and empty when nothing is.
    """
    folder = folder_of_cases()
    cases = sorted((folder / "emails").glob("*.txt"))
    if not cases:
        raise NotInstalled(
            f"there are no cases in {folder}: put answers in emails/*.txt and what"
            f" their authors wrote in trimmed/*.txt, or name the folder in"
            f" {FOLDER_VARIABLE}."
        )
    exact = lost = empty = 0
    slowest = 0.0
    for case in cases if size is Size.FULL else cases[:_SMALL]:
        answer = folder / "trimmed" / case.name
        wanted = _text(answer).split() if answer.is_file() else []
        text = _text(case)
        started = time.perf_counter()
        kept = trim(text).kept.split()
        slowest = max(slowest, time.perf_counter() - started)
        exact += kept == wanted
        lost += bool(Counter(wanted) - Counter(kept))
        empty += bool(wanted) and not kept
    total = len(cases) if size is Size.FULL else len(cases[:_SMALL])
    return {
        "exact": exact,
        "lost": lost,
        "total": total,
        "empty": empty,
        "slowest_ms": round(slowest * 1000, 1),
    }


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


BENCHMARK = Benchmark(
    name="trimming",
    description="trim answers of many mail programs and languages",
    measure=measure,
    aims=(Aim(figure="exact", least=28), Aim(figure="lost", most=0)),
)
