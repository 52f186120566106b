"""`moodle-bridge run`: rounds of `sync` until it is stopped."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from moodle_bridge.errors import (
    BridgeError,
    Busy,
    ConfigError,
    GuardTripped,
    RemoteError,
    Stopped,
)
from sync.cli.result import ExitCode, Result
from sync.commands import sync
from sync.schedule import Schedule

if TYPE_CHECKING:
    from types import FrameType

    from sync.cli.invocation import Invocation

# After these it may go better by itself, or an admin mends it meanwhile.
_PASSING = (RemoteError, GuardTripped, ConfigError)


def run(
    invocation: Invocation, *, pause: Callable[[float], bool] | None = None
) -> Result:
    """Do round after round until SIGTERM or SIGINT; each is a run of its own.

    `pause` waits for so many seconds, or less if it is to stop, and says whether it is
    to stop; for tests. What goes wrong in the first round, and is for the admin to
    mend, is raised; later it makes the pause longer.
    """
    wanted = invocation.settings().run
    schedule = Schedule(every=wanted.every, longest_pause=wanted.longest_pause)
    rounds: Counter[str] = Counter()
    said: set[str] = set()
    with _stopped_by_signals() as stopped:
        wait = pause or stopped.wait
        while not stopped.is_set():
            try:
                failed = _round(invocation, stopped.is_set, said)
            except Stopped:
                break
            except Busy as error:
                invocation.progress(str(error))
                failed = False
            except BridgeError as error:
                first = not rounds["done"] and not isinstance(error, RemoteError)
                if first or not isinstance(error, _PASSING):
                    raise
                invocation.progress(f"{error} {error.advice}".rstrip())
                failed = True
            rounds["failed" if failed else "done"] += 1
            schedule = schedule.after(invocation.clock(), failed=failed)
            if failed:
                invocation.progress(f"next round in {schedule.pause}")
            if wait(schedule.wait(invocation.clock()).total_seconds()):
                break
    return Result(
        parts=[f"Stopped after {sum(rounds.values())} rounds."],
        data={"rounds": {"done": rounds["done"], "failed": rounds["failed"]}},
    )


def _round(
    invocation: Invocation, stopping: Callable[[], bool], said: set[str]
) -> bool:
    """Do one round; say whether a remote end was away.

    `said` are the problems of the round before: what is still so is not said again in
    a round in which nothing else happened.
    """
    result = sync.run(
        invocation, dry_run=False, first=None, pair=None, only=None, stopping=stopping
    )
    problems = set(result.data.get("problems", ()))
    news = bool(result.data.get("counts")) or result.exit_code is not ExitCode.DONE
    if news or problems - said:
        for part in result.parts:
            if isinstance(part, str):
                invocation.progress(part)
    said.clear()
    said |= problems
    return result.exit_code is ExitCode.UNREACHABLE


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """Give an event that SIGTERM and SIGINT set; the second one ends the program."""
    stopped = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) or signal.SIG_DFL for number in numbers}

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in numbers:
        signal.signal(number, stop)
    try:
        yield stopped
    finally:
        for number, was in before.items():
            signal.signal(number, was)
