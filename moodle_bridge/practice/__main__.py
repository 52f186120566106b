"""`python -m moodle_bridge.practice`: a practice Moodle in a process of its own."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from moodle_bridge.practice import keeping
from moodle_bridge.practice.moodle import PracticeMoodle
from moodle_bridge.practice.opening import fill, keys
from moodle_bridge.practice.server import serve

if TYPE_CHECKING:
    from collections.abc import Sequence


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m moodle_bridge.practice",
        description="A practice Moodle for this machine alone: it has no passwords.",
    )
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--mount", default="", help="a path such as /moodle")
    parser.add_argument("--state", type=Path, help="a JSON file to keep the state in")
    parser.add_argument("--seed", choices=("course", "empty"), default="course")
    parser.add_argument("--discussions", type=int, default=6)
    parser.add_argument("--replies", type=int, default=3)
    parser.add_argument("--no-rest", action="store_true", help="switch REST off")
    parser.add_argument("--no-soap", action="store_true", help="switch SOAP off")
    parser.add_argument("--control", action="store_true", help="open /practice/...")
    parser.add_argument("--chance", type=int, default=0, help="the seed of the faults")
    return parser


def _announce(url: str) -> None:
    sys.stdout.write(f"{url}/\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; print the tokens of the seeded course first."""
    wanted = _parser().parse_args(arguments)
    moodle = PracticeMoodle.empty(
        mount=wanted.mount, control=wanted.control, seed=wanted.chance
    )
    moodle.site = replace(moodle.site, rest=not wanted.no_rest, soap=not wanted.no_soap)
    kept: Path | None = wanted.state
    if wanted.seed == "course" or (kept is not None and kept.exists()):
        fill(moodle, kept=kept, discussions=wanted.discussions, replies=wanted.replies)
    for key in keys(moodle):
        sys.stdout.write(f"token of {key.username}: {key.token}\n")
    # A stop from outside must let the state be saved, as an interrupt does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        if kept is not None:
            stack.enter_context(keeping.Keeper(moodle.state, kept))
        serve(moodle, wanted.host, wanted.port, ready=_announce)
    return 0


if __name__ == "__main__":
    sys.exit(main())
