"""`python -m benchmarks.measured_command FILE ...`: `moodle-bridge ...`, weighed.

What the command took is written to FILE as JSON: of memory at most (`peak_mb`, in
million bytes) and of processor time (`cpu_seconds`).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.machine import peak_megabytes
from sync.cli import main as moodle_bridge


def main() -> None:
    """Run the command and end as it ends."""
    told = Path(sys.argv[1])
    sys.argv[:2] = ["moodle-bridge"]
    try:
        moodle_bridge()
    finally:
        taken = {"peak_mb": peak_megabytes(), "cpu_seconds": time.process_time()}
        told.write_text(json.dumps(taken), encoding="ascii")


if __name__ == "__main__":
    main()
