"""Runs the command line again and again, each time in a process of its own.

It reads one order a line from its standard input, as JSON, and forks: what takes
long, importing, is done once. It has no threads, so that forking is safe.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import alembic.command
import alembic.ddl.sqlite
import sqlalchemy.dialects.sqlite

import sync.commands.enrol_apply
import sync.commands.rota
import sync.commands.sync
from moodle_bridge.plugins.lists.mailman3 import Mailman3List
from moodle_bridge.registry import Registry
from sync.cli.frame import run
from sync.cli.invocation import Invocation
from sync.settings import open_settings
from tests.trial.moments import Blow, Moments, bridge_with

_IMPORTED = (alembic.command, alembic.ddl.sqlite, sqlalchemy.dialects.sqlite)
_IMPORTED_TOO = (open_settings,)


def main() -> None:
    Registry().include_installed()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(order)
        _, status = os.waitpid(child, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)


def _run(order: dict[str, Any]) -> None:
    code = 70
    try:
        code = _command(order)
    finally:
        os._exit(code)


def _command(order: dict[str, Any]) -> int:
    moments = Moments(
        blow=Blow(**order["blow"]) if order["blow"] else None,
        strike=lambda: os.kill(os.getpid(), signal.SIGKILL),
    )
    bridge = bridge_with(moments)
    commanding = (sync.commands.sync, sync.commands.enrol_apply, sync.commands.rota)
    for commands in commanding:
        mock.patch.object(commands, "Bridge", bridge).start()
    for name in ("subscribe", "unsubscribe"):
        counted = _counted(getattr(Mailman3List, name), moments)
        mock.patch.object(Mailman3List, name, counted).start()
    begun, started = datetime.fromisoformat(order["now"]), time.monotonic()
    stdout, stderr = io.StringIO(), io.StringIO()
    folder = Path(order["folder"])
    invocation = Invocation(
        environ={},
        folder=folder,
        home=folder,
        stdout=stdout,
        stderr=stderr,
        clock=lambda: begun + timedelta(seconds=time.monotonic() - started),
        config=folder / "bridge.toml",
    )
    if order["blow_after"] is not None:
        # Ends the process wherever it is, as a blow from outside does.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, order["blow_after"])
    code = run(order["arguments"], invocation)
    signal.setitimer(signal.ITIMER_REAL, 0)
    (folder / "result.json").write_text(
        json.dumps(
            {
                "passed": moments.passed,
                "stdout": stdout.getvalue(),
                "stderr": stderr.getvalue(),
            }
        )
    )
    return code


def _counted(method: Callable[..., bool], moments: Moments) -> Callable[..., bool]:
    def counted(*arguments: Any) -> bool:
        with moments.around("effect"):
            return method(*arguments)

    return counted


if __name__ == "__main__":
    main()
