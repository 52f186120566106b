"""The command line: click commands, one file each, that only parse and hand on."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `moodle-bridge` with the arguments of this process, and end it."""
    from sync.cli.frame import run  # noqa: PLC0415 - so that importing costs nothing
    from sync.cli.invocation import Invocation  # noqa: PLC0415

    sys.exit(run(sys.argv[1:], Invocation.of_command_line()))
