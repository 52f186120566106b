"""A run of the bridge when nothing has happened: what most runs are."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.benchmark import Aim, Benchmark, Figures, Size
from benchmarks.bridge_folder import BridgeFolder
from benchmarks.part import Part


def measure(size: Size) -> Figures:
    """Look at 50 forums in 10 courses that were mirrored before, with no news."""
    courses, discussions = (10, 10) if size is Size.FULL else (2, 1)
    with (
        Part(
            "benchmarks.practice_site",
            f"--courses={courses}",
            "--forums=5",
            f"--discussions={discussions}",
            "--posts=4",
        ) as site,
        Part("benchmarks.smtp_sink") as sink,
        tempfile.TemporaryDirectory() as folder,
    ):
        bridge = BridgeFolder(Path(folder), site, sink)
        # So many that every discussion is known to the bridge, and could be looked at.
        bridge.run("sync", "--backfill", "1000")
        sent = sink.ask()["mails"]
        before = site.ask()["requests"]
        ran = bridge.run("sync")
        requests = site.ask()["requests"] - before
        if sink.ask()["mails"] != sent:
            msg = "a run without news sent mails"
            raise RuntimeError(msg)
    return {
        "requests": requests,
        "forums": courses * 5,
        "courses": courses,
        "posts_known": sent,
        "seconds": round(ran.seconds, 3),
        "cpu_seconds": round(ran.cpu_seconds, 3),
    }


BENCHMARK = Benchmark(
    name="idle-poll",
    description="a run over 50 forums in 10 courses in which nothing is new",
    measure=measure,
    aims=(Aim(figure="requests", most=1),),
)
