"""The benchmarks that there are. Each module is imported only when it is wanted."""

from __future__ import annotations

from importlib import import_module

from benchmarks.benchmark import Benchmark

NAMES = (
    "read-forum",
    "client-peers",
    "idle-poll",
    "mail-out",
    "mail-in",
    "day-size",
    "trimming",
    "rota",
    "enrol-1000",
    "report-million",
    "backfill-memory",
    "bias",
)
"""By name, in the order in which they run."""


def benchmark(name: str) -> Benchmark:
    """Return the benchmark with this name; raises KeyError when there is none."""
    if name not in NAMES:
        raise KeyError(name)
    module = import_module(f"benchmarks.{name.replace('-', '_')}")
    found: Benchmark = module.BENCHMARK
    return found
