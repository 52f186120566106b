"""How fast and how lean the bridge is, measured against parts that run beside it.

`python -m benchmarks` measures everything and shows a table; `python -m benchmarks
NAME --json` measures one thing and prints one JSON object. See docs/benchmarks.md.
"""
