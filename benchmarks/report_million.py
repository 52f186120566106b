"""A year of a very lively course, reported: from nothing, and again a day later."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.benchmark import Aim, Benchmark, Figures, Size
from benchmarks.report_ledger import ENDS, POSTS_EACH, fill
from sync.ledger import Ledger

_DISCUSSIONS = {Size.FULL: 200_000, Size.SMALL: 300}
_FOLDER = Path(__file__).parents[1]

_CONFIG = """
[moodle]
url = "https://moodle.example"
token = { env = "TOKEN" }
[mail]
address = "bridge@lists.example"
reply_secret = { env = "SECRET" }
[mail.out]
plugin = "maildir"
path = "out"
[[mail.in]]
plugin = "maildir"
path = "in"
[[pair]]
name = "pilot"
course = "FO26"
forum = 34
[pair.list]
plugin = "remote"
address = "fo26@lists.example"
name = "FO26"
list_id = "fo26.lists.example"
"""


def measure(size: Size) -> Figures:
    """Report 1,000,000 posts with 200,000 waits, then again after 500 more posts.

    The first time nothing is known of any week, and every form is made, the list of all
    waits too. The second time all forms but that list; the new posts are in the ledger
    already (`day_seconds` is what that took).
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bridge.toml").write_text(_CONFIG, encoding="ascii")
        ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}", clock=lambda: ENDS)
        try:
            fill(ledger, _DISCUSSIONS[size])
        finally:
            ledger.close()
        made = subprocess.run(
            [sys.executable, "-m", "benchmarks.report_made", name],
            cwd=_FOLDER,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    told = json.loads(made.stdout)
    return {
        "seconds": round(told["seconds"], 2),
        "peak_mb": round(told["peak_mb"], 1),
        "increment_seconds": round(told["increment_seconds"], 3),
        "figures_seconds": round(told["figures_seconds"], 2),
        "day_seconds": round(told["day_seconds"], 3),
        "posts": _DISCUSSIONS[size] * POSTS_EACH,
        "waits": told["waits"],
    }


BENCHMARK = Benchmark(
    name="report-million",
    description="report a million posts with 200,000 questions, and again a day later",
    measure=measure,
    aims=(
        Aim(figure="seconds", most=10),
        Aim(figure="peak_mb", most=500),
        Aim(figure="increment_seconds", most=1),
    ),
)
