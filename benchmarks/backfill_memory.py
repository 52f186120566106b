"""A course of years, mirrored from its first post: how much memory the bridge takes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.benchmark import Aim, Benchmark, Figures, Size
from benchmarks.bridge_folder import BridgeFolder
from benchmarks.part import Part


def measure(size: Size) -> Figures:
    """Mirror 10,000 discussions of 10 posts to a list, in one run of the command."""
    discussions = 10_000 if size is Size.FULL else 20
    posts = discussions * 10
    with (
        Part(
            "benchmarks.practice_site", f"--discussions={discussions}", "--posts=10"
        ) as site,
        Part("benchmarks.smtp_sink") as sink,
        tempfile.TemporaryDirectory() as folder,
    ):
        bridge = BridgeFolder(Path(folder), site, sink)
        ran = bridge.run("sync", "--backfill", str(posts))
        sent, requests = sink.ask()["mails"], site.ask()["requests"]
    if sent != posts:
        msg = f"{posts} posts were to be mailed, {sent} mails came"
        raise RuntimeError(msg)
    return {
        "peak_mb": round(ran.peak_megabytes, 1),
        "posts": posts,
        "requests": requests,
        "seconds": round(ran.seconds, 1),
        "cpu_seconds": round(ran.cpu_seconds, 1),
        "per_second": round(posts / ran.seconds, 1),
    }


BENCHMARK = Benchmark(
    name="backfill-memory",
    description="mirror 100,000 posts of 10,000 discussions in one run",
    measure=measure,
    aims=(Aim(figure="peak_mb", most=150),),
)
