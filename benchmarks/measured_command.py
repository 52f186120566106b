"""`python -m benchmarks.measured_command FILE ...`: `moodle-bridge ...`, weighed.

What the command took at most of memory, in million bytes, is written to FILE.
"""

from __future__ import annotations

import sys
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
        told.write_text(f"{peak_megabytes():.1f}", encoding="ascii")


if __name__ == "__main__":
    main()
